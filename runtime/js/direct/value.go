package direct

import (
	"math"

	"sluice/runtime/msg"
)

// value is a JavaScript value. Numbers are not boxed: any is then number{} and
// num the number. Else any is a value of package msg, but for float64, or one that only
// a run knows, see loose.
type value struct {
	any any
	num float64
}

type number struct{}

// notYet is in a variable whose let or const has not been reached.
type notYet struct{}

var (
	isNumber  any = number{}
	undefined     = value{any: msg.Undefined}
	null          = value{}
	truth         = value{any: true}
	falsity       = value{any: false}
	nan           = num(math.NaN())
)

func num(f float64) value { return value{isNumber, f} }

func boolean(b bool) value {
	if b {
		return truth
	}
	return falsity
}

func text(s string) value { return value{any: s} }

// of is a value out of a message.
func of(x any) value {
	if f, ok := x.(float64); ok {
		return num(f)
	}
	return value{any: x}
}

func (v value) number() (float64, bool) {
	_, ok := v.any.(number)
	return v.num, ok
}

// box is the value as a message holds it.
func (v value) box() any {
	if _, ok := v.any.(number); ok {
		return msg.Number(v.num)
	}
	return v.any
}

// nullish tells whether the value is null or undefined.
func (v value) nullish() bool { return v.any == nil || v.isUndefined() }

func (v value) isUndefined() bool { return v.any == msg.Undefined }

func (v value) truthy() bool {
	switch x := v.any.(type) {
	case bool:
		return x
	case number:
		return v.num != 0 && v.num == v.num
	case string:
		return x != ""
	case nil:
		return false
	}
	return msg.ToBool(v.any)
}

func (v value) typeOf() string {
	switch v.any.(type) {
	case number:
		return "number"
	case callable:
		return "function"
	case *pattern:
		return "object"
	}
	return msg.TypeOf(v.any)
}

// isPrimitive tells whether the value is neither an object nor a function.
func (v value) isPrimitive() bool {
	switch v.any.(type) {
	case number, string, bool, nil, *msg.BigInt, msg.Symbol:
		return true
	}
	return v.isUndefined()
}

// toNumber is ToNumber of what converts without a function of a body being asked.
func (r *run) toNumber(v value) float64 {
	switch v.any.(type) {
	case number:
		return v.num
	case string, bool, nil, *msg.Date:
		return msg.ToNumber(v.any)
	}
	if v.isUndefined() {
		return math.NaN()
	}
	switch v.any.(type) {
	case *msg.BigInt, msg.Symbol:
		bailout("a number of a bigint or symbol")
	}
	return msg.ToNumber(r.toPrimitive(v).any)
}

// toText is ToString.
func (r *run) toText(v value) string {
	switch x := v.any.(type) {
	case string:
		return x
	case number:
		return msg.FormatNumber(v.num)
	case bool, nil, *msg.BigInt:
		return msg.ToString(x)
	}
	if v.isUndefined() {
		return "undefined"
	}
	s, ok := r.toPrimitive(v).any.(string)
	if !ok {
		bailout("a text of a symbol")
	}
	return s
}

// toPrimitive makes a string of an object whose methods are the built-in ones.
func (r *run) toPrimitive(v value) value {
	switch x := v.any.(type) {
	case *msg.Object:
		if x == nil || x.Bare() || x.Has("toString") || x.Has("valueOf") {
			bailout("an object with its own conversion")
		}
		return text("[object Object]")
	case *msg.Array:
		return text(r.join(x, ","))
	case *msg.Date, *msg.Buffer:
		return text(msg.ToString(x))
	}
	if v.isPrimitive() {
		return v
	}
	bailout("the conversion of a special object")
	return v
}

// toKey is ToPropertyKey. There are no symbols as keys.
func (r *run) toKey(v value) string {
	if _, ok := v.any.(msg.Symbol); ok {
		bailout("a symbol as key")
	}
	return r.toText(v)
}

// toInteger is ToIntegerOrInfinity.
func (r *run) toInteger(v value) float64 {
	f := r.toNumber(v)
	if f != f {
		return 0
	}
	return math.Trunc(f)
}

// index is a relative index, as slice and its like take one, within 0 to n; a missing one is missing.
func (r *run) index(args []value, i, n, missing int) int {
	if i >= len(args) || args[i].isUndefined() {
		return missing
	}
	f := r.toInteger(args[i])
	if f < 0 {
		return int(math.Max(0, f+float64(n)))
	}
	return int(math.Min(f, float64(n)))
}

// arg is the i-th argument, or undefined.
func arg(args []value, i int) value {
	if i < len(args) {
		return args[i]
	}
	return undefined
}
