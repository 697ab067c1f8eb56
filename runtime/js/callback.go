package js

import (
	"context"
	"sync"
	"time"

	"github.com/dop251/goja"

	"sluice/runtime/msg"
)

// What Go code does with the functions of bodies, and what it has bodies do.

var _ msg.Callable = (*native)(nil)

// Invoke calls the function for Go code that holds no VM.
func (n *native) Invoke(this any, args []any) (any, error) {
	return n.owner.invoke(n.vm, n.obj, this, args, func(r goja.Value) any { return (&exporter{vm: n.vm, copy: true}).value(r) })
}

// Same tells whether a value is the same function.
func (n *native) Same(x any) bool {
	o, ok := x.(*native)
	return ok && o.obj == n.obj
}

// Post calls the function in an event of its node.
func (n *native) Post(this any, args ...any) {
	f, v := n.owner, n.vm
	f.posts.add(f.node, func(call Call) {
		v.mu.Lock()
		defer v.unlock()
		if f.gone.Load() {
			return
		}
		s := f.sessionIn(v, call, nil)
		s.msgID = msg.NewID()
		v.run(s, func() error { s.callBack(n.obj, v.imported(this), v.importedAll(args)); return nil }, s.fail)
	})
}

// invoke calls a function of v for another VM or for Go code, under v's lock and
// limits. The arguments are copied. A promise counts for what it has settled to
// by the end of the call.
func (f *Function) invoke(v *vm, fn goja.Value, this any, args []any, export func(goja.Value) any) (out any, failure error) {
	v.mu.Lock()
	defer v.unlock()
	s := f.sessionIn(v, outside{f.node}, nil)
	s.msgID = msg.NewID()
	v.run(s, func() error {
		r := v.call(fn, v.imported(this), v.importedAll(args)...)
		if r.ExportType() == typePromise {
			p := r.Export().(*goja.Promise)
			delete(v.rejected, p)
			if p.State() == goja.PromiseStateRejected {
				return v.thrownBy(p.Result(), nil)
			}
			r = p.Result()
		}
		out = export(r)
		return nil
	}, func(err error) { failure = v.failure(err, nil) })
	return out, failure
}

func (v *vm) imported(x any) goja.Value {
	return (&importer{vm: v, memo: map[any]*goja.Object{}}).value(x)
}

func (v *vm) importedAll(args []any) []goja.Value {
	in := &importer{vm: v, memo: map[any]*goja.Object{}}
	vals := make([]goja.Value, len(args))
	for i, a := range args {
		vals[i] = in.value(a)
	}
	return vals
}

// callBack calls a function that the body has left with others. What it throws
// is an error without a message, as what a timer's function throws.
func (s *session) callBack(fn, this goja.Value, args []goja.Value) {
	f, ok := goja.AssertFunction(fn)
	if !ok {
		return
	}
	_, err := f(this, args...)
	if err == nil {
		return
	}
	s.vm.stuck = stopped(err)
	failure := s.vm.failure(err, nil)
	s.emit(func(c Call) {
		if thrown, ok := failure.(*Thrown); ok {
			c.Error(thrown.Value, new(msg.Object))
		} else if failure != nil {
			c.Error(failure.Error(), new(msg.Object))
		}
	})
}

// callGo calls a Func for a body and carries out what it returns.
func (v *vm) callGo(f *msg.Func, c goja.FunctionCall) goja.Value {
	this, args := v.goArguments(c)
	r, err := f.Call(this, args)
	for {
		if err != nil {
			return v.throw(err)
		}
		switch next := r.(type) {
		case *msg.CallBack:
			r, err = next.Then(v.toGo(v.call(v.toJS(next.Func), v.toJS(next.This), v.values(next.Args)...)))
		case *msg.Work:
			v.work(next)
			r = next.Result
		default:
			return v.toJS(r)
		}
	}
}

func (v *vm) values(list []any) []goja.Value {
	vals := make([]goja.Value, len(list))
	for i, x := range list {
		vals[i] = v.toJS(x)
	}
	return vals
}

// goArguments makes Go values of what a Func is called with. Containers with
// values that are still JavaScript's are copied for it.
func (v *vm) goArguments(c goja.FunctionCall) (this any, args []any) {
	x := &exporter{vm: v}
	export := func() {
		this = x.value(c.This)
		args = make([]any, len(c.Arguments))
		for i, a := range c.Arguments {
			args[i] = x.value(a)
		}
	}
	if v.cur == nil || len(v.cur.dirty) == 0 {
		export()
		return this, args
	}
	x.copy = true
	v.cur.settled(export)
	return this, args
}

// work does what a body must not wait for. A VM of the pool has nobody who would
// wait, and keeps nothing beyond the call: there it is the end of the call.
func (v *vm) work(w *msg.Work) {
	var fn, this goja.Value
	if w.Func != nil {
		fn, this = v.toJS(w.Func), v.toJS(w.This)
	}
	s := v.cur
	done := func(args []any) {
		if fn != nil {
			s.callBack(fn, this, v.values(args))
		}
	}
	if v.index != mainVM {
		v.microtask(func() { done(w.Do(context.Background())) })
		return
	}
	s.background(func(ctx context.Context) func() {
		args := w.Do(ctx)
		return func() { done(args) }
	})
}

// posts are the calls of a node's functions that come from outside. They run in
// order, on the event of the first that waits.
type posts struct {
	mu   sync.Mutex
	list []func(Call)
}

// maxPosts bounds the calls that wait for a node.
const maxPosts = 10_000

func (p *posts) add(node Node, f func(Call)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.list) >= maxPosts {
		node.Log("warn", "more calls of the node's functions wait than it can take: one is left out")
		return
	}
	if p.list = append(p.list, f); len(p.list) > 1 {
		return
	}
	node.Event(func(call Call) {
		for next := p.next(false); next != nil; next = p.next(true) {
			next(call)
		}
	})
}

// next returns the first call to be made, after taking the last one off if made.
func (p *posts) next(made bool) func(Call) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if made {
		p.list = p.list[1:]
	}
	if len(p.list) == 0 {
		p.list = nil
		return nil
	}
	return p.list[0]
}

// outside is the call of a function that Go code calls: what it sends and reports are events of its node.
type outside struct{ node Node }

func (o outside) Send(outs [][]*msg.Object) { o.node.Event(func(c Call) { c.Send(outs) }) }

func (o outside) Error(err any, m *msg.Object) { o.node.Event(func(c Call) { c.Error(err, m) }) }

func (o outside) Status(v any) { o.node.Event(func(c Call) { c.Status(v) }) }

func (o outside) Done(err error) {
	if err != nil {
		o.node.Event(func(c Call) { c.Done(err) })
	}
}

func (o outside) Hold() Hold { return eventHold(o) }

func (o outside) LinkCall(target string, m *msg.Object, timeout time.Duration, answer func(*msg.Object, error)) {
	o.node.Event(func(c Call) { c.LinkCall(target, m, timeout, answer) })
}

// eventHold is the hold of what has no event yet: each thing to do is one.
type eventHold struct{ node Node }

func (h eventHold) Do(f func()) { h.node.Event(func(Call) { f() }) }
func (h eventHold) Release()    {}
