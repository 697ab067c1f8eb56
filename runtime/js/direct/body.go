// Package direct compiles the bodies of function nodes that use the common part
// of JavaScript straight to Go functions over message values: no VM, no views,
// no conversions. A body that it does not know it refuses when it is compiled.
//
// What a run meets that it cannot do exactly as JavaScript, a thrown error
// included, it does not do at all: it takes back what it has changed and says
// so, and the caller runs the body in a VM from the start. It therefore words no
// error messages, calls no functions of other bodies and keeps nothing between runs.
package direct

import (
	"fmt"
	"runtime"
	"sync"

	"github.com/dop251/goja/ast"

	"sluice/runtime/msg"
)

// Body is the compiled body of one function node. It may run several times at once.
type Body struct {
	fn       *function
	contexts bool
	runs     sync.Pool // of *run
}

// Contexts tells whether the body uses context stores, whose lock must then be held while it runs.
func (b *Body) Contexts() bool { return b.contexts }

// Compile compiles a body, the text of a function without parameters that sees msg,
// node and the other names of function nodes. It returns nil and why only a VM can
// run it, if there is anything in the body that it does not know. The names that
// are hidden do not mean in this node what they mean in others.
func Compile(fn *ast.FunctionLiteral, hidden map[string]bool) (b *Body, refused string) {
	defer func() {
		switch x := recover().(type) {
		case nil:
		case refusal:
			b, refused = nil, string(x)
		default: // a fault of the compiler's
			b, refused = nil, fmt.Sprint("the compiler failed: ", x)
		}
	}()
	if fn.Async || fn.Generator {
		return nil, "it awaits"
	}
	c := &compiler{body: &Body{fn: &function{}}, assigned: assigned(fn.Body), hidden: hidden}
	c.function(c.body.fn, &functionScope{}, fn.ParameterList, fn.Body, fn.DeclarationList)
	return c.body, ""
}

// refusal is what the compiler panics with.
type refusal string

// Host is what a body reaches outside of its message. Its methods are called
// on the goroutine of Run.
type Host interface {
	// Env is env.get.
	Env(name string) any
	// Node returns the properties id, name, path and outputCount of node.
	Node(property string) any
	// Get reads a value of the context "node", "flow" or "global" from its default store.
	// ok is false if only a VM can.
	Get(scope, key string) (v any, ok bool)
	// Lasts is called now and then while a run lasts, first after some milliseconds.
	// An error ends the run.
	Lasts() error
	// Failed is told of a fault of this package's, which a VM makes good.
	Failed(fault error)
}

// Result is what a run has come to. What it says is to be done in its order.
type Result struct {
	Sets    []Set    // into context stores; the last for a key is the one that counts
	Effects []Effect // what the body did through node, and the messages it returned
	Err     error    // from Host.Lasts
}

// Set is a value for a key of a context's default store. The store must copy it.
type Set struct {
	Scope, Key string
	Value      any
}

// Effect is one thing that a body did through node.
type Effect struct {
	Kind  EffectKind
	Level string          // of Log
	Value any             // of Log, the text, and of Error and Status
	Msg   *msg.Object     // of Error, or nil
	Outs  [][]*msg.Object // of Send
}

// EffectKind says what a body did.
type EffectKind int

// The kinds of effects.
const (
	Send   EffectKind = iota
	Log               // node.log, warn, debug, trace
	Error             // node.error
	Status            // node.status
	Done              // node.done
)

// Run runs the body for a message. ok is false if a VM must do it: the message is then as it was.
func (b *Body) Run(h Host, m *msg.Object) (res Result, ok bool) {
	r, _ := b.runs.Get().(*run)
	if r == nil {
		r = &run{}
	}
	r.host, r.m, r.id = h, m, m.Value(msg.ID)
	r.tagged()
	r.steps = stepsPerLook
	defer func() {
		if !ok {
			switch x := recover().(type) {
			case bail, *msg.RangeError:
				r.undo()
			case runtime.Error:
				h.Failed(x)
				r.undo()
			case stopped:
				res, ok = r.stop(x.err), true
			default:
				panic(x)
			}
		}
		r.end()
		b.runs.Put(r)
	}()
	v := r.callBody(b.fn, value{any: m})
	for i := range r.sets { // before what is both set and returned gets an id
		r.sets[i].Value = msg.CopyIn(r.sets[i].Value)
	}
	r.send(v, m.Value(msg.ID), false)
	if r.mixed {
		r.separate()
	}
	res = Result{Sets: r.sets, Effects: r.effects}
	return res, true
}

// stop is the result of a run that has been stopped. What it did until then stays done.
func (r *run) stop(err error) (res Result) {
	defer func() {
		if recover() != nil { // stores and messages cannot be told apart, they nest too deeply
			r.undo()
			res = Result{Err: err}
		}
	}()
	if r.mixed {
		r.separate()
	}
	return Result{Sets: r.sets, Effects: r.effects, Err: err}
}
