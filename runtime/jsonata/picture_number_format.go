package jsonata

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"sluice/runtime/msg"
)

func (f *decimalFormat) format(value float64, pic subPicture) (string, error) {
	switch {
	case index(pic.picture, f.percent) >= 0:
		value *= 100
	case index(pic.picture, f.perMille) >= 0:
		value *= 1000
	}
	mantissa, exponent := value, 0
	if pic.minExponent > 0 && mantissa != 0 && !math.IsInf(mantissa, 0) {
		most, least := math.Pow10(pic.scale), math.Pow10(pic.scale-1)
		for math.Abs(mantissa) < least {
			mantissa *= 10
			exponent--
		}
		for math.Abs(mantissa) > most {
			mantissa /= 10
			exponent++
		}
	}
	text, err := f.digitText(round(mantissa, float64(pic.maxFraction)), pic.maxFraction)
	if err != nil {
		return "", err
	}
	s := []rune(text)
	if at := index(s, "."); at < 0 {
		s = append(s, []rune(f.decimal)...)
	} else {
		s = splice(s, at, at+1, f.decimal)
	}
	for len(s) > 0 && string(s[0]) == f.zero {
		s = s[1:]
	}
	for len(s) > 0 && string(s[len(s)-1]) == f.zero {
		s = s[:len(s)-1]
	}
	point := index(s, f.decimal)
	left, right := pic.minInteger-point, pic.minFraction-(len(s)-point-1)
	s = []rune(strings.Repeat(f.zero, max(left, 0)) + string(s) + strings.Repeat(f.zero, max(right, 0)))
	s = f.group(s, pic)
	if point = index(s, f.decimal); (index(pic.picture, f.decimal) < 0 || point == len(s)-1) && len(s) > 0 {
		s = s[:len(s)-1]
	}
	out := pic.prefix + string(s)
	if pic.minExponent > 0 {
		digits, err := f.digitText(float64(exponent), 0)
		if err != nil {
			return "", err
		}
		out += f.exponent
		if exponent < 0 {
			out += f.minus
		}
		out += strings.Repeat(f.zero, max(pic.minExponent-len([]rune(digits)), 0)) + digits
	}
	return out + pic.suffix, nil
}

// splice replaces s[i:j], where negative indices count from the end as they do
// for String.prototype.slice.
func splice(s []rune, i, j int, by string) []rune {
	clamp := func(i int) int {
		if i < 0 {
			i += len(s)
		}
		return min(max(i, 0), len(s))
	}
	return slices.Concat(s[:clamp(i)], []rune(by), s[clamp(j):])
}

func (f *decimalFormat) group(s []rune, pic subPicture) []rune {
	point := index(s, f.decimal)
	if pic.regular > 0 {
		for i := 1; i <= floorDiv(point-1, pic.regular); i++ {
			s = splice(s, point-i*pic.regular, point-i*pic.regular, f.grouping)
		}
	} else {
		for _, at := range pic.integerGroups {
			s = splice(s, point-at, point-at, f.grouping)
			point++
		}
	}
	point = index(s, f.decimal)
	for _, at := range pic.fractionGroups {
		s = splice(s, at+point+1, at+point+1, f.grouping)
	}
	return s
}

func floorDiv(a, b int) int { return int(math.Floor(float64(a) / float64(b))) }

// digitText is the magnitude of x with a number of decimal places, in the
// picture's digits.
func (f *decimalFormat) digitText(x float64, places int) (string, error) {
	if places > 100 {
		return "", scriptError("RangeError", "toFixed() digits argument must be between 0 and 100")
	}
	x = math.Abs(x)
	text := msg.FormatNumber(x)
	if x < 1e21 {
		text = strconv.FormatFloat(x, 'f', places, 64)
	}
	if f.zero == "0" {
		return text, nil
	}
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return f.digits[r-'0']
		}
		return r
	}, text), nil
}
