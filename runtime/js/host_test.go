package js

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"sluice/runtime/msg"
)

// fakeHost stands for req or res.
type fakeHost struct {
	mu     sync.Mutex
	fields map[string]any
}

func (h *fakeHost) Get(key string) (any, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	v, ok := h.fields[key]
	return v, ok
}

func (h *fakeHost) Set(key string, v any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.fields[key] = v
}

func (h *fakeHost) Delete(key string) { delete(h.fields, key) }

func (h *fakeHost) Keys() []string {
	var keys []string
	for k := range h.fields {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func TestHostObjects(t *testing.T) {
	newReq := func() *fakeHost {
		h := &fakeHost{fields: map[string]any{"query": msg.NewObject("name", "ada"), "url": "/x"}}
		h.fields["get"] = &msg.Func{Name: "get", Call: func(this any, args []any) (any, error) {
			if this != any(h) {
				return nil, fmt.Errorf("TypeError: this is %T", this)
			}
			if len(args) == 0 {
				return nil, errors.New("TypeError: name argument is required to req.get")
			}
			return "got " + args[0].(string), nil
		}}
		return h
	}
	for _, tc := range []struct{ name, body, want string }{
		{"reads", `return {payload: msg.req.query.name + msg.req.url}`, `{"payload":"ada/x"}`},
		{"calls methods", `return {payload: msg.req.get("a")}`, `{"payload":"got a"}`},
		{"throws what they throw", `try { msg.req.get() } catch (e) { return {payload: [e instanceof TypeError, e.message]} }`,
			`{"payload":[true,"name argument is required to req.get"]}`},
		{"is one object", `return {payload: msg.req === msg.req && msg.req.get === msg.req.get && typeof msg.req.get === 'function'}`, `{"payload":true}`},
		{"writes", `msg.req.user = {id: 1}; return {payload: msg.req.user}`, `{"payload":{"id":1}}`},
		{"lists keys", `delete msg.req.get; return {payload: Object.keys(msg.req)}`, `{"payload":["query","url"]}`},
		{"survives clones", `const m = RED.util.cloneMessage(msg); return {payload: m.req === msg.req}`, `{"payload":true}`},
		{"is left out of JSON", `return {payload: JSON.stringify({a: 1, req: msg.req})}`, `{"payload":"{\"a\":1}"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBench(t)
			f := b.compile(Source{Body: tc.body})
			c, req := newCall(b), newReq()
			f.Run(c, msg.NewObject("req", req))
			c.drain()
			if got := c.String(); got != "sent "+tc.want+"; done" {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestHostObjectLeavesAsItself(t *testing.T) {
	b := newBench(t)
	req := &fakeHost{fields: map[string]any{}}
	c := newCall(b)
	b.compile(Source{Body: `node.send({req: msg.req, res: {x: msg.req}}); return msg`}).Run(c, msg.NewObject("req", req))
	if first := c.sent[0][0][0]; first.Value("req") != any(req) || first.Value("res").(*msg.Object).Value("x") != any(req) || c.sent[1][0][0].Value("req") != any(req) {
		t.Error("the host object was replaced")
	}
}

func TestNoUpdateIsLostBetweenEvents(t *testing.T) {
	b := newBench(t)
	f := b.compile(Source{Body: `flow.set("n", (flow.get("n") || 0) + 1); total = (total || 0) + 1; last = msg;
		if (msg.wait) await new Promise(r => setTimeout(r, 1)); msg.seen = Object.keys(last).length; return msg`})
	var events sync.WaitGroup
	for i := range 50 {
		events.Go(func() {
			for range 10 {
				c := newCall(b)
				f.Run(c, msg.NewObject("_msgid", "1", "wait", i%2 == 0))
				c.drain()
				m := c.sent[0][0][0]
				m.Set("mine", true) // a message that has left is its receiver's alone
				m.Delete("seen")
			}
		})
	}
	events.Wait()
	if got := show(b.stores["flow"]); got != `{"n":500}` {
		t.Error(got)
	}
}
