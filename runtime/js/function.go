package js

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dop251/goja"
	"github.com/evanw/esbuild/pkg/api"

	"sluice/runtime/msg"
)

// Function is one function node. Messages that come before Setup has finished
// wait in it, as in Node-RED, and are run in order afterwards.
type Function struct {
	e       *Engine
	vm      *vm
	node    Node
	c       *compiled
	timeout time.Duration
	src     Source
	text    sync.Once // makes the program again, see lazy
	over    Call      // of sessions that have ended

	main   *linked   // nil until a VM is needed, see lazy
	pooled []*linked // by vm.index; each belongs to who holds that VM
	lease  lease
	gone   atomic.Bool // closed, for pooled calls
	closed chan struct{}

	probation probation

	ctx      context.Context // of background; made by the first
	cancel   context.CancelFunc
	underWay int
	posts    posts

	state   state
	waiting []waitingCall
	closers []*goja.Object
	closing bool                  // Close has begun
	held    map[*session]struct{} // sessions that wait for a promise or a timer
	timers  timers
	status  atomic.Bool // node.status was called: it is cleared on Close
}

// linked is the text of a function in one VM.
type linked struct {
	this                 goja.Value
	body, setup, cleanup goja.Callable
	quick                func(goja.FunctionCall) goja.Value // the body, see quick.go
}

type state int

const (
	ready   state = iota
	setting       // setup code has not finished
	failed        // setup code failed: messages are ignored, as in Node-RED
	closed
)

type waitingCall struct {
	call Call
	m    *msg.Object
	hold Hold
}

// maxWaiting bounds the messages that wait for setup code.
const maxWaiting = 10000

// Compile makes a function of a node's text. The error is a *SyntaxError, or
// says which module the node asks for in vain.
func (e *Engine) Compile(src Source) (*Function, error) {
	if err := checkLibraries(src.Libs); err != nil {
		return nil, err
	}
	c, err := compile(src)
	if err != nil {
		return nil, err
	}
	for _, l := range src.Libs { // bundling takes long: not under the lock
		_, _ = e.opts.packages.program(l.Module, api.PlatformNode)
	}
	e.opts.Lock.Lock()
	v := e.vmLocked()
	defer v.unlock()
	f := &Function{e: e, vm: v, node: src.Node, c: c, timeout: src.Timeout, over: orphan{src.Node}, src: src, held: map[*session]struct{}{}, closed: make(chan struct{})}
	if f.timeout <= 0 {
		f.timeout = e.opts.Timeout
	}
	f.timers.init(f)
	if src.Setup != "" {
		f.state = setting
	}
	if c.placed == "" {
		f.pooled = make([]*linked, len(e.pool.all))
	}
	if c.lazy(src) {
		c.prg = nil
		return f, nil
	}
	f.main, err = f.link(v)
	return f, err
}

// lazy tells whether no VM is needed before a run of the body asks for one. Until
// then nothing is kept for it but the text.
func (c *compiled) lazy(src Source) bool {
	return c.direct.body != nil && src.Setup == "" && src.Cleanup == "" && len(src.Libs) == 0
}

// program returns what a VM runs.
func (f *Function) program() *compiled {
	f.text.Do(func() {
		if f.c.prg == nil {
			if c, err := compile(f.src); err == nil { // as it was the first time
				f.c.prg = c.prg
			}
		}
	})
	return f.c
}

// link runs the program, which gives the functions of the node's parts.
func (f *Function) link(v *vm) (l *linked, err error) {
	l = &linked{this: v.undef}
	s := f.sessionIn(v, orphan{f.node}, nil)
	v.run(s, func() error {
		v.provide(f.c.needs)
		libs, err := f.libraries(v)
		if err != nil {
			return err
		}
		if f.c.global {
			l.this = v.rt.CreateObject(v.rt.GlobalObject())
		}
		c := f.program()
		outer, err := v.rt.RunProgram(c.prg)
		if err != nil {
			return err
		}
		args := make([]goja.Value, 0, len(f.c.params))
		for _, p := range f.c.params[:len(f.c.params)-len(libs)] {
			args = append(args, f.nodeValue(v, l.this, p))
		}
		args = append(args, libs...)
		parts := v.call(outer, v.undef, args...).(*goja.Object)
		l.body, _ = goja.AssertFunction(parts.Get("0"))
		if f.c.quiet {
			l.quick = quick(parts.Get("0"))
		}
		l.setup, _ = goja.AssertFunction(parts.Get("1"))
		l.cleanup, _ = goja.AssertFunction(parts.Get("2"))
		return nil
	}, func(e error) { err = v.failure(e, s) })
	return l, err
}

func (f *Function) session(call Call, m *msg.Object) *session { return f.sessionIn(f.vm, call, m) }

func (f *Function) sessionIn(v *vm, call Call, m *msg.Object) *session {
	s := &session{vm: v, fn: f, call: call, m: m, seen: v.spare}
	v.spare = views{}
	return s
}

// Run runs the body for a message, which is the function's until it is sent
// on. The call is over when Run has returned and all its Holds are released;
// that it is over without Done means that the body completes nothing, as one
// that names node.done() and never calls it.
func (f *Function) Run(call Call, m *msg.Object) {
	if f.probation.on() {
		f.runOnProbation(call, m)
		return
	}
	f.runNow(call, m)
}

func (f *Function) runNow(call Call, m *msg.Object) {
	if f.runDirect(call, m) {
		return
	}
	if f.pooled != nil && !(f.e.foreigns.Load() && foreign(m)) {
		f.runPooled(call, m)
		return
	}
	f.vm.mu.Lock()
	defer f.vm.unlock()
	switch f.state {
	case ready:
		if f.main == nil {
			var err error
			if f.main, err = f.link(f.vm); err != nil {
				call.Done(err)
				return
			}
		}
		f.run(f.vm, f.main, call, m)
	case setting:
		if len(f.waiting) >= maxWaiting {
			call.Done(&LimitError{"Error: too many messages wait for the node's On Start code", codeSetup})
			return
		}
		f.waiting = append(f.waiting, waitingCall{call, m, call.Hold()})
	}
}

// runPooled is Run in a VM of the pool.
func (f *Function) runPooled(call Call, m *msg.Object) {
	if f.gone.Load() {
		return
	}
	v := f.e.pool.take(f)
	v.mu.Lock()
	defer v.unlockThen(func() { f.e.pool.put(v, f) })
	l := f.pooled[v.index]
	if l == nil {
		var err error
		if l, err = f.link(v); err != nil {
			call.Done(err)
			return
		}
		f.pooled[v.index] = l
	}
	f.run(v, l, call, m)
}

func (f *Function) run(v *vm, l *linked, call Call, m *msg.Object) {
	s := f.sessionIn(v, call, m)
	s.msgID = m.Value(msg.ID)
	v.run(s, func() error {
		if l.quick != nil && v.alone() {
			r := l.quick(v.bodyCall(l.this, v.objectView(m), v.nodeObject(s)))
			v.runJobs()
			return s.returned(r)
		}
		var arg goja.Value
		if f.c.copies {
			arg = s.copyMessage()
		} else {
			arg = v.objectView(m)
		}
		r, err := l.body(l.this, arg, v.nodeObject(s))
		if err != nil {
			return err
		}
		return s.settleResult(r, s.returned)
	}, s.fail)
	s.end()
}

// returned is the end of a body that returned val.
func (s *session) returned(val goja.Value) error {
	if err := s.leave(); err != nil {
		return err
	}
	id := s.currentID()
	s.send(val, id, false)
	if !s.fn.c.body.nodeDone {
		if s.copy != nil { // what is completed shows what became of it
			s.copy.settle(s)
		}
		s.complete(nil)
	}
	return nil
}

// fail is the end of a body that threw.
func (s *session) fail(err error) {
	var f error
	if gerr := s.vm.guard(func() error { f = s.vm.failure(err, s); return nil }); gerr != nil {
		f = errors.New("Error: the error thrown cannot be read")
	}
	s.complete(f)
}

// settleResult gives the value of a part to done, once it is there: what the
// part returned may be a promise.
func (s *session) settleResult(val goja.Value, done func(goja.Value) error) error {
	o, ok := val.(*goja.Object)
	if !ok {
		return done(val)
	}
	if o.ExportType() != typePromise {
		if o.ExportType() != typeObjectMap || o.ClassName() != "Object" || !isCallable(o.Get("then")) {
			return done(val)
		}
		o = s.vm.resolved(o) // a thenable
	}
	p := o.Export().(*goja.Promise)
	delete(s.vm.rejected, p)
	switch p.State() {
	case goja.PromiseStateFulfilled:
		return done(p.Result())
	case goja.PromiseStateRejected:
		s.complete(s.vm.thrownBy(p.Result(), s))
		return nil
	}
	s.keep()
	finish := func(f func() error) {
		hold := s.hold
		s.vm.after = append(s.vm.after, func() {
			hold.Do(func() { s.again(func() error { defer s.release(); return f() }) })
		})
	}
	s.vm.then(o, func(r goja.Value) { finish(func() error { return done(r) }) },
		func(r goja.Value) { finish(func() error { s.complete(s.vm.thrownBy(r, s)); return nil }) })
	return nil
}

// again is a further turn of the session, on its event's goroutine.
func (s *session) again(f func() error) {
	s.vm.mu.Lock()
	defer s.vm.unlock()
	if s.fn.gone.Load() {
		return
	}
	s.vm.run(s, f, s.fail)
}

// Setup runs the On Start code; done is called once, when the code and what it
// awaits have ended. An error means that the node ignores its messages.
func (f *Function) Setup(done func(error)) {
	if f.src.Setup == "" {
		done(nil)
		return
	}
	f.node.Event(func(call Call) {
		f.vm.mu.Lock()
		defer f.vm.unlock()
		s := f.session(call, nil)
		s.msgID = msg.NewID()
		s.ended = func(err error) {
			f.endSetup(err)
			f.vm.after = append(f.vm.after, func() { done(err) })
		}
		f.vm.run(s, func() error {
			r, err := f.main.setup(f.main.this, f.vm.nodeObject(s))
			if err != nil {
				return err
			}
			return s.settleResult(r, func(goja.Value) error { s.complete(nil); return nil })
		}, s.fail)
	})
}

// endSetup lets the messages go on that came meanwhile.
func (f *Function) endSetup(err error) {
	if f.state != setting {
		return
	}
	f.state = ready
	if err != nil {
		f.state = failed
	}
	waiting := f.waiting
	f.waiting = nil
	f.vm.after = append(f.vm.after, func() {
		for _, w := range waiting {
			if err == nil {
				w.hold.Do(func() { f.Run(w.call, w.m) })
			}
			w.hold.Release()
		}
	})
}
