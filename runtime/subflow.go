package runtime

import (
	"strings"

	"sluice/runtime/inspect"
	"sluice/runtime/msg"
)

// A subflow is expanded before it runs (flows.Resolve). Two nodes of it are the
// engine's own: the instance node, which passes messages in, and the one behind
// the status output, whose messages become the instance node's status.

type subflowNode struct{}

func subflowType(name string) *Type {
	return &Type{Name: name, Category: "subflows", Inputs: 1, Outputs: 1, Parallel: true, New: func() Node { return subflowNode{} }}
}

func (subflowNode) Init(*Instance) error { return nil }

func (subflowNode) Input(d *Delivery) error {
	d.Uncompleted() // Node-RED's instance node takes no done callback
	return d.Send(d.Msg)
}

var subflowStatus = Type{Name: "subflow-status", Inputs: 1, Parallel: true, New: func() Node { return &subflowStatusNode{} }}

type subflowStatusNode struct{ inst *Instance }

func (n *subflowStatusNode) Init(inst *Instance) error {
	n.inst = inst
	return nil
}

func (n *subflowStatusNode) Input(d *Delivery) error {
	d.Uncompleted()
	at := n.inst.at.Load()
	owner := at.set.scopes[at.def.Inside].owner
	if status := statusOf(d.Msg); status != nil && owner != nil {
		if owner.showStatus(status) {
			owner.flow().tellStatus(d.run, owner, owner, status)
		}
	}
	return nil
}

// statusOf reads a status off a message as Node-RED's Subflow.js does: a text
// payload, a payload that looks like a status, any other payload in short, or msg.status.
func statusOf(m *msg.Object) *msg.Object {
	switch payload := m.Value("payload").(type) {
	case string:
		return msg.NewObject("text", payload)
	case *msg.Object:
		if payload.Has("text") || payload.Has("fill") || payload.Has("shape") || payload.Len() == 0 {
			return msg.Clone(payload).(*msg.Object)
		}
		return shortStatus(payload)
	default:
		if payload != msg.Undefined {
			return shortStatus(payload)
		}
	}
	status, ok := m.Value("status").(*msg.Object)
	if !ok {
		return nil
	}
	status = msg.Clone(status).(*msg.Object)
	if text := status.String("text"); strings.HasPrefix(text, "common.") {
		status.Set("text", "node-red:"+text)
	}
	return status
}

func shortStatus(v any) *msg.Object {
	text := inspect.Value(v, 2)
	if msg.UTF16Len(text) > 32 {
		text = msg.UTF16Slice(text, 0, 32) + "..."
	}
	return msg.NewObject("text", text)
}
