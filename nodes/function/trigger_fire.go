package function

import (
	"time"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// trigger sends the first message of a topic and arms the timer for the second.
func (n *triggerNode) trigger(d *runtime.Delivery, topic string, t *triggered, ms float64) error {
	m := d.Msg
	var err error
	switch n.second.kind {
	case "pay":
		t.second = msg.Clone(m.Value(msg.PayloadKey))
	case "nul", "payl":
	default:
		if t.second, err = n.second.eval(m); err != nil {
			return err
		}
	}
	if n.first.kind != "pay" && n.first.kind != "nul" {
		payload, err := n.first.eval(m)
		if err != nil {
			return err
		}
		m.Set(msg.PayloadKey, payload)
	}
	switch {
	case ms == 0:
		t.blocked = true
	case n.loop:
		n.disarm(t)
		if n.first.kind != "nul" {
			t.message = keep(d, msg.CloneMessage(m))
			n.repeat(t, timerOf(ms))
		}
	default:
		n.arm(d, topic, t, ms, false)
	}
	d.Complete(nil)
	d.Status(n.statusLocked())
	if n.first.kind != "nul" {
		return d.Send(msg.CloneMessage(m))
	}
	return nil
}

// extendTime begins the time of a topic anew, with this message.
func (n *triggerNode) extendTime(d *runtime.Delivery, topic string, t *triggered, ms float64) {
	if n.second.kind == "payl" {
		t.second = msg.Clone(d.Msg.Value(msg.PayloadKey))
	}
	n.arm(d, topic, t, ms, true)
}

func (n *triggerNode) arm(d *runtime.Delivery, topic string, t *triggered, ms float64, extended bool) {
	n.disarm(t)
	t.armed = true
	t.message = keep(d, msg.CloneMessage(d.Msg))
	t.alarm = n.alarms.setLocked(timerOf(ms), func() {
		t.alarm = nil
		n.outbox.put(t.message, func(d *runtime.Delivery) { n.fire(d, topic, t, extended) })
	})
}

// fire ends the time of a topic: it sends the second message.
func (n *triggerNode) fire(d *runtime.Delivery, topic string, t *triggered, extended bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed || n.topics[topic] != t || !t.armed || t.alarm != nil {
		return // reset or extended meanwhile
	}
	kind := n.second.kind
	if kind == "flow" || kind == "global" || kind == "date" && !extended {
		v, err := n.second.eval(d.Msg)
		if err != nil {
			d.Error(err, nil)
			return
		}
		t.second = v
	}
	m := d.Msg
	if kind == "payl" && !extended {
		last := n.last[topic]
		m = last.m
		last.handOver(d)
		delete(n.last, topic)
	} else {
		m.Set(msg.PayloadKey, t.second)
	}
	t.message = kept{} // the outbox has its hold
	n.last[topic].let()
	delete(n.last, topic)
	delete(n.topics, topic)
	if extended {
		d.Status(n.statusLocked())
	}
	if kind != "nul" {
		out := []*msg.Object{m}
		if n.Outputs == 2 {
			_ = d.SendAll(nil, out) // fails only once the node is closed
		} else {
			_ = d.SendAll(out)
		}
	}
	if !extended {
		d.Status(n.statusLocked())
	}
}

// repeat sends copies of a topic's message, again and again.
func (n *triggerNode) repeat(t *triggered, period time.Duration) {
	t.alarm = n.alarms.setLocked(period, func() {
		n.repeat(t, period)
		m := msg.CloneMessage(t.message.m)
		if n.first.kind == "date" {
			m.Set(msg.PayloadKey, msg.Number(float64(time.Now().UnixMilli())))
		}
		n.outbox.put(kept{m: m}, func(d *runtime.Delivery) { _ = d.Send(d.Msg) }) // fails only once the node is closed
	})
}
