package inspect

import (
	"encoding/json"
	"math"
	"math/big"
	"os"
	"strings"
	"testing"

	"sluice/runtime/msg"
)

// testdata/node.json holds JSON texts and what Node 24's util.inspect prints for their
// values; runtime/js reads it too.
func TestPrintsAsNode(t *testing.T) {
	text, err := os.ReadFile("testdata/node.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		JSON, Text string
		Depth      int
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	for _, tc := range cases {
		v, err := msg.Parse(tc.JSON)
		if err != nil {
			t.Fatal(err)
		}
		if got := Value(v, tc.Depth); got != tc.Text {
			t.Errorf("%s to depth %d:\n got %s\nwant %s", tc.JSON, tc.Depth, got, tc.Text)
		}
	}
}

func TestPrintsWhatJSONLacks(t *testing.T) {
	fault := func(name, stack string, props ...any) *msg.Error {
		return &msg.Error{Name: name, Message: "boom", Stack: stack, Props: msg.NewObject(props...)}
	}
	const stack = "Error: boom\n    at x (y.js:1)"
	ring := msg.NewObject("n", 1.0)
	ring.Set("self", ring)
	ring.Set("l", msg.NewArray(ring, msg.NewObject("c", ring)))
	a, b := msg.NewObject(), msg.NewObject()
	a.Set("x", a)
	b.Set("x", b)
	rings := msg.NewObject("a", a, "b", b)
	rings.Set("t", rings)
	big := func(n ...int64) *msg.Array {
		l := msg.NewArray()
		for _, n := range n {
			l.Append(&msg.BigInt{Int: big.NewInt(n)})
		}
		return l
	}
	wrap := func(v any) *msg.Object { return msg.NewObject("e", v) }
	for _, tc := range []struct {
		in    any
		depth int
		want  string
	}{
		{msg.Undefined, 2, "undefined"},
		{msg.NewArray(math.Copysign(0, -1), math.NaN()), 2, "[ -0, NaN ]"},
		{big(1, 2, 3, 4, 5, 100, 70), 2, "[\n   1n, 2n,   3n,\n   4n, 5n, 100n,\n  70n\n]"},
		{msg.Symbol{Text: "Symbol(x)"}, 2, "Symbol(x)"},
		{wrap(&msg.Date{}), 0, "{ e: 1970-01-01T00:00:00.000Z }"},
		{&msg.Date{Ms: math.NaN()}, 2, "Invalid Date"},
		{&msg.RegExp{Source: "a", Flags: "g"}, 2, "/a/g"},
		{&msg.Func{Name: "f"}, 2, "[Function: f]"},
		{&msg.Func{}, 2, "[Function (anonymous)]"},
		{&msg.Buffer{}, 2, "<Buffer >"},
		{&msg.Buffer{B: make([]byte, 51)}, 2, "<Buffer" + strings.Repeat(" 00", 50) + " ... 1 more byte>"},
		{&msg.Buffer{B: make([]byte, 52)}, 2, "<Buffer" + strings.Repeat(" 00", 50) + " ... 2 more bytes>"},
		{&msg.TypedArray{Kind: "Float64Array"}, 2, "Float64Array(0) []"},
		{&msg.TypedArray{Kind: "Int8Array", B: []byte{1, 255}}, 2, "Int8Array(2) [ 1, -1 ]"},
		{&msg.TypedArray{Kind: "Uint8Array", B: make([]byte, 8)}, 2, "Uint8Array(8) [\n  0, 0, 0, 0,\n  0, 0, 0, 0\n]"},
		{wrap(&msg.TypedArray{Kind: "Uint8Array", B: []byte{1}}), 0, "{ e: [Uint8Array] }"},
		{&msg.TypedArray{Kind: "ArrayBuffer", B: []byte{0, 1}}, 2, "ArrayBuffer { [Uint8Contents]: <00 01>, [byteLength]: 2 }"},
		{&msg.TypedArray{Kind: "DataView", B: make([]byte, 2)}, 2,
			"DataView {\n  [byteLength]: 2,\n  [byteOffset]: 0,\n  [buffer]: ArrayBuffer { [Uint8Contents]: <00 00>, [byteLength]: 2 }\n}"},
		{fault("Error", stack), 2, stack},
		{wrap(fault("Error", stack)), 2, "{\n  e: Error: boom\n      at x (y.js:1)\n}"},
		{wrap(wrap(fault("Error", stack, "code", "E1"))), 2, "{\n  e: {\n    e: Error: boom\n        at x (y.js:1) {\n      code: 'E1'\n    }\n  }\n}"},
		{wrap(fault("Error", stack, "code", 1.0)), 0, "{ e: [Error] }"},
		{fault("TypeError", ""), 2, "[TypeError: boom]"},
		{fault("Error", "Error: boom", "code", 1.0), 2, "[Error: boom] { code: 1 }"},
		{fault("Error", stack, "code", 4.0, "cause", fault("Error", "Error: in\n    at z")), 2,
			stack + " {\n  code: 4,\n  [cause]: Error: in\n      at z\n}"},
		{ring, 2, "<ref *1> {\n  n: 1,\n  self: [Circular *1],\n  l: [ [Circular *1], { c: [Circular *1] } ]\n}"},
		{rings, 2, "<ref *3> {\n  a: <ref *1> { x: [Circular *1] },\n  b: <ref *2> { x: [Circular *2] },\n  t: [Circular *3]\n}"},
		{strings.Repeat("x", 10001), 2, "'" + strings.Repeat("x", 10000) + "'... 1 more character"},
		{strings.Repeat("x", 10002), 2, "'" + strings.Repeat("x", 10000) + "'... 2 more characters"},
		{wrap(request{}), 2, "{ e: [Object] }"},
		{closure{}, 2, "[Function (anonymous)]"},
		{instance{}, 2, "{ a: 1 }"},
	} {
		if got := Value(tc.in, tc.depth); got != tc.want {
			t.Errorf("%#v:\n got %s\nwant %s", tc.in, got, tc.want)
		}
	}
}

type request struct{}

func (request) Get(string) (any, bool) { return "private", true }
func (request) Set(string, any)        {}
func (request) Delete(string)          {}
func (request) Keys() []string         { return []string{"key"} }

type closure struct{}

func (closure) TypeOf() string { return "function" }

type instance struct{}

func (instance) TypeOf() string { return "object" }
func (instance) JSONValue() any { return msg.NewObject("a", 1.0) }
