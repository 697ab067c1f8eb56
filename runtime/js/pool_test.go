package js

import (
	"fmt"
	"runtime"
	"sync"
	"testing"
)

func TestPlacement(t *testing.T) {
	for _, tc := range []struct{ body, reason string }{
		{`msg.payload = msg.payload.items.filter(i => i.ok).map(i => i.n * 2); return msg`, ""},
		{`const f = function (a) { return a ? a + f(a - 1) : 0 }; msg.payload = f(5); return [msg, null]`, ""},
		{`function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) } msg.payload = fib(5); node.status({text: "x"}); node.send(msg); node.done()`, ""},
		{`msg.headers = {a: env.get("A")}; msg.d = new Date(); msg.b = Buffer.from("x"); msg = {payload: JSON.parse("1")}; return msg`, ""},
		{`msg.payload = Object.create(null); msg.list = [1, 2].map(Number).map(String); return msg`, ""},
		{`for (const k in msg.payload) { delete msg.payload[k]; msg.n = (msg.n || 0) + 1 } node.warn(typeof Math, Math.PI); return RED.util.cloneMessage(msg)`, ""},
		{`flow.set("a", 1)`, "it uses flow"},
		{`context.get("a")`, "it uses context"},
		{`setTimeout(() => {}, 1)`, "it uses setTimeout"},
		{`node.on("close", () => {})`, "it uses node.on"},
		{`const n = node; n.on("close", () => {})`, "it uses node as a value"},
		{`n = 1; return msg`, "it assigns to n without declaring it"},
		{`await 1`, "it awaits"},
		{`(async () => {})()`, "it makes an async function or generator, which may leave with a message"},
		{`msg.f = () => 1; return msg`, "it makes a function, which may leave with a message"},
		{`class A {} msg.a = new A(); return msg`, "it makes a class, which may leave with a message"},
		{`msg.m = new Map(); return msg`, "it uses Map"},
		{`Math.n = (Math.n || 0) + 1; return msg`, "it assigns to a property of Math"},
		{`Math.n++; return msg`, "it assigns to a property of Math"},
		{`const M = Math; M.n = 1; return msg`, "it uses Math as a value"},
		{`Object.assign(Math, {a: 1}); return msg`, "it uses Math as a value"},
		{`Array.prototype.x = 1; return msg`, "it assigns to a property of Array"},
		{`String["prototype"]; return msg`, "it uses .prototype"},
		{`msg.o = Object.create({a: 1}); return msg`, "it makes an object with a prototype, which may leave with a message"},
		{`return this.x`, "it uses this"},
		{`eval("1")`, "it uses eval"},
	} {
		b := newBench(t)
		pooled, reason := b.compile(Source{Body: tc.body, inVM: true}).Placement()
		if reason != tc.reason || pooled != (tc.reason == "") {
			t.Errorf("%s\n got %q\nwant %q", tc.body, reason, tc.reason)
		}
	}
	b := newBench(t)
	for _, tc := range []struct {
		src    Source
		reason string
	}{
		{Source{Body: `return msg`, Setup: `1`}, "it has On Start code"},
		{Source{Body: `return msg`, Cleanup: `1`}, "it has On Stop code"},
		{Source{Body: `msg.h = c.createHash("md5").update("x").digest("hex"); return msg`, Libs: []Lib{{"c", "crypto"}}}, ""},
		{Source{Body: `return msg`, Libs: []Lib{{"e", "events"}}}, "it uses the module events"},
	} {
		tc.src.inVM = true
		if _, reason := b.compile(tc.src).Placement(); reason != tc.reason {
			t.Errorf("%v: got %q, want %q", tc.src, reason, tc.reason)
		}
	}
	for _, tc := range []struct {
		src    Source
		reason string
	}{
		{Source{Body: `const s = new Set(msg.l); msg.n = s.size; return msg`}, ""},
		{Source{Body: `return msg`, Cleanup: `1`}, ""},
		{Source{Body: `return msg`, Setup: `1`}, "it has On Start code"},
		{Source{Body: `msg.n = flow.get("n"); return msg`}, "it uses flow"},
	} {
		if _, reason := b.compile(tc.src).Placement(); reason != tc.reason {
			t.Errorf("directly, %v: got %q, want %q", tc.src, reason, tc.reason)
		}
	}
}

func TestPooledBodiesRunInParallel(t *testing.T) {
	b := newBench(t)
	f := b.compile(Source{Body: `node.status(msg.n); const list = []; for (let i = 0; i < 200; i++) list.push({i, s: "x" + i});
		msg.re = list.filter(o => /^x1\d$/.test(o.s)).map(o => o.i).join(); msg.e = env.get("A"); msg.d = "1234567".replace(/\B(?=(\d{3})+(?!\d))/g, ","); return [[msg, {payload: msg.n}]]`})
	g := b.compile(Source{Body: `flow.set("n", (flow.get("n") || 0) + 1)`})
	b.env["A"] = 1.0
	node := quiet{b}
	f.node, g.node = node, node
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			c := newCall(b)
			f.Run(c, parse(t, fmt.Sprintf(`{"_msgid":"%d","n":%d}`, i, i)))
			want := fmt.Sprintf(`sent {"_msgid":"%d","n":%d,"re":"10,11,12,13,14,15,16,17,18,19","e":1,"d":"1,234,567"},{"payload":%d,"_msgid":"%d"}; done`, i, i, i, i)
			if got := c.String(); got != want {
				t.Errorf("\n got %s\nwant %s", got, want)
			}
			g.Run(newCall(b), parse(t, `{}`))
		})
	}
	wg.Wait()
	if n := b.stores["flow"].Value("n"); n != 50.0 {
		t.Errorf("stateful bodies must run one at a time: %v", n)
	}
	if made := b.e.pool.made; made > len(b.e.pool.all) {
		t.Errorf("%d VMs", made)
	}
}

// quiet is the node of bodies that run in parallel.
type quiet struct{ *bench }

func (quiet) Status(any)         {}
func (quiet) Log(string, string) {}

func TestBusyFunctionLeavesVMsToOthers(t *testing.T) {
	b := newBench(t)
	p := b.e.pool
	busy, busier, light := &Function{}, &Function{}, &Function{}
	var held []*vm
	for range p.share {
		held = append(held, p.take(busy))
	}
	got := make(chan *vm, 3)
	wait := func(f *Function) {
		before := len(f.lease.queue)
		go func() { got <- p.take(f) }()
		for p.queue(f) == before {
			runtime.Gosched()
		}
	}
	wait(busy) // it holds its share
	for range len(p.all) - p.share - 1 {
		p.take(busier)
	}
	p.put(p.take(light), light) // there is one left for others
	last := p.take(busier)
	wait(light)
	p.put(held[0], busy)
	if v := <-got; v != held[0] || p.queue(light) != 0 || p.queue(busy) != 1 {
		t.Error("the function that holds least must be served first")
	}
	p.put(last, busier)
	if v := <-got; v != last || p.queue(busy) != 0 || len(p.waiting) != 0 {
		t.Error("the VM must go to who waits")
	}
}

func (p *pool) queue(f *Function) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(f.lease.queue)
}

func TestMessagesWithValuesOfTheMainVMRunThere(t *testing.T) {
	b := newBench(t)
	makes := b.compile(Source{Body: `msg.m = new Map([["a", 1]]); msg.f = x => x + 1; return msg`})
	reads := b.compile(Source{Body: `return {payload: [msg.m.get("a"), msg.f(1)]}`})
	c := b.call(makes, `{"_msgid":"1"}`)
	after := newCall(b)
	reads.Run(after, c.sent[0][0][0])
	if got := after.String(); got != `sent {"payload":[1,2],"_msgid":"1"}; done` {
		t.Error(got)
	}
}

func TestFunctionsThatLeaveAPooledVMCanBeCalled(t *testing.T) {
	b := newBench(t)
	makes := b.compile(Source{Body: `msg.f = Math.max; return msg`})
	reads := b.compile(Source{Body: `flow.get("x"); return {payload: [msg.f(1, 3, 2), typeof msg.f]}`})
	c := b.call(makes, `{"_msgid":"1"}`)
	after := newCall(b)
	reads.Run(after, c.sent[0][0][0])
	if got := after.String(); got != `sent {"payload":[3,"function"],"_msgid":"1"}; done` {
		t.Error(got)
	}
}
