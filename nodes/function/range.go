package function

import (
	"math"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// Range maps a number from one range to another.
var Range = runtime.Type{
	Name: "range", Category: "function", Inputs: 1, Outputs: 1,
	New: func() runtime.Node { return &rangeNode{Property: msg.Payload} },

	Parallel: true, // Input writes no field of the node
}

type rangeNode struct {
	Action   string   `json:"action"` // scale, clamp, roll or drop
	MinIn    float64  `json:"minin"`
	MaxIn    float64  `json:"maxin"`
	MinOut   float64  `json:"minout"`
	MaxOut   float64  `json:"maxout"`
	Round    bool     `json:"round"`
	Property msg.Path `json:"property"`

	inst *runtime.Instance
}

func (n *rangeNode) Init(inst *runtime.Instance) error {
	n.inst = inst
	if n.MinIn > n.MaxIn {
		n.MinIn, n.MaxIn, n.MinOut, n.MaxOut = n.MaxIn, n.MinIn, n.MaxOut, n.MinOut
	}
	if n.Round {
		n.MinOut, n.MaxOut = math.Ceil(n.MinOut), math.Floor(n.MaxOut)
	}
	return nil
}

func (n *rangeNode) Input(d *runtime.Delivery) error {
	v, err := n.Property.Get(d.Msg)
	if err != nil {
		return err
	}
	if v == msg.Undefined {
		return d.Send(d.Msg) // nothing to map: pass it on
	}
	x := msg.ToNumber(v)
	switch outside := x < n.MinIn || x > n.MaxIn; {
	case math.IsNaN(x):
		n.inst.Log.Info("Not a number: " + msg.ToString(v))
		return nil
	case n.Action == "drop" && outside:
		return nil // the message ends here
	case n.Action == "clamp" && outside:
		x = min(max(x, n.MinIn), n.MaxIn)
	case n.Action == "roll":
		w := n.MaxIn - n.MinIn
		x = math.Mod(math.Mod(x-n.MinIn, w)+w, w) + n.MinIn
	}
	y := (x-n.MinIn)/(n.MaxIn-n.MinIn)*(n.MaxOut-n.MinOut) + n.MinOut
	if n.Round {
		y = math.Floor(y + 0.5) // JavaScript rounds halves up, math.Round away from zero
	}
	if _, err := n.Property.Set(d.Msg, msg.Number(y), true); err != nil {
		return err
	}
	return d.Send(d.Msg)
}
