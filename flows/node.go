package flows

import (
	"strings"

	"github.com/tidwall/gjson"
)

// Prop is one property of a node. Value is its JSON text, in which every object
// key occurs once, so any reader sees what JavaScript's JSON.parse would.
type Prop struct {
	Name  string
	Value string
}

// Node is one element of a flow file: a node, config node, tab, subflow or group.
// It is read only; File.SetNode puts another in its place.
type Node struct {
	ID       string
	Type     string
	Z        string // the tab or subflow it lies in; "" for global config nodes
	G        string // the group it lies in
	Name     string // "name", or "label" of a tab
	HasName  bool   // the property is there, be it empty
	Disabled bool   // a node's "d" is true, or a tab's "disabled" is truthy
	IsConfig bool   // a node without both x and y (Node-RED's rule, flows/util.js)
	Wires    [][]string
	Raw      string // its text in the file, byte for byte
	Props    []Prop // in file order; of a repeated key the last value, as in JavaScript

	offset   int    // of Raw in the file text, -1 when set later
	badWires string // what is wrong with wires, "" if nothing
	wireless bool   // Node-RED cannot make a node of such wires
	noID     bool   // the id is missing, so ID is what JavaScript makes of that
}

// Get returns the property with exactly this name. Unlike a gjson path, name may
// hold dots and wildcards.
func (n *Node) Get(name string) gjson.Result { return getProp(n.Props, name) }

// SubflowID returns the id of the template of a subflow instance node.
func (n *Node) SubflowID() (id string, ok bool) {
	id, ok = strings.CutPrefix(n.Type, "subflow:")
	return id, ok && id != ""
}

func getProp(props []Prop, name string) gjson.Result {
	for i := range props {
		if props[i].Name == name {
			return gjson.Parse(props[i].Value)
		}
	}
	return gjson.Result{}
}
