package runtime

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"sluice/flows"
)

// flowSet is one generation of flows: everything a deploy makes and the next
// one takes away.
type flowSet struct {
	eng       *Engine
	all       []*Instance // in the order of the flow file
	byID      map[string]*Instance
	scopes    map[*flows.Scope]*scope
	kept      map[*Instance]*place // run on from the generation before, to be in these places
	problems  []Problem
	table     *routeTable
	hasStatus bool // some status node exists

	ctx     context.Context
	cancel  context.CancelCauseFunc
	runs    tally       // runs that are not over
	work    tally       // goroutines inside runs
	stopped atomic.Bool // what is queued is to be dropped
}

// build makes the instances of a file: types known, properties decoded, wires
// tied. It has no side effects. What keep returns for a node that runs already runs on.
func (e *Engine) build(file *flows.File, keep func(*flows.Instance) *Instance) *flowSet {
	resolved, problems := flows.Resolve(file)
	set := &flowSet{
		eng: e, byID: make(map[string]*Instance, len(resolved.Instances)),
		scopes: map[*flows.Scope]*scope{}, kept: map[*Instance]*place{},
	}
	set.ctx, set.cancel = context.WithCancelCause(context.Background())
	for _, p := range problems {
		set.problems = append(set.problems, Problem{p.NodeID, p.Type, p.Name, p.Message, !p.LeftOut})
	}
	for _, def := range resolved.Scopes { // parents come first
		s := &scope{def: def, eng: e, parent: set.scopes[def.Parent]}
		set.scopes[def] = s
		s.evaluate()
	}
	set.all = make([]*Instance, 0, len(resolved.Instances))
	for _, def := range resolved.Instances {
		at := &place{set: set, def: def, scope: set.scopes[def.Scope], flow: set.scopes[def.Flow]}
		inst := keep(def)
		if inst != nil {
			set.kept[inst] = at
		} else {
			inst = set.add(at)
		}
		set.all = append(set.all, inst)
		set.byID[inst.ID] = inst
		if inside := set.scopes[def.Inside]; def.Inside != nil && def.Type == flows.StatusType {
			inside.speaks = true
		} else if def.Inside != nil {
			inside.owner = inst
		}
	}
	for _, inst := range set.all {
		at := set.placeOf(inst)
		at.wires = set.tie(at.def.Wires)
	}
	set.listen()
	return set
}

// placeOf returns where a node of this generation is, or will be once it runs.
func (set *flowSet) placeOf(inst *Instance) *place {
	if at := set.kept[inst]; at != nil {
		return at
	}
	return inst.at.Load()
}

// add makes the instance of one node. What is wrong with it breaks it alone.
func (set *flowSet) add(at *place) *Instance {
	def := at.def
	inst := &Instance{ID: def.ID, Z: def.Z, eng: set.eng}
	inst.at.Store(at)
	inst.Log = slog.New(&nodeHandler{Handler: set.eng.opts.Log.Handler(), inst: inst})
	t, known := set.eng.types[def.Type]
	switch {
	case known:
		inst.Type = t
	case def.Type == flows.StatusType:
		inst.Type = &subflowStatus
	case def.Inside != nil:
		inst.Type = subflowType(def.Type)
	default:
		inst.Type = &Type{Name: def.Type}
		set.breakNode(inst, fmt.Errorf("the node type %q is not known", def.Type))
		return inst
	}
	inst.node = inst.Type.New()
	if err := decode(inst.node, inst.prop); err != nil {
		set.breakNode(inst, err)
	}
	return inst
}

func (set *flowSet) tie(wires [][]string) [][]*Instance {
	tied := make([][]*Instance, len(wires))
	for i, ids := range wires {
		for _, id := range ids {
			if to := set.byID[id]; to != nil {
				tied[i] = append(tied[i], to)
			}
		}
	}
	return tied
}

// listen gathers who hears errors, statuses and completions.
func (set *flowSet) listen() {
	for _, inst := range set.all {
		flow := set.placeOf(inst).flow
		switch n := inst.node.(type) {
		case listener:
			if inst.Type.Name == statusType {
				flow.statuses = append(flow.statuses, inst)
				set.hasStatus = true
			} else {
				flow.catchers = append(flow.catchers, inst)
			}
		case Completer:
			for _, id := range n.Completes() {
				if to := set.byID[id]; to != nil && set.placeOf(to).flow == flow {
					at := set.placeOf(to)
					at.completers = append(at.completers, inst)
				}
			}
		}
	}
	for _, s := range set.scopes {
		slices.SortStableFunc(s.catchers, func(a, b *Instance) int { return catchRank(a) - catchRank(b) })
	}
}

// catchRank orders catch nodes: those with a scope, those for all, those for what is left.
func catchRank(inst *Instance) int {
	ids, group, uncaught := inst.node.(listener).Listens()
	switch {
	case ids != nil || group:
		return 0
	case !uncaught:
		return 1
	}
	return 2
}

// init starts the nodes in Node-RED's order, config nodes before those that use them. One that fails is left out alone.
func (set *flowSet) init() {
	set.each(func(inst *Instance) error {
		if err := inst.node.Init(inst); err != nil {
			return err
		}
		inst.recv, _ = inst.node.(Receiver)
		return nil
	})
}

// check is init without side effects.
func (set *flowSet) check() {
	set.each(func(inst *Instance) error {
		if c, ok := inst.node.(Checker); ok {
			return c.Check(inst)
		}
		return nil
	})
}

func (set *flowSet) each(f func(*Instance) error) {
	for _, inst := range set.all {
		if inst.broken != nil || set.kept[inst] != nil {
			continue
		}
		if err := guard(func() error { return f(inst) }); err != nil {
			set.breakNode(inst, err)
		}
	}
}

// guard makes a panic of a node an error.
func guard(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("internal error: %v", p)
		}
	}()
	return f()
}

func (set *flowSet) breakNode(inst *Instance, err error) {
	inst.broken = err
	inst.node, inst.recv = nil, nil
	set.problems = append(set.problems, Problem{NodeID: inst.Alias(), Type: inst.Type.Name, Name: inst.Name(), Reason: err.Error()})
}

// mounted yields the routes of the nodes that run, in their order. They are the
// caller's: while a table is built of them, those of nodes that run on serve the old one.
func (set *flowSet) mounted() iter.Seq[*route] {
	return func(yield func(*route) bool) {
		for _, inst := range set.all {
			for i := range inst.handlers {
				rt := inst.handlers[i]
				if inst.broken == nil && !yield(&rt) {
					return
				}
			}
		}
	}
}

// takeOver gives the nodes that run on their new place.
func (set *flowSet) takeOver() {
	for inst, at := range set.kept {
		inst.at.Store(at)
	}
}

// start lets the new nodes begin.
func (set *flowSet) start() {
	for _, inst := range set.all {
		if s, ok := inst.node.(Starter); ok && set.kept[inst] == nil {
			s.Start()
		}
	}
}

// drain waits until the requests under way are answered, at most DrainLimit, and
// then a moment for what else goes on. An event that waits for longer, such as a
// message in a delay, is dropped, as Node-RED does at once.
func (set *flowSet) drain(ctx context.Context) {
	served, cancel := context.WithTimeout(ctx, DrainLimit)
	defer cancel()
	if err := set.table.requests.wait(served); err != nil {
		set.eng.opts.Log.Warn("flows were stopped before their requests were answered", "requests", set.table.requests.n.Load())
	}
	settled, cancel := context.WithTimeout(ctx, settleLimit)
	defer cancel()
	if err := set.runs.wait(settled); err != nil {
		set.eng.opts.Log.Debug("flows were stopped while events were still under way", "events", set.runs.n.Load())
	}
}

// stop cancels what is left of a generation and waits for its goroutines.
func (set *flowSet) stop(ctx context.Context) {
	set.runs.close()
	set.stopped.Store(true)
	set.cancel(errStopping)
	ctx, cancel := context.WithTimeout(ctx, closeLimit)
	defer cancel()
	if err := set.work.wait(ctx); err != nil {
		set.eng.opts.Log.Warn("a node did not stop working in time", "goroutines", set.work.n.Load())
	}
}

// close closes the nodes that which chooses.
func (set *flowSet) close(ctx context.Context, which func(*Instance) bool, removed func(*Instance) bool) {
	var wg sync.WaitGroup
	for _, inst := range set.all {
		if inst.node != nil && !inst.closed.Load() && which(inst) {
			wg.Go(func() { set.closeNode(ctx, inst, removed(inst)) })
		}
	}
	wg.Wait()
}

func (set *flowSet) closeNode(ctx context.Context, inst *Instance, removed bool) {
	ctx, cancel := context.WithTimeout(ctx, closeLimit)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- guard(func() error { return inst.close(ctx, removed) }) }()
	timer := time.NewTimer(closeLimit)
	defer timer.Stop()
	select {
	case err := <-done:
		if err != nil {
			inst.Log.Error("the node failed to close", "error", err)
		}
	case <-timer.C:
		inst.Log.Error("the node did not close within 15 s")
	}
}

// Flows are flows as they run, or as they would.
type Flows struct{ set *flowSet }

// Problems lists what does not run, and why.
func (f *Flows) Problems() []Problem { return f.set.problems }

// All calls yield for every instance in the order of the flow file.
func (f *Flows) All(yield func(*Instance) bool) {
	for _, inst := range f.set.all {
		if !yield(inst) {
			return
		}
	}
}

// ByID returns the instance with the given id.
func (f *Flows) ByID(id string) (*Instance, bool) {
	inst, ok := f.set.byID[id]
	return inst, ok
}
