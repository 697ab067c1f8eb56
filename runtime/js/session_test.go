package js

import (
	"strings"
	"testing"
	"time"

	"sluice/runtime/msg"
)

func TestReferencesAreJavaScripts(t *testing.T) {
	for _, tc := range []struct{ name, body, in, want string }{
		{"a view is one object", `msg.a = msg.payload === msg.payload && msg.payload.l === msg.payload.l; return msg`, `{"payload":{"l":[]}}`, `{"payload":{"l":[]},"a":true}`},
		{"a view as a Map key", `const m = new Map([[msg.payload, 1]]); msg.a = m.get(msg.payload); return msg`, `{"payload":{}}`, `{"payload":{},"a":1}`},
		{"natives in arrays", `const o = {n: 1}; msg.l.push(o, o); o.n = 2; msg.l[0].m = 3; return msg`, `{"l":[]}`, `{"l":[{"n":2,"m":3},{"n":2,"m":3}]}`},
		{"natives read back", `msg.p = [1]; msg.a = msg.p instanceof Array && Array.isArray(msg.p); msg.p.push({}); msg.p[1].x = msg.l; return msg`, `{"l":[5]}`, `{"l":[5],"p":[1,{"x":[5]}],"a":true}`},
		{"dates", `msg.d = new Date(0); msg.e = msg.d.toISOString(); msg.d.setTime(1000); return msg`, `{}`, `{"d":"1970-01-01T00:00:01.000Z","e":"1970-01-01T00:00:00.000Z"}`},
		{"buffers", `msg.b = Buffer.from("abc"); msg.b[0] = 65; msg.s = msg.b.toString(); return msg`, `{}`, `{"b":{"type":"Buffer","data":[65,98,99]},"s":"Abc"}`},
		{"arrays sorted in place", `msg.l.sort((a, b) => a.n - b.n); msg.l.reverse(); msg.l.splice(1, 1); return msg`, `{"l":[{"n":2},{"n":3},{"n":1}]}`, `{"l":[{"n":3},{"n":1}]}`},
		{"spread and assign", `return Object.assign({}, msg, {l: [...msg.l, 3], o: {...msg.o, b: 2}})`, `{"l":[1],"o":{"a":1}}`, `{"l":[1,3],"o":{"a":1,"b":2}}`},
		{"keys in order", `msg.k = Object.keys(msg.o); for (const k in msg.o) msg.k.push(k); return msg`, `{"o":{"b":1,"2":1,"a":1,"1":1}}`, `{"o":{"1":1,"2":1,"b":1,"a":1},"k":["1","2","b","a","1","2","b","a"]}`},
		{"delete and undefined", `delete msg.a; msg.b = undefined; msg.c = 'b' in msg; return msg`, `{"a":1,"b":2}`, `{"c":true}`},
		{"lone surrogates", `msg.s = msg.s + '\udc00'.slice(0) + '\ud83d'; return msg`, `{"s":"\ud800"}`, `{"s":"𐀀\ud83d"}`},
		{"functions with properties of Object", `msg.a = msg.hasOwnProperty('p') && msg.toString() === '[object Object]' && msg.constructor === Object; return msg`, `{"p":1}`, `{"p":1,"a":true}`},
		{"cycles", `msg.self = msg; const o = {}; o.o = o; msg.o = o; msg.ok = msg.self.self === msg && msg.o.o === msg.o; delete msg.self; delete msg.o; return msg`, `{}`, `{"ok":true}`},
		{"JSON of what is still native", `const o = {a: [1]}; msg.p = o; msg.t = JSON.stringify(msg); o.b = 2; return msg`, `{}`, `{"p":{"a":[1],"b":2},"t":"{\"p\":{\"a\":[1]}}"}`},
		{"parsed JSON", `const o = JSON.parse('{"a":{"b":1}}'); o.a.c = {d: 2}; msg.o = o; o.e = 1; return msg`, `{}`, `{"o":{"a":{"b":1,"c":{"d":2}},"e":1}}`},
		{"bigints, regexps and classes", `class A { constructor () { this.x = 1 } } msg.a = new A(); msg.m = new Map(); msg.f = () => 1; msg.r = /x/; return msg`, `{}`, `{"a":{"x":1},"m":{},"r":{}}`},
		{"frozen objects", `"use strict"; Object.freeze(msg.p); try { msg.p.a = 2 } catch (e) { msg.e = e.name } return msg`, `{"p":{"a":1}}`, `{"p":{"a":1},"e":"TypeError"}`},
		{"accessors", `Object.defineProperty(msg, 'x', {get () { return 7 }, enumerable: true}); return msg`, `{}`, `{"x":7}`},
		{"Object.create(null)", `const m = Object.create(null); m.a = 1; msg.m = m; return msg`, `{}`, `{"m":{"a":1}}`},
		{"array holes", `msg.l = [1,,3]; msg.n = msg.l.length; msg.l[5] = 1; return msg`, `{}`, `{"l":[1,null,3,null,null,1],"n":3}`},
		{"classes of arrays", `class A extends Array { top () { return this[this.length - 1] } } class B extends Uint8Array {} const a = A.from([1, 2]); return {l: [a.top(), a instanceof A, [] instanceof Array, [].constructor === Array, Array(3).length, Array.of(7)[0], new B(2).length, new Uint8Array([1]).constructor === Uint8Array]}`, `{}`, `{"l":[2,true,true,true,3,7,2,true]}`},
		{"setting length", `msg.l.length = 1; return msg`, `{"l":[1,2,3]}`, `{"l":[1]}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := newBench(t).run(tc.body, tc.in)
			if want := "sent " + tc.want + "; done"; got != want {
				t.Errorf("%s\n got %s\nwant %s", tc.body, got, want)
			}
		})
	}
}

func TestNamesWithoutDeclarationLastAndStayPrivate(t *testing.T) {
	b := newBench(t)
	f := b.compile(Source{Body: `n = typeof n === 'undefined' || n === undefined ? 1 : n + 1; return {payload: n}`})
	g, err := b.e.Compile(Source{Node: b, Body: `return {payload: typeof n}`})
	if err != nil {
		t.Fatal(err)
	}
	b.call(f, `{"_msgid":"1"}`)
	if got := b.call(f, `{"_msgid":"1"}`).String(); got != `sent {"payload":2,"_msgid":"1"}; done` {
		t.Error(got)
	}
	if got := b.call(g, `{"_msgid":"1"}`).String(); got != `sent {"payload":"undefined","_msgid":"1"}; done` {
		t.Error(got)
	}
}

func TestNodesShareNoGlobals(t *testing.T) {
	b := newBench(t)
	for _, tc := range []struct{ body, want string }{
		{`(function () { this.leak = 1 })(); this.also = 2; return {payload: [this.leak, this.also, globalThis.leak, (function () { return this.leak })()]}`, `[1,2,1,1]`},
		{`return {payload: [typeof leak, typeof also, typeof globalThis.leak]}`, `["undefined","undefined","undefined"]`},
		{`const o = {x: 5, f() { return this.x }, g() { return (() => this.x)() }}; class A { y = 6; m() { return this.y } } return {payload: [o.f(), o.g(), new A().m()]}`, `[5,5,6]`},
		{`try { n++ } catch (e) { return {payload: e.name} }`, `"ReferenceError"`},
		{`try { n += 1 } catch (e) { return {payload: e.name} }`, `"ReferenceError"`},
		{`n = 1; n++; n += 2; return {payload: n}`, `4`},
	} {
		if got, want := b.run(tc.body, `{}`), `sent {"payload":`+tc.want+`}; done`; got != want {
			t.Errorf("%s\n got %s\nwant %s", tc.body, got, want)
		}
	}
}

func TestKeptMessagesAreNotShared(t *testing.T) {
	b := newBench(t)
	f := b.compile(Source{Body: `if (msg.first) { last = msg; return msg } last.seen = (last.seen || 0) + 1; return last`})
	first := b.call(f, `{"_msgid":"1","first":true}`)
	first.sent[0][0][0].Set("changed", true)
	if got := b.call(f, `{"_msgid":"2"}`).String(); got != `sent {"_msgid":"2","first":true,"seen":1}; done` {
		t.Error(got)
	}
	if first.sent[0][0][0].Has("seen") {
		t.Error("a later event has changed a message that had left")
	}
}

func TestLimits(t *testing.T) {
	for _, tc := range []struct{ name, body, want string }{
		{"an endless loop", `for (;;) {}`, `done Error: Script execution timed out after 20ms`},
		{"one that catches", `try { for (;;) {} } catch (e) { return msg } finally { msg.x = 1 }`, `done Error: Script execution timed out after 20ms`},
		{"after await", `await 1; for (;;) {}`, `done Error: Script execution timed out after 20ms`},
		{"recursion through callbacks", `const f = () => [1].forEach(f); f()`, `done RangeError: Maximum call stack size exceeded`},
		{"recursion through views", `const f = o => { for (const k of Object.keys(o)) f(msg) }; f(msg)`, `done RangeError: Maximum call stack size exceeded`},
		{"recursion that is caught", `const f = n => f(n + 1) + 1; try { f(0) } catch (e) { return {payload: e instanceof RangeError && e.message} }`, `sent {"payload":"Maximum call stack size exceeded"}; done`},
		{"recursion that is caught, through callbacks", `function f () { [1].forEach(f) } try { f() } catch (e) { return {payload: e.name} }`, `sent {"payload":"RangeError"}; done`},
		{"recursion caught in a promise", `return Promise.resolve().then(() => { const f = () => f(); f() }).catch(e => ({payload: e.name}))`, `sent {"payload":"RangeError"}; done`},
		{"deep recursion that ends", `const f = n => n ? f(n - 1) + 1 : 0; try { return {payload: f(2500)} } finally { msg.x = 1 }`, `sent {"payload":2500}; done`},
		{"a join that outgrows memory", `const s = "x".repeat(1e6); return {a: new Array(1e6).fill(s).join()}`, `done RangeError: Invalid string length`},
		{"a replacement that outgrows memory", `const s = "x".repeat(1e6); return {a: s.replace(/x/g, s)}`, `done RangeError: Invalid string length`},
		{"too many messages", `for (let i = 0; i < 1e6; i++) node.send([[{}, {}]])`, `RangeError: one call sends more than 100000 messages: send an array as one message and split it`},
		{"a native nested too deeply", `new WeakMap(); let o = {}; for (let i = 0; i < 20000; i++) { const p = {}; p.o = o; o = p } msg.o = o; return msg`, `done RangeError: Maximum call stack size exceeded`},
		{"a list in itself made flat", `new WeakMap(); const a = []; a.push(a); a.flat(Infinity)`, `done RangeError: Maximum call stack size exceeded`},
		{"lists that hold each other often made flat", `new WeakMap(); let a = [1]; for (let i = 0; i < 60; i++) a = [a, a]; a.flat(100)`, `done RangeError: Invalid array length`},
		{"what goja fails at", `new WeakMap(); Object.fromEntries([[]])`, `done Error: the JavaScript engine has failed at this: runtime error: invalid memory address or nil pointer dereference`},
		{"an object without a value", `new WeakMap(); return {payload: 1 + {toString: 1, valueOf: 1}}`, `done TypeError: Cannot convert object to primitive value`},
		{"a huge text", `return {a: "x".repeat(2 ** 50)}`, `done RangeError: Invalid string length`},
		{"a huge padding", `return {a: "x".padEnd(2 ** 45)}`, `done RangeError: Invalid string length`},
		{"huge bytes", `new Uint8Array(2 ** 45)`, `done RangeError: Invalid typed array length: 35184372088832`},
		{"a huge ArrayBuffer", `new ArrayBuffer(2 ** 45)`, `done RangeError: Array buffer allocation failed`},
		{"a huge native array", `new Array(4294967295).fill(0)`, `done RangeError: Invalid array length`},
		{"a huge array", `msg.l = msg.l || []; msg.l.length = 1e9; return null`, `done RangeError: Invalid array length`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBench(t)
			f := b.compile(Source{Body: tc.body, Timeout: 20 * time.Millisecond})
			if !strings.Contains(tc.want, "timed out") {
				f.timeout = 20 * time.Second
			}
			c := b.call(f, `{"l":[]}`)
			if got := c.String(); !strings.HasSuffix(got, tc.want) || len(c.sent) == 0 && got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
			if e, ok := c.dones[0].(*LimitError); ok && e.Code != "ERR_SCRIPT_EXECUTION_TIMEOUT" {
				t.Error(e.Code)
			}
			if got := b.run(`return {payload: 1}`, `{"_msgid":"1"}`); got != `sent {"payload":1,"_msgid":"1"}; done` {
				t.Errorf("the VM is no longer usable: %s", got)
			}
		})
	}
}

func TestGrowthOfACallIsBounded(t *testing.T) {
	for _, body := range []string{
		`let s = "x"; for (;;) s += s`,
		`const l = []; for (;;) l.push(new Array(1000).fill(0.5))`,
		`flow.get("x"); let s = "x"; for (;;) s += s + "y"`,
	} {
		b := newBench(t)
		b.e.opts.Memory = 64 << 20
		f := b.compile(Source{Body: body})
		if got := b.call(f, `{}`).String(); !strings.HasPrefix(got, "done Error: the function needs more than 64 MB") {
			t.Errorf("%s: %.200s", body, got)
		}
		if n := b.e.Stopped(); n.Memory != 1 || len(b.logs) != 1 {
			t.Errorf("%+v, logged %q", n, b.logs)
		}
		if got := b.run(`return {payload: 1}`, `{"_msgid":"1"}`); got != `sent {"payload":1,"_msgid":"1"}; done` {
			t.Errorf("the VM is no longer usable: %s", got)
		}
	}
}

func TestPatternThatTakesTooLongIsAnError(t *testing.T) {
	for _, body := range []string{
		`msg.r = /^(?=(a+)+$)a+b/.test(msg.s); return msg`,
		`msg.r = msg.s.match(RegExp("^(?=(a+)+$)a+b")); return msg`,
		`msg.r = msg.s.replace(/^(?=(a+)+$)a+b/, ""); return msg`,
	} {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			got := newBench(t).run(body, `{"s":"`+strings.Repeat("a", 40)+`!"}`)
			if !strings.HasPrefix(got, "done Error: the pattern /^(?=(a+)+$)a+b/ needs more than 100ms for a text of 41 characters") {
				t.Error(got)
			}
		})
	}
}

func TestUnhandledRejectionIsTheMessagesError(t *testing.T) {
	got := newBench(t).run(`(async () => { throw new Error("lost") })(); Promise.reject(1).catch(() => {}); return msg`, `{"_msgid":"1"}`)
	if !strings.HasPrefix(got, `sent {"_msgid":"1"}; error Error: lost with {"_msgid":"1"`) || !strings.HasSuffix(got, "; done") {
		t.Error(got)
	}
}

func TestStoredContainersLeaveAsCopies(t *testing.T) {
	b := newBench(t)
	f := b.compile(Source{Body: `const l = flow.get("l"); l.push({n: l.length}); msg.payload = l; msg.inner = {deep: l}; return msg`})
	b.stores["flow"].Set("l", msg.CopyIn(msg.NewArray()))
	c := b.call(f, `{"_msgid":"1"}`)
	m := c.sent[0][0][0]
	if got := show(m); got != `{"_msgid":"1","payload":[{"n":0}],"inner":{"deep":[{"n":0}]}}` {
		t.Error(got)
	}
	m.Value("payload").(*msg.Array).Append("mine")
	if got := show(b.stores["flow"]); got != `{"l":[{"n":0}]}` {
		t.Error(got)
	}
	if !msg.Stored(b.stores["flow"].Value("l").(*msg.Array).At(0)) {
		t.Error("what is put into a stored container must be the store's")
	}
}

func TestSetObjectIsFilledAfterwards(t *testing.T) {
	b := newBench(t)
	b.run(`const o = {}; flow.set("o", o); o.a = 1; msg.same = flow.get("o") === o; flow.get("o").b = 2; return msg`, `{}`)
	if got := show(b.stores["flow"]); got != `{"o":{"a":1,"b":2}}` {
		t.Error(got)
	}
}

func TestFunctionsLiveInContexts(t *testing.T) {
	b := newBench(t)
	b.run(`global.set("add", (a, b) => a + b); global.set("m", new Map([["k", {v: 1}]]))`, `{}`)
	if got := b.run(`return {payload: global.get("add")(1, 2), v: global.get("m").get("k").v}`, `{"_msgid":"1"}`); got != `sent {"payload":3,"v":1,"_msgid":"1"}; done` {
		t.Error(got)
	}
}

func TestSentMessagesHoldNoNatives(t *testing.T) {
	for _, body := range []string{
		`const o = {a: 1}; msg.p.o = o; node.send({p: msg.p}, false); o.a = 2`,
		`const o = {a: 1}; msg.p.o = o; node.send(msg, false); o.a = 2`,
		`const o = {a: 1}; msg.p.o = o; node.send([null, {p: msg.p}]); o.a = 2`,
		`const o = {a: 1}; msg.p.o = o; node.send([msg, {p: msg.p}]); o.a = 2`,
	} {
		b := newBench(t)
		b.compile(Source{Body: body, inVM: true}).Run(checkedCall{newCall(b), t, body}, parse(t, `{"p":{}}`))
	}
}

// checkedCall looks at what is sent at once.
type checkedCall struct {
	*fakeCall
	t    *testing.T
	body string
}

func (c checkedCall) Send(outs [][]*msg.Object) {
	for _, out := range outs {
		for _, m := range out {
			if o, ok := m.Value("p").(*msg.Object).Value("o").(*msg.Object); !ok || o.Value("a") != 1.0 {
				c.t.Errorf("%s: %v", c.body, m.Value("p"))
			}
		}
	}
}
