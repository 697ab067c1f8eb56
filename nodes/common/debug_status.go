package common

import (
	"time"

	"sluice/runtime"
	"sluice/runtime/inspect"
	"sluice/runtime/msg"
)

// statusLength is how much of a text a status shows (Node-RED: debugStatusLength).
const statusLength = 32

func (n *debugNode) showStatus(d *runtime.Delivery) {
	if n.StatusType == "counter" {
		n.count(d)
		return
	}
	var value any
	ok := true
	switch {
	case n.StatusType == "auto" && n.Complete == "true":
		value = d.Msg.Value(msg.PayloadKey)
	case n.StatusType == "auto":
		value, ok = n.eval(n.value, n.TargetType, d.Msg)
	default:
		value, ok = n.eval(n.status, n.StatusType, d.Msg)
	}
	if !ok {
		return
	}
	status := n.statusOf(d.Msg, value)
	text, err := msg.AppendJSON(nil, status)
	if err != nil {
		return
	}
	n.mu.Lock()
	same := n.shown == string(text)
	n.shown = string(text)
	n.mu.Unlock()
	if !same {
		d.Status(status)
	}
}

// statusOf makes a status of a value; a value that is one is shown as it is, and
// an automatic status shows a message's error or status first.
func (n *debugNode) statusOf(m *msg.Object, value any) *msg.Object {
	var fill, shape any = "grey", "dot"
	var text any = value
	if _, ok := value.(string); !ok {
		text = inspect.Value(value, 2)
	}
	if o, ok := value.(*msg.Object); ok && msg.ToBool(o.Value("fill")) && msg.ToBool(o.Value("shape")) && msg.ToBool(o.Value("text")) {
		fill, shape, text = o.Value("fill"), o.Value("shape"), o.Value("text")
	}
	if n.StatusType == "auto" {
		if e, ok := m.Get("error"); ok {
			fill, text = "red", msg.Property(e, "message")
		}
		if s, ok := m.Get("status"); ok {
			fill, shape, text = or(msg.Property(s, "fill"), "grey"), or(msg.Property(s, "shape"), "ring"), or(msg.Property(s, "text"), "")
		}
	}
	if s := msg.ToString(text); msg.UTF16Len(s) > statusLength {
		text = msg.UTF16Slice(s, 0, statusLength) + "..."
	}
	return msg.NewObject("fill", fill, "shape", shape, "text", text)
}

func or(v, otherwise any) any {
	if msg.ToBool(v) {
		return v
	}
	return otherwise
}

// count shows the number of messages at once, or a fifth of a second later where
// they come faster than ten a second.
func (n *debugNode) count(d *runtime.Delivery) {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := time.Now()
	fast := now.Sub(n.lastTime) <= 100*time.Millisecond
	n.lastTime = now
	n.counter++
	if !fast {
		d.Status(countStatus(n.counter))
		return
	}
	if n.timer != nil {
		n.timer.Stop()
	}
	n.timer = n.inst.AfterFunc(200*time.Millisecond, func(d *runtime.Delivery) error {
		n.mu.Lock()
		status := countStatus(n.counter)
		n.mu.Unlock()
		d.Status(status)
		return nil
	})
}

func countStatus(count int) *msg.Object {
	return msg.NewObject("fill", "blue", "shape", "ring", "text", msg.Number(float64(count)))
}
