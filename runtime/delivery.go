package runtime

import (
	"context"

	"sluice/runtime/msg"
)

// Delivery is one message at one node. It is valid during Input, and, after
// Async, Detach or Hold, wherever those allow. Its methods are called on the
// goroutine of its run.
type Delivery struct {
	Msg *msg.Object // may be changed and sent; after Send it is the receiver's

	inst    *Instance
	run     *Run
	state   deliveryState
	escaped bool // someone may hold on to this Delivery after Input
	first   Hold // most deliveries that wait for something are held once
}

type deliveryState uint8

const (
	inInput   deliveryState = iota // returning from Input completes
	detached                       // the node completes it later, or never
	completed                      // done
)

// Run returns the run the delivery belongs to.
func (d *Delivery) Run() *Run { return d.run }

// Context ends when the run is cancelled, the engine closes or, for a request, its time is up.
func (d *Delivery) Context() context.Context { return d.run.Context() }

// Send passes m on along every wire of the first output. The first receiver
// gets m, further ones clones. It fails only once the node is closed.
func (d *Delivery) Send(m *msg.Object) error {
	inst := d.inst
	if inst.closed.Load() {
		return errClosed
	}
	wires := inst.wires()
	if m == nil || len(wires) == 0 || len(wires[0]) == 0 {
		return nil
	}
	ensureID(m, "")
	for i, to := range wires[0] {
		if i > 0 {
			d.run.push(to, msg.CloneMessage(m))
		} else {
			d.run.push(to, m)
		}
	}
	return nil
}

// SendAll passes messages on: out[i] goes to output i, each message to each
// wire. A nil message is left out. The first delivery takes its message itself,
// every further one a clone, as Node-RED's Node.send does.
func (d *Delivery) SendAll(out ...[]*msg.Object) error {
	inst := d.inst
	if inst.closed.Load() {
		return errClosed
	}
	id := ""
	outputs := inst.wires()
	for i, wires := range outputs {
		if i >= len(out) || len(wires) == 0 {
			continue
		}
		for _, m := range out[i] {
			if m != nil && id == "" {
				id, _ = m.Value(msg.ID).(string)
			}
		}
	}
	sent := false
	for i, wires := range outputs {
		if i >= len(out) {
			break
		}
		for _, to := range wires {
			for _, m := range out[i] {
				if m == nil {
					continue
				}
				id = ensureID(m, id)
				if sent {
					m = msg.CloneMessage(m)
				}
				sent = true
				d.run.push(to, m)
			}
		}
	}
	return nil
}

// ensureID gives m an id if it has none: the given one, or a new one. It
// returns the id that further messages of the same send share.
func ensureID(m *msg.Object, id string) string {
	if v, ok := m.Get(msg.ID); ok && msg.ToBool(v) {
		if id == "" {
			id, _ = v.(string)
		}
		return id
	}
	if id != "" {
		m.Set(msg.ID, id)
		return id
	}
	v := msg.NewIDValue()
	m.Set(msg.ID, v)
	return v.(string)
}

// Async takes the delivery out of the queue for work that blocks. Call it inside
// Input; call resume exactly once, from any goroutine: what it is given runs on
// the run's queue, may Send, and its error or nil completes the message.
func (d *Delivery) Async() (resume func(func() error)) {
	d.Detach()
	h := d.Hold()
	return func(f func() error) {
		h.Do(func() { d.Complete(d.call(f)) })
		h.Release()
	}
}

// Detach leaves completing the message to the node: it calls Complete at most
// once, inside Input or inside Do of a hold.
func (d *Delivery) Detach() {
	d.escaped = true
	d.state = detached
}

// Uncompleted leaves the message for good without completing it, for the node
// types whose handler in Node-RED never calls done.
func (d *Delivery) Uncompleted() { d.state = detached }

// Complete completes a detached message, or one still in its Input; later calls do nothing.
func (d *Delivery) Complete(err error) {
	if d.state == completed {
		return
	}
	d.state = completed
	d.run.complete(d.inst, d.Msg, err)
}

// Hold keeps the run open until it is released.
func (d *Delivery) Hold() *Hold {
	d.escaped = true
	h := &d.first
	if h.run != nil {
		h = new(Hold)
	}
	d.run.hold(h)
	return h
}

// Error reports an error of m to the catch nodes without completing it, as
// node.error(err, msg) does in the middle of a node's work.
func (d *Delivery) Error(err error, m *msg.Object) { d.run.fail(d.inst, m, err) }

// Status shows a status beside the node and tells the status nodes, within this run.
func (d *Delivery) Status(status *msg.Object) { d.run.status(d.inst, status) }

// Relay hands m to another node at once, see Run.Relay.
func (d *Delivery) Relay(to *Instance, m *msg.Object) { d.run.Relay(to, m) }
