package flows

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// expandable says whether a subflow instance can be expanded, and reports why not.
func (r *resolver) expandable(inst *Instance) bool {
	id, _ := inst.Node.SubflowID()
	switch {
	case r.model.subflows[id] == nil:
		r.problem(inst.Node, true, "its subflow "+id+" is not in the file, so it does not run")
		return false
	case slices.Contains(r.inside, id):
		r.problem(inst.Node, true, "it would put a subflow into itself ("+r.circle(id)+"), so it does not run")
		return false
	case len(r.inside) >= MaxSubflowDepth:
		r.problem(inst.Node, true, fmt.Sprintf("subflows lie more than %d deep in one another; this one does not run", MaxSubflowDepth))
		return false
	}
	t := r.model.subflows[id]
	if r.copied += len(t.groups) + len(t.configs) + len(t.nodes); r.copied > MaxInstances {
		r.overflow(inst.Node)
		return false
	}
	return true
}

// circle names the subflows from the first one called id to id again.
func (r *resolver) circle(id string) string {
	var names []string
	for _, in := range append(r.inside[slices.Index(r.inside, id):], id) {
		name := in
		if n := r.model.subflows[in].node; n.Name != "" {
			name = strconv.Quote(n.Name)
		}
		names = append(names, name)
	}
	return strings.Join(names, " in ")
}

// expand adds what is inside a subflow instance node that was just added, and turns
// the node's wires from those around it to those within.
func (r *resolver) expand(inst *Instance) {
	id, _ := inst.Node.SubflowID()
	template := r.model.subflows[id]
	r.inside = append(r.inside, id)
	defer func() { r.inside = r.inside[:len(r.inside)-1] }()

	s := &Scope{
		Kind: SubflowScope, ID: inst.ID, Alias: inst.Alias, Path: inst.Path(),
		Parent: inst.Scope, Outer: inst.Flow, Env: subflowEnv(template.node, inst),
		Name: inst.Name, HasName: inst.HasName,
		Node: inst.Node, Template: template.node, Instance: inst,
	}
	s.Flow = s
	inst.Inside = s

	c := r.copy(template, inst.ID)
	around := inst.Wires
	inst.Wires = c.inputs(r, template.node)
	at := func(id string) *Instance {
		if id == template.id {
			return inst // an input wired straight to an output
		}
		return c.byID[id]
	}
	for output, def := range template.node.Get("out").Array() {
		if output < len(around) {
			r.wire(template.node, def, at, around[output])
		}
	}
	if def := template.node.Get("status"); def.IsObject() {
		status := &Instance{
			ID: inst.ID + ":status", Alias: template.id, Type: StatusType, Z: inst.ID,
			Scope: inst.Flow, Flow: inst.Flow, Node: template.node, Inside: s,
		}
		if r.register(status) {
			r.wire(template.node, def, at, []string{status.ID})
		}
	}
	r.start(s, c.groups, c.configs, c.nodes)
}

// wire leads the ports that a subflow's output names on to targets.
func (r *resolver) wire(template *Node, output gjson.Result, at func(id string) *Instance, targets []string) {
	output.Get("wires").ForEach(func(_, w gjson.Result) bool {
		from, port := at(text(w.Get("id").Raw)), int(w.Get("port").Int())
		switch {
		case from == nil:
			r.problem(template, false, "an output is wired to a node "+w.Get("id").String()+" that is not in the subflow")
		case port < 0 || port >= maxPorts:
			r.problem(template, false, "an output is wired to a port that cannot be: "+w.Get("port").Raw)
		default:
			for len(from.Wires) <= port {
				from.Wires = append(from.Wires, nil)
			}
			from.Wires[port] = append(from.Wires[port], targets...)
		}
		return true
	})
}

const maxPorts = 10_000

// copies is what one subflow instance holds. Their wires are their own to change.
type copies struct {
	byID                   map[string]*Instance // by id in the template
	groups, configs, nodes []*Instance
}

// copy makes new instances of everything in a template, as createNodeInSubflow and
// remapSubflowNodes do, disabled nodes included: their ids count in references.
func (r *resolver) copy(template *container, instanceID string) *copies {
	size := len(template.groups) + len(template.configs) + len(template.nodes)
	all := make([]Instance, 0, size)
	c := &copies{byID: make(map[string]*Instance, size)}
	list := func(nodes []*Node) []*Instance {
		out := make([]*Instance, len(nodes))
		for i, n := range nodes {
			all = append(all, Instance{
				ID: instanceID + "-" + n.ID, Alias: n.ID, Type: n.Type, Name: n.Name, HasName: n.HasName,
				Z: instanceID, G: n.G, Props: n.Props, Node: n,
			})
			out[i] = &all[len(all)-1]
			c.byID[n.ID] = out[i]
		}
		return out
	}
	c.groups, c.configs, c.nodes = list(template.groups), list(template.configs), list(template.nodes)
	for i := range all {
		inst := &all[i]
		inst.Wires = c.rewire(r.model.wires(inst.Node))
		c.rewrite(inst, template.references(inst.Node))
	}
	return c
}

// rewire follows wires to the copies; those that leave the template lead nowhere.
func (c *copies) rewire(wires [][]string) [][]string {
	out := make([][]string, len(wires))
	for i, targets := range wires {
		for _, id := range targets {
			if to := c.byID[id]; to != nil {
				out[i] = append(out[i], to.ID)
			}
		}
	}
	return out
}

// inputs returns the wires from the instance node to the nodes within.
func (c *copies) inputs(r *resolver, template *Node) [][]string {
	var out [][]string
	for _, in := range template.Get("in").Array() {
		var targets []string
		in.Get("wires").ForEach(func(_, w gjson.Result) bool {
			if to := c.byID[text(w.Get("id").Raw)]; to != nil {
				targets = append(targets, to.ID)
			} else {
				r.problem(template, false, "its input is wired to a node "+w.Get("id").String()+" that is not in the subflow")
			}
			return true
		})
		out = append(out, targets)
	}
	return out
}

// rewrite replaces references to nodes of the template by those to their copies.
func (c *copies) rewrite(inst *Instance, refs []ref) {
	if len(refs) == 0 {
		return
	}
	inst.Props = slices.Clone(inst.Props)
	for _, ref := range refs {
		p := &inst.Props[ref.prop]
		if ref.id == "" {
			p.Value = c.scope(p.Value)
			continue
		}
		id := c.byID[ref.id].ID
		p.Value = quote(id)
		switch p.Name {
		case "g":
			inst.G = id
		case "name":
			inst.Name = id
		}
	}
}

// scope rewrites the list of nodes a catch, status or complete node watches. What is
// not in the template becomes "".
func (c *copies) scope(list string) string {
	var ids []string
	for _, v := range gjson.Parse(list).Array() {
		id := ""
		if to := c.byID[text(v.Raw)]; to != nil {
			id = to.ID
		}
		ids = append(ids, quote(id))
	}
	return "[" + strings.Join(ids, ",") + "]"
}

// ref is a property of a node that names a node of the same template; with id "" it
// is the scope list of a catch, status or complete node.
type ref struct {
	prop int
	id   string
}

// references returns what copies of n have to rewrite. It is worked out once per node.
func (t *container) references(n *Node) []ref {
	if t.refs == nil {
		t.refs = map[*Node][]ref{}
		ids := map[string]bool{}
		for _, list := range [][]*Node{t.groups, t.configs, t.nodes} {
			for _, n := range list {
				ids[n.ID] = true
			}
		}
		for _, list := range [][]*Node{t.groups, t.configs, t.nodes} {
			for _, n := range list {
				t.refs[n] = findReferences(n, ids)
			}
		}
	}
	return t.refs[n]
}

// findReferences follows remapSubflowNodes: a scope list is all that is looked at in
// the nodes that have one, so that such a node even leaves its group.
func findReferences(n *Node, ids map[string]bool) []ref {
	switch n.Type {
	case "catch", "status", "complete":
		if i := indexProp(n.Props, "scope"); i >= 0 && n.Props[i].Value[0] == '[' {
			return []ref{{i, ""}}
		}
	}
	var refs []ref
	for i, p := range n.Props {
		switch p.Name {
		case "id", "type", "z", "wires":
			continue
		}
		if id := reference(p.Value); id != "" && ids[id] {
			refs = append(refs, ref{i, id})
		}
	}
	return refs
}

// reference returns the id a property may refer to: JavaScript's String(value), which
// for a list of one is that of its element. "" means it cannot be an id.
func reference(value string) string {
	for value[0] == '[' {
		elements := gjson.Parse(value).Array()
		if len(elements) != 1 {
			return ""
		}
		value = elements[0].Raw
		if value == "null" {
			return ""
		}
	}
	switch value[0] {
	case 't', 'f', 'n':
		return value
	}
	return text(value)
}

func quote(s string) string { return string(appendQuoted(nil, s)) }
