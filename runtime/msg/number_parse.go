package msg

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

// isSpace tells whether r is JavaScript's white space or a line end.
func isSpace(r rune) bool {
	switch r {
	case '\t', '\n', '\v', '\f', '\r', ' ', 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0xFEFF:
		return true
	}
	return r >= 0x2000 && r <= 0x200A
}

// TrimSpace is String.prototype.trim.
func TrimSpace(s string) string { return strings.TrimFunc(s, isSpace) }

// stringToNumber is ECMAScript's StringToNumber.
func stringToNumber(s string) float64 {
	s = TrimSpace(s)
	if s == "" {
		return 0
	}
	if len(s) > 2 && s[0] == '0' {
		switch s[1] {
		case 'x', 'X':
			return wholeInt(s[2:], 16)
		case 'o', 'O':
			return wholeInt(s[2:], 8)
		case 'b', 'B':
			return wholeInt(s[2:], 2)
		}
	}
	f, n := decimalPrefix(s)
	if n < len(s) {
		return math.NaN()
	}
	return f
}

// decimalPrefix reads the longest decimal literal (StrDecimalLiteral) at the start of s, and
// returns its value and length; the length is 0 and the value NaN if there is none.
func decimalPrefix(s string) (float64, int) {
	i := 0
	if s != "" && (s[0] == '+' || s[0] == '-') {
		i = 1
	}
	if strings.HasPrefix(s[i:], "Infinity") {
		if s[0] == '-' {
			return math.Inf(-1), i + 8
		}
		return math.Inf(1), i + 8
	}
	start := i
	i += digits(s[i:])
	n := i - start
	if i < len(s) && s[i] == '.' {
		if frac := digits(s[i+1:]); n+frac > 0 {
			i += 1 + frac
			n += frac
		}
	}
	if n == 0 {
		return math.NaN(), 0
	}
	if i < len(s) && s[i]|0x20 == 'e' {
		j := i + 1
		if j < len(s) && (s[j] == '+' || s[j] == '-') {
			j++
		}
		if exp := digits(s[j:]); exp > 0 {
			i = j + exp
		}
	}
	f, _ := strconv.ParseFloat(s[:i], 64) // out of range: infinite or 0, as in JavaScript
	return f, i
}

func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

// wholeInt reads all of s as digits of the base.
func wholeInt(s string, base int) float64 {
	f, n := intPrefix(s, base)
	if n < len(s) {
		return math.NaN()
	}
	return f
}

// intPrefix reads the digits of the base at the start of s.
func intPrefix(s string, base int) (float64, int) {
	n := 0
	for n < len(s) && digitValue(s[n]) < base {
		n++
	}
	if n == 0 {
		return math.NaN(), 0
	}
	if u, err := strconv.ParseUint(s[:n], base, 53); err == nil {
		return float64(u), n
	}
	if base == 10 {
		f, _ := strconv.ParseFloat(s[:n], 64)
		return f, n
	}
	if base&(base-1) != 0 {
		return roughInt(s[:n], base), n
	}
	// Far more digits than any double has: infinite, without the quadratic work.
	if n > 1100 && strings.TrimLeft(s[:n-1100], "0") != "" {
		return math.Inf(1), n
	}
	i, _ := new(big.Int).SetString(s[:n], base)
	f, _ := new(big.Float).SetInt(i).Float64()
	return f, n
}

// roughInt reads digits of a base that is no power of two, where ECMAScript lets
// an implementation approximate: V8 adds up parts of about 32 bits, and so rounds
// more than once.
func roughInt(s string, base int) float64 {
	const most = math.MaxUint32 / 36
	f := 0.0
	s = strings.TrimLeft(s, "0")
	for i := 0; i < len(s); {
		part, scale := 0, 1
		for ; i < len(s) && scale*base <= most; i++ {
			part = part*base + digitValue(s[i])
			scale *= base
		}
		f = f*float64(scale) + float64(part)
	}
	return f
}

func digitValue(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'z':
		return int(c|0x20-'a') + 10
	}
	return 99
}

// ParseInt is the global parseInt; radix 0 stands for none given.
func ParseInt(s string, radix int) float64 {
	s = strings.TrimLeftFunc(s, isSpace)
	sign := 1.0
	if s != "" && (s[0] == '-' || s[0] == '+') {
		if s[0] == '-' {
			sign = -1
		}
		s = s[1:]
	}
	hex := len(s) >= 2 && s[0] == '0' && s[1]|0x20 == 'x'
	if hex && (radix == 0 || radix == 16) {
		s, radix = s[2:], 16
	}
	if radix == 0 {
		radix = 10
	}
	if radix < 2 || radix > 36 {
		return math.NaN()
	}
	f, _ := intPrefix(s, radix)
	return sign * f
}

// ParseFloat is the global parseFloat.
func ParseFloat(s string) float64 {
	f, _ := decimalPrefix(strings.TrimLeftFunc(s, isSpace))
	return f
}

// stringToBigInt is ECMAScript's StringToBigInt.
func stringToBigInt(s string) (*big.Int, bool) {
	s = TrimSpace(s)
	if s == "" {
		return new(big.Int), true
	}
	base, text := 10, s
	if len(s) > 2 && s[0] == '0' {
		switch s[1] | 0x20 {
		case 'x':
			base, text = 16, s[2:]
		case 'o':
			base, text = 8, s[2:]
		case 'b':
			base, text = 2, s[2:]
		}
	}
	if strings.Contains(text, "_") || base != 10 && strings.ContainsAny(text, "+-") {
		return nil, false
	}
	return new(big.Int).SetString(text, base)
}
