package js

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// inspected runs a body with a function p that prints as util.inspect does.
func inspected(t *testing.T, body string) string {
	b := newBench(t)
	f := b.compile(Source{Body: "const p = util.inspect;" + body})
	return b.call(f, `{}`).String()
}

// The texts are package inspect's, recorded from Node 24.
func TestInspectPrintsJSONAsNode(t *testing.T) {
	text, err := os.ReadFile("../inspect/testdata/node.json")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := inspected(t, "for (const c of "+string(text)+") {"+`
		const got = p(JSON.parse(c.json), {depth: c.depth})
		if (got !== c.text) throw new Error(c.json + " to depth " + c.depth + ":\n got " + got + "\nwant " + c.text)
	} return {payload: "same"}`), `sent {"payload":"same"}; done`; got != want {
		t.Error(got)
	}
}

func TestInspectPrintsClassesAsNode(t *testing.T) {
	const setup = `
		class A { constructor () { this.a = 1 } }
		class B extends A {}
		const fault = (stack, props, of) => Object.assign(new Error("boom", of), {stack}, props)
		const stack = "Error: boom\n    at x (y.js:1)"
		const custom = util.inspect.custom;`
	for _, tc := range []struct{ value, want string }{
		{`{e: fault(stack)}`, "{\n  e: Error: boom\n      at x (y.js:1)\n}"},
		{`[fault(stack, {code: "E"})]`, "[\n  Error: boom\n      at x (y.js:1) {\n    code: 'E'\n  }\n]"},
		{`fault(stack, {}, {cause: "c"})`, "Error: boom\n    at x (y.js:1) {\n  [cause]: 'c'\n}"},
		{`fault("Error: boom", {code: 1})`, "[Error: boom] { code: 1 }"},
		{`{f: new B, g: () => 1, h: class Q {}, i: class B extends A {}, j: async function k() {}}`,
			"{\n  f: B { a: 1 },\n  g: [Function: g],\n  h: [class Q],\n  i: [class B extends A],\n  j: [AsyncFunction: k]\n}"},
		{`new Map([[{a: 1}, new Set([1, 2])], ["k", {b: {c: {d: 1}}}]])`, "Map(2) { { a: 1 } => Set(2) { 1, 2 }, 'k' => { b: { c: [Object] } } }"},
		{`[new Map, new Set, Object.create(null), Object.assign(Object.create(null), {a: 1})]`,
			"[\n  Map(0) {},\n  Set(0) {},\n  [Object: null prototype] {},\n  [Object: null prototype] { a: 1 }\n]"},
		{`Object.assign(function named() {}, {x: 1})`, `[Function: named] { x: 1 }`},
		{`Object.assign(new Date(0), {k: 1})`, `1970-01-01T00:00:00.000Z { k: 1 }`},
		{`Object.assign([1, 2, 3, 4, 5, 6, 7, 8], {extra: true})`, `[ 1, 2, 3, 4, 5, 6, 7, 8, extra: true ]`},
		{`[1, , 3, , , 6]`, `[ 1, <1 empty item>, 3, <2 empty items>, 6 ]`},
		{`{get a() { return 1 }, set a(v) {}, get b() { return 2 }, set c(v) {}}`, `{ a: [Getter/Setter], b: [Getter], c: [Setter] }`},
		{`[new Number(3), new String("abc"), new Boolean(false), Symbol("x"), 10n, -0]`, `[ [Number: 3], [String: 'abc'], [Boolean: false], Symbol(x), 10n, -0 ]`},
		{`[Promise.resolve({a: 1}), new Promise(() => {}), new WeakMap]`, "[\n  Promise { { a: 1 } },\n  Promise { <pending> },\n  WeakMap { <items unknown> }\n]"},
		{`new ArrayBuffer(2)`, `ArrayBuffer { [Uint8Contents]: <00 00>, [byteLength]: 2 }`},
		{`{x: {[custom]: () => "one\ntwo"}}`, "{\n  x: one\n  two\n}"},
		{`{x: {[custom]: () => ({z: 1})}}`, `{ x: { z: 1 } }`},
		{`{a: 1, b: {c: {d: {}}}}, {compact: false}`, "{\n  a: 1,\n  b: {\n    c: {\n      d: {}\n    }\n  }\n}"},
		{`{a: "x".repeat(60), b: "y".repeat(60)}, {breakLength: Infinity}`, "{ a: '" + strings.Repeat("x", 60) + "', b: '" + strings.Repeat("y", 60) + "' }"},
		{`{a: [1, 2, 3, 4, 5, 6, 7, 8, 9]}, {breakLength: 20}`, "{\n  a: [\n    1, 2, 3, 4, 5,\n    6, 7, 8, 9\n  ]\n}"},
		{`[1, 2, 3], {maxArrayLength: 1}`, `[ 1, ... 2 more items ]`},
		{`"xxxxxxxxx", {maxStringLength: 3}`, `'xxx'... 6 more characters`},
		{`[1, 2], true`, `[ 1, 2, [length]: 2 ]`},
		{`(m => m.set("m", m))(new Map)`, `<ref *1> Map(1) { 'm' => [Circular *1] }`},
	} {
		want, _ := json.Marshal(tc.want)
		if got := inspected(t, setup+"return {payload: p("+tc.value+") === "+string(want)+" || p("+tc.value+")}"); got != `sent {"payload":true}; done` {
			t.Errorf("%s:\n got %s\nwant %s", tc.value, got, want)
		}
	}
}
