package js

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sluice/runtime/msg"
)

func TestMain(m *testing.M) {
	time.Local = time.UTC // as when the probes were recorded
	regexpLimit = 100 * time.Millisecond
	// The clock of regexp2 stops by itself, a while after the last match with a limit.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/dlclark/regexp2/v2.runClock"))
}

// bench is an engine with one node and stores in memory.
type bench struct {
	t      testing.TB
	e      *Engine
	mu     sync.Mutex
	events sync.WaitGroup

	showing sync.Mutex // guards status: VMs of the pool show at once
	logs    []string
	status  []any
	env     map[string]any
	stores  map[string]*msg.Object
	async   bool
	quiet   bool // forgets statuses
	link    func(target string, m *msg.Object) (*msg.Object, error)
	f       *Function
	setup   []*fakeCall
}

func newBench(t testing.TB) *bench {
	b := &bench{t: t, env: map[string]any{}, stores: map[string]*msg.Object{}}
	for _, s := range []string{"node", "flow", "global"} {
		b.stores[s] = msg.CopyIn(new(msg.Object)).(*msg.Object)
	}
	b.e = New(Options{Lock: new(sync.Mutex)})
	t.Cleanup(b.close)
	return b
}

func (b *bench) close() {
	if b.f != nil {
		b.f.Close(context.Background(), false)
	}
	b.events.Wait()
	b.e.Close()
}

func (b *bench) compile(src Source) *Function {
	b.t.Helper()
	src.Node = b
	if src.Outputs == 0 {
		src.Outputs = 1
	}
	f, err := b.e.Compile(src)
	if err != nil {
		b.t.Fatal(err)
	}
	b.f = f
	return f
}

func (b *bench) ID() string          { return "n1" }
func (b *bench) Name() any           { return "my node" }
func (b *bench) Path() string        { return "t1/n1" }
func (b *bench) OutputCount() int    { return 1 }
func (b *bench) Log(level, t string) { b.logs = append(b.logs, level+": "+t) }
func (b *bench) Status(v any) {
	b.showing.Lock()
	defer b.showing.Unlock()
	if !b.quiet {
		b.status = append(b.status, v)
	}
}
func (b *bench) Context(s string) Context { return fakeStore{b, s} }
func (b *bench) Env(name string) any {
	if v, ok := b.env[name]; ok {
		return v
	}
	return msg.Undefined
}

func (b *bench) Event(f func(Call)) {
	c := newCall(b)
	b.setup = append(b.setup, c)
	b.events.Go(func() { f(c); c.drain() })
}

type fakeStore struct {
	b     *bench
	scope string
}

func (s fakeStore) Get(_, key string) (any, error) {
	p, err := msg.ParsePath(key)
	if err != nil {
		return nil, err
	}
	return p.Lookup(s.b.stores[s.scope]), nil
}

func (s fakeStore) Set(_, key string, v any) error {
	p, err := msg.ParsePath(key)
	if err != nil {
		return err
	}
	_, err = p.Set(s.b.stores[s.scope], msg.CopyIn(v), true)
	return err
}

func (s fakeStore) Keys(string) ([]string, error) { return s.b.stores[s.scope].Keys(), nil }
func (s fakeStore) Async(string) bool             { return s.b.async }

// fakeCall is an event: what Hold.Do is given runs on the goroutine of drain.
type fakeCall struct {
	b     *bench
	mu    sync.Mutex
	todo  chan func()
	holds int
	over  bool
	free  chan struct{}

	sent   [][][]*msg.Object
	errors []fakeError
	dones  []error
}

type fakeError struct {
	err any
	m   *msg.Object
}

func newCall(b *bench) *fakeCall {
	return &fakeCall{b: b, todo: make(chan func(), 100000), free: make(chan struct{}, 100000)}
}

func (c *fakeCall) Status(v any) { c.b.Status(v) }

func (c *fakeCall) Send(outs [][]*msg.Object)    { c.sent = append(c.sent, outs) }
func (c *fakeCall) Error(err any, m *msg.Object) { c.errors = append(c.errors, fakeError{err, m}) }
func (c *fakeCall) Done(err error)               { c.dones = append(c.dones, err) }
func (c *fakeCall) Hold() Hold {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return nil
	}
	c.holds++
	return &fakeHold{c: c}
}

func (c *fakeCall) LinkCall(target string, m *msg.Object, _ time.Duration, answer func(*msg.Object, error)) {
	h := c.Hold()
	a, err := c.b.link(target, m)
	h.Do(func() { answer(a, err); h.Release() })
}

type fakeHold struct {
	c    *fakeCall
	once sync.Once
}

func (h *fakeHold) Do(f func()) { h.c.todo <- f }
func (h *fakeHold) Release() {
	h.once.Do(func() {
		h.c.mu.Lock()
		h.c.holds--
		h.c.mu.Unlock()
		h.c.free <- struct{}{}
	})
}

// drain runs the event to its end.
func (c *fakeCall) drain() {
	for {
		select {
		case f := <-c.todo:
			f()
			continue
		default:
		}
		c.mu.Lock()
		n := c.holds
		c.mu.Unlock()
		if n == 0 {
			return
		}
		select {
		case f := <-c.todo:
			f()
		case <-c.free:
		}
	}
}

func parse(t testing.TB, text string) *msg.Object {
	t.Helper()
	v, err := msg.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return v.(*msg.Object)
}

func show(v any) string {
	s, ok, err := msg.Stringify(v, "")
	if err != nil {
		return err.Error()
	}
	if !ok {
		return "undefined"
	}
	return s
}

// run runs a body for a message and tells in one line what came of it.
func (b *bench) run(body, in string) string {
	b.t.Helper()
	return b.call(b.compile(Source{Body: body}), in).String()
}

func (b *bench) call(f *Function, in string) *fakeCall {
	b.t.Helper()
	c := newCall(b)
	f.Run(c, parse(b.t, in))
	c.drain()
	return c
}

func (c *fakeCall) String() string {
	var parts []string
	for _, s := range c.sent {
		var outs []string
		for _, out := range s {
			var ms []string
			for _, m := range out {
				ms = append(ms, show(m))
			}
			outs = append(outs, strings.Join(ms, ","))
		}
		parts = append(parts, "sent "+strings.Join(outs, " | "))
	}
	for _, e := range c.errors {
		line := "error " + errorText(e.err)
		if e.m != nil {
			line += " with " + show(e.m)
		}
		parts = append(parts, line)
	}
	for _, d := range c.dones {
		if d == nil {
			parts = append(parts, "done")
		} else {
			parts = append(parts, "done "+d.Error())
		}
	}
	return strings.Join(parts, "; ")
}
