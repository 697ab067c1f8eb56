package function

import (
	"context"
	"slices"
	"sync"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// Switch routes messages by the value of a property or their place in a sequence.
var Switch = runtime.Type{
	Name: "switch", Category: "function", Inputs: 1, Outputs: 1,
	New: func() runtime.Node { return &switchNode{Property: msg.PayloadKey, PropertyType: "msg"} },

	Parallel: true, // but see switchNode.mu
}

type switchNode struct {
	Property     string     `json:"property"`
	PropertyType string     `json:"propertyType"` // msg, flow, global, env or jsonata
	Rules        *msg.Array `json:"rules"`
	CheckAll     any        `json:"checkall"` // "false": stop at the first rule that matches
	Repair       bool       `json:"repair"`   // give each output's messages a sequence of their own

	inst     *runtime.Instance
	property runtime.Input
	rules    []*switchRule
	first    bool
	counts   bool // rules need to know how long a sequence is

	mu       sync.Mutex // guards what follows; held during Input where the node has a state
	stateful bool
	previous any // the value before, for rules of type prev
	sequence sequences
}

func (n *switchNode) Init(inst *runtime.Instance) error {
	n.inst = inst
	n.first = n.CheckAll == "false"
	var err error
	if n.property, err = inst.Typed(runtime.TypedInput{Value: n.Property, Type: n.PropertyType}); err != nil && n.PropertyType == "jsonata" {
		return runtime.Textf("Invalid JSONata expression: %v", err)
	}
	n.counts = n.Repair
	for _, v := range n.Rules.All() {
		o, _ := v.(*msg.Object)
		r, err := newSwitchRule(inst, o)
		if err != nil {
			return err
		}
		n.rules = append(n.rules, r)
		n.counts = n.counts || r.t == "tail"
		n.stateful = n.stateful || r.usesPrevious()
	}
	n.stateful = n.stateful || n.counts
	n.sequence.limit = inst.KeepLimit()
	return nil
}

// Input never completes its message: Node-RED's switch does not either, so a
// complete node for it stays silent.
func (n *switchNode) Input(d *runtime.Delivery) error {
	d.Uncompleted()
	if n.stateful {
		n.mu.Lock()
		defer n.mu.Unlock()
	}
	parts := partsOf(d.Msg)
	if !n.counts || parts == nil {
		n.route(d, d.Msg, parts)
		return nil
	}
	group, tooMany := n.sequence.keep(d, parts)
	if tooMany {
		d.Error(errTooManySwitch, d.Msg)
	}
	for _, k := range group {
		k.handOver(d)
		p := partsOf(k.m)
		if p != nil {
			p.Set("count", parts.Value("count"))
		}
		n.route(d, k.m, p)
	}
	return nil
}

const errTooManySwitch = runtime.Text("too many pending messages in switch node")

// Close lets go of the messages that wait for the rest of their sequence.
func (n *switchNode) Close(context.Context, bool) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.sequence.clear()
	return nil
}

// route sends m where the rules say.
func (n *switchNode) route(d *runtime.Delivery, m, parts *msg.Object) {
	value, err := n.property.Eval(m)
	if err != nil {
		if n.PropertyType == "jsonata" {
			n.inst.Log.Warn("Invalid JSONata expression: " + err.Error())
			return
		}
		value = msg.Undefined
	}
	var few [8]bool
	onward, err := n.match(few[:0], d, m, value, parts)
	switch {
	case err != nil:
		d.Error(err, m)
	case !n.Repair || parts == nil:
		n.send(d, m, onward)
	default:
		if n.sequence.route(d, m, parts, slices.Clone(onward)) {
			d.Error(errTooManySwitch, m)
		}
	}
}

func (n *switchNode) send(d *runtime.Delivery, m *msg.Object, onward []bool) {
	first := slices.Index(onward, true)
	if first < 0 {
		return
	}
	if first == 0 && !slices.Contains(onward[1:], true) {
		_ = d.Send(m) // fails only once the node is closed
		return
	}
	out := make([][]*msg.Object, len(onward))
	one := []*msg.Object{m}
	for i, goes := range onward {
		if goes {
			out[i] = one
		}
	}
	_ = d.SendAll(out...)
}

// match asks the rules one by one and appends to onward which outputs m goes to.
func (n *switchNode) match(onward []bool, d *runtime.Delivery, m *msg.Object, value any, parts *msg.Object) ([]bool, error) {
	otherwise := true // no rule since the last "otherwise" has matched
	for _, r := range n.rules {
		v1, v2, err := r.values(d, m, n.previous, parts)
		if err != nil {
			return nil, err
		}
		a := value
		if r.t == "else" {
			a, otherwise = otherwise, true
		}
		matches, err := r.matches(a, v1, v2, m)
		if err != nil {
			return nil, err
		}
		onward = append(onward, matches)
		if matches {
			otherwise = false
			if n.first {
				break
			}
		}
	}
	if n.stateful && len(n.rules) > 0 {
		n.previous = value
	}
	return onward, nil
}
