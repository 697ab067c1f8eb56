package common

import (
	"slices"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// Catch passes on messages that failed in other nodes.
var Catch = runtime.Type{
	Name: "catch", Category: "common", Outputs: 1,
	New: func() runtime.Node { return &catchNode{} },

	Parallel: true, Relay: true,
}

// Status passes on the statuses of other nodes.
var Status = runtime.Type{
	Name: "status", Category: "common", Outputs: 1,
	New: func() runtime.Node { return &statusNode{} },

	Parallel: true, Relay: true,
}

// Complete passes on messages that other nodes have completed.
var Complete = runtime.Type{
	Name: "complete", Category: "common", Outputs: 1,
	New: func() runtime.Node { return &completeNode{} },

	Parallel: true, Relay: true,
}

// relay sends on what it receives.
type relay struct{}

func (relay) Init(*runtime.Instance) error    { return nil }
func (relay) Input(d *runtime.Delivery) error { return d.Send(d.Msg) }

// scopeOf reads what a catch or status node listens to: nothing said for all
// nodes of its flow, "group", or a list of ids.
func scopeOf(v any) (ids []string, group bool) {
	list, ok := v.(*msg.Array)
	if !ok {
		return nil, v == "group"
	}
	ids = make([]string, 0, list.Len())
	for _, id := range list.All() {
		ids = append(ids, msg.ToString(id))
	}
	return ids, false
}

type catchNode struct {
	relay
	Scope    any  `json:"scope"`
	Uncaught bool `json:"uncaught"` // only errors that no other catch node takes
}

func (n *catchNode) Listens() (ids []string, group, uncaught bool) {
	ids, group = scopeOf(n.Scope)
	return ids, group, n.Uncaught
}

type statusNode struct {
	relay
	Scope any `json:"scope"`

	listens []string
	group   bool
}

func (n *statusNode) Init(inst *runtime.Instance) error {
	n.listens, n.group = scopeOf(n.Scope)
	n.listens, _ = withoutWired(inst, n.listens)
	return nil
}

func (n *statusNode) Listens() (ids []string, group, uncaught bool) {
	return n.listens, n.group, false
}

type completeNode struct {
	Scope []string `json:"scope"`

	wired []string // of the scope, the nodes it does not listen to
}

func (n *completeNode) Init(inst *runtime.Instance) error {
	_, n.wired = withoutWired(inst, slices.Clone(n.Scope))
	return nil
}

func (n *completeNode) Completes() []string { return n.Scope }

func (n *completeNode) Input(d *runtime.Delivery) error {
	if len(n.wired) > 0 {
		complete, _ := d.Msg.Value("complete").(*msg.Object)
		source, _ := complete.Value("source").(*msg.Object)
		if slices.Contains(n.wired, source.String("id")) {
			d.Uncompleted()
			return nil
		}
	}
	return d.Send(d.Msg)
}

// withoutWired takes the nodes that inst is wired to off a list, so that they do
// not feed themselves. Like Node-RED it leaves every second one of neighbours.
func withoutWired(inst *runtime.Instance, ids []string) (left, taken []string) {
	var wired []string
	for i := range inst.Outputs() {
		wired = append(wired, inst.Wires(i)...)
	}
	for i := 0; i < len(ids); i++ {
		if slices.Contains(wired, ids[i]) {
			taken = append(taken, ids[i])
			ids = slices.Delete(ids, i, i+1)
		}
	}
	return ids, taken
}
