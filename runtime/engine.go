// Package runtime runs flows: it makes nodes from a flow file, hands messages
// from node to node in Node-RED's order, routes errors and statuses, keeps
// contexts, and knows when an event is over.
//
// It knows no node type and no user: types come in through Options, and whoever
// serves its Router decides who may call it.
package runtime

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"sluice/flows"
	"sluice/runtime/msg"
)

// Options are what an engine is made of. Only Types is needed.
type Options struct {
	Types       []Type
	Log         *slog.Logger
	Getenv      func(name string) (string, bool) // variables of the process that flows may see
	UserDir     string                           // where relative files and file contexts live
	Settings    *msg.Object                      // keys of settings.js that concern a runtime
	Credentials *flows.Credentials               // may be nil
	Publish     func(Event)                      // statuses and debug messages; must not block
}

// Engine runs one set of flows at a time.
type Engine struct {
	// State guards what function nodes share: the main VM and every context
	// store. Nothing is called with it held but those two.
	State sync.Mutex

	opts   Options
	types  map[string]*Type
	stores *Stores
	router *Router

	current atomic.Pointer[flowSet]
	closing chan struct{}

	deploy  sync.Mutex  // one deploy at a time; guards what follows
	file    *flows.File // what current was made of
	earlier []*flowSet  // generations with events that may still be under way

	sharedMu sync.Mutex
	shared   map[any]any
	closers  []func()
}

// EventKind tells what an Event is about.
type EventKind uint8

const (
	StatusEvent EventKind = iota // Value is the status, a *msg.Object
	DebugEvent                   // Value is what a debug node shows
)

// Event is something an editor would show.
type Event struct {
	Kind     EventKind
	Instance *Instance
	Value    any
}

// New makes an engine without flows.
func New(opts Options) (*Engine, error) {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	opts.Getenv = visibleEnv(opts)
	e := &Engine{opts: opts, types: map[string]*Type{}, shared: map[any]any{}, router: newRouter(), closing: make(chan struct{})}
	for i := range opts.Types {
		e.types[opts.Types[i].Name] = &opts.Types[i]
	}
	stores, err := openStores(e)
	if err != nil {
		return nil, err
	}
	e.stores = stores
	return e, nil
}

// Closing is closed when no more flows will run and those that did are about to
// be closed: nothing that waits for them will come.
func (e *Engine) Closing() <-chan struct{} { return e.closing }

// Router serves the endpoints of the flows that run.
func (e *Engine) Router() *Router { return e.router }

// Log is the engine's own log.
func (e *Engine) Log() *slog.Logger { return e.opts.Log }

func (e *Engine) publish(ev Event) {
	if e.opts.Publish != nil {
		e.opts.Publish(ev)
	}
}

// Publish shows an event of the node's in an editor.
func (inst *Instance) Publish(kind EventKind, v any) {
	inst.eng.publish(Event{Kind: kind, Instance: inst, Value: v})
}

// Shared returns the value that all nodes of an engine share under key, made at
// its first use. If it has a Close method, that is called when the engine closes.
func Shared[T any](e *Engine, key any, make func() T) T {
	e.sharedMu.Lock()
	defer e.sharedMu.Unlock()
	if v, ok := e.shared[key]; ok {
		return v.(T)
	}
	v := make()
	e.shared[key] = v
	if c, ok := any(v).(interface{ Close() }); ok {
		e.closers = append(e.closers, c.Close)
	}
	return v
}

// Existing returns the value that Shared has made under key, if it has.
func Existing[T any](e *Engine, key any) (v T, ok bool) {
	e.sharedMu.Lock()
	defer e.sharedMu.Unlock()
	v, ok = e.shared[key].(T)
	return v, ok
}

// Problem is a fault in one node of the flow file. The rest runs.
type Problem struct {
	NodeID, Type, Name string
	Reason             string
	Runs               bool // the node runs all the same, if not as its author meant
}

// Verdict says in a word or two what became of the node.
func (p Problem) Verdict() string {
	if p.Runs {
		return "Odd"
	}
	return "Left out"
}

func (p Problem) String() string {
	name := p.NodeID
	if p.Name != "" {
		name = fmt.Sprintf("%q (%s)", p.Name, p.NodeID)
	}
	return fmt.Sprintf("%s node %s: %s", p.Type, name, p.Reason)
}

// DrainLimit is how long running requests may go on with old flows, settleLimit
// how long other events may.
const (
	DrainLimit  = 10 * time.Second
	settleLimit = 500 * time.Millisecond
)

// closeLimit is how long one node may take to close (Node-RED: nodeCloseTimeout).
const closeLimit = 15 * time.Second

// Deploy replaces the flows that run. The new ones are built first; what is wrong
// with single nodes comes back as problems and leaves out those nodes alone. A kind
// other than flows.Full stops only what has changed since the last deploy, by
// Node-RED's rules; the rest runs on. Events under way finish on the old flows, for at most
// DrainLimit, before those are closed.
func (e *Engine) Deploy(ctx context.Context, file *flows.File, kind flows.DeployKind) []Problem {
	e.deploy.Lock()
	defer e.deploy.Unlock()
	old := e.current.Load()
	plan := flows.Plan{All: true}
	if old != nil {
		plan = flows.Diff(e.file, file).Plan(kind)
	}
	next := e.build(file, old.keeps(plan))
	stops := func(inst *Instance) bool { return next.kept[inst] == nil }
	removed := func(inst *Instance) bool { return plan.Removes(inst.def()) }
	if old != nil {
		old.close(ctx, func(inst *Instance) bool { return inst.Type.Exclusive && stops(inst) }, removed)
	}
	next.init()
	next.takeOver()
	e.current.Store(next)
	e.file = file
	e.router.swap(next.routes())
	next.start()
	if old != nil {
		old.drain(ctx)
		old.close(ctx, stops, removed)
		if len(next.kept) == 0 {
			old.stop(ctx)
		} else {
			e.earlier = append(e.earlier, old) // events of nodes that run on may go on
		}
	}
	e.earlier = slices.DeleteFunc(e.earlier, func(set *flowSet) bool { return set.runs.n.Load() == 0 })
	e.stores.clean(next)
	return next.problems
}

// keeps tells which instances of the generation run on in the next one.
func (set *flowSet) keeps(plan flows.Plan) func(*flows.Instance) *Instance {
	return func(def *flows.Instance) *Instance {
		if set == nil || plan.All {
			return nil
		}
		inst := set.byID[def.ID]
		if inst == nil || inst.broken != nil || inst.closed.Load() || plan.Stops(inst.def()) || plan.Stops(def) {
			return nil
		}
		return inst
	}
}

// Check builds the flows without starting anything and returns them for inspection.
func (e *Engine) Check(file *flows.File) *Flows {
	set := e.build(file, (*flowSet)(nil).keeps(flows.Plan{}))
	set.check()
	return &Flows{set}
}

// Flows returns the flows that run, nil before the first deploy.
func (e *Engine) Flows() *Flows {
	if set := e.current.Load(); set != nil {
		return &Flows{set}
	}
	return nil
}

// Close ends all flows: requests under way may finish until ctx ends, then runs
// are cancelled, nodes closed and context stores written.
func (e *Engine) Close(ctx context.Context) error {
	e.deploy.Lock()
	defer e.deploy.Unlock()
	e.router.swap(nil)
	all := func(*Instance) bool { return true }
	none := func(*Instance) bool { return false }
	if old := e.current.Swap(nil); old != nil {
		old.drain(ctx)
		close(e.closing)
		ctx := context.WithoutCancel(ctx)
		old.close(ctx, all, none)
		for _, set := range append(e.earlier, old) {
			set.stop(ctx)
		}
	}
	e.sharedMu.Lock()
	closers := e.closers
	e.closers = nil
	e.sharedMu.Unlock()
	for _, c := range closers {
		c()
	}
	return e.stores.Close()
}

var errStopping = errors.New("the flows are being stopped")
