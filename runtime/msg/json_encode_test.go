package msg

import (
	"math"
	"math/big"
	"strings"
	"testing"
)

type plainStub struct{ v any }

func (plainStub) TypeOf() string   { return "object" }
func (p plainStub) JSONValue() any { return p.v }

func TestStringifyPrintsAsNode(t *testing.T) {
	fn := &Func{Name: "f"}
	for _, tc := range []struct {
		name   string
		v      any
		indent string
		want   string // "" for undefined
	}{
		{"undefined", Undefined, "", ""},
		{"function", fn, "", ""},
		{"host", hostStub{NewObject("a", 1.0)}, "", ""},
		{"what is undefined in an object", NewObject("f", fn, "u", Undefined, "h", hostStub{}, "x", foreignStub("function"), "n", nil), "", `{"n":null}`},
		{"what is undefined in an array", NewArray(fn, Undefined, hostStub{}, foreignStub("function")), "", `[null,null,null,null]`},
		{"numbers", NewArray(math.NaN(), math.Inf(-1), math.Copysign(0, -1), 1e21), "", `[null,null,0,1e+21]`},
		{"dates", NewArray(&Date{0}, &Date{math.NaN()}), "", `["1970-01-01T00:00:00.000Z",null]`},
		{"buffer", &Buffer{[]byte{1, 255}}, "", `{"type":"Buffer","data":[1,255]}`},
		{"typed array", &TypedArray{"Float32Array", []byte{0, 0, 192, 63, 0, 0, 192, 127}}, "", `{"0":1.5,"1":null}`},
		{"array buffer", &TypedArray{"ArrayBuffer", []byte{1}}, "", `{}`},
		{"regexp", &RegExp{"a", "g"}, "", `{}`},
		{"error", NewArray(&Error{Message: "m"}, &Error{Message: "m", Props: NewObject("code", "E")}), "", `[{},{"code":"E"}]`},
		{"foreign object", NewArray(foreignStub("object"), plainStub{NewObject("x", 1.0)}, plainStub{Undefined}), "", `[{},{"x":1},null]`},
		{"control characters", "\x00\x1f\x7f\b\t\n\f\r\"\\/\u2028", "", "\"\\u0000\\u001f\x7f\\b\\t\\n\\f\\r\\\"\\\\/\u2028\""},
		{"lone surrogates", "a" + high + "b" + low + "퟿", "", `"a\ud83db\ude00` + "퟿\""},
		{"indent", NewObject("a", NewArray(), "b", &Object{}, "c", NewArray(NewArray()), "d", NewObject("f", fn)), "  ",
			"{\n  \"a\": [],\n  \"b\": {},\n  \"c\": [\n    []\n  ],\n  \"d\": {}\n}"},
		{"ten characters of indent", NewArray(1.0), "abcdefghijkl", "[\nabcdefghij1\n]"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, ok, err := Stringify(tc.v, tc.indent)
			if got != tc.want || ok != (tc.want != "") || err != nil {
				t.Errorf("got %q, %v, %v\nwant %q", got, ok, err, tc.want)
			}
		})
	}
}

func TestStringsAreEscapedWhereverTheNeedIs(t *testing.T) {
	for _, tc := range []struct{ char, want string }{
		{`"`, `\"`}, {`\`, `\\`}, {"\x1f", `\u001f`}, {"\x00", `\u0000`}, {high, `\ud83d`},
		{" ", " "}, {"\x7f", "\x7f"}, {"!", "!"}, {"#", "#"}, {"[", "["}, {"]", "]"}, {"é", "é"}, {"퟿", "퟿"}, {"\u2028", "\u2028"},
	} {
		for before := range 18 {
			for after := range 18 {
				s, e := strings.Repeat("a", before), strings.Repeat("é", after)
				if got, _, _ := Stringify(s+tc.char+e, ""); got != `"`+s+tc.want+e+`"` {
					t.Fatalf("%q after %d and before %d: %s", tc.char, before, after, got)
				}
				if v, err := Parse(`"` + s + tc.want + e + `"`); v != s+tc.char+e {
					t.Fatalf("%q after %d and before %d is read as %q, %v", tc.char, before, after, v, err)
				}
			}
		}
	}
}

// Texts of Node 24.
func TestCyclesAndBigIntsAreV8sTypeErrors(t *testing.T) {
	self := &Object{}
	self.Set("a", self)
	back := NewObject("x", NewObject("y", NewObject("z", NewObject("w", &Object{}))))
	x := back.Value("x").(*Object)
	x.Value("y").(*Object).Value("z").(*Object).Value("w").(*Object).Set("back", x)
	mixed := &Object{}
	mixed.Set("a", NewArray(1.0, NewObject("b", NewObject("", mixed))))
	long := NewArray()
	inner := long
	for range 5 {
		next := NewArray()
		inner.Append(next)
		inner = next
	}
	inner.Append(long)
	failed := &Error{Props: &Object{}}
	failed.Props.Set("self", NewObject("e", failed))
	deep := &Object{}
	for v, i := deep, 0; i < 3*fewOpen; i++ {
		next := &Object{}
		v.Set("n", next)
		if i == 3*fewOpen-1 {
			next.Set("n", v)
		}
		v = next
	}

	const head = "Converting circular structure to JSON\n    --> starting at object with constructor "
	for _, tc := range []struct {
		name string
		v    any
		want string
	}{
		{"itself", self, head + "'Object'\n    --- property 'a' closes the circle"},
		{"further in", back, head + "'Object'\n    |     property 'y' -> object with constructor 'Object'\n    |     property 'z' -> object with constructor 'Object'\n    |     property 'w' -> object with constructor 'Object'\n    --- property 'back' closes the circle"},
		{"arrays", mixed, head + "'Object'\n    |     property 'a' -> object with constructor 'Array'\n    |     index 1 -> object with constructor 'Object'\n    |     property 'b' -> object with constructor 'Object'\n    --- <anonymous> closes the circle"},
		{"many steps", long, head + "'Array'\n    |     index 0 -> object with constructor 'Array'\n    |     index 0 -> object with constructor 'Array'\n    |     ...\n    |     index 0 -> object with constructor 'Array'\n    --- index 0 closes the circle"},
		{"an error", failed, head + "'Error'\n    |     property 'self' -> object with constructor 'Object'\n    --- property 'e' closes the circle"},
		{"deep down", deep, head + "'Object'\n    |     property 'n' -> object with constructor 'Object'\n    --- property 'n' closes the circle"},
		{"bigint", NewArray(&BigInt{big.NewInt(1)}), "Do not know how to serialize a BigInt"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, ok, err := Stringify(tc.v, "")
			if te, isType := err.(*TypeError); ok || !isType || te.Message != tc.want {
				t.Errorf("got %v\nwant %s", err, tc.want)
			}
		})
	}
	if shared := NewObject("b", 1.0); true {
		if got, _, err := Stringify(NewArray(shared, shared), ""); got != `[{"b":1},{"b":1}]` || err != nil {
			t.Errorf("an object met twice is no cycle: %s, %v", got, err)
		}
	}
}

func TestAppendJSONWritesNullForUndefined(t *testing.T) {
	if b, err := AppendJSON([]byte("x="), Undefined); string(b) != "x=null" || err != nil {
		t.Errorf("got %s, %v", b, err)
	}
}
