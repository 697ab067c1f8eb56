package function

import (
	"context"
	"math"
	"strings"
	"sync"

	"sluice/nodes/mustache"
	"sluice/runtime"
	"sluice/runtime/msg"
)

// Trigger sends a message, and another one after a time or when it is reset.
var Trigger = runtime.Type{
	Name: "trigger", Category: "function", Inputs: 1, Outputs: 1,
	New: func() runtime.Node {
		return &triggerNode{ByTopic: "all", Op1Type: "str", Op2Type: "str", Outputs: 1, Topic: "topic", Units: "ms"}
	},

	Parallel: true, // triggerNode.mu does, and is not held between messages
}

type triggerNode struct {
	ByTopic       string `json:"bytopic"` // all, or topics: each topic for itself
	Op1           any    `json:"op1"`     // what is sent first
	Op1Type       string `json:"op1type"` // pay, nul, str, num, bool, json, bin, date, env, flow or global
	Op2           any    `json:"op2"`     // what is sent then
	Op2Type       string `json:"op2type"` // as Op1Type, or payl: the last message
	Outputs       int    `json:"outputs"` // 2: what is sent then goes to the second
	Topic         string `json:"topic"`   // the property that tells topics apart
	Extend        any    `json:"extend"`
	OverrideDelay bool   `json:"overrideDelay"`
	Duration      any    `json:"duration"` // 0: until reset; negative: send again and again
	Units         string `json:"units"`    // ms, s, min or hr
	Reset         string `json:"reset"`    // a payload that resets

	inst       *runtime.Instance
	topic      msg.Path
	durationMs float64
	loop       bool
	extend     bool
	first      triggerValue
	second     triggerValue
	outbox     outbox
	alarms     alarms

	mu     sync.Mutex
	topics map[string]*triggered // guarded by mu
	last   map[string]kept       // guarded by mu; of payl: the last message of each topic
	closed bool                  // guarded by mu
}

// triggered is a topic that has been triggered.
type triggered struct {
	alarm   *alarm
	blocked bool // until reset
	armed   bool
	message kept // that the timer sends, or its copies
	second  any  // the payload to be sent then
}

// triggerValue is one of the two things a trigger node sends.
type triggerValue struct {
	kind     string
	in       runtime.Input
	template *mustache.Template
	fault    error
}

func (n *triggerNode) Init(inst *runtime.Instance) error {
	n.inst = inst
	var err error
	if n.topic, err = msg.ParseMessagePath(n.Topic); err != nil {
		return err
	}
	n.durationMs = msg.ParseFloat(msg.ToString(n.Duration))
	if n.Duration == nil || math.IsNaN(n.durationMs) {
		n.durationMs = 250
	}
	n.extend = n.Extend == true || n.Extend == "true"
	if n.durationMs < 0 {
		n.loop, n.extend, n.durationMs = true, false, -n.durationMs
	}
	n.durationMs *= map[string]float64{"s": 1000, "min": 60 * 1000, "hr": 60 * 60 * 1000, "ms": 1}[n.Units]
	n.first = newTriggerValue(inst, n.Op1, n.Op1Type, "1")
	n.second = newTriggerValue(inst, n.Op2, n.Op2Type, "0")
	n.alarms = alarms{mu: &n.mu, after: func() { n.outbox.drain(inst) }}
	n.topics, n.last = map[string]*triggered{}, map[string]kept{}
	return nil
}

func newTriggerValue(inst *runtime.Instance, v any, kind, otherwise string) triggerValue {
	if !msg.ToBool(v) {
		v = otherwise
	}
	if kind == "date" && v == otherwise {
		v = ""
	}
	if kind == "val" {
		switch v {
		case "true", "false":
			kind = "bool"
		case "null":
			kind, v = "null", nil
		default:
			kind = "str"
		}
	}
	t := triggerValue{kind: kind}
	if text, ok := v.(string); ok && kind == "str" && strings.Contains(text, "{{") {
		t.template, t.fault = mustache.Compile(text)
		return t
	}
	// A fault shows when a message comes.
	t.in, t.fault = inst.Typed(runtime.TypedInput{Value: v, Type: kind})
	return t
}

// eval gives the value for m.
func (t *triggerValue) eval(m *msg.Object) (any, error) {
	switch {
	case t.fault != nil:
		return nil, t.fault
	case t.template != nil:
		return t.template.Render(m, mustache.Options{})
	}
	return t.in.Eval(m)
}

func (n *triggerNode) Input(d *runtime.Delivery) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	m := d.Msg
	topic, err := n.topicOf(m)
	if err != nil || n.closed {
		return err
	}
	t := n.topics[topic]
	if t == nil {
		if len(n.topics) >= runtime.MaxKept {
			return runtime.Text("too many topics in trigger node")
		}
		t = &triggered{}
		n.topics[topic] = t
	}
	if n.resets(m) {
		n.forget(topic, t)
		d.Status(n.statusLocked())
		return nil
	}
	if n.second.kind == "payl" {
		n.last[topic].let()
		n.last[topic] = keep(d, msg.CloneMessage(m))
	}
	ms := n.duration(m)
	switch {
	case !t.armed && !t.blocked || n.loop:
		return n.trigger(d, topic, t, ms)
	case n.extend && ms > 0:
		n.extendTime(d, topic, t, ms)
	}
	return nil
}

func (n *triggerNode) topicOf(m *msg.Object) (string, error) {
	v, err := n.topic.Get(m)
	if err != nil || n.ByTopic == "all" || !msg.ToBool(v) {
		return "_none", err
	}
	return msg.ToString(v), nil
}

func (n *triggerNode) resets(m *msg.Object) bool {
	if m.Has("reset") {
		return true
	}
	payload, ok := m.Get(msg.PayloadKey)
	return n.Reset != "" && ok && payload != nil && payload != msg.Undefined && msg.ToString(payload) == n.Reset
}

func (n *triggerNode) duration(m *msg.Object) float64 {
	if v, ok := m.Get("delay"); ok && n.OverrideDelay {
		if ms := msg.ParseFloat(msg.ToString(v)); !math.IsNaN(ms) {
			return ms
		}
	}
	return n.durationMs
}

// statusLocked shows whether any topic, and how many, are triggered.
func (n *triggerNode) statusLocked() *msg.Object {
	switch count := len(n.topics); count {
	case 0:
		return &msg.Object{}
	case 1:
		return runtime.NewStatus("blue", "dot", "")
	default:
		return depthStatus("dot", count)
	}
}

// forget ends a topic. What it kept is let go.
func (n *triggerNode) forget(topic string, t *triggered) {
	n.disarm(t)
	delete(n.topics, topic)
	n.last[topic].let()
	delete(n.last, topic)
}

func (n *triggerNode) disarm(t *triggered) {
	n.alarms.stopLocked(t.alarm)
	t.alarm = nil
	t.armed = false
	t.message.let()
	t.message = kept{}
}

func (n *triggerNode) Close(context.Context, bool) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.closed = true
	for topic, t := range n.topics {
		n.forget(topic, t)
	}
	n.alarms.closeLocked()
	return nil
}
