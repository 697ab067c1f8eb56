package js

import "testing"

var objectExpressions = []string{
	`[Object.keys({b: 1, a: 2, 1: 3, 0: 4}), Object.values({b: 1, a: [2], 1: 3}), Object.entries({b: 1, 1: {c: 2}}), Object.keys([7, 8]), Object.values([7, 8]), Object.entries([7, "x"]), Object.keys("a😀"), Object.values("a😀"), Object.keys({}), Object.keys(5), Object.values(true), Object.entries(1.5), Object.keys(msg.d)]`,
	`[Object.keys(msg.o), Object.keys(msg).length, Object.values(msg.o), Object.entries(msg.o).map(([k, v]) => k + typeof v), Object.getOwnPropertyNames(msg.o)]`,
	`[Object.assign({}, {a: 1}, null, undefined, {a: 2, b: 3}, 5, true), Object.assign({a: 1}), Object.assign({b: 1}, {a: 2, 0: 1})]`,
	`[Object.fromEntries([["a", 1], ["b", [2]], ["a", 3], [1, "x"], [null, undefined]]), Object.fromEntries([]), Object.fromEntries(Object.entries({x: 1, y: 2}).map(([k, v]) => [k, v * 2])), Object.fromEntries(new Map([["m", 1], [2, {n: 3}]]))]`,
	`[Object.hasOwn({a: 1}, "a"), Object.hasOwn({a: undefined}, "a"), Object.hasOwn({}, "toString"), Object.hasOwn([1], 0), Object.hasOwn([1], "1"), Object.hasOwn([], "length"), Object.hasOwn("ab", 1), Object.hasOwn("ab", "length"), Object.hasOwn(5, "a"), Object.hasOwn({1: 2}, 1), Object.hasOwn({null: 1}, null)]`,
	`[msg.o.hasOwnProperty("a"), msg.o.hasOwnProperty("zz"), msg.hasOwnProperty("payload"), msg.o.hasOwnProperty(1), ({a: 1}).propertyIsEnumerable("a"), ({}).propertyIsEnumerable("b"), ({}).toString(), ({a: 1}).valueOf().a]`,
	`[Object.prototype.hasOwnProperty.call(msg.o, "a"), Object.prototype.hasOwnProperty.call({}, "a"), Object.prototype.hasOwnProperty.call([1], 0), Object.prototype.hasOwnProperty.call("a", "length"), Object.prototype.propertyIsEnumerable.call({a: 1}, "a")]`,
	`[[], {}, 1, "", true, null, undefined, msg.d].map(x => Object.prototype.toString.call(x))`,
	`Object.prototype.toString.call(new Map()) + Object.prototype.toString.call(new Set()) + Object.prototype.toString.call()`,
	`[Object.is(NaN, NaN), Object.is(0, -0), Object.is(-0, -0), Object.is(1, "1"), Object.is("a", "a"), Object.is({}, {}), Object.is(), Object.is(null, undefined), Object.is(msg.o, msg.o)]`,
	`Object.entries(Object.groupBy(msg.l.concat([{v: 9, k: "a"}]), o => o.k)).map(([k, l]) => k + l.length)`,
	`[...Map.groupBy([1, 2, 3, -0, NaN, 0], x => x > 1)].map(([k, l]) => [k, l])`,
	`Object.keys(Object.groupBy("banana", (c, i) => i % 2 ? c : i)).join()`,
}

var objectBodies = []string{
	`Object.keys(msg.o).forEach(k => { msg["new_" + k] = msg.o[k] }); return msg`,
	`const out = {}; Object.entries(msg.o).forEach(([k, v]) => { out[k + k] = v }); return {payload: out}`,
	`for (const [k, v] of Object.entries(msg.o)) msg.payload[k] = v; return msg`,
	`Object.assign(msg, {payload: 5, topic: "new", extra: {a: 1}}); return msg`,
	`return Object.assign({}, msg, {payload: Object.assign(msg.payload, msg.o)})`,
	`msg.payload = Object.assign(msg.o, msg.o); return msg`,
	`const o = Object.create(null); o.a = 1; o["b"] = 2; return {payload: [Object.keys(o), Object.entries(o), {...o}, "a" in o]}`,
	`const seen = Object.create(null); for (const w of ["a", "b", "a"]) seen[w] = (seen[w] || 0) + 1; return {payload: {...seen}}`,
	`Object.keys(msg).filter(k => k.length === 1).forEach(k => delete msg[k]); return msg`,
	`const o = flow.get("o"); Object.assign(o, {b: msg.o, c: "text"}); msg.payload = [Object.values(o), Object.entries(o)]; return msg`,
	`msg.payload = Object.entries(flow.get("o")).filter(([k]) => k !== "a"); Object.assign(msg, global.get("g")); return msg`,
	`const e = Object.entries(msg.o); e[0].push(1); e[1][0] = "changed"; return {payload: e}`,
	`const k = Object.keys(msg.o); k.push("more"); k.sort(); return {payload: k}`,
}

// TestObjectsOfCompiledBodies plays the functions of Object.
func TestObjectsOfCompiledBodies(t *testing.T) { playCompiled(t, objectExpressions, objectBodies) }

// TestOddObjectsAreLeft plays what a VM must do, after something that is to be taken back.
func TestOddObjectsAreLeft(t *testing.T) {
	for _, body := range []string{
		`Object.assign(msg, {payload: 1, fresh: 2}); return Object.keys(null)`,
		`msg.n = 1; return {payload: Object.entries(undefined)}`,
		`return {payload: Object.keys(msg.b).length}`,
		`return {payload: Object.assign([], {0: 1})}`,
		`return {payload: Object.assign({}, "ab")}`,
		`return {payload: Object.assign(null, {})}`,
		`return {payload: Object.create({a: 1}).a}`,
		`return {payload: Object.fromEntries([["__proto__", 1]])}`,
		`return {payload: Object.fromEntries([1])}`,
		`return {payload: Object.fromEntries(5)}`,
		`return {payload: Object.create(null).hasOwnProperty("a")}`,
		`msg.o.hasOwnProperty = 1; return {payload: msg.o.hasOwnProperty("a")}`,
		`const o = {toString: () => "own"}; return {payload: o.toString()}`,
		`return {payload: Object.hasOwn(null, "a")}`,
		`return {payload: Object.freeze({a: 1})}`,
		`return {payload: Object.groupBy([1], 5)}`,
		`return {payload: Object.prototype.hasOwnProperty.call(null, "a")}`,
	} {
		if left, _ := (scene{body: body}).same(t); left == 0 {
			t.Errorf("%s\nwas not left to a VM", body)
		}
	}
}
