package common

import (
	"errors"

	"sluice/runtime"
)

// Junction joins wires.
var Junction = runtime.Type{
	Name: "junction", Category: "common", Inputs: 1, Outputs: 1,
	New: func() runtime.Node { return relay{} },

	Parallel: true,
}

// Comment is a note in the editor; it does nothing.
var Comment = runtime.Type{
	Name: "comment", Category: "common",
	New: func() runtime.Node { return idle{} },
}

// GlobalConfig holds the environment variables of all flows; the engine reads them.
var GlobalConfig = runtime.Type{
	Name: "global-config", Category: "config",
	New: func() runtime.Node { return idle{} },
}

// Unknown stands for a node whose type was missing when the flow was saved.
var Unknown = runtime.Type{
	Name: "unknown", Category: "unknown",
	New: func() runtime.Node { return unknown{} },
}

type idle struct{}

func (idle) Init(*runtime.Instance) error { return nil }

type unknown struct{}

func (unknown) Init(*runtime.Instance) error {
	return errors.New("its type was unknown when the flow was saved: put a node of a known type in its place")
}
