package msg

import (
	"math"
	"math/big"
	"strconv"
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
	case Symbol:
		return "symbol"
	case *Func:
		return "function"
	case nil, *Object, *Array: // found before the search for what is Foreign
		return "object"
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
	case Symbol:
		return v.Text
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
