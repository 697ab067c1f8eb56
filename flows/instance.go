package flows

import "github.com/tidwall/gjson"

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
	Inside  *Scope     // of a subflow instance node and its status node: the scope within
}

// Get returns the property with exactly this name, references rewritten.
func (i *Instance) Get(name string) gjson.Result { return getProp(i.Props, name) }

// Value returns the JSON text of the property with exactly this name, references
// rewritten; "" if there is none.
func (i *Instance) Value(name string) string { return propText(i.Props, name) }

// FileID returns the id the node has in the flow file.
func (i *Instance) FileID() string {
	if i.Alias != "" {
		return i.Alias
	}
	return i.ID
}

// Path returns the ids in the file from the tab down, "tab/instance/node", which is
// Node-RED's NR_NODE_PATH and node._path.
func (i *Instance) Path() string { return i.Flow.Path + "/" + i.FileID() }

// Builtin answers the NR_NODE_ names, as Scope.Builtin does for its level.
func (i *Instance) Builtin(name string) (value string, defined, known bool) {
	switch name {
	case "NR_NODE_NAME":
		return i.Name, i.HasName, true
	case "NR_NODE_ID":
		return i.ID, true, true
	case "NR_NODE_PATH":
		return i.Path(), true, true
	}
	return "", false, false
}
