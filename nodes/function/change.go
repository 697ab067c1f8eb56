package function

import (
	"strings"
	"sync"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// Change sets, changes, deletes or moves properties of the message or of a context.
var Change = runtime.Type{
	Name: "change", Category: "function", Inputs: 1, Outputs: 1,
	New: func() runtime.Node { return &changeNode{} },

	Parallel: true, // but see changeNode.mu
}

type changeNode struct {
	Rules []changeRule `json:"rules"`

	// The one rule of flows from before there were several.
	Action   string `json:"action"`
	Property string `json:"property"`
	From     string `json:"from"`
	To       any    `json:"to"`

	steps []changeStep
	// mu is held while the rules of a node that uses a context run, so that what a
	// rule reads is still so when it writes, for messages through this node.
	mu       sync.Mutex
	contexts bool
}

type changeRule struct {
	T        string `json:"t"` // set, change, delete or move
	Property string `json:"p"`
	Type     string `json:"pt"` // msg, flow or global
	To       any    `json:"to"`
	ToType   string `json:"tot"`
	From     any    `json:"from"`
	FromType string `json:"fromt"`
	RegExp   bool   `json:"re"`
	Deep     bool   `json:"dc"`
}

func (n *changeNode) Init(inst *runtime.Instance) error {
	if n.Rules == nil {
		n.Rules = []changeRule{n.legacyRule(inst.Props())}
	}
	for i := range n.Rules {
		r := &n.Rules[i]
		r.migrate()
		n.contexts = n.contexts || isContext(r.Type) || isContext(r.ToType) || r.ToType == "jsonata" || isContext(r.FromType)
		steps, err := r.compile(inst)
		if err != nil {
			return err
		}
		n.steps = append(n.steps, steps...)
	}
	return nil
}

func isContext(kind string) bool { return kind == "flow" || kind == "global" }

func (n *changeNode) legacyRule(props *msg.Object) changeRule {
	r := changeRule{T: n.Action, Property: n.Property, From: n.From, To: n.To}
	switch n.Action {
	case "replace":
		r.T = "set"
	case "change":
		reg, ok := props.Get("reg")
		r.RegExp = ok && (reg == nil || msg.ToBool(reg))
	}
	return r
}

func (r *changeRule) migrate() {
	if r.Type == "" {
		r.Type = "msg"
	}
	if r.T == "change" && r.RegExp {
		r.FromType = "re"
	}
	if r.To == nil {
		r.To = ""
	}
	if r.ToType == "" {
		r.ToType = "str"
		if text, ok := r.To.(string); ok && r.T == "set" && strings.HasPrefix(text, "msg.") {
			r.To, r.ToType = text[len("msg."):], "msg"
		}
	}
	if r.From == nil {
		r.From = ""
	}
	if r.FromType == "" {
		r.FromType = "str"
	}
}

// compile turns a rule into steps: a move is made of several.
func (r *changeRule) compile(inst *runtime.Instance) ([]changeStep, error) {
	if r.T == "move" {
		return r.compileMove(inst)
	}
	s := changeStep{t: r.T, inst: inst, name: r.Property, deep: r.Deep, toBool: r.ToType == "bool", target: newTarget(inst, r.Type, r.Property)}
	var err error
	if s.to, err = r.toInput(inst); err != nil {
		return nil, err
	}
	if r.T != "change" {
		return []changeStep{s}, nil
	}
	if r.FromType == "msg" || isContext(r.FromType) {
		from := newTarget(inst, r.FromType, msg.ToString(r.From))
		s.fromTarget = &from
		return []changeStep{s}, nil
	}
	if s.from, err = fixedFrom(r.FromType, msg.ToString(r.From)); err != nil {
		return nil, err
	}
	return []changeStep{s}, nil
}

// compileMove follows Node-RED's order, which shows where one of the two
// properties lies within the other.
func (r *changeRule) compileMove(inst *runtime.Instance) ([]changeStep, error) {
	to := msg.ToString(r.To)
	const temp = "_temp_move"
	moves := [][2]string{{r.Property, temp}, {temp, to}}
	if r.ToType != r.Type || strings.Contains(r.Property, to) && r.Property != to {
		moves = [][2]string{{r.Property, to}}
	}
	var steps []changeStep
	for i, move := range moves {
		fromType := r.Type
		if i > 0 {
			fromType = r.ToType
		}
		value, err := inst.Typed(runtime.TypedInput{Value: move[0], Type: fromType})
		if err != nil && fromType != "msg" && !isContext(fromType) {
			return nil, err
		}
		steps = append(steps,
			changeStep{t: "set", inst: inst, name: move[1], target: newTarget(inst, r.ToType, move[1]), to: toValue{in: value, kind: fromType}},
			changeStep{t: "delete", inst: inst, name: move[0], target: newTarget(inst, r.Type, move[0])})
	}
	return steps, nil
}

func (n *changeNode) Input(d *runtime.Delivery) error {
	if n.contexts {
		n.mu.Lock()
		defer n.mu.Unlock()
	}
	for i := range n.steps {
		next, err := n.steps[i].apply(d)
		if err != nil {
			return err
		}
		if !next {
			d.Uncompleted()
			return nil
		}
	}
	return d.Send(d.Msg)
}
