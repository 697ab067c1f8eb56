package flows

import (
	"github.com/tidwall/gjson"
)

// MaxInstances bounds what nested subflows may expand to.
const MaxInstances = 1_000_000

// MaxSubflowDepth bounds how deep subflows may lie in one another.
const MaxSubflowDepth = 100

// StatusType is the type of the node that Resolve adds for the status output of a
// subflow: what it receives becomes the status of Instance.Scope's instance node.
const StatusType = "subflow-status"

// Resolved is a flow file as the engine runs it: every subflow expanded, every wire
// leading to a node that runs.
//
// Instances stand in the order Node-RED makes them: the global config nodes, then tab
// by tab its config nodes and its nodes, config nodes after those they refer to. A
// subflow instance node is followed by what is inside it, in the same order again.
type Resolved struct {
	Global    *Scope
	Scopes    []*Scope // all of them, Global first, parents before children
	Instances []*Instance

	byID map[string]*Instance
}

// Find returns the instance with a concrete id, nil if there is none.
func (r *Resolved) Find(id string) *Instance { return r.byID[id] }

// Instance is one node to run.
//
// A subflow instance node keeps its type "subflow:<id>" and forwards what it receives
// on its output 0, whose Wires lead to the nodes inside that the subflow's input is
// wired to. Nothing stands for the outputs: the nodes inside that are wired to output
// i have the targets of the instance node's output i appended to their own Wires, as
// in Node-RED's Subflow.js.
type Instance struct {
	ID    string // concrete and unique: "<instance id>-<id>" inside a subflow, as in Node-RED
	Alias string // id in the file when ID is not, else ""; credentials and node context go by it
	Path  string // NR_NODE_PATH: ids in the file from the tab down, "tab/instance/node"
	Type  string
	Name  string
	Z     string // id of its flow: the tab, or the concrete subflow instance; "" if global
	G     string // concrete id of its group

	HasName bool
	Scope   *Scope     // innermost: its group or its flow
	Flow    *Scope     // its flow: Scope, or the flow around that group
	Wires   [][]string // concrete ids; every one of them runs
	Props   []Prop     // as Node.Props, with references to copies inside a subflow rewritten
	Node    *Node      // as in the file; for StatusType the subflow's definition
	Inside  *Scope     // of a subflow instance node: the scope within, else nil
}

// Get returns the property with exactly this name, references rewritten.
func (i *Instance) Get(name string) gjson.Result { return getProp(i.Props, name) }

// FileID returns the id the node has in the flow file.
func (i *Instance) FileID() string {
	if i.Alias != "" {
		return i.Alias
	}
	return i.ID
}

// Builtin answers the NR_NODE_ names, as Scope.Builtin does for its level.
func (i *Instance) Builtin(name string) (value string, defined, known bool) {
	switch name {
	case "NR_NODE_NAME":
		return i.Name, i.HasName, true
	case "NR_NODE_ID":
		return i.ID, true, true
	case "NR_NODE_PATH":
		return i.Path, true, true
	}
	return "", false, false
}
