package js

import (
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/dop251/goja"

	"sluice/runtime/msg"
)

// maxCallDepth bounds recursion, at somewhat more than half of what Node allows: unwinding
// through native callbacks takes time that grows with the square of the depth.
const maxCallDepth = 6500

// vm is one goja runtime and what belongs to it. All of it is used with mu held.
type vm struct {
	rt    *goja.Runtime
	opts  *Options
	mu    *sync.Mutex // Options.Lock for the main VM
	index int         // in the pool, or mainVM
	watch watchdog

	idle      idleState     // see unwind
	callStack reflect.Value // goja's, for its length
	stuck     bool          // a call has ended that goja did not unwind

	foreigns *atomic.Bool // set once the main VM has made a value that only it knows

	cur      *session // whose code runs; promise jobs switch it
	turn     *session // whose event runs
	rejected map[*goja.Promise]rejection
	after    []func() // to be run once the lock is released

	objectProto, buffer, bufferProto *goja.Object
	t, f, undef, null                goja.Value
	classes                          map[string]*goja.Object
	crypto                           *goja.Object                       // the module, once it is used
	guarded                          *goja.Object                       // the prototype of guarded patterns
	joining                          map[*goja.Object]bool              // the arrays whose join is under way
	spare                            views                              // emptied, for the views of the next session
	args                             [2]goja.Value                      // of the body that is called
	apply                            func(goja.FunctionCall) goja.Value // Function.prototype.apply, see each
	receiver                         goja.Value
	elements                         []goja.Value
	jobs                             bool          // there may be promise jobs
	leave                            goja.Callable // runs them

	nodeProto, timerProto *goja.Object // made at first use
	preludes              map[string]*goja.Object
	provided              map[string]bool
	modules               map[string]goja.Value
}

type rejection struct {
	s      *session
	reason goja.Value
}

var (
	typeObjectView = reflect.TypeFor[*objectView]()
	typeArrayView  = reflect.TypeFor[*arrayView]()
	typeHostView   = reflect.TypeFor[*hostView]()
	typeNodeView   = reflect.TypeFor[*nodeView]()
	typePromise    = reflect.TypeFor[*goja.Promise]()
	typeEnvView    = reflect.TypeFor[envView]()
	typeObjectMap  = reflect.TypeFor[map[string]any]()
)

const mainVM = -1

func newVM(opts *Options, mu *sync.Mutex, foreigns *atomic.Bool) *vm {
	rt := goja.New()
	rt.SetMaxCallStackSize(maxCallDepth)
	v := &vm{rt: rt, opts: opts, mu: mu, foreigns: foreigns, t: rt.ToValue(true), f: rt.ToValue(false), undef: goja.Undefined(), null: goja.Null(),
		rejected: map[*goja.Promise]rejection{}, classes: map[string]*goja.Object{}}
	v.idle, v.callStack = idleOf(rt), vmField(rt, "callStack")
	v.watch.rt, v.watch.memory = rt, opts.Memory
	v.objectProto = v.class("Object").Get("prototype").(*goja.Object)
	rt.SetAsyncContextTracker(tracker{v})
	rt.SetPromiseRejectionTracker(v.trackRejection)
	v.install()
	return v
}

// class returns a built-in constructor, whatever a body has done to the global of that name since.
func (v *vm) class(name string) *goja.Object {
	c := v.classes[name]
	if c == nil {
		c = v.rt.GlobalObject().Get(name).(*goja.Object)
		v.classes[name] = c
	}
	return c
}

// tracker gives promise jobs the session that scheduled them.
type tracker struct{ vm *vm }

func (t tracker) Grab() any      { t.vm.jobs = true; return t.vm.cur }
func (t tracker) Resumed(of any) { t.vm.cur, _ = of.(*session) }
func (t tracker) Exited()        { t.vm.cur = t.vm.turn }

func (v *vm) trackRejection(p *goja.Promise, op goja.PromiseRejectionOperation) {
	if op == goja.PromiseRejectionReject {
		v.rejected[p] = rejection{v.cur, p.Result()}
	} else {
		delete(v.rejected, p)
	}
}

// run is one turn of a session: f runs JavaScript, then the VM is left. An
// error, f's or that of the leaving, goes to failed while the turn lasts.
func (v *vm) run(s *session, f func() error, failed func(error)) {
	v.turn, v.cur = s, s
	v.watch.start(s.fn.timeout)
	defer func() { // also when Go code panics: the VM serves other nodes
		v.watch.stop()
		v.turn, v.cur = nil, nil
	}()
	err := v.guard(func() error {
		if err := f(); err != nil {
			return err
		}
		v.cur = s
		return s.leave()
	})
	if v.cur = s; err != nil {
		_ = v.guard(s.leave)
		failed(err)
	}
	for p, r := range v.rejected {
		delete(v.rejected, p)
		if r.s != nil {
			_ = v.guard(func() error { r.s.lost(r.reason); return nil })
		}
	}
}

// lost reports a rejection that nothing handles.
func (s *session) lost(reason goja.Value) {
	err := s.vm.errorOf(reason, nil)
	var m *msg.Object
	if s.m != nil {
		s.vm.deep(func() { m = msg.CloneMessage(s.m) })
	}
	s.emit(func(c Call) { c.Error(err.Value, m) })
}

// guard runs f, beside which nothing runs, and turns what JavaScript throws into an error.
func (v *vm) guard(f func() error) (err error) {
	defer func() {
		switch x := recover().(type) {
		case nil:
		case *goja.InterruptedError:
			err = x
		case *goja.StackOverflowError:
			err = x
		case runtime.Error: // of goja's own code, such as Object.fromEntries([[]])
			err = &broken{x}
		default:
			panic(x)
		}
		if v.stuck || stopped(err) {
			v.stuck = false
			v.unwind()
		}
	}()
	if ex := v.rt.Try(func() { err = f() }); ex != nil {
		err = ex
	}
	return err
}

// broken is the error of a call in which goja failed rather than the body.
type broken struct{ cause runtime.Error }

func (e *broken) Error() string {
	return "Error: the JavaScript engine has failed at this: " + e.cause.Error()
}

// unlock releases the VM, then does what had to wait for that.
func (v *vm) unlock() { v.unlockThen(func() {}) }

func (v *vm) unlockThen(first func()) {
	after := v.after
	v.after = nil
	v.mu.Unlock()
	first()
	for _, f := range after {
		f()
	}
}

// throw throws a Go error as the JavaScript error it describes.
func (v *vm) throw(err error) goja.Value { panic(v.thrown(err)) }

func (v *vm) throwf(class, format string, args ...any) goja.Value {
	panic(v.newError(class, sprintf(format, args...)))
}

// newError makes an Error of the named class.
func (v *vm) newError(class, text string) *goja.Object {
	e, err := v.rt.New(v.class(class), v.str(text))
	if err != nil {
		panic(err)
	}
	return e
}

func isCallable(x goja.Value) bool {
	_, ok := goja.AssertFunction(x)
	return ok
}

// call calls a function from Go code that JavaScript called: what it throws passes through.
func (v *vm) call(fn, this goja.Value, args ...goja.Value) goja.Value {
	f, ok := goja.AssertFunction(fn)
	if !ok {
		return v.throwf("TypeError", "%s is not a function", fn)
	}
	r, err := f(this, args...)
	if err != nil {
		panic(err)
	}
	return r
}

// native is a value only this VM knows, as it stands in a message or a context
// store: a closure, a Map, a class instance; during a session also plain
// objects, which the session turns into Go values when it leaves the VM.
// What others ask of it is known beforehand: they do not hold the VM's lock.
type native struct {
	vm    *vm
	obj   *goja.Object
	fn    bool
	plain any       // what JSON shows
	owner *Function // in whose call it has left the VM
}

var (
	_ msg.Foreign      = (*native)(nil)
	_ msg.PlainForeign = (*native)(nil)
)

func (n *native) TypeOf() string {
	if n.fn {
		return "function"
	}
	return "object"
}

func (n *native) JSONValue() any { return n.plain }

// deep runs f and throws what package msg panics with on values that nest too deeply.
func (v *vm) deep(f func()) {
	defer func() {
		switch x := recover().(type) {
		case nil:
		case *msg.RangeError:
			v.throw(x)
		default:
			panic(x)
		}
	}()
	f()
}
