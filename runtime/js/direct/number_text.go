package direct

import (
	"bytes"
	"math"
	"slices"
	"strconv"

	"sluice/runtime/msg"
)

// maxDigits is how many digits the methods of numbers print.
const maxDigits = 100

var numberMethods = map[string]method{
	"valueOf":  func(_ *run, this value, _ []value) value { return this },
	"toString": numberText,
	"toFixed": func(r *run, this value, args []value) value {
		digits := r.digits(arg(args, 0), 0)
		if f := math.Abs(this.num); f < 1e21 {
			return text(fixed(this.num, digits))
		}
		return text(r.toText(this))
	},
	"toPrecision": func(r *run, this value, args []value) value {
		return r.inDigits(this, args, 1, func(b, digits []byte, exp int) []byte {
			if exp < -6 || exp >= len(digits) {
				return exponential(b, digits, exp)
			}
			if exp < 0 {
				b = append(b, "0."...)
				return append(append(b, "000000"[:-exp-1]...), digits...)
			}
			b = append(b, digits[:exp+1]...)
			if exp+1 < len(digits) {
				b = append(append(b, '.'), digits[exp+1:]...)
			}
			return b
		})
	},
	"toExponential": func(r *run, this value, args []value) value {
		if arg(args, 0).isUndefined() && this.num-this.num == 0 {
			b := strconv.AppendFloat(nil, math.Abs(this.num), 'e', -1, 64)
			digits, exp := takeApart(b)
			return text(string(exponential(minus(nil, this.num), digits, exp)))
		}
		return r.inDigits(this, args, 0, exponential)
	},
	"toLocaleString": func(_ *run, this value, args []value) value {
		if !plainLocale(args) {
			bailout("a number in a special form")
		}
		return text(localeNumber(this.num))
	},
}

func minus(b []byte, f float64) []byte {
	if f < 0 {
		b = append(b, '-')
	}
	return b
}

// inDigits prints a number to the number of digits, significant ones or else decimals, that the first argument says.
func (r *run) inDigits(this value, args []value, least float64, print func(b, digits []byte, exp int) []byte) value {
	v, f := arg(args, 0), this.num
	if n := r.toInteger(v); least == 1 && v.isUndefined() || f-f != 0 {
		return text(msg.FormatNumber(f))
	} else if n < least || n > maxDigits {
		bailout("a number with very many digits")
	}
	digits, exp := rounded(math.Abs(f), r.digits(v, least)+1-int(least))
	return text(string(print(minus(nil, f), digits, exp)))
}

// exponential appends digits as a number from 1 to 10 with an exponent.
func exponential(b, digits []byte, exp int) []byte {
	b = append(b, digits[0])
	if len(digits) > 1 {
		b = append(append(b, '.'), digits[1:]...)
	}
	b = append(b, 'e')
	if exp >= 0 {
		b = append(b, '+')
	}
	return strconv.AppendInt(b, int64(exp), 10)
}

// rounded gives n significant digits of f and the exponent of the first. Unlike strconv it rounds halves up.
func rounded(f float64, n int) (digits []byte, exp int) {
	digits, exp = takeApart(strconv.AppendFloat(nil, f, 'e', n, 64))
	if digits[n] != '5' || !isHalf(f, n-1-exp) {
		return takeApart(strconv.AppendFloat(nil, f, 'e', n-1, 64))
	}
	if digits = nextDecimal(digits[:n]); len(digits) > n {
		digits, exp = digits[:n], exp+1
	}
	return digits, exp
}

// takeApart takes what strconv prints in the format e into digits and exponent.
func takeApart(b []byte) (digits []byte, exp int) {
	mantissa, exponent, _ := bytes.Cut(b, []byte{'e'})
	exp, _ = strconv.Atoi(string(exponent))
	if len(mantissa) > 1 {
		mantissa = slices.Delete(mantissa, 1, 2)
	}
	return mantissa, exp
}

// isHalf tells whether f lies in the middle between two numbers of so many decimals,
// less than none for multiples of powers of ten: f is then an odd multiple of a power
// of two and, beside that, of one of five.
func isHalf(f float64, decimals int) bool {
	odd := math.Ldexp(f, decimals+1)
	if odd >= 1<<53 || math.Mod(odd, 2) != 1 {
		return false
	}
	for ; decimals < 0; decimals++ {
		if odd /= 5; odd != math.Trunc(odd) {
			return false
		}
	}
	return true
}

// digits is the number of digits that an argument asks for.
func (r *run) digits(v value, least float64) int {
	n := r.toInteger(v)
	if n < least || n > maxDigits {
		bailout("a number with very many digits")
	}
	return int(n)
}

// fixed is toFixed.
func fixed(f float64, digits int) string {
	if s, ok := quickFixed(f, digits); ok {
		return s
	}
	b, abs := minus(nil, f), math.Abs(f)
	if !isHalf(abs, digits) {
		return string(strconv.AppendFloat(b, abs, 'f', digits, 64))
	}
	half := bytes.TrimSuffix(strconv.AppendFloat(nil, abs, 'f', digits+1, 64), []byte{'5'})
	return string(append(b, nextDecimal(bytes.TrimSuffix(half, []byte{'.'}))...))
}

// quickFixed is toFixed of usual numbers. f is worked out in units of the last digit with
// its error, so that the half is told exactly.
func quickFixed(f float64, digits int) (s string, ok bool) {
	if digits >= len(powersOf10) {
		return "", false
	}
	abs, scale := math.Abs(f), powersOf10[digits]
	units := float64(abs * scale) // rounded, on every processor
	if !(units < 1<<52) {
		return "", false
	}
	n := int64(units)
	if (units-float64(n)-0.5)+math.FMA(abs, scale, -units) >= 0 {
		n++
	}
	var buf [32]byte
	b := minus(buf[:0], f)
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
	case math.Abs(f) >= 1<<53:
		bailout("a large number in a special radix")
	case f == math.Trunc(f):
		return text(strconv.FormatInt(int64(f), int(radix)))
	}
	return text(inRadix(f, radix))
}

const radixDigits = "0123456789abcdefghijklmnopqrstuvwxyz"

// inRadix prints a number that has a fraction as V8 does: with as many digits as tell it from its neighbours.
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
	for first := true; first || whole > 0; first = false {
		digit := math.Mod(whole, radix)
		b = append(b, radixDigits[int(digit)])
		whole = (whole - digit) / radix
	}
	b = minus(b, f)
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
