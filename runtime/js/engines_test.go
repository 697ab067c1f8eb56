package js

import (
	"strings"
	"testing"
)

// TestBodiesDoTheSameInEitherEngine runs bodies in a VM and directly, several times
// each, since what is made once must not remember a call.
func TestBodiesDoTheSameInEitherEngine(t *testing.T) {
	for _, body := range []string{
		`msg.payload = {a: 1, b: "x", c: null, d: true, e: undefined, f: -0, g: 1.5, h: {i: {j: msg.n}}}; return msg`,
		`const n = msg.n; return {payload: {n, a: 1, a: n, "b c": [n], [n]: 1, ["k" + n]: {n}}}`,
		`const o = {a: 1}; msg.o = o; o.b = 2; msg.o.c = 3; return {payload: [msg.o === o, o, msg.o.a === 1]}`,
		`const o = {a: {b: 1}}; o.a.c = 2; msg.o = o; o.a.d = 3; msg.p = o.a; msg.o.a.e = 4; return {payload: [msg, msg.p === o.a]}`,
		`const l = [{a: 1}]; msg.l = l; l[0].b = 2; l.push({c: 3}); msg.l[1].d = 4; return msg`,
		`const list = [1]; msg.o = {list, d: new Date(0), o: {list}}; list.push(2); return {payload: [msg.o, msg.o.list === msg.o.o.list]}`,
		`msg.payload = {was: msg.payload, n: msg.payload.n}; msg.payload.was.k = 1; return msg`,
		`const o = {b: 1, a: 2}; o.c = 3; delete o.b; let s = ""; for (const k in o) s += k; return {payload: [s, Object.keys(o), "a" in o, o.hasOwnProperty("b"), {...o}, JSON.stringify(o), Object.entries(o)]}`,
		`const o = {a: 1}; return {payload: [typeof o, o instanceof Object, String(o), o.toString(), o + "", o == o, [o].includes(o), [o, {a: 1}].indexOf(o), Array.isArray(o)]}`,
		`const {a = {x: 1}} = msg; const f = (o = {y: 2}) => o.y; return {payload: [a.x, f(), f({y: 3})]}`,
		`msg = {payload: 1}; msg.payload = {a: 2}; return msg`,
		`function set (msg) { msg.payload = {a: 1} } const m = {}; set(m); return {payload: [m, msg.payload]}`,
		`const m = {payload: {a: 1}}; node.send(m); m.payload.a = 2; return m`,
		`return [{payload: {a: 1}}, [{payload: {b: 2}}, {payload: {c: 3}}]]`,
		`msg.a = msg.b = {c: 1}; msg.a.d = 2; return msg`,
		`const o = {f: Math.floor(1.5), l: [{x: 1}, {x: 2}].map(o => ({y: o.x * 2})), s: [{v: 2}, {v: 1}].sort((a, b) => a.v - b.v)}; return {payload: o}`,
		`msg.payload = {toJSON: 1, a: 2}; return {payload: JSON.stringify(msg.payload)}`,
		`const o = {__proto__: null, a: 1}; return {payload: ["toString" in o, o.a]}`,
		`const o = {then: 1, get: 2, set: 3, async: 4, 1: "one", 0: "zero"}; return {payload: o}`,
		`return {payload: [Math.floor(2.7), Math.max(), Math.min(3, 1), Math.PI > 3, typeof Math.floor, JSON.parse("[1]")[0], Object.keys({a: 1}), Number.isInteger(2), Array.isArray([]), String.fromCharCode(65)]}`,
		`return {payload: [typeof undefined, NaN !== NaN, Infinity > 1, parseInt("12x"), parseFloat("1.5"), isNaN("x"), Number("3"), String(4), Boolean(""), encodeURIComponent("a b")]}`,
		`const out = []; for (const x of [0, -0, 0.5, -0.5, 1.5, -2.5, 7, -7, 1e21, 2 ** 53, 255, 1023, 1024, NaN, Infinity, -Infinity, "3", "x", null, undefined, true, [2], {}])
			for (const y of [3, -3, 0, 0.5, "2", undefined]) out.push(Math.floor(x * y) % 7, Math.round(x + y), -Math.round(x), Math.max(x, -y) / y, Math.min(x - 1, y), Math.abs(x % y), Math.atan2(x, y) * 1,
				Object.is(Math.trunc(x * 1), -0), Math.sqrt(x) + "", Math.ceil(x) + x);
		return {payload: out.map(String)}`,
		`const log = []; const x = {valueOf () { log.push("x"); y = 5; return 2 }}; let y = {valueOf () { log.push("y"); return 3 }}; const s = Math.max(x, y) * x + y; return {payload: [s, log, new Number(4) * 1, y]}`,
		`const n = new Number(4); n.valueOf = () => "7"; return {payload: Math.sqrt(4) + n + n}`,
		`const b = 2n; return {payload: Math.floor(b * 2)}`,
		`return {payload: Math.floor(Math.sqrt(zz) * 2)}; let zz = 1`,
		"const f = x =>\n  Math.floor(x *\n nope) * 2; return {payload: f(1)}",
		`const r = (x, y) => Math.round(x * 100) / 100 + Math.abs(y - x); return {payload: [[1.005, 2.5].map(r), [r("1", 2), r()].map(String)]}`,
		`return {payload: [1.5].map(Math => Math * 2)}`,
		`const JSON = {parse: 1}; return {payload: JSON.parse}`,
		`return {payload: [[1, 2, 3].map(function (x) { return x * 2 }), [3, 4].map((x, i) => x * i), ["a", "b"].filter(x => x > "a"), [1, 2].some(x => x > 1), [1].find(x => x > 3)]}`,
		`return {payload: [[1, 2].map((x, i, l) => { l.push(9); return l.length }), [1, 2].map(function () { return arguments.length }), [5, 6].map((x, ...rest) => rest.length)]}`,
		`const l = [3, 1, 2].map(x => x); l.push(4); l[0] = 0; return {payload: [l, [3, 1, 2].sort((a, b) => a - b), [1, 2, 3].reduce((s, x) => s + x, msg.n)]}`,
		`"use strict"; return {payload: [1].map(function () { return this === undefined })}`,
		`return {payload: [msg.l.map(x => x + 1), msg.l.filter(x => x !== msg.n), msg.l.map(function f (x) { return x > 0 ? f(x - 1) + 1 : 0 })]}`,
		`const s = "aXbXc"; return {payload: [s.replace(/x/gi, "-"), s.replace(/X/, m => m + m), s.split(/X/), s.match(/[abc]/g), s.match(/(X)(b)/).index, s.search(/c/), /b/.test(s), /(X)c/.exec(s)[1], s.replaceAll(/X/g, "")]}`,
		`const re = /a/g; return {payload: [re.test("aa"), re.lastIndex, /a/g.test("a"), /a/g.test("a"), "aa".replace(/a/y, "b"), /a/y.exec("ba")]}`,
		"const o = {s: `${msg.n}:${{a: 1}.a}`}; return {payload: o}",
		`let n = 0; const next = () => ++n; return {payload: {a: next(), b: {c: next(), d: next()}, [next()]: next()}}`,
		"return {payload: {\n  a: nope\n}}",
		"const l = [1].map(x =>\n  nope(x))",
		"msg.payload = {\n a: msg.none.b }; return msg",
		`null.x = {a: 1}`,
		`flow.set("o", {a: 1}); const o = flow.get("o"); o.b = 2; flow.set("n", 5); return {payload: [flow.get("o"), flow.get("n"), flow.keys()]}`,
		`const o = {a: 1}; flow.set("o", o); o.b = 2; return {payload: flow.get("o")}`,
		`msg.payload = {a: 1}; return {payload: msg}`,
		`node.status({fill: "red", text: "n" + msg.n}); node.error("told", {payload: {a: 1}}); return null`,
		`throw {a: {b: msg.n}}`,
		`let s = "x".repeat(300), a = s + "1", b = s + "2", c = a + "3", d = a + "4", e = c + "5"; return {payload: [a, b, c, d, e].map(x => x.slice(298))}`,
		`let s = "é".repeat(300); for (let i = 0; i < 100; i++) s = s + "\ud83d" + "\ude00"; return {payload: s}`,
		`let s = "a".repeat(300) + "\ud83d"; s += "\ude00"; const t = s; s += "b"; s += "c"; return {payload: [s.length, t.length, s, t]}`,
		`function g (a) { return f(a) * 2 } const f = x => x + 1; return {payload: g(1)}`,
		`msg.x = g(1); const f = x => x + 1; function g (a) { return f(a) * 2 } return msg`,
		`function g (a) { return imul(a, 3) } var imul = Math.imul; return {payload: g(2)}`,
		`msg.x = g(1); var f = x => x; function g (a) { return f(a, 3) } return msg`,
		`for (const x of msg.l) { const h = y => y * x; msg.s = (msg.s || 0) + h(2) } return msg`,
	} {
		t.Run(body, func(t *testing.T) {
			var got [2]string
			for i, inVM := range []bool{true, false} {
				b := newBench(t)
				f := b.compile(Source{Body: body, inVM: inVM})
				for range 3 {
					c := b.call(f, `{"_msgid":"1","n":7,"l":[1,2,7],"payload":{"n":1}}`)
					got[i] += c.String() + "\n"
				}
				for _, s := range b.status {
					got[i] += "status " + show(s) + "\n"
				}
				got[i] += strings.Join(b.logs, "\n")
			}
			if got[0] != got[1] {
				t.Errorf("in a VM:\n%s\ndirectly:\n%s", got[0], got[1])
			}
		})
	}
}

func TestAModuleMayHaveTheNameOfAGlobal(t *testing.T) {
	b := newBench(t)
	f := b.compile(Source{Body: `return {payload: [JSON.parse("a=1&b=2").b, [2].map(x => JSON.parse("c=" + x).c)]}`, Libs: []Lib{{"JSON", "querystring"}}})
	if got, want := b.call(f, `{"_msgid":"1"}`).String(), `sent {"payload":["2",["2"]],"_msgid":"1"}; done`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
