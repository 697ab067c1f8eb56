package function

import (
	"context"
	"sync"
	"time"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// Delay holds messages back for a time, or lets only so many of them pass.
var Delay = runtime.Type{
	Name: "delay", Category: "function", Inputs: 1, Outputs: 1,
	New: func() runtime.Node { return &delayNode{Outputs: 1} },

	Parallel: true, // delayNode.mu does, and is not held between messages
}

type delayNode struct {
	PauseType    string  `json:"pauseType"` // delay, delayv, random, rate, burst, queue or timed
	Timeout      float64 `json:"timeout"`
	TimeoutUnits string  `json:"timeoutUnits"`
	Rate         float64 `json:"rate"` // messages in each NbRateUnits RateUnits
	NbRateUnits  float64 `json:"nbRateUnits"`
	RateUnits    string  `json:"rateUnits"`
	RandomFirst  float64 `json:"randomFirst"`
	RandomLast   float64 `json:"randomLast"`
	RandomUnits  string  `json:"randomUnits"`
	Drop         bool    `json:"drop"`      // of rate: do not keep what comes too soon
	AllowRate    bool    `json:"allowrate"` // msg.rate sets the rate, in milliseconds
	Outputs      int     `json:"outputs"`   // 2: what does not pass goes to the second

	inst   *runtime.Instance
	limit  int
	outbox outbox
	timeMs float64 // Timeout
	rateMs float64 // between two messages

	mu     sync.Mutex // guards what follows
	mode   delayMode
	closed bool
	report *depthReport // about to be shown, or nil
}

// delayMode is how one pauseType works. It is called with the node's lock held.
type delayMode interface {
	input(d *runtime.Delivery)
	close()
}

func (n *delayNode) Init(inst *runtime.Instance) error {
	n.inst, n.limit = inst, inst.KeepLimit()
	n.outbox.dropCancelled = true
	n.timeMs = n.Timeout * unitOf(n.TimeoutUnits)
	periods := n.NbRateUnits
	if !(periods > 0) {
		periods = 1
	}
	n.rateMs = unitOf(n.RateUnits) / n.Rate * periods
	switch n.PauseType {
	case "delay", "delayv", "random":
		n.mode = newDelayEach(n)
	case "rate":
		n.mode = &delayRate{n: n, rateMs: n.rateMs}
	case "burst":
		n.mode = &delayBurst{n: n, window: timerOf(n.NbRateUnits * unitOf(n.RateUnits))}
	case "queue", "timed":
		n.mode = &delayQueue{n: n, rateMs: n.rateMs, all: n.PauseType == "timed"}
	}
	return nil
}

// unitOf is a unit of time in milliseconds, seconds if it is none.
func unitOf(unit string) float64 {
	switch unit {
	case "milliseconds":
		return 1
	case "minutes", "minute":
		return 60 * 1000
	case "hours", "hour":
		return 60 * 60 * 1000
	case "days", "day":
		return 24 * 60 * 60 * 1000
	}
	return 1000
}

// Start begins the clock of the queues, which runs even while they are empty.
func (n *delayNode) Start() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if q, ok := n.mode.(*delayQueue); ok {
		q.ticks.start(n, timerOf(q.rateMs), q.tick)
	}
}

func (n *delayNode) Input(d *runtime.Delivery) error {
	d.Detach()
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.mode != nil && !n.closed {
		n.mode.input(d)
	}
	return nil
}

func (n *delayNode) Close(context.Context, bool) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.closed = true
	if n.report != nil {
		n.report.timer.Stop()
	}
	if n.mode != nil {
		n.mode.close()
	}
	return nil
}

const errTooManyDelay = runtime.Text("too many pending messages in delay node")

func depthStatus(shape string, depth int) *msg.Object {
	return msg.NewObject("fill", "blue", "shape", shape, "text", msg.Number(float64(depth)))
}

// depthReport is a status that shows how many messages wait, read when it is due.
type depthReport struct {
	due   time.Time
	timer *time.Timer
	depth func() int
	text  *msg.Object // nil before it is due
}

// reportDepthLocked shows how many messages wait, half a second from now.
func (n *delayNode) reportDepthLocked(depth func() int) {
	if n.report != nil {
		return
	}
	const wait = 500 * time.Millisecond
	r := &depthReport{due: time.Now().Add(wait), depth: depth}
	n.report = r
	r.timer = n.inst.AfterFunc(wait, func(d *runtime.Delivery) error {
		n.mu.Lock()
		n.settleLocked(r)
		n.mu.Unlock()
		d.Status(r.text)
		return nil
	})
}

// settleLocked reads the depth for r, unless that has been done.
func (n *delayNode) settleLocked(r *depthReport) {
	if r.text != nil {
		return
	}
	r.text = depthStatus("dot", r.depth())
	if n.report == r {
		n.report = nil
	}
}

// release takes a message to the outbox, to be sent and completed.
func (n *delayNode) release(k kept) {
	n.outbox.put(k, func(d *runtime.Delivery) {
		_ = d.Send(d.Msg) // fails only once the node is closed
		k.complete(d)
	})
}

// endFlush completes the message of d, which asked for a flush, after what it
// flushed. If that was the message too, Node-RED completes it twice.
func (n *delayNode) endFlush(d *runtime.Delivery, statuses ...*msg.Object) {
	n.outbox.put(keep(d, msg.CloneMessage(d.Msg)), func(d *runtime.Delivery) {
		for _, status := range statuses {
			d.Status(status)
		}
		d.Complete(nil)
	})
	n.outbox.drainAfter(d, n.inst)
}

// rateOf is the rate a message sets, in milliseconds between two messages.
func (n *delayNode) rateOf(m *msg.Object) (ms float64, ok bool) {
	v, ok := m.Get("rate")
	if !n.AllowRate || !ok {
		return 0, false
	}
	f := msg.ParseFloat(msg.ToString(v))
	return msg.ToNumber(v), f == f
}

// flushCount is how many of n messages a msg.flush asks for.
func flushCount(flush any, n int) int {
	if f, ok := flush.(float64); ok && f < float64(n) {
		return int(max(f, 0))
	}
	return n
}

// ticks call a function of a delay node again and again, with its lock held.
type ticks struct{ timer *time.Timer }

func (t *ticks) running() bool { return t.timer != nil }

func (t *ticks) start(n *delayNode, period time.Duration, f func()) {
	t.stop()
	var timer *time.Timer
	timer = time.AfterFunc(period, func() {
		n.mu.Lock()
		if t.timer == timer && !n.closed {
			// Timers that are due together run in the order they were started in Node: what f shows half a second
			// later was started before the tick that is due then.
			if r := n.report; r != nil && !time.Now().Before(r.due) {
				n.settleLocked(r)
			}
			f()
			if t.timer == timer { // f may begin anew
				timer.Reset(period)
			}
		}
		n.mu.Unlock()
		n.outbox.drain(n.inst)
	})
	t.timer = timer
}

func (t *ticks) stop() {
	if t.timer != nil {
		t.timer.Stop()
		t.timer = nil
	}
}
