package msg

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// The conversions follow ECMAScript's abstract operations. Objects convert by
// their built-in toString and valueOf: own ones that a script gave them are not called.

// ToNumber is ECMAScript's ToNumber; a BigInt converts as Number(x) does.
func ToNumber(v any) float64 {
	switch v := v.(type) {
	case float64:
		return v
	case string:
		return stringToNumber(v)
	case nil:
		return 0
	case bool:
		if v {
			return 1
		}
		return 0
	case *Date:
		return v.Ms
	case *BigInt:
		f, _ := new(big.Float).SetInt(v.Int).Float64()
		return f
	case undefined:
		return math.NaN()
	}
	return stringToNumber(ToString(v))
}

// ToBool is ECMAScript's ToBoolean.
func ToBool(v any) bool {
	switch v := v.(type) {
	case bool:
		return v
	case float64:
		return v != 0 && v == v
	case string:
		return v != ""
	case *BigInt:
		return v.Int.Sign() != 0
	case nil, undefined:
		return false
	}
	return true
}

// ToInt32 is ECMAScript's ToInt32, which the bitwise operators apply.
func ToInt32(v any) int32 {
	f := ToNumber(v)
	if i := int32(f); float64(i) == f {
		return i
	}
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return 0
	}
	return int32(uint32(int64(math.Mod(math.Trunc(f), 1<<32))))
}

// TypeOf is the typeof operator.
func TypeOf(v any) string {
	switch v := v.(type) {
	case undefined:
		return "undefined"
	case bool:
		return "boolean"
	case float64:
		return "number"
	case string:
		return "string"
	case *BigInt:
		return "bigint"
	case *Func:
		return "function"
	case Foreign:
		return v.TypeOf()
	}
	return "object"
}

// ToString is String(v). It panics with a *RangeError on arrays nested deeper than MaxDepth.
func ToString(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return FormatNumber(v)
	case bool:
		return strconv.FormatBool(v)
	case nil:
		return "null"
	case undefined:
		return "undefined"
	case *Array:
		var t arrayText
		t.join(v)
		return string(t.b)
	case *Buffer:
		return utf8Text(v.B)
	case *Date:
		return v.Format(time.Local)
	case *BigInt:
		return v.Int.String()
	case *RegExp:
		return "/" + v.Source + "/" + v.Flags
	case *Error:
		return errorText(v)
	case *TypedArray:
		return joinTypedArray(v)
	case *Func:
		return "function " + v.Name + "() { [native code] }"
	}
	return "[object Object]"
}

// arrayText is Array.prototype.join(","). An array that contains itself prints as ""
// inside.
type arrayText struct {
	nesting[*Array]
	b []byte
}

func (t *arrayText) join(a *Array) {
	if t.inside(a) {
		return
	}
	if t.tooDeep() {
		panic(errTooDeep)
	}
	t.enter(a)
	for i, v := range a.elems {
		if i > 0 {
			t.b = append(t.b, ',')
		}
		switch v := v.(type) {
		case nil, undefined:
		case *Array:
			t.join(v)
		default:
			t.b = append(t.b, ToString(v)...)
		}
	}
	t.leave()
}

// errorText is Error.prototype.toString.
func errorText(e *Error) string {
	name, message := ToString(Property(e, "name")), ToString(Property(e, "message"))
	switch {
	case name == "":
		return message
	case message == "":
		return name
	}
	return name + ": " + message
}

// toPrimitive is ECMAScript's ToPrimitive with the hint "number", or with
// "default", which only a Date tells apart.
func toPrimitive(v any, number bool) any {
	switch v := v.(type) {
	case nil, undefined, bool, float64, string, *BigInt:
		return v
	case *Date:
		if number {
			return v.Ms
		}
	}
	return ToString(v)
}

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

// Compare returns -1, 0 or 1 as JavaScript's < and > order a and b; ok is false
// if neither holds nor equality (NaN).
func Compare(a, b any) (c int, ok bool) {
	a, b = toPrimitive(a, true), toPrimitive(b, true)
	if s, isString := a.(string); isString {
		if t, isString := b.(string); isString {
			return sign(CompareUTF16(s, t)), true
		}
	}
	if x, y, both := bigOperands(a, b); both {
		if x == nil || y == nil {
			return 0, false
		}
		return x.Cmp(y), true
	}
	x, y := ToNumber(a), ToNumber(b)
	switch {
	case x < y:
		return -1, true
	case x > y:
		return 1, true
	}
	return 0, x == y
}

func sign(i int) int { return min(max(i, -1), 1) }

// bigOperands returns a and b for an exact comparison if one of them is a
// BigInt; nil stands for NaN.
func bigOperands(a, b any) (x, y *big.Float, ok bool) {
	_, aBig := a.(*BigInt)
	_, bBig := b.(*BigInt)
	if !aBig && !bBig {
		return nil, nil, false
	}
	return toBigFloat(a), toBigFloat(b), true
}

func toBigFloat(v any) *big.Float {
	if s, ok := v.(string); ok {
		i, ok := stringToBigInt(s)
		if !ok {
			return nil
		}
		v = &BigInt{i}
	}
	if i, ok := v.(*BigInt); ok {
		return new(big.Float).SetPrec(uint(max(i.Int.BitLen(), 64))).SetInt(i.Int)
	}
	f := ToNumber(v)
	if math.IsNaN(f) {
		return nil
	}
	return big.NewFloat(f)
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
