package msg

import (
	"math"
	"math/big"
	"testing"
)

func TestEqualityIsJavaScripts(t *testing.T) {
	o := &Object{}
	big2 := func() any { return &BigInt{big.NewInt(2)} }
	for _, tc := range []struct {
		name                string
		a, b                any
		strict, loose, deep bool
	}{
		{"numbers", 1.0, 1.0, true, true, true},
		{"NaN", math.NaN(), math.NaN(), false, false, true},
		{"zeros", 0.0, math.Copysign(0, -1), true, true, false},
		{"text and number", "1", 1.0, false, true, false},
		{"null and undefined", nil, Undefined, false, true, false},
		{"null and 0", nil, 0.0, false, false, false},
		{"empty array and text", NewArray(), "", false, true, false},
		{"array and false", NewArray(0.0), false, false, true, false},
		{"bigints", big2(), big2(), true, true, true},
		{"bigint and text", big2(), "2", false, true, false},
		{"bigint and number", big2(), 2.5, false, false, false},
		{"same object", o, o, true, true, true},
		{"objects in another order", NewObject("a", 1.0, "b", NewArray("x")), NewObject("b", NewArray("x"), "a", 1.0), false, false, true},
		{"objects of different size", NewObject("a", Undefined), &Object{}, false, false, false},
		{"arrays", NewArray(1.0, &Date{5}), NewArray(1.0, &Date{5}), false, false, true},
		{"array and object", NewArray(), &Object{}, false, false, false},
		{"invalid dates", &Date{math.NaN()}, &Date{math.NaN()}, false, false, true},
		{"buffers", &Buffer{[]byte("a")}, &Buffer{[]byte("a")}, false, false, true},
		{"typed arrays of another kind", &TypedArray{"Int8Array", nil}, &TypedArray{"Uint8Array", nil}, false, false, false},
		{"regexps", &RegExp{"a", "g"}, &RegExp{"a", "g"}, false, false, true},
		{"errors", &Error{Name: "E", Message: "m", Stack: "1"}, &Error{Name: "E", Message: "m", Stack: "2"}, false, false, true},
		{"errors with another code", &Error{Props: NewObject("code", "A")}, &Error{Props: NewObject("code", "B")}, false, false, false},
		{"hosts that Go cannot compare", uncomparable{}, uncomparable{}, false, false, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for _, pair := range [][2]any{{tc.a, tc.b}, {tc.b, tc.a}} {
				if StrictEqual(pair[0], pair[1]) != tc.strict {
					t.Errorf("===: want %v", tc.strict)
				}
				if LooseEqual(pair[0], pair[1]) != tc.loose {
					t.Errorf("==: want %v", tc.loose)
				}
				if DeepEqual(pair[0], pair[1]) != tc.deep {
					t.Errorf("deep: want %v", tc.deep)
				}
			}
		})
	}
}

type uncomparable struct {
	hostStub
	_ []int
}

func TestDeepEqualEndsOnCycles(t *testing.T) {
	ring := func(end any) *Object {
		o := NewObject("end", end)
		o.Set("self", o)
		return o
	}
	if !DeepEqual(ring(1.0), ring(1.0)) || DeepEqual(ring(1.0), ring(2.0)) {
		t.Error("cycles compare by their other fields")
	}
}
