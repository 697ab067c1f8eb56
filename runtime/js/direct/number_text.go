package direct

import (
	"math"
	"slices"
	"strconv"

	"github.com/dop251/goja/ftoa"

	"sluice/runtime/msg"
)

// maxDigits is how many digits the methods of numbers print.
const maxDigits = 100

var numberMethods = map[string]method{
	"valueOf":  func(_ *run, this value, _ []value) value { return this },
	"toString": numberText,
	"toFixed": func(r *run, this value, args []value) value {
		digits := r.digits(arg(args, 0), 0)
		if s, ok := quickFixed(this.num, digits); ok {
			return text(s)
		}
		return formatted(this.num, ftoa.ModeFixed, digits)
	},
	"toPrecision": func(r *run, this value, args []value) value {
		if arg(args, 0).isUndefined() {
			return text(r.toText(this))
		}
		return formatted(this.num, ftoa.ModePrecision, r.digits(args[0], 1))
	},
	"toExponential": func(r *run, this value, args []value) value {
		if arg(args, 0).isUndefined() {
			return formatted(this.num, ftoa.ModeStandardExponential, 0)
		}
		return formatted(this.num, ftoa.ModeExponential, r.digits(args[0], 0)+1)
	},
	"toLocaleString": func(_ *run, this value, args []value) value {
		if !plainLocale(args) {
			bailout("a number in a special form")
		}
		return text(localeNumber(this.num))
	},
}

// digits is the number of digits that an argument asks for.
func (r *run) digits(v value, least float64) int {
	n := r.toInteger(v)
	if n < least || n > maxDigits {
		bailout("a number with very many digits")
	}
	return int(n)
}

func formatted(f float64, mode ftoa.FToStrMode, digits int) value {
	var buf [128]byte
	return text(string(ftoa.FToStr(f, mode, digits, buf[:0])))
}

// quickFixed is toFixed of usual numbers. f is worked out in units of the last digit with
// its error, so that the half is told exactly.
func quickFixed(f float64, digits int) (s string, ok bool) {
	if digits >= len(powersOf10) {
		return "", false
	}
	abs, scale := math.Abs(f), powersOf10[digits]
	units := abs * scale
	if !(units < 1<<52) {
		return "", false
	}
	n := int64(units)
	if (units-float64(n)-0.5)+math.FMA(abs, scale, -units) >= 0 {
		n++
	}
	var buf [32]byte
	b := buf[:0]
	if f < 0 {
		b = append(b, '-')
	}
	unit := int64(scale)
	b = strconv.AppendInt(b, n/unit, 10)
	if digits > 0 {
		b = append(b, '.')
		for n %= unit; unit > 1; n %= unit {
			unit /= 10
			b = append(b, '0'+byte(n/unit))
		}
	}
	return string(b), true
}

var powersOf10 = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

func numberText(r *run, this value, args []value) value {
	f, radix := this.num, 10.0
	if v := arg(args, 0); !v.isUndefined() {
		if radix = r.toInteger(v); radix < 2 || radix > 36 {
			bailout("a number in an unknown radix")
		}
	}
	switch {
	case radix == 10 || f-f != 0:
		return text(msg.FormatNumber(f))
	case f == math.Trunc(f) && math.Abs(f) < 1<<53:
		return text(strconv.FormatInt(int64(f), int(radix)))
	}
	return text(inRadix(f, radix))
}

const radixDigits = "0123456789abcdefghijklmnopqrstuvwxyz"

// inRadix prints a number that has a fraction, or is large, as V8 does: as many digits as tell
// it from its neighbours, and zeros where it is not that exact.
func inRadix(f, radix float64) string {
	abs := math.Abs(f)
	whole, frac := math.Modf(abs)
	exact := max(math.SmallestNonzeroFloat64, (math.Nextafter(abs, inf)-abs)/2)
	var places []byte // values of digits
	for frac >= exact {
		frac, exact = frac*radix, exact*radix
		digit := math.Trunc(frac)
		frac -= digit
		places = append(places, byte(digit))
		if (frac > 0.5 || frac == 0.5 && int(digit)%2 == 1) && frac+exact > 1 {
			for len(places) > 0 && places[len(places)-1] == byte(radix)-1 {
				places = places[:len(places)-1]
			}
			if len(places) == 0 {
				whole++
			} else {
				places[len(places)-1]++
			}
			break
		}
	}
	var b []byte // backwards
	for ; whole >= 1<<53; whole /= radix {
		b = append(b, '0')
	}
	for first := true; first || whole > 0; first = false {
		digit := math.Mod(whole, radix)
		b = append(b, radixDigits[int(digit)])
		whole = (whole - digit) / radix
	}
	if f < 0 {
		b = append(b, '-')
	}
	slices.Reverse(b)
	if len(places) > 0 {
		b = append(b, '.')
	}
	for _, digit := range places {
		b = append(b, radixDigits[digit])
	}
	return string(b)
}

// localeNumber is toLocaleString in American English: at most three decimals, groups of three digits.
func localeNumber(f float64) string {
	switch {
	case f != f:
		return "NaN"
	case f > math.MaxFloat64:
		return "∞"
	case f < -math.MaxFloat64:
		return "-∞"
	}
	const decimals = 3
	b := strconv.AppendFloat(nil, math.Abs(f), 'f', -1, 64)
	point := slices.Index(b, '.')
	if point < 0 {
		point = len(b)
	} else if end := point + 1 + decimals; len(b) > end {
		up := b[end] >= '5'
		if b = b[:end]; up {
			b = nextDecimal(b)
			point = slices.Index(b, '.')
		}
		for b[len(b)-1] == '0' {
			b = b[:len(b)-1]
		}
		if b[len(b)-1] == '.' {
			b = b[:point]
		}
	}
	var out []byte
	if math.Signbit(f) {
		out = append(out, '-')
	}
	for i, c := range b[:point] {
		if i > 0 && (point-i)%3 == 0 {
			out = append(out, ',')
		}
		out = append(out, c)
	}
	return string(append(out, b[point:]...))
}

// nextDecimal adds one to the last digit.
func nextDecimal(b []byte) []byte {
	for i := len(b) - 1; i >= 0; i-- {
		switch b[i] {
		case '.':
		case '9':
			b[i] = '0'
		default:
			b[i]++
			return b
		}
	}
	return slices.Insert(b, 0, '1')
}
