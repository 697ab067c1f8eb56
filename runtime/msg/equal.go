package msg

import (
	"bytes"
	"math"
	"reflect"
)

// StrictEqual is the === operator.
func StrictEqual(a, b any) bool {
	switch a := a.(type) {
	case float64:
		b, ok := b.(float64)
		return ok && a == b
	case string:
		b, ok := b.(string)
		return ok && a == b
	case *BigInt:
		b, ok := b.(*BigInt)
		return ok && a.Int.Cmp(b.Int) == 0
	}
	if f, ok := a.(Callable); ok {
		return f.Same(b)
	}
	return same(a, b)
}

// same tells whether a and b are the same object, or equal primitives. A Host may
// be of a type that Go cannot compare.
func same(a, b any) bool {
	if t := reflect.TypeOf(a); t != nil && !t.Comparable() {
		return false
	}
	return a == b
}

// LooseEqual is the == operator.
func LooseEqual(a, b any) bool {
	aNone, bNone := a == nil || a == Undefined, b == nil || b == Undefined
	if aNone || bNone {
		return aNone && bNone
	}
	ta, tb := TypeOf(a), TypeOf(b)
	aObject, bObject := ta == "object" || ta == "function", tb == "object" || tb == "function"
	if ta == tb || aObject && bObject {
		return StrictEqual(a, b)
	}
	if aObject {
		a = toPrimitive(a, false)
	}
	if bObject {
		b = toPrimitive(b, false)
	}
	if _, ok := a.(string); ok {
		if _, ok := b.(string); ok {
			return a == b
		}
	}
	if x, y, ok := bigOperands(a, b); ok {
		return x != nil && y != nil && x.Cmp(y) == 0
	}
	return ToNumber(a) == ToNumber(b)
}

// DeepEqual is util.isDeepStrictEqual, as far as these values go: numbers by
// Object.is, objects without regard to the order of keys, Host and Foreign by identity.
// It panics with a *RangeError on values nested deeper than MaxDepth.
func DeepEqual(a, b any) bool { return (&comparison{}).equal(a, b) }

// comparison holds the pairs that are being compared, since values may contain themselves.
type comparison struct{ nesting[[2]any] }

func (c *comparison) equal(a, b any) bool {
	switch a := a.(type) {
	case float64:
		b, ok := b.(float64)
		return ok && (a == b && math.Signbit(a) == math.Signbit(b) || a != a && b != b)
	case *Object:
		b, ok := b.(*Object)
		return ok && (a == b || c.within(a, b, func() bool { return c.objects(a, b) }))
	case *Array:
		b, ok := b.(*Array)
		return ok && (a == b || c.within(a, b, func() bool { return c.arrays(a, b) }))
	case *Error:
		b, ok := b.(*Error)
		return ok && (a == b || a.Name == b.Name && a.Message == b.Message &&
			c.within(a, b, func() bool { return c.objects(a.Props, b.Props) }))
	case *Buffer:
		b, ok := b.(*Buffer)
		return ok && bytes.Equal(a.B, b.B)
	case *TypedArray:
		b, ok := b.(*TypedArray)
		return ok && a.Kind == b.Kind && bytes.Equal(a.B, b.B)
	case *Date:
		b, ok := b.(*Date)
		return ok && (a.Ms == b.Ms || a.Ms != a.Ms && b.Ms != b.Ms)
	case *RegExp:
		b, ok := b.(*RegExp)
		return ok && *a == *b
	}
	return StrictEqual(a, b)
}

// within compares the contents of a and b. A pair that is already being compared
// further out counts as equal: the difference, if any, shows elsewhere.
func (c *comparison) within(a, b any, contents func() bool) bool {
	pair := [2]any{a, b}
	if c.inside(pair) {
		return true
	}
	if c.tooDeep() {
		panic(errTooDeep)
	}
	c.enter(pair)
	equal := contents()
	c.leave()
	return equal
}

func (c *comparison) objects(a, b *Object) bool {
	if a.Len() != b.Len() {
		return false
	}
	for k, v := range a.All() {
		if w, ok := b.Get(k); !ok || !c.equal(v, w) {
			return false
		}
	}
	return true
}

func (c *comparison) arrays(a, b *Array) bool {
	if a.Len() != b.Len() {
		return false
	}
	for i, v := range a.elems {
		if !c.equal(v, b.elems[i]) {
			return false
		}
	}
	return true
}
