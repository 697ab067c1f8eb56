package js

import (
	"maps"
	"sync/atomic"
	"time"

	"github.com/dop251/goja/ast"

	"sluice/runtime/js/direct"
	"sluice/runtime/msg"
)

// A body of the common part of JavaScript runs without a VM, see package
// direct. What its run cannot do, an error it throws included, it leaves
// undone, and the body runs in a VM from the start.

// directly is a function node's body outside of VMs.
type directly struct {
	body     *direct.Body
	why      string // there is none
	parallel bool   // it neither uses contexts nor has to wait for On Start code: runs need no lock
	left     leaving
}

// leaving counts the runs that were left to a VM, against those that were not.
type leaving struct{ n atomic.Int32 }

// A run that is left costs leftCost; at tooMuch a body goes to a VM at once, always.
const (
	leftCost = 4
	tooMuch  = 200
)

func (l *leaving) tooOften() bool { return l.n.Load() >= tooMuch }
func (l *leaving) left()          { l.n.Add(leftCost) }
func (l *leaving) done() {
	if n := l.n.Load(); n > 0 {
		l.n.CompareAndSwap(n, n-1)
	}
}

// compileDirect compiles the body that parsePart has parsed. The names are hidden
// of modules and of what a part of the text assigns without declaring it.
func compileDirect(prg *ast.Program, src Source, uses []*usage) directly {
	hidden := map[string]bool{}
	for _, l := range src.Libs {
		hidden[l.Var] = true
	}
	for _, u := range uses {
		maps.Copy(hidden, u.outer)
	}
	delete(hidden, "msg")
	if s, ok := prg.Body[0].(*ast.ExpressionStatement); ok {
		if fn, ok := s.Expression.(*ast.FunctionLiteral); ok {
			b, why := direct.Compile(fn, hidden)
			return directly{body: b, why: why, parallel: b != nil && !b.Contexts() && src.Setup == ""}
		}
	}
	return directly{why: "it awaits, or is of a syntax that had to be lowered"}
}

// Direct tells whether the body runs without a VM, and if not, what in its text needs one.
func (f *Function) Direct() (direct bool, reason string) {
	return f.c.direct.body != nil, f.c.direct.why
}

// runDirect runs the body outside of VMs. false: a VM must.
func (f *Function) runDirect(call Call, m *msg.Object) bool {
	d := &f.c.direct
	if d.body == nil || d.left.tooOften() {
		return false
	}
	h := directHost{f: f, locked: !d.parallel}
	if h.locked {
		f.vm.mu.Lock()
		defer f.vm.unlock()
		if f.state != ready {
			return false
		}
	} else if f.gone.Load() {
		return true
	}
	defer h.end()
	res, ok := d.body.Run(&h, m)
	if !ok {
		d.left.left()
		return false
	}
	d.left.done()
	f.carryOut(call, &res)
	return true
}

// carryOut does what a run has come to.
func (f *Function) carryOut(call Call, res *direct.Result) {
	for i := range res.Sets {
		s := &res.Sets[i]
		if err := f.node.Context(s.Scope).Set("", s.Key, s.Value); err != nil {
			call.Error(err.Error(), nil)
		}
	}
	done := false
	for i := range res.Effects {
		switch e := &res.Effects[i]; e.Kind {
		case direct.Send:
			call.Send(e.Outs)
		case direct.Log:
			f.node.Log(e.Level, e.Value.(string))
		case direct.Error:
			call.Error(e.Value, e.Msg)
		case direct.Status:
			f.status.Store(true)
			call.Status(e.Value)
		case direct.Done:
			if !done {
				call.Done(nil)
			}
			done = true
		}
	}
	switch {
	case res.Err != nil:
		call.Done(res.Err)
	case !f.c.body.nodeDone && !done:
		call.Done(nil)
	}
}

// directHost is what a body reaches outside of VMs.
type directHost struct {
	f      *Function
	locked bool
	turn   *vm       // of the pool, whose turn a run takes that lasts
	since  time.Time // the run is known to last since
	heap   growth    // since then
}

var _ direct.Host = (*directHost)(nil)

func (h *directHost) Env(name string) any { return h.f.node.Env(name) }

func (h *directHost) Node(property string) any {
	n := h.f.node
	switch property {
	case "id":
		return n.ID()
	case "name":
		return n.Name()
	case "path":
		return n.Path()
	}
	return msg.Number(float64(n.OutputCount()))
}

func (h *directHost) Get(scope, key string) (any, bool) {
	ctx := h.f.node.Context(scope)
	if ctx.Async("") {
		return nil, false
	}
	x, err := ctx.Get("", key)
	if err != nil {
		return nil, false
	}
	if x == msg.Undefined && scope == "global" {
		return h.f.e.seeded(key), true
	}
	return x, true
}

// Lasts ends a run at its limits. Its time counts from the first call, some
// milliseconds late. Then it waits for the turn of a VM, unless it holds the
// lock of the stores, so that those that compute do not get in the way of
// those that do not.
func (h *directHost) Lasts() error {
	if h.since.IsZero() {
		if !h.locked {
			h.turn = h.f.e.pool.take(h.f)
		}
		spare.lend()
		h.since, h.heap = time.Now(), growthUpTo(h.f.e.opts.Memory)
		return nil
	}
	if time.Since(h.since) >= h.f.timeout {
		return h.f.timeLimit()
	}
	if h.heap.exceeded() {
		return h.f.memoryLimit(h.heap.limit)
	}
	return nil
}

func (h *directHost) Failed(fault error) {
	h.f.node.Log("warn", "the compiled body failed, and runs in the JavaScript engine instead: "+fault.Error())
}

func (h *directHost) end() {
	if h.turn != nil {
		h.f.e.pool.put(h.turn, h.f)
	}
	if !h.since.IsZero() {
		spare.giveBack()
	}
}
