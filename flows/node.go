package flows

import (
	"slices"
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
	Name     string // "name", of a tab "label"
	HasName  bool   // that property is there, be it empty
	Disabled bool   // "d" is true, of a tab "disabled" is truthy
	IsConfig bool   // a node without both x and y (Node-RED's rule, flows/util.js)
	Wires    [][]string
	Raw      string // its text in the file, byte for byte
	Props    []Prop // in file order; of a repeated key the last value, as in JavaScript

	offset   int    // of Raw in the file text, -1 when set later
	noID     bool   // there is no id; ID is what JavaScript makes of that, "undefined"
	badWires string // what is wrong with wires, "" if nothing
	wireless bool   // and Node-RED cannot make the node because of it
}

// Get returns the property with exactly this name. Unlike a gjson path, name may
// hold dots and wildcards.
func (n *Node) Get(name string) gjson.Result { return getProp(n.Props, name) }

// SubflowID returns the id of the template of a subflow instance node.
func (n *Node) SubflowID() (id string, ok bool) {
	id, ok = strings.CutPrefix(n.Type, "subflow:")
	return id, ok && id != ""
}

func getProp(props []Prop, name string) gjson.Result { return gjson.Parse(propText(props, name)) }

func propText(props []Prop, name string) string {
	if i := indexProp(props, name); i >= 0 {
		return props[i].Value
	}
	return ""
}

func indexProp(props []Prop, name string) int {
	return slices.IndexFunc(props, func(p Prop) bool { return p.Name == name })
}

// read fills the fields from Props.
func (n *Node) read() {
	n.noID = true
	var hasX, hasY bool
	var name, label, disabled, d string
	for _, p := range n.Props {
		switch p.Name {
		case "id":
			n.ID, n.noID = text(p.Value), false
		case "type":
			n.Type = text(p.Value)
		case "z":
			n.Z = text(p.Value)
		case "g":
			n.G = text(p.Value)
		case "x":
			hasX = true
		case "y":
			hasY = true
		case "name":
			name = p.Value
		case "label":
			label = p.Value
		case "d":
			d = p.Value
		case "disabled":
			disabled = p.Value
		case "wires":
			n.readWires(p.Value)
		}
	}
	if n.noID = n.noID || n.ID == ""; n.noID {
		n.ID = "undefined"
	}
	switch n.Type {
	case "tab":
		name, n.Disabled = label, truthy(disabled)
	case "subflow", "group":
	default:
		n.IsConfig, n.Disabled = !hasX || !hasY, d == "true"
	}
	n.Name, n.HasName = text(name), name != ""
}

// readWires takes wires apart. Node-RED cannot make a node whose wires are no list or
// hold a null for an output; anything else that is no id leads nowhere.
func (n *Node) readWires(value string) {
	if !truthy(value) {
		return
	}
	if value[0] != '[' {
		n.badWires, n.wireless = "wires is not a list", true
		return
	}
	if value == "[]" {
		return
	}
	gjson.Parse(value).ForEach(func(_, output gjson.Result) bool {
		var targets []string
		switch {
		case output.IsArray():
			targets = make([]string, 0, 1)
			output.ForEach(func(_, target gjson.Result) bool {
				if id := text(target.Raw); id != "" {
					targets = append(targets, id)
				} else if target.Type != gjson.Null {
					n.badWires = "wires holds something that is not a node id"
				}
				return true
			})
		case output.Type == gjson.Null:
			n.badWires, n.wireless = "wires holds null instead of a list", true
		default:
			n.badWires = "wires holds something that is not a list"
		}
		n.Wires = append(n.Wires, targets)
		return true
	})
}

// text returns what a string or number holds as text, "" for anything else.
func text(value string) string {
	switch {
	case value == "":
		return ""
	case value[0] == '"':
		return unquote(value)
	case value[0] == '-', '0' <= value[0] && value[0] <= '9':
		return string(appendNumber(nil, value))
	}
	return ""
}

// truthy says what JavaScript's !! says of a value; "" stands for undefined.
func truthy(value string) bool {
	switch value {
	case "", "false", "null", `""`:
		return false
	}
	return text(value) != "0" || value[0] == '"'
}
