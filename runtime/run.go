package runtime

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"sluice/runtime/msg"
)

// Run is all that one external event (a request, a timer, a tick, an inbound
// packet) causes. Five invariants hold:
//
//  1. A run executes on one goroutine at a time.
//  2. A message belongs to the delivery that holds it, and Send gives it away.
//  3. A node takes one message at a time unless its type says Parallel.
//  4. Nothing calls a node except the queue (and Relay, for nodes that only pass
//     on), so stacks stay flat, wire loops are legal and no goroutine holds two
//     node locks.
//  5. Sends keep Node-RED's order: output, then wire, then message; the first
//     delivery takes the message itself, the others clones.
type Run struct {
	set *flowSet

	// Owned by the goroutine that drains.
	queue []item
	head  int
	d     *Delivery // reused for deliveries that stay within their Input
	relay int       // nesting of Relay

	// Memory that every run needs, made in one piece with it.
	first [4]item     // what queue uses before it grows
	pair  [2]Delivery // of the event, and what d is at first

	mu       sync.Mutex // guards what follows
	inbox    []func()   // work that other goroutines brought
	draining bool
	over     bool
	holds    int
	adopted  *adopted // nil while no other run keeps this one open
	onOver   []func()
	overCh   chan struct{}

	stopped atomic.Bool // cancelled: what is queued is dropped
	ctx     context.Context
	cancel  context.CancelFunc
	cause   error
}

type item struct {
	to *Instance
	m  *msg.Object
}

// maxQueue bounds the deliveries a run may have waiting. A wire loop that
// multiplies messages ends here, with an error, and takes only its own run along.
const maxQueue = 1 << 20

var errQueueFull = errors.New("the flow sent more than 1,048,576 messages without one being handled: a loop of wires multiplies them")

// newRun begins a run whose caller drains it, or returns nil when the flows are being stopped.
func (set *flowSet) newRun() *Run {
	if !set.runs.enter() {
		return nil
	}
	r := &Run{set: set, draining: true}
	r.queue, r.d = r.first[:0], &r.pair[1]
	r.d.run = r
	return r
}

// spawn runs f on a goroutine that the flows wait for when they are closed.
func (set *flowSet) spawn(f func()) bool {
	if !set.work.enter() {
		return false
	}
	go func() {
		defer set.work.leave()
		f()
	}()
	return true
}

// isStopped tells whether what is queued is to be dropped.
func (r *Run) isStopped() bool { return r.stopped.Load() || r.set.stopped.Load() }

// Context ends when the run is cancelled or the engine closes.
func (r *Run) Context() context.Context {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ctx == nil {
		r.ctx, r.cancel = context.WithCancel(r.set.ctx)
		if r.stopped.Load() || r.over {
			r.cancel()
		}
	}
	return r.ctx
}

// IsOver tells whether nothing of the run can send any more.
func (r *Run) IsOver() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.over
}

// Over is closed when nothing of the run can send any more.
func (r *Run) Over() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.overCh == nil {
		r.overCh = make(chan struct{})
		if r.over {
			close(r.overCh)
		}
	}
	return r.overCh
}

// Cancel drops what is queued, ends Context with err as its cause for Cause,
// and lets nothing more be delivered. The node that works at the moment is not
// interrupted unless it watches Context.
func (r *Run) Cancel(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over || r.stopped.Load() {
		return
	}
	r.cause = err
	r.stopped.Store(true)
	if r.cancel != nil {
		r.cancel()
	}
}

// Cause is the error given to Cancel, or nil.
func (r *Run) Cause() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.cause
}

// inlineDeliveries is how many messages an event may cause on the goroutine that
// brought it. What goes on longer, such as a loop of wires, goes on by itself, so
// that whoever waits for the event can give up on it.
const inlineDeliveries = 10_000

// drainInline handles what is queued on the goroutine that brought the event. It
// may return before the queue is empty.
func (r *Run) drainInline() {
	if !r.drainUpTo(inlineDeliveries) && !r.set.spawn(r.drain) {
		r.Cancel(errStopping)
		r.drain()
	}
}

// drain handles what is queued until nothing is left. r.draining is true.
func (r *Run) drain() { r.drainUpTo(math.MaxInt) }

// drainUpTo handles at most n messages and tells whether nothing is left.
func (r *Run) drainUpTo(n int) bool {
	for {
		for r.head < len(r.queue) {
			if n--; n < 0 {
				return false
			}
			it := r.queue[r.head]
			r.queue[r.head] = item{}
			r.head++
			if !r.isStopped() {
				r.deliver(it.to, it.m)
			}
		}
		r.queue, r.head = r.queue[:0], 0
		r.mu.Lock()
		if len(r.inbox) == 0 {
			r.draining = false
			ended, waits := r.endLocked(), r.waitsLocked()
			r.mu.Unlock()
			for _, f := range ended {
				f()
			}
			if waits {
				r.breakCircle()
			}
			return true
		}
		work := r.inbox
		r.inbox = nil
		r.mu.Unlock()
		for _, f := range work {
			f()
		}
	}
}

// endLocked marks the run over if nothing can send any more and returns what is
// to be called then. The caller holds r.mu.
func (r *Run) endLocked() []func() {
	if r.over || r.draining || r.holds > 0 {
		return nil
	}
	r.over = true
	r.set.runs.leave()
	if r.overCh != nil {
		close(r.overCh)
	}
	if r.cancel != nil {
		r.cancel()
	}
	ended := r.onOver
	r.onOver = nil
	return ended
}

// push queues a message. It runs on the goroutine that drains.
func (r *Run) push(to *Instance, m *msg.Object) {
	if len(r.queue)-r.head >= maxQueue {
		to.Log.Error(errQueueFull.Error())
		r.Cancel(errQueueFull)
		return
	}
	if r.head > 64 && r.head > len(r.queue)/2 { // keep a long loop from growing the slice
		n := copy(r.queue, r.queue[r.head:])
		clear(r.queue[n:])
		r.queue, r.head = r.queue[:n], 0
	}
	r.queue = append(r.queue, item{to, m})
}

// do runs f on the run's goroutine, which is started if it is not there.
func (r *Run) do(f func()) {
	r.mu.Lock()
	if r.over || r.isStopped() {
		r.mu.Unlock()
		return
	}
	r.inbox = append(r.inbox, f)
	start := !r.draining
	r.draining = true
	if r.adopted != nil {
		r.adopted.turns++
	}
	r.mu.Unlock()
	if start && !r.set.spawn(r.drain) {
		r.mu.Lock()
		r.draining = false
		r.mu.Unlock()
	}
}

// deliver hands one message to a node and completes it.
func (r *Run) deliver(inst *Instance, m *msg.Object) {
	if inst.recv == nil || inst.closed.Load() {
		return
	}
	d := r.d
	if d == nil {
		d = &Delivery{run: r}
		r.d = d
	}
	d.Msg, d.inst, d.state = m, inst, inInput
	err := d.call(func() error { return inst.recv.Input(d) })
	if d.state == inInput {
		d.state = completed
		r.complete(inst, d.Msg, err)
	} else if d.state == completed && err != nil {
		r.fail(inst, m, err)
	}
	if d.escaped {
		r.d = nil
	} else {
		d.Msg = nil
	}
}

// call runs f, which is code of the delivery's node, with the node's lock held
// unless it is Parallel. A panic becomes an error: it is the node's, not the process's.
func (d *Delivery) call(f func() error) (err error) {
	inst := d.inst
	if !inst.Type.Parallel {
		inst.mu.Lock()
		defer inst.mu.Unlock()
	}
	defer func() {
		if p := recover(); p != nil {
			inst.Log.Error("the node panicked: its message is given to the catch nodes", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = fmt.Errorf("internal error of node type %q: %v", inst.Type.Name, p)
		}
	}()
	return f()
}

// complete ends a message: with an error it goes to the catch nodes, else to
// the complete nodes that name its node.
func (r *Run) complete(inst *Instance, m *msg.Object, err error) {
	if err != nil {
		r.fail(inst, m, err)
		return
	}
	for _, to := range inst.at.Load().completers {
		c := msg.CloneMessage(m)
		c.Set("complete", msg.NewObject("source", sourceOf(inst)))
		r.Relay(to, c)
	}
}

// maxRelay bounds complete nodes that wait for each other.
const maxRelay = 32

// Relay hands m to a node without a turn in the queue if its type only passes
// on, see Type.Relay. It runs on the goroutine that drains.
func (r *Run) Relay(to *Instance, m *msg.Object) {
	if m.Value(msg.ID) == msg.Undefined {
		m.Set(msg.ID, msg.NewID())
	}
	if !to.Type.Relay || r.relay >= maxRelay {
		r.push(to, m)
		return
	}
	r.relay++
	d := r.d
	r.d = nil // the outer delivery is still in use
	r.deliver(to, m)
	r.d = d
	r.relay--
}
