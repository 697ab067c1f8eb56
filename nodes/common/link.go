package common

import (
	"context"
	"math"
	"time"

	"sluice/nodes/link"
	"sluice/runtime"
	"sluice/runtime/msg"
)

// LinkIn passes on what link out and link call nodes send to it.
var LinkIn = runtime.Type{
	Name: "link in", Category: "common", Outputs: 1,
	New: func() runtime.Node { return relay{} },

	Parallel: true, Relay: true,
}

// LinkOut sends to link in nodes, or back to the link call node a message came from.
var LinkOut = runtime.Type{
	Name: "link out", Category: "common", Inputs: 1,
	New: func() runtime.Node { return &linkOutNode{Mode: "link"} },

	Parallel: true,
}

// LinkCall sends to a link in node and sends on what comes back.
var LinkCall = runtime.Type{
	Name: "link call", Category: "common", Inputs: 1, Outputs: 1,
	New: func() runtime.Node { return &linkCallNode{Timeout: 30} },

	Parallel: true,
}

type linkOutNode struct {
	Mode string `json:"mode"` // link or return

	inst *runtime.Instance
}

func (n *linkOutNode) Init(inst *runtime.Instance) error {
	n.inst = inst
	return nil
}

func (n *linkOutNode) Input(d *runtime.Delivery) error {
	d.Msg.Set("_event", "node:"+n.inst.ID)
	switch n.Mode {
	case "link": // its links are wires by now
		return d.Send(d.Msg)
	case "return":
		n.giveBack(d)
		return nil
	}
	d.Uncompleted()
	return nil
}

func (n *linkOutNode) giveBack(d *runtime.Delivery) {
	if stack, ok := d.Msg.Value(link.Source).(*msg.Array); ok && stack.Len() > 0 {
		source := stack.At(stack.Len() - 1)
		stack.SetLen(stack.Len() - 1)
		if to, ok := n.inst.Lookup(msg.ToString(msg.Property(source, "node"))); ok {
			if caller, ok := to.Node().(link.Returner); ok {
				caller.ReturnLink(d, msg.ToString(msg.Property(source, "id")), d.Msg)
				return
			}
		}
	}
	n.inst.Log.Warn("Missing return node information")
}

type linkCallNode struct {
	Links    []string `json:"links"`
	LinkType string   `json:"linkType"` // static or dynamic: msg.target names the node
	Timeout  float64  `json:"timeout"`  // in seconds

	inst    *runtime.Instance
	timeout time.Duration
	targets link.Targets
	calls   link.Calls
}

func (n *linkCallNode) Init(inst *runtime.Instance) error {
	n.inst = inst
	seconds := n.Timeout
	if text := inst.Props().String("timeout"); text != "" {
		seconds = msg.ParseFloat(text)
	}
	if math.IsNaN(seconds) {
		seconds = 30
	}
	// As Node's timers do with what they cannot count: one millisecond.
	if n.timeout = time.Duration(seconds * float64(time.Second)); n.timeout <= 0 || seconds > maxTimer.Seconds() {
		n.timeout = time.Millisecond
	}
	return nil
}

// maxTimer is the longest time that Node's timers can wait.
const maxTimer = math.MaxInt32 * time.Millisecond

func (n *linkCallNode) Input(d *runtime.Delivery) error {
	dynamic := n.LinkType == "dynamic"
	target := msg.Undefined
	switch {
	case dynamic:
		target = d.Msg.Value("target")
	case len(n.Links) > 0:
		target = n.Links[0]
	}
	to, err := n.targets.Find(n.inst, target, dynamic)
	if err != nil {
		return err
	}
	if !msg.ToBool(d.Msg.Value(link.Source)) {
		d.Msg.Set(link.Source, &msg.Array{})
	}
	d.Detach()
	late := msg.CloneMessage(d.Msg)
	m := d.Msg
	d.Msg = late
	n.calls.Call(d, n.inst.ID, to, m, n.timeout, func(answer *msg.Object, err error) {
		if err != nil {
			d.Error(runtime.Text(err.Error()), late)
			return
		}
		if answer == m { // no clone: what is completed has gone all the way
			d.Msg = msg.CloneMessage(answer)
		}
		_ = d.Send(answer) // fails only once the node is closed
		d.Complete(nil)
	})
	return nil
}

// ReturnLink sends on an answer. One that nobody waits for any more is sent too,
// as an event of its own.
func (n *linkCallNode) ReturnLink(d *runtime.Delivery, id string, m *msg.Object) {
	if n.calls.Return(d, id, m) {
		return
	}
	hold := d.Hold()
	m = msg.CloneMessage(m) // which the link out node completes meanwhile
	n.inst.Go(func(d *runtime.Delivery) error {
		d.Run().Adopt(hold)
		return d.Send(m)
	})
}

func (n *linkCallNode) Close(context.Context, bool) error {
	n.calls.Close()
	return nil
}
