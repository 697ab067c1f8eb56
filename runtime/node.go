package runtime

import (
	"context"

	"sluice/runtime/msg"
)

// Type defines a node type.
type Type struct {
	Name     string // as in the flow file: "range", "http in"
	Category string // palette group; "config" for config nodes
	Inputs   int
	Outputs  int
	Parallel bool        // Input may run for several messages at once
	New      func() Node // a node with its defaults; no side effects

	// Relay marks a type whose Input only passes its message on (catch, status,
	// complete, link in). Node-RED hands such nodes their message at once, without
	// a turn in the queue, when an event rather than a wire leads to them; the
	// engine does so too, since the order of messages shows it.
	Relay bool
	// Exclusive marks a type that holds something only one node can have, such as
	// a port: on a deploy its old nodes are closed before the new ones start.
	Exclusive bool
}

// Node is one running node. The engine makes it with Type.New, sets its tagged
// fields from the flow file and calls Init once, config nodes first. Messages come
// after every Init of the deploy. An error leaves out this node alone, as Node-RED does.
type Node interface{ Init(inst *Instance) error }

// Receiver takes messages. Returning nil completes the message, returning an
// error sends it to the catch nodes; after d.Async or d.Detach, the node decides instead.
type Receiver interface{ Input(d *Delivery) error }

// Starter is told when every node of the deploy has been through Init, and
// messages may flow: the place to begin timers and listeners.
type Starter interface{ Start() }

// Closer gives back what Init and Start took. Removed is false on a redeploy.
type Closer interface {
	Close(ctx context.Context, removed bool) error
}

// Checker finds faults of a node's settings without side effects, for a check
// of a flow file that starts nothing. Init reports the same faults.
type Checker interface{ Check(inst *Instance) error }

// NewStatus makes the status that an editor shows beside a node: fill is red,
// green, yellow, blue or grey, shape dot or ring. Empty parts are left out;
// all empty clears the status.
func NewStatus(fill, shape, text string) *msg.Object {
	s := &msg.Object{}
	for _, part := range [...][2]string{{"fill", fill}, {"shape", shape}, {"text", text}} {
		if part[1] != "" {
			s.Set(part[0], part[1])
		}
	}
	return s
}
