package common

import (
	"context"
	"math"
	"strings"
	"sync"
	"time"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// Inject sends a message at the start, at intervals, at times, or when asked to.
var Inject = runtime.Type{
	Name: "inject", Category: "common", Outputs: 1,
	New: func() runtime.Node { return &injectNode{OnceDelay: 0.1} },

	Parallel: true,
}

type injectNode struct {
	Props       any     `json:"props"`       // list of {p, v, vt}
	Payload     any     `json:"payload"`     // the payload's value, where Props has none
	PayloadType string  `json:"payloadType"` // its type
	Topic       any     `json:"topic"`       // the topic's value, where Props has none
	Repeat      any     `json:"repeat"`      // seconds between messages
	Crontab     string  `json:"crontab"`
	Once        bool    `json:"once"`      // send at the start as well
	OnceDelay   float64 `json:"onceDelay"` // seconds after it

	inst     *runtime.Instance
	props    []injectProp
	interval time.Duration // 0: none
	schedule *schedule

	mu     sync.Mutex
	timer  *time.Timer // guarded by mu
	closed bool        // guarded by mu
}

func (n *injectNode) Init(inst *runtime.Instance) error {
	n.inst = inst
	n.props = n.readProps(inst, n.propList(inst.Props()))
	repeat := msg.ToNumber(n.Repeat)
	switch {
	case n.Repeat != nil && repeat > math.MaxInt32/1000:
		inst.Log.Error("Interval too large")
	case n.Repeat != nil && repeat > 0:
		n.interval = max(time.Duration(repeat*float64(time.Second)), time.Millisecond)
	}
	if n.interval == 0 && n.Crontab != "" {
		var err error
		n.schedule, err = parseCron(n.Crontab)
		return err
	}
	return nil
}

// Start begins the timers.
func (n *injectNode) Start() {
	if n.Once {
		n.after(max(time.Duration(n.OnceDelay*float64(time.Second)), time.Millisecond), func() {
			n.tick()
			n.repeat()
		})
		return
	}
	n.repeat()
}

func (n *injectNode) repeat() {
	switch {
	case n.interval > 0:
		n.every(time.Now().Add(n.interval))
	case n.schedule != nil:
		if at, ok := n.schedule.next(time.Now()); ok {
			n.at(at)
		}
	}
}

// every ticks at the given time and from then on at intervals. A tick that takes
// longer than the interval puts off the next.
func (n *injectNode) every(at time.Time) {
	n.after(time.Until(at), func() {
		n.tick()
		next := at.Add(n.interval)
		if now := time.Now(); next.Before(now) {
			next = now
		}
		n.every(next)
	})
}

// at ticks at the given time, which may be further away than a timer of Node's can be.
func (n *injectNode) at(at time.Time) {
	n.after(min(time.Until(at), maxTimer), func() {
		if time.Now().Before(at) {
			n.at(at)
			return
		}
		n.tick()
		n.repeat()
	})
}

// after calls f later, unless the node is closed by then.
func (n *injectNode) after(wait time.Duration, f func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.closed {
		n.timer = time.AfterFunc(max(wait, 0), f)
	}
}

func (n *injectNode) tick() { n.Inject(&msg.Object{}) }

// Inject sends a message now. m may hold __user_inject_props__, a list of
// properties that take the place of the node's own, as the editor's button sends it.
func (n *injectNode) Inject(m *msg.Object) {
	n.inst.Emit(func(d *runtime.Delivery) error {
		d.Msg = m
		d.Complete(n.Input(d))
		return nil
	})
}

// Input sets the properties and sends the message. An inject node has no input in
// the editor, but a flow file may lead a wire to one.
func (n *injectNode) Input(d *runtime.Delivery) error {
	props := n.props
	if list, ok := d.Msg.Value("__user_inject_props__").(*msg.Array); ok {
		props = n.readProps(n.inst, list)
	}
	d.Msg.Delete("__user_inject_props__")
	var faults []string
	for i := range props {
		if err := props[i].set(d.Msg); err != nil {
			faults = append(faults, err.Error())
		}
	}
	if len(faults) > 0 {
		return runtime.Text(strings.Join(faults, "; "))
	}
	return d.Send(d.Msg)
}

func (n *injectNode) Close(context.Context, bool) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.closed = true
	if n.timer != nil {
		n.timer.Stop()
	}
	return nil
}
