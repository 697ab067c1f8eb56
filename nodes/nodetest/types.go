package nodetest

import "sluice/runtime"

const sourceType = "nodetest source"

// types are the node types that a harness adds to a flow. The observers stand
// back where a test brings the real catch, status and complete nodes.
func (h *Harness) types() []runtime.Type {
	return []runtime.Type{
		{Name: sourceType, New: func() runtime.Node { return &source{h: h} }},
		{Name: SinkType, Inputs: 1, Parallel: true, New: func() runtime.Node { return &sink{h: h} }},
		{Name: "catch", Relay: true, Parallel: true, New: func() runtime.Node { return &listener{sink{h: h}} }},
		{Name: "status", Relay: true, Parallel: true, New: func() runtime.Node { return &listener{sink{h: h}} }},
		{Name: "complete", Relay: true, Parallel: true, New: func() runtime.Node { return &completer{sink{h: h}} }},
	}
}

// source is the node whose events the messages of a test are.
type source struct {
	h    *Harness
	inst *runtime.Instance
}

func (n *source) Init(inst *runtime.Instance) error {
	n.inst, n.h.source = inst, n
	return nil
}

type sink struct {
	h    *Harness
	inst *runtime.Instance
}

func (n *sink) Init(inst *runtime.Instance) error {
	n.inst = inst
	return nil
}

func (n *sink) Input(d *runtime.Delivery) error {
	n.h.note(n.inst.ID, d.Msg)
	return nil
}

// listener hears every error, or status, of its flow.
type listener struct{ sink }

func (*listener) Listens() (ids []string, group, uncaught bool) { return nil, false, false }

// completer hears of every message that the node under test completes.
type completer struct{ sink }

func (*completer) Completes() []string { return []string{Node} }
