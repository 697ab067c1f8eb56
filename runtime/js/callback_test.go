package js

import (
	"context"
	"strings"
	"sync"
	"testing"

	"sluice/runtime/msg"
)

// callbackHost has a method for each way in which Go code calls a body's function.
type callbackHost struct {
	fakeHost
	kept []msg.Callable
}

func newCallbackHost() *callbackHost {
	h := &callbackHost{}
	h.fields = map[string]any{
		"now": &msg.Func{Name: "now", Call: func(this any, args []any) (any, error) {
			return &msg.CallBack{Func: args[0], This: this, Args: args[1:], Then: func(r any) (any, error) {
				return msg.ToString(r) + "!", nil
			}}, nil
		}},
		"later": &msg.Func{Name: "later", Call: func(this any, args []any) (any, error) {
			return &msg.Work{Do: func(context.Context) []any { return []any{"worked"} }, Func: args[0], This: this, Result: "at once"}, nil
		}},
		"on": &msg.Func{Name: "on", Call: func(this any, args []any) (any, error) {
			h.kept = append(h.kept, args[0].(msg.Callable))
			return this, nil
		}},
		"json": &msg.Func{Name: "json", Call: func(_ any, args []any) (any, error) { return show(args[0]), nil }},
	}
	return h
}

func TestGoCallsFunctionsOfBodies(t *testing.T) {
	for _, tc := range []struct{ name, body, want string }{
		{"in the turn that runs", `return {payload: msg.res.now((a, b) => a + b, 1, 2)}`, `sent {"payload":"3!"}; done`},
		{"with the this it says", `return {payload: msg.res.now(function () { return this === msg.res })}`, `sent {"payload":"true!"}; done`},
		{"and what they throw passes through", `try { msg.res.now(() => { throw new RangeError("no") }) } catch (e) { return {payload: e.name + e.message} }`,
			`sent {"payload":"RangeErrorno"}; done`},
		{"and errors nobody catches are the body's", `msg.res.now(() => { throw new Error("no") })`, `done Error: no`},
		{"that lie in a message", `msg.o = {f: x => x * 2}; return {payload: msg.res.now(msg.o.f, 4)}`, `sent {"payload":"8!"}; done`},
		{"after the call in a VM of the pool", `const r = msg.res.later(x => node.send({payload: x + r})); return {payload: r}`,
			`sent {"payload":"workedat once"}; sent {"payload":"at once"}; done`},
		{"later, when work is done", `kept = 1; const r = msg.res.later(x => node.send({payload: x + r})); return {payload: r}`,
			`sent {"payload":"at once"}; sent {"payload":"workedat once"}; done`},
		{"later, and what they throw is the node's error", `msg.res.later(() => { throw new Error("no") })`, `error Error: no with {}; done`},
		{"on what is still JavaScript's", `msg.p.x = {a: [1]}; const o = {m: msg.p}; return {payload: [msg.res.json(msg.p), msg.res.json(o), msg.p.x.a === msg.p.x.a]}`,
			`sent {"payload":["{\"x\":{\"a\":[1]}}","{\"m\":{\"x\":{\"a\":[1]}}}",true]}; done`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBench(t)
			f := b.compile(Source{Body: tc.body})
			c := newCall(b)
			f.Run(c, msg.NewObject("res", newCallbackHost(), "p", &msg.Object{}))
			c.drain()
			if got := c.String(); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestListenersRunInOrderAsEventsOfTheirNode(t *testing.T) {
	for _, body := range []string{
		`msg.res.on(function (x) { node.send({payload: "a" + x, same: this === msg.res}) }); msg.res.on(x => { throw new Error(x) }); msg.res.on(x => node.send({payload: "c" + x}))`,
	} {
		b := newBench(t)
		f := b.compile(Source{Body: body})
		h, c := newCallbackHost(), newCall(b)
		f.Run(c, msg.NewObject("res", h, msg.ID, "1"))
		c.drain()
		c.over = true
		for i, l := range h.kept {
			if i > 0 && (l.Same(h.kept[0]) || !l.Same(l)) {
				t.Error("functions are not told apart")
			}
			l.Post(h, msg.Number(float64(i)))
		}
		b.events.Wait()
		var got []string
		for _, c := range b.setup {
			if s := c.String(); s != "" {
				got = append(got, s)
			}
		}
		all := strings.Join(got, "; ")
		for _, want := range []string{`sent {"payload":"a0","same":true,"_msgid":"1"}`, `error Error: 1 with {}`, `sent {"payload":"c2","_msgid":"1"}`} {
			if !strings.Contains(all, want) {
				t.Errorf("got %s, want %s", all, want)
			}
		}
	}
}

func TestFunctionsAreCalledWhileBodiesRun(t *testing.T) {
	b := newBench(t)
	f := b.compile(Source{Body: `count = (count || 0) + 1; msg.res.on(x => { count += x; return count }); for (let i = 0; i < 1000; i++) msg.i = i; return {payload: count}`})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				h, c := newCallbackHost(), newCall(b)
				f.Run(c, msg.NewObject("res", h))
				if _, err := msg.Call(h.kept[0], msg.Undefined, msg.Number(1)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got, want := b.call(f, `{"res":null}`).String(), "done TypeError"; !strings.HasPrefix(got, want) {
		t.Errorf("got %s", got)
	}
	h := newCallbackHost()
	f.Run(newCall(b), msg.NewObject("res", h))
	if got, err := msg.Call(h.kept[0], nil, msg.Number(0)); got != 322.0 || err != nil {
		t.Errorf("%v calls were counted (%v), want 322", got, err)
	}
}

func TestAFunctionThatRunsTooLongEndsForGoToo(t *testing.T) {
	b := newBench(t)
	f := b.compile(Source{Body: `msg.res.on(() => { for (;;); })`, Timeout: 20e6})
	h := newCallbackHost()
	f.Run(newCall(b), msg.NewObject("res", h))
	if _, err := msg.Call(h.kept[0], nil); err == nil || !strings.Contains(err.Error(), "timed out after 20ms") {
		t.Errorf("got %v", err)
	}
}

func TestSymbolsPassBetweenFunctions(t *testing.T) {
	b := newBench(t)
	c := b.call(b.compile(Source{Body: `msg.s = Symbol("x"); msg.t = [msg.s, Symbol.iterator]; msg.u = {s: msg.s}; return msg`}), `{"_msgid":"1"}`)
	m := c.sent[0][0][0]
	if got := show(m); got != `{"_msgid":"1","t":[null,null],"u":{}}` {
		t.Errorf("JSON shows %s", got)
	}
	if s := m.Value("s"); msg.TypeOf(s) != "symbol" || msg.ToString(s) != "Symbol(x)" || !msg.StrictEqual(s, m.Value("t").(*msg.Array).At(0)) {
		t.Errorf("%v is not the symbol", s)
	}
	g, err := b.e.Compile(Source{Node: b, Body: `let e; try { '' + msg.s } catch (x) { e = x.message }
		return {payload: [typeof msg.s, msg.s === msg.t[0], msg.t[1] === Symbol.iterator, String(msg.s), msg.s.description, e, msg.s === RED.util.cloneMessage(msg).u.s]}`})
	if err != nil {
		t.Fatal(err)
	}
	d := newCall(b)
	g.Run(d, m)
	want := `sent {"payload":["symbol",true,true,"Symbol(x)","x","Cannot convert a Symbol value to a string",true],"_msgid":"1"}; done`
	if got := d.String(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestTheNodeObjectIsNodeREDs(t *testing.T) {
	b := newBench(t)
	b.e.opts.Getenv = func(name string) (string, bool) { return "of the process", name == "P" }
	b.env["F"] = "of the flow"
	got := b.run(`node.extra = 1; const e = n => RED.util.evaluateNodeProperty(n, 'env', node, msg)
		return {payload: [Object.keys(node).join(), typeof {...node}.send, e('F'), e('P'), e('<${P}>'), e('NR_NODE_ID'), env.get('F')]}`, `{"_msgid":"1"}`)
	want := `sent {"payload":["id,name,path,outputCount,log,error,warn,debug,trace,on,status,send,done,linkcall,extra","function","","of the process","<of the process>","n1","of the flow"],"_msgid":"1"}; done`
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
