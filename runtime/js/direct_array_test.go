package js

import "testing"

// playCompiled plays expressions and bodies that the compiler to Go must take and run to their end.
func playCompiled(t *testing.T, expressions, bodies []string) {
	t.Helper()
	all := bodies
	for _, x := range expressions {
		all = append(all, "const x = ("+x+"); return {payload: [typeof x, x]}")
	}
	for _, body := range all {
		left, why := scene{body: body}.same(t)
		if left < 0 {
			t.Errorf("%s\nwas refused because %s", body, why)
		} else if left > 0 {
			t.Errorf("%s\nwas left to a VM", body)
		}
	}
}

var arrayExpressions = []string{
	// Reading.
	`[[1, 2, 3].at(0), [1, 2, 3].at(-1), [1, 2, 3].at(-4), [1, 2, 3].at(3), [1, 2].at("1"), [1, 2].at(1.9), [1].at(NaN), [1].at(), [].at(0), [1, 2].at(-Infinity)]`,
	`[[1, NaN].includes(NaN), [1, NaN].indexOf(NaN), [0].includes(-0), [-0].indexOf(0), ["1"].includes(1), [null].includes(undefined), [undefined].includes(), [1, 2].includes(1, 1), [1, 2].includes(2, -1), [1, 2].includes(1, -9), [].includes(1)]`,
	`[msg.l.includes(msg.l[1]), msg.l.includes({}), msg.l.indexOf(msg.l[2]), [msg.d].includes(msg.d), [true, false].indexOf(false), [[1]].includes([1]), ["a", "b"].includes("b"), ["a"].includes(msg.e)]`,
	`[[1, 2, 1].indexOf(1, 1), [1, 2, 1].indexOf(1, -1), [1, 2, 1].indexOf(1, 5), [1, 2, 1].indexOf(1, -Infinity), ["a"].indexOf("a", "0"), [undefined].indexOf(), [null].indexOf(null)]`,
	`[[1, 2, 1].lastIndexOf(1), [1, 2, 1].lastIndexOf(1, 1), [1, 2, 1].lastIndexOf(1, -2), [1, 2, 1].lastIndexOf(1, -4), [1, 2, 1].lastIndexOf(1, undefined), [1].lastIndexOf(NaN), [].lastIndexOf(1), ["x", "x"].lastIndexOf("x", 99)]`,
	`[[1, null, undefined, "a", true, [2, [3]], {}].join(), [1, 2].join(""), [1, 2].join(null), [1, 2].join(undefined), [].join("x"), [1].join("x"), [1, 2].join(["-"]), [-0, 1e21, 1.5].join(" "), ["\ud83d", "\ude00"].join("")]`,
	`[[1, [2, [3, null]]].toString(), [].toString(), String([1, 2]), [1, 2] + "", [msg.d].join().length > 20, msg.words.join("/")]`,
	`[[1, 2].valueOf().length, [...[1, 2].keys()], [...[1, 2].values()], [...["a", "b"].entries()], Array.from(["x"].entries())]`,
	// Copying.
	`[[1, 2].concat(), [1].concat(2, [3, [4]], "ab", null, undefined), [].concat([], [[]]), msg.a.concat(msg.words), [1].concat({length: 1, 0: 2})]`,
	`[[1, 2, 3].slice(), [1, 2, 3].slice(1), [1, 2, 3].slice(-2, -1), [1, 2, 3].slice(2, 1), [1, 2, 3].slice(0, 99), [1, 2, 3].slice("1", "2"), [1, 2, 3].slice(null, undefined), [1, 2, 3].slice(-99), [].slice(0, 1), [1, 2].slice(NaN, 1.9)]`,
	`[[1, [2, [3, [4]]]].flat(), [1, [2, [3, [4]]]].flat(2), [1, [2, [3, [4]]]].flat(Infinity), [1, [2]].flat(0), [1, [2]].flat(-1), [[[1]]].flat("2"), [[[1]]].flat("x"), [[], [[]]].flat(), msg.payload.list.flat(9)]`,
	`[[3, 1, 2].toReversed(), [].toReversed(), [3, 1, 2].toSorted(), [3, 1, 2].toSorted((a, b) => b - a), [1, 2, 3].with(1, "x"), [1, 2, 3].with(-1, null), [1].with("0", undefined)]`,
	`[[1, 2, 3].toSpliced(1, 1), [1, 2, 3].toSpliced(1), [1, 2, 3].toSpliced(), [1, 2, 3].toSpliced(0, 0, "a", "b"), [1, 2, 3].toSpliced(-1, 9, {}), [1, 2, 3].toSpliced(1, undefined, 5), [1, 2].toSpliced(undefined)]`,
	// Making.
	`[Array.of(), Array.of(7), Array.of(1, "a", [2]), Array.isArray([]), Array.isArray({length: 0}), Array.isArray(), Array.isArray("a"), Array(), Array(1, 2), new Array("3"), new Array([4]), new Array(0)]`,
	`[Array.from([1, 2]), Array.from("a😀é"), Array.from({length: 2}), Array.from({length: 3}, (_, i) => i * 2), Array.from([1, 2], x => x + 1), Array.from({length: 2, 0: "a", 1: "b"}), Array.from({}), Array.from(5), Array.from(true), Array.from("ab", (c, i) => c + i)]`,
	`[Array.from({length: "2"}), Array.from({length: -1}), Array.from({length: NaN}), Array.from({length: 1.9}), Array.from([1, 2].keys()), Array.from(["a"].entries(), ([i, x]) => x + i), Array.from([3, 4], String), Array.from([1], undefined)]`,
	`[new Array(3).fill(0), Array(2).fill("x"), new Array(3).join("-"), [...new Array(2)], [...Array(3).keys()], Array.from(Array(2)), Array.from(new Array(2), (_, i) => i), new Array(2).length, new Array(2).fill().map((_, i) => i), Array(3).includes(undefined), String(Array(3)), Array(2).find(x => true), Array(2).findIndex(x => x === undefined)]`,
	`Array.from({length: 3}, () => new Array(2).fill(0))`,
	// Callbacks.
	`[[1, 2, 3].map(x => x * 2), [1, 2].map((x, i) => i), [1, 2].map((x, i, l) => l.length + i), [1].map(() => {}), [].map(x => x), ["1", "2", "3"].map(Number), ["1", "2", "3"].map(parseInt), [1, null].map(String), msg.l.map(o => o.k), msg.l.map(({v, k}) => k + v), msg.l.map(o => ({...o, w: o.v * 2}))]`,
	`[[1, 2, 3, 4].filter(x => x % 2), [0, 1, "", "a", null].filter(Boolean), [1, 2].filter((x, i) => i), [].filter(x => true), msg.l.filter(o => o.v > 1), msg.words.filter(w => w)]`,
	`[[1, 2].every(x => x > 0), [].every(x => false), [1, 2].every(x => x > 1), [1, 2].some(x => x > 1), [].some(x => true), [1].some(x => ""), msg.l.some(o => o.k === "c")]`,
	`[[1, 2, 3].find(x => x > 1), [1].find(x => false), [1, 2, 3].findIndex(x => x > 1), [1].findIndex(x => 0), [1, 2, 3].findLast(x => x < 3), [].findLast(x => true), [1, 2, 3].findLastIndex(x => x < 3), [1].findLastIndex(x => null), msg.l.find(o => o.k === "a") === msg.l[1]]`,
	`[[1, 2, 3].reduce((s, x) => s + x), [1, 2, 3].reduce((s, x) => s + x, ""), [[1, 2], [3]].reduce((a, b) => a.concat(b)), [1].reduce((s, x) => "never"), [].reduce((s, x) => s, 5), [1, 2].reduce((s, x, i, l) => s + i + l.length, 0), [1, 2, 3].reduceRight((s, x) => s + "-" + x), [1, 2].reduceRight((s, x, i) => s + i, "z"), [1].reduce((s, x) => s, undefined)]`,
	`msg.l.reduce((o, {k, v}) => { o[k] = (o[k] || 0) + v; return o }, {})`,
	`msg.l.reduce((o, x) => ({...o, [x.k]: x.v}), {})`,
	`[[1, 2].flatMap(x => [x, x * 2]), [1, 2].flatMap(x => x), [1].flatMap(x => [[x]]), [[1], [2]].flatMap(x => x), [1, 2].flatMap(x => x > 1 ? [x] : [])]`,
	`msg.a.filter(x => x > 1).map(x => x * 2).reduce((a, b) => a + b, 0)`,
	`msg.a.map(function (x) { return x + 1 })`,
	`msg.a.map((x, ...rest) => rest.length).concat([1, 2].map((x, i = 5) => i), [[1, 2]].map(([a, b = 3]) => a + b))`,
	`msg.l.map(o => msg.l.filter(p => p.v >= o.v).map(p => p.k + o.k).join("")).sort()`,
	`[1, 2].map(x => x, {a: 1})`,
	// Sorting.
	`[[3, 1, 2].sort(), [10, 9, 1].sort(), ["b", "a", "C"].sort(), [undefined, 3, null, 1].sort(), [true, false, "null", null].sort(), [[2], [1, 5], [1]].sort(), ["é", "z", "😀", "\uffff", "\ud83d"].sort(), [-1, -2, 0, 5].sort(), [].sort(), [1].sort()]`,
	`[[3, 1, 2].sort((a, b) => a - b), [3, 1, 2].sort((a, b) => b - a), [3, undefined, 1].sort((a, b) => b - a), [2, 1].sort(undefined), ["b", "a"].sort((a, b) => a < b ? -1 : 1), ["b", "a"].sort((a, b) => a.localeCompare(b)), [1, 2].sort(() => 0), [3, 1, 2].sort((a, b) => "" + (a - b)), [3, 1, 2].sort((a, b) => a > b), [3, 1, 2].sort(() => NaN)]`,
	`[5, 3, 5, 1, 4, 1].map((v, i) => ({v, i})).sort((a, b) => a.v - b.v)`,
	`[5, 3, 5, 1, 4, 1].map((v, i) => ({v, i})).sort((a, b) => a.v > b.v ? 1 : -1)`,
	`[5, 3, 5, 1, 4, 1].map((v, i) => ({v, i})).sort((a, b) => a.v > b.v ? -1 : 1)`,
	`Array.from({length: 300}, (_, i) => ({v: i * 7919 % 31, i})).sort((a, b) => a.v - b.v)`,
	`Array.from({length: 300}, (_, i) => ({v: i * 7919 % 31, i})).sort((a, b) => a.v <= b.v ? 1 : -1)`,
	`Array.from({length: 200}, (_, i) => i * 7919 % 131).sort()`,
	`msg.l.sort((a, b) => a.k.localeCompare(b.k)).map(o => o.v)`,
	`msg.l.sort((a, b) => { if (a.k < b.k) return -1; if (a.k > b.k) return 1; return 0 })`,
}

var arrayBodies = []string{
	// Changing.
	`const a = [1, 2]; return {payload: [a.push(3), a.push(), a.push(4, 5), a.pop(), [].pop(), a.shift(), [].shift(), a.unshift(0), a.unshift(), a.unshift("x", "y"), a]}`,
	`const a = [1, 2, 3, 4, 5]; return {payload: [a.splice(1, 2), a.splice(-1), a.splice(0, 0, "a", "b"), a.splice(1, 1, {}, []), a.splice(), a.splice(undefined), a]}`,
	`const a = [1, 2, 3]; return {payload: [a.splice(1, undefined, 9), a.splice(0, -1, 8), a.splice(99, 1, 7), a.splice("1", "1"), a.splice(-99, 1), a]}`,
	`const a = [1, 2, 3]; return {payload: [a.reverse() === a, a, [].reverse(), [1].reverse(), a.fill(7, 1) === a, [1, 2, 3].fill(0, -2, -1), [1].fill(), [1, 2].fill({}, 5), a.sort() === a]}`,
	`const o = {}; const a = [1, 2].fill(o); return {payload: [a[0] === a[1], a]}`,
	`msg.a.push(9); msg.a.sort(); msg.a.reverse(); msg.l.splice(1, 1); msg.l.shift(); msg.words.unshift("first"); msg.payload.list.pop(); return msg`,
	`const l = msg.l; l.length && l.push(l.shift()); msg.same = l === msg.l; return msg`,
	`const q = []; for (let i = 0; i < 50; i++) { q.push(i); if (i % 3 === 0) q.shift(); if (i % 7 === 0) q.unshift(-i) } return {payload: q}`,
	`const a = new Array(3); for (let i = 0; i < 3; i++) a[i] = i * i; a.forEach(x => { msg.n += x }); return {payload: [a, msg.n, a.map(x => x + 1), a.indexOf(4)]}`,
	`const a = new Array(2); msg.a = a; return {payload: [a[0], a.length, a.at(-1)]}`,
	`const grid = new Array(2).fill(null).map(() => new Array(2).fill(0)); grid[1][0] = 5; return {payload: grid}`,
	`const a = []; a[2] = "x"; msg.a[5] = 1; msg.a[3] = 2; return {payload: [a, a.length, a[0], a.join(), [...a], a.includes(undefined), msg.a, JSON.stringify(a)]}`,
	`const a = [1, 2, 3]; a.length = 1; msg.a.length = 0; msg.l.length--; const b = [1]; b.length = 3; b.length -= 1; const o = {length: 5}; o.length = 6; return {payload: [a, msg.a, msg.l, b, b.length, o, a.length = 0, a]}`,
	`const a = []; a[3] = 1; a[0] = 1; a[1] = 1; a[2] = 1; a.length = 6; a.length = 4; return {payload: a.map(x => x + 1)}`,
	// Callbacks that change the array.
	`const a = [1, 2, 3], seen = []; a.forEach((x, i) => { seen.push(x); if (i === 0) a.pop() }); return {payload: [seen, a]}`,
	`const a = [1, 2, 3], seen = []; a.forEach((x, i) => { seen.push(x); a.push(x) }); return {payload: [seen, a]}`,
	`const a = [1, 2, 3], seen = []; a.find(x => { seen.push(x); a.pop(); return false }); return {payload: [seen, a]}`,
	`const a = [1, 2, 3]; return {payload: [a.filter((x, i) => { a[i] = 9; return true }), a.every(x => { a.shift(); return true }), a.some((x) => { a.push(1); return x === 1 }), a]}`,
	`const a = [1, 2, 3, 4]; return {payload: [a.reduce((s, x) => { a.pop(); return s + x }), a.reduceRight((s, x) => { a.shift(); return s + x }, 0), a]}`,
	`const a = [3, 1, 2]; a.sort((x, y) => { a.push(9); return x - y }); return {payload: a.slice(0, 3)}`,
	`const a = [1, 2]; const out = []; for (const x of a) { out.push(x); if (out.length < 5) a.push(x * 2) } return {payload: out}`,
	`const a = [1, 2, 3]; const out = []; for (const [i, x] of a.entries()) { out.push(i + ":" + x); if (i === 0) a.pop() } return {payload: out}`,
	`const it = [1, 2, 3].values(); const out = []; for (const x of it) { out.push(x); break } for (const x of it) out.push("then " + x); return {payload: [out, [...it], it.next()]}`,
	`const it = ["a"].entries(); return {payload: [it.next(), it.next(), it.next().done]}`,
	// Comparators are asked in the order of V8.
	`const log = []; const a = [3, 1, 2, 1, 5, 4, 9, 9, 0].sort((x, y) => { log.push(x + ":" + y); return x - y }); return {payload: [a, log.length > 8]}`,
	// Functions of the body as callbacks.
	`function double (x) { return x * 2 } const add = (a, b) => a + b; return {payload: [msg.a.map(double), msg.a.reduce(add), msg.a.map(double).filter(isBig)]}; function isBig (x) { return x > 3 }`,
	`let n = 0; msg.a.forEach(x => n += x); msg.l.forEach((o, i) => { o.i = i; n += o.v }); msg.n = n; return msg`,
	`const total = (list, k) => list.map(o => o[k]).reduce((a, b) => a + b, 0); return {payload: [total(msg.l, "v"), total([], "v")]}`,
	`const f = n => n <= 0 ? [] : [n].concat(f(n - 1)).map(x => x + 1); return {payload: f(5)}`,
	`return {payload: msg.l.map(o => { if (o.v === 2) return; return o.k })}`,
	// Stores.
	`const l = flow.get("l"); l.push(4); l.reverse(); l.splice(1, 1, {x: 1}); msg.payload = l.map(x => x); msg.q = l.slice(2); return msg`,
	`const l = flow.get("o").l; const x = l.pop(); if (typeof x === "object") x.y = 1; msg.payload = [x, l.concat([msg.o]), l.filter(e => e)]; l.unshift(msg.o); flow.set("k", l.length); return msg`,
	`const l = flow.get("l"); l.sort((a, b) => b - a); flow.set("l2", l.fill(msg.l[0], 1)); l[1].z = 1; return msg`,
	`const g = global.get("g").deep.er; g.push(msg.o, [g[0]]); return {payload: g.flat(3)}`,
}

// TestArraysOfCompiledBodies plays all that arrays can do.
func TestArraysOfCompiledBodies(t *testing.T) { playCompiled(t, arrayExpressions, arrayBodies) }

// TestArraysDoAsInNode plays what goja does otherwise; the answers are Node's.
func TestArraysDoAsInNode(t *testing.T) {
	for body, want := range map[string]string{
		`const a = [3, 1, 2]; const b = a.sort((x, y) => { a.length && a.pop(); return x - y }); return {payload: [a, b === a]}`: `[[1,2,3],true]`,
		`const o = Object.fromEntries([[], ["a"]]); return {payload: Object.keys(o)}`:                                            `["undefined","a"]`,
	} {
		if got, want := newBench(t).run(body, `{"_msgid":"1"}`), `sent {"payload":`+want+`,"_msgid":"1"}; done`; got != want {
			t.Errorf("%s\ngot %s, want %s", body, got, want)
		}
	}
}

// TestOddArraysAreLeft plays what a VM must do, after something that is to be taken back.
func TestOddArraysAreLeft(t *testing.T) {
	for _, body := range []string{
		`msg.a.sort(); msg.a.pop(); msg.l.shift(); msg.words.splice(1, 1, 5, 6); msg.a.unshift(7); msg.l.reverse(); msg.payload.list.fill(0); return {payload: [].reduce((a, b) => a)}`,
		`msg.a.sort((a, b) => { msg.a.push(1); if (msg.a.length > 4) throw new Error("no"); return a - b }); return msg`,
		`msg.l.forEach(o => { o.v = 0; if (o.k === "c") null.x }); return msg`,
		`return {payload: msg.a.map(5)}`,
		`return {payload: msg.a.sort("x")}`,
		`return {payload: [1].with(5, 1)}`,
		`return {payload: new Array(-1)}`,
		`return {payload: new Array(1.5)}`,
		`const a = new Array(3); a[1] = 5; return {payload: [a.map(x => 1).length, a.indexOf(undefined), a.filter(x => true)]}`,
		`const a = new Array(3); const n = []; a.forEach(x => n.push(1)); return {payload: n.length}`,
		`return {payload: Object.keys(new Array(2)).length}`,
		`return {payload: Array(2).flat().length}`,
		`const a = [1]; a[3] = 1; const seen = []; for (const i in a) seen.push(i); return {payload: seen}`,
		`const a = [1]; a[3] = 1; msg.n = a.filter(x => true).length; return msg`,
		`msg.a[1e6] = 1; msg.a.length = 1; msg.l.length = 9; msg.l.length = 2; null.x`,
		`const a = []; a.length = -1; return msg`,
		`const a = [1, 2, 3]; let n = 0; a.forEach(x => { n++; a.length = 0; a.length = 3 }); return {payload: n}`,
		`const a = [1, 2, 3]; let n = 0; for (const i in a) { n++; a.length = 0; a.length = 3 } return {payload: n}`,
		`const a = [1, 2]; a.length = "1"; return {payload: a}`,
		`const a = [1, 2, 3]; return {payload: a.map(x => { a.pop(); return x }).length}`,
		`const a = [1]; a.push(a); return {payload: a.join()}`,
		`return {payload: Array.from(null)}`,
		`return {payload: [1, 2].reduce((f, x) => x, () => 1)}`,
		`return {payload: [{toString: () => "b"}, "a"].sort()}`,
		`return {payload: [{valueOf: () => 1}].map(Number)}`,
		`return {payload: Array.from({length: 1e9})}`,
	} {
		if left, _ := (scene{body: body}).same(t); left == 0 {
			t.Errorf("%s\nwas not left to a VM", body)
		}
	}
}
