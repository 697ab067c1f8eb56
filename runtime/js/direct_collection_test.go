package js

import "testing"

var collectionExpressions = []string{
	`[...new Set([1, "1", 1, NaN, NaN, 0, -0, null, undefined, null, true, true])]`,
	`[new Set([1, 2, 2]).size, new Set().size, new Set("hello").size, new Set(null).size, new Set(undefined).size, new Map([["a", 1]]).size, new Map().size, new Map(null).size]`,
	`[typeof new Map(), typeof new Set(), !!new Set(), new Set([1]) === new Set([1]), new Map() == new Map()]`,
	`[[...new Map([["a", 1], ["b", 2], ["a", 3]])], [...new Map([["a", 1]]).keys()], [...new Map([["a", 1]]).values()], [...new Map([["a", 1]]).entries()], [...new Set([5]).keys()], [...new Set([5]).values()], [...new Set([5]).entries()]]`,
	`[Array.from(new Set([3, 1, 3])), Array.from(new Map([[1, 2]])), Array.from(new Set([1, 2]), x => x * 2), Array.from(new Map([[1, 2]]).values()), Array.from(new Map([[1, 2]]), ([k, v]) => k + v)]`,
	`[...new Set(msg.l.map(o => o.k))].sort()`,
	`[...new Set(msg.a.concat(msg.a))].length`,
	`msg.a.filter((x, i, l) => new Set(l).has(x))`,
	`[new Set([1, NaN]).has(NaN), new Set([0]).has(-0), new Map([[NaN, "n"]]).get(NaN), new Map([[-0, 1]]).get(0), Object.is([...new Set([-0])][0], 0), new Set(["a"]).has("b"), new Map().get("x"), new Map([["x", undefined]]).has("x"), new Map([[]]).has(undefined), new Set().has()]`,
	`[new Set([msg.o]).has(msg.o), new Set([{}]).has({}), new Map([[msg.l[0], 1]]).get(msg.l[0]), new Set([msg.d]).has(msg.d), new Set([msg.b]).has(msg.b)]`,
	`[...new Map(Object.entries(msg.o))].map(([k]) => k)`,
	`Object.fromEntries(new Map([["a", 1], ["b", {c: 2}]]))`,
	`[...new Map(new Map([["a", 1]]))].concat([...new Set(new Set([1]))], [...new Set(new Map([["a", 1]]))], [...new Map(new Map([["z", 1]]).entries())])`,
}

var collectionBodies = []string{
	`const m = new Map(); const r = [m.set("a", 1) === m, m.set("b", {x: 1}).set(1, "one").set("a", 2).size, m.get("a"), m.get("b"), m.get(1), m.get("1"), m.has("a"), m.delete("a"), m.delete("a"), m.has("a"), m.get("a"), m.size]; return {payload: [r, [...m]]}`,
	`const s = new Set(); const r = [s.add(1) === s, s.add(1).add("1").size, s.has(1), s.delete(1), s.delete(1), s.has(1), s.size, s.clear(), s.size]; return {payload: [r, [...s]]}`,
	`const m = new Map([["a", 1], ["b", 2]]); const out = []; m.forEach((v, k, all) => { out.push([k, v, all === m]); m.delete("b"); if (out.length < 3) m.set("c" + out.length, 3) }); return {payload: [out, m.size]}`,
	`const s = new Set([1, 2, 3]); const out = []; s.forEach((v, k) => { out.push(v, k); if (v < 3) { s.delete(v); s.add(v + 10) } }); return {payload: [out, [...s]]}`,
	`const s = new Set([1, 2, 3, 4]); const out = []; for (const x of s) { out.push(x); s.delete(2); if (x === 3) s.clear(); if (out.length < 4) s.add(x + 5) } return {payload: [out, [...s]]}`,
	`const m = new Map(); for (let i = 0; i < 40; i++) m.set(i % 2 ? "k" + i : i, i); for (let i = 0; i < 40; i += 3) m.delete(i % 2 ? "k" + i : i); m.set("k1", "again"); m.set(3, "new"); return {payload: [m.size, [...m], m.get("k1"), m.has(0), m.has("k5")]}`,
	`const m = new Map(); for (let i = 0; i < 30; i++) m.set(i, i); const it = m.keys(); it.next(); it.next(); for (let i = 0; i < 10; i++) m.delete(i); return {payload: [it.next().value, it.next(), [...it].length, it.next(), m.size]}`,
	`const cache = new Map(); for (let i = 0; i < 50; i++) { cache.set("k" + i, i); if (cache.size > 5) cache.delete(cache.keys().next().value) } return {payload: [...cache]}`,
	`const m = new Map([["a", 1]]); const it = m.values(); m.clear(); m.set("z", 26); return {payload: [[...it], [...it]]}`,
	`const groups = new Map(); for (const o of msg.l) { const k = o.v % 2; if (!groups.has(k)) groups.set(k, []); groups.get(k).push(o) } return {payload: [...groups.entries()]}`,
	`const groups = new Map(); msg.l.forEach(o => groups.set(o.k, (groups.get(o.k) || 0) + o.v)); for (const [k, v] of groups) msg["sum_" + k] = v; return msg`,
	`const m = new Map(); m.set("s", new Set([1])); m.get("s").add(2); m.set(m.get("s"), "by set"); return {payload: [[...m.get("s")], m.get(m.get("s")), m.size]}`,
	`const seen = new Set(); return {payload: [3, 1, 3, 2, 1].filter(x => !seen.has(x) && seen.add(x))}`,
	`const byKey = new Map(msg.l.map(o => [o.k, o])); byKey.get("a").found = true; return {payload: [byKey.has("zz"), msg.l, [...byKey.values()].map(o => o.v)]}`,
	`const a = new Set([1, 2, 3]), b = new Set([2, 3, 4]); return {payload: [[...a].filter(x => b.has(x)), [...new Set([...a, ...b])], [...a].every(x => b.has(x))]}`,
	`const m = new Map(); m.set("o", flow.get("o")); m.get("o").seen = 1; msg.payload = m.get("o"); msg.l.push(m.get("o").l); return msg`,
	`let n = 0; const s = new Set(); while (s.size < 20) s.add(n++ * 7 % 20); return {payload: [n, Array.from(s).sort((x, y) => x - y)]}`,
	`const m = new Map([[1, "a"]]); m.delete(1); m.set(1, "b"); m.set(2, "c"); m.set(1, "d"); return {payload: [...m]}`,
	`return {payload: {n: new Map([["a", 1]]).size, h: new Set(["a"]).has("a") ? "yes" : "no"}}`,
	`const out = []; for (const [k, v] of Object.entries(msg.o)) { delete msg.o[k]; msg.o["new" + k] = 1; out.push(k, v); for (const [j, w] of Object.entries(msg.o)) out.push(j, w); if (k === "a") break } msg.payload = out; return msg`,
	`const out = []; for (const [a = 5, b, c] of new Map([[undefined, 1], [2, [3]]])) out.push(a, b, c); for (const [, b] of [7, 8].entries()) out.push(b); for (var [x] of new Map([["k", 1]]).entries()) out.push(x); return {payload: out}`,
	`function f (o) { for (const [k, v] of Object.entries(o)) if (v && typeof v === "object") return [k].concat(f(v)); else if (k === "c") return k; return [] } return {payload: [f(msg.payload), f(msg.o), f([1, {c: 2}])]}`,
	`const it = new Map([["a", 1], ["b", 2]]).entries(); for (const [k] of it) break; for (const e of it) msg.e = e; for (const [k] of it) msg.never = k; return msg`,
	`const out = []; for (const [k, v] of Object.entries([5, 6])) out.push(k, v); for (const [i, c] of Object.entries({})) out.push(1); for (const [a, b] of new Set([[1, 2]])) out.push(a, b); return {payload: out}`,
	`const m = new Map([["a", 1]]); const out = []; for (const [k, v] of m) { out.push(k, v); if (v < 4) m.set(k + v, v + 1); m.delete(k) } return {payload: [out, [...m]]}`,
	`const {size} = new Set([1, 2]); return {payload: size}`,
}

// TestCollectionsOfCompiledBodies plays Map and Set.
func TestCollectionsOfCompiledBodies(t *testing.T) {
	playCompiled(t, collectionExpressions, collectionBodies)
}

// TestCollectionsThatLeaveARunAreLeft plays what a VM must do, after something that is to be taken back.
func TestCollectionsThatLeaveARunAreLeft(t *testing.T) {
	for _, body := range []string{
		`msg.n = 1; return {payload: new Map([["a", 1]])}`,
		`msg.n = 1; msg.set = new Set([1]); return msg`,
		`msg.l.push(new Set()); return {payload: msg.l.length}`,
		`flow.set("m", new Map()); return msg`,
		`node.warn(new Set([1])); return msg`,
		`return {payload: JSON.stringify({m: new Map()})}`,
		`return {payload: [...new Map([["a", new Set()]])].length}`,
		`return {payload: new Map() + ""}`,
		`const m = new Map(); m.x = 1; return {payload: m.x}`,
		`return {payload: new Map()["get"] === undefined}`,
		`return {payload: new Set(5)}`,
		`return {payload: new Map([1])}`,
		`return {payload: new Map({a: 1})}`,
		`const m = new Map(); m.set("f", () => 1); return {payload: m.size}`,
		`const s = new Set(); s.add(x => x); return {payload: s.size}`,
		`const s = new Set(); s.set("a", 1); return msg`,
		`const m = new Map(); m.push(1); return msg`,
		`return {payload: new Set([1]).length}`,
		`const s = new Set([5n]); return {payload: s.has(5n)}`,
		`return {payload: {...new Map([["a", 1]])}}`,
		`return {payload: "size" in new Map()}`,
	} {
		if left, _ := (scene{body: body}).same(t); left == 0 {
			t.Errorf("%s\nwas not left to a VM", body)
		}
	}
}
