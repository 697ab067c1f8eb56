package js

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"sluice/runtime/msg"
)

// TestCompiledBodiesEnd runs bodies that would not, or would take all memory, and then the same
// node again, which must not have been harmed.
func TestCompiledBodiesEnd(t *testing.T) {
	const (
		late   = "done Error: Script execution timed out after 20ms"
		deep   = "done RangeError: Maximum call stack size exceeded"
		length = "done RangeError: Invalid string length"
	)
	for _, tc := range []struct{ body, want string }{
		{`while (true);`, late},
		{`while (true) {}`, late},
		{`for (;;);`, late},
		{`do {} while (1)`, late},
		{`a: for (;;) { for (;;) continue a }`, late},
		{`for (;;) { switch (1) { case 1: continue } }`, late},
		{`for (const x of msg.a) msg.a.push(x)`, late},
		{`let n = 0; while (true) n++`, late},
		{`while (true) msg.n = msg.a.map(x => x + 1).join()`, late},
		{`while (true) msg.n = "a,b,c".split(",").length`, late},
		{`const f = () => { for (;;); }; f()`, late},
		{`msg.a.sort(() => { for (;;); })`, late},
		{`msg.a.forEach(() => { for (;;); })`, late},
		{`"abc".replace(/b/, () => { for (;;); })`, late},
		{`const f = n => n; for (;;) f(1)`, late},
		{`while (true) msg.a = [msg.a]`, late},
		{`try { for (;;); } catch { msg.n = 1 } finally { msg.n = 2 }`, late},
		{`function f (n) { return f(n + 1) } f(0)`, deep},
		{`const f = () => [1].forEach(f); f()`, deep},
		{`const f = a => a.map(() => f(a)); f([1])`, deep},
		{`function a () { return b() } function b () { return a() } a()`, deep},
		{`return {payload: "x".repeat(2 ** 30)}`, length},
		{`return {payload: "x".padEnd(2 ** 30)}`, length},
		{`const s = "x".repeat(1e6); return {payload: s.replaceAll("x", s)}`, length},
		{`for (;;) node.send({})`, "more than 100000 messages"},
	} {
		t.Run(tc.body, func(t *testing.T) {
			b := newBench(t)
			b.quiet = true
			timeout := 20 * time.Millisecond
			if !strings.Contains(tc.want, "timed out") {
				timeout = time.Minute
			}
			f := b.compile(Source{Body: "if (msg.fine) return {payload: [1, 2].map(x => x * msg.n)};" + tc.body, Timeout: timeout})
			if f.c.direct.body == nil {
				t.Errorf("it was refused because %s", f.c.direct.why)
			}
			for range 2 {
				if got := b.call(f, `{"_msgid":"1","n":5,"a":[2,1]}`).String(); !strings.Contains(got, tc.want) {
					t.Errorf("got %.200s, want %s", got, tc.want)
				}
				before := f.c.direct.left.n.Load()
				if got := b.call(f, `{"_msgid":"1","n":5,"fine":true}`).String(); got != `sent {"payload":[5,10],"_msgid":"1"}; done` || f.c.direct.left.n.Load() > before {
					t.Errorf("afterwards got %.200s", got)
				}
			}
		})
	}
}

func TestCompiledBodiesStopAtTheLimitOfMemory(t *testing.T) {
	for _, body := range []string{
		`const a = []; while (true) a.push("x".repeat(1000) + a.length)`,
		`for (let i = 0;; i++) node.warn("x".repeat(1000) + i)`,
		`for (let i = 0;; i++) msg["k" + i] = {i}`,
		`const m = new Map(); for (let i = 0;; i++) m.set(i, [i])`,
	} {
		b := newBench(t)
		b.e.opts.Memory = 32 << 20
		f := b.compile(Source{Body: body, Timeout: time.Minute})
		if f.c.direct.body == nil {
			t.Errorf("%s: was refused because %s", body, f.c.direct.why)
		}
		if got := b.call(f, `{"_msgid":"1"}`); len(got.dones) != 1 || got.dones[0] == nil || !strings.Contains(got.dones[0].Error(), "needs more than 32 MB") {
			t.Errorf("%s: ended with %v", body, got.dones)
		}
	}
}

// TestCompiledBodiesRunAtOnce runs one body on several goroutines, as nodes without contexts are run.
func TestCompiledBodiesRunAtOnce(t *testing.T) {
	const body = `
		const square = x => x * x;
		const sum = list => { let s = 0; for (const x of list) s += square(x); return s };
		const out = {id: msg.id, words: [], n: 0};
		for (let i = 0; i < 20; i++) {
			out.words.push("w" + i + msg.id);
			if (i % 3 === 0) continue;
			out.n += i;
		}
		msg.l.forEach((x, i) => { out["k" + i] = x.v });
		out.sum = sum(msg.l.map(x => x.v).filter(x => x > 1).sort((a, b) => b - a));
		out.text = out.words.join("-").replace(/w(\d)/g, (m, d) => d + "!").slice(0, 30) + new Date(msg.id * 1000).toISOString();
		if (msg.id % 7 === 0) { msg.l.length = 0; msg.none.none }
		msg.payload = out;
		return [msg, null]`
	b := newBench(t)
	b.quiet = true
	f := b.compile(Source{Body: body, Outputs: 2})
	if f.c.direct.body == nil {
		t.Fatal(f.c.direct.why)
	}
	in := func(id int) *msg.Object {
		return parse(t, fmt.Sprintf(`{"_msgid":"m%d","id":%[1]d,"l":[{"v":%[1]d},{"v":2},{"v":3}]}`, id))
	}
	want := make([]string, 100)
	for id := range want {
		c := newCall(b)
		vm := b.compile(Source{Body: body, Outputs: 2, inVM: true})
		vm.Run(c, in(id))
		want[id] = c.String()
		b.f = f
		vm.Close(t.Context(), false)
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 3 {
				for id := range want {
					c := newCall(b)
					f.Run(c, in(id))
					if got := c.String(); got != want[id] {
						t.Errorf("got %s, want %s", got, want[id])
					}
				}
			}
		})
	}
	all.Wait()
}

// TestCompiledBodiesForgetTheirRuns runs one node with messages of all sorts in turn: each must come to what it comes to in a new node.
func TestCompiledBodiesForgetTheirRuns(t *testing.T) {
	const body = `
		var before, list = msg.list; let later;
		function deep (n) { var own; if (n > 0) { own = deep(n - 1) } return own === undefined ? n : own + n }
		if (msg.mode === "unset") return {payload: [typeof before, typeof later, deep(0)]};
		before = "set"; later = msg;
		if (msg.mode === "deep") return {payload: deep(200)};
		outer: for (const x of list) {
			for (const y of list) {
				if (msg.mode === "break" && y === 2) break outer;
				if (msg.mode === "continue" && y === 2) continue outer;
				if (msg.mode === "return" && y === 2) return {payload: [x, y]};
				if (msg.mode === "throw" && x === 2) { msg.list.push(9); node.warn("gone"); throw new Error("x") }
				if (msg.mode === "inner" && x === 2) list.map(z => { if (z === 3) msg.none.none; return deep(z) });
			}
			node.send({payload: [x, before, ` + "`${x}:${list}`" + `]});
		}
		flow.set("kept", list);
		return {payload: [list, deep(3), later.mode]}`
	modes := []string{"unset", "deep", "break", "continue", "return", "throw", "inner", "whole"}
	in := func(mode string) string { return fmt.Sprintf(`{"_msgid":"1","mode":%q,"list":[1,2,3]}`, mode) }
	want := map[string]string{}
	for _, mode := range modes {
		b := newBench(t)
		want[mode] = b.call(b.compile(Source{Body: body, inVM: true}), in(mode)).String()
	}
	b := newBench(t)
	f := b.compile(Source{Body: body})
	if f.c.direct.body == nil {
		t.Fatal(f.c.direct.why)
	}
	for _, first := range modes {
		for _, then := range modes {
			b.call(f, in(first))
			if got := b.call(f, in(then)).String(); got != want[then] {
				t.Errorf("after %s, %s: got %s, want %s", first, then, got, want[then])
			}
		}
	}
}
