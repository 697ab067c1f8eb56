package flows

import (
	"fmt"
	"slices"
)

// Bounds on what a flow file may expand to; beyond them Resolve reports a Problem.
const (
	MaxInstances    = 1_000_000
	MaxSubflowDepth = 64
	maxProblems     = 1000
)

// StatusType is the type of the node that Resolve adds for the status output of a
// subflow: what it receives becomes the status of the instance node it stands behind.
const StatusType = "subflow-status"

// Resolved is a flow file as the engine runs it: every subflow expanded, every wire
// leading to a node that runs.
//
// Instances stand in the order Node-RED makes them: the global config nodes, then tab
// by tab its config nodes and its nodes, config nodes after those they refer to. A
// subflow instance node is followed by what is inside it, in the same order again.
type Resolved struct {
	Global    *Scope
	Scopes    []*Scope // all of them, parents before children
	Instances []*Instance

	byID map[string]*Instance
}

// Find returns the instance with a concrete id, nil if there is none.
func (r *Resolved) Find(id string) *Instance { return r.byID[id] }

// Resolve works out the nodes to run after Node-RED's flows/{util,Flow,Subflow,Group}.js.
// Disabled nodes and the nodes of disabled tabs are not among them. What cannot run as
// written is left out alone and reported; there are at most a thousand reports.
func Resolve(f *File) (*Resolved, []Problem) {
	r := &resolver{
		file:     f,
		out:      &Resolved{byID: make(map[string]*Instance, len(f.Nodes))},
		reported: map[report]bool{},
	}
	r.model = newModel(f, r.problem)
	r.out.Instances = make([]*Instance, 0, len(f.Nodes))

	global := &Scope{Kind: GlobalScope, ID: "global", Path: "global", Env: globalEnv(r.model.global.configs)}
	global.Flow = global
	r.out.Global = global
	r.flow(r.model.global, global)
	for _, tab := range r.model.tabs {
		if tab.node != nil && tab.node.Disabled {
			continue
		}
		s := &Scope{Kind: TabScope, ID: tab.id, Path: tab.id, Parent: global, Outer: global, Node: tab.node}
		s.Flow = s
		if tab.node != nil {
			s.Name, s.HasName = tab.node.Name, tab.node.HasName
			s.Env = declared(tab.node, tab.id)
		}
		r.flow(tab, s)
	}
	r.rename()
	r.connect()
	return r.out, r.problems
}

type resolver struct {
	file     *File
	model    *model
	out      *Resolved
	problems []Problem
	reported map[report]bool

	inside []string // templates being expanded, outermost first
	copied int      // nodes copied for subflows, disabled ones too
	full   bool     // MaxInstances is reached

	// Two flows may each hold a node of the same id, and both run. Then local finds
	// the one that a wire within a flow means; shadowed lists those hidden in byID.
	local    map[localID]*Instance
	shadowed []*Instance
}

type localID struct {
	flow *Scope
	id   string
}

type report struct {
	node    *Node
	message string
}

// problem reports a fault once, however many copies of the node there are.
func (r *resolver) problem(n *Node, leftOut bool, message string) {
	key := report{n, message}
	if r.reported[key] || len(r.problems) > maxProblems {
		return
	}
	r.reported[key] = true
	if len(r.problems) == maxProblems {
		r.problems = append(r.problems, Problem{Message: "there are more problems, which are not listed"})
		return
	}
	p := Problem{NodeID: n.ID, Type: n.Type, Name: n.Name, Message: message, LeftOut: leftOut}
	if n.offset >= 0 {
		p.Line, _ = position(r.file.text, n.offset)
	}
	r.problems = append(r.problems, p)
}

// flow adds the nodes of the global level or a tab.
func (r *resolver) flow(c *container, s *Scope) {
	list := func(nodes []*Node) []*Instance {
		all := make([]Instance, len(nodes))
		out := make([]*Instance, len(nodes))
		for i, n := range nodes {
			all[i] = Instance{
				ID: n.ID, Type: n.Type, Name: n.Name, HasName: n.HasName, Z: n.Z, G: n.G,
				Wires: r.model.wires(n), Props: n.Props, Node: n,
			}
			out[i] = &all[i]
		}
		return out
	}
	r.start(s, list(c.groups), list(c.configs), list(c.nodes))
}

// start adds the nodes of one flow, in the order of Flow.start.
func (r *resolver) start(flow *Scope, groups, configs, nodes []*Instance) {
	r.out.Scopes = append(r.out.Scopes, flow)
	byGroup := r.groups(flow, groups)
	for _, inst := range r.order(runnable(configs)) {
		r.add(flow, byGroup, inst)
	}
	for _, inst := range runnable(nodes) {
		if !r.add(flow, byGroup, inst) {
			continue
		}
		if _, ok := inst.Node.SubflowID(); ok {
			r.expand(inst)
		}
	}
}

// groups makes the scopes of a flow's groups, outer ones first.
func (r *resolver) groups(flow *Scope, groups []*Instance) map[string]*Scope {
	if len(groups) == 0 {
		return nil
	}
	scopes := make(map[string]*Scope, len(groups))
	for waiting := groups; len(waiting) > 0; {
		var later []*Instance
		for _, g := range waiting {
			parent := flow
			if g.G != "" {
				if parent = scopes[g.G]; parent == nil {
					later = append(later, g)
					continue
				}
			}
			s := &Scope{
				Kind: GroupScope, ID: g.ID, Alias: g.Alias, Parent: parent, Flow: flow, Outer: flow.Outer,
				Env: declared(g.Node, g.ID), Name: g.Name, HasName: g.HasName, Node: g.Node,
			}
			scopes[g.ID] = s
			r.out.Scopes = append(r.out.Scopes, s)
		}
		if len(later) == len(waiting) { // Node-RED would look for ever
			for _, g := range later {
				r.problem(g.Node, false, "it lies in a group "+g.G+" that is not in its flow; it is taken as lying in none")
				g.G = ""
			}
		}
		waiting = later
	}
	return scopes
}

// runnable drops disabled nodes.
func runnable(list []*Instance) []*Instance {
	return slices.DeleteFunc(list, func(i *Instance) bool { return i.Node.Disabled })
}

// order puts config nodes after those of the same flow that they refer to.
func (r *resolver) order(configs []*Instance) []*Instance {
	if len(configs) < 2 {
		return configs
	}
	waiting := make(map[string]bool, len(configs))
	for _, c := range configs {
		waiting[c.ID] = true
	}
	refers := func(c *Instance) bool {
		return slices.ContainsFunc(c.Props, func(p Prop) bool {
			return p.Name != "id" && p.Name != "wires" && waiting[reference(p.Value)]
		})
	}
	out := make([]*Instance, 0, len(configs))
	for queue := configs; len(queue) > 0; {
		var later []*Instance
		for _, c := range queue {
			if refers(c) {
				later = append(later, c)
				continue
			}
			delete(waiting, c.ID)
			out = append(out, c)
		}
		if len(later) == len(queue) {
			for _, c := range later {
				r.problem(c.Node, false, "config nodes refer to one another in a circle; they start in file order")
			}
			return append(out, later...)
		}
		queue = later
	}
	return out
}

// add makes inst part of flow and says whether it runs.
func (r *resolver) add(flow *Scope, groups map[string]*Scope, inst *Instance) bool {
	n := inst.Node
	switch _, isSubflow := n.SubflowID(); {
	case n.Type == "":
		r.problem(n, true, "it has no type, so it does not run")
		return false
	case isSubflow && n.IsConfig:
		r.problem(n, true, "a subflow instance without x and y does not run")
		return false
	case isSubflow && !r.expandable(inst):
		return false
	case n.wireless:
		r.problem(n, true, n.badWires+", so it does not run")
		return false
	case n.badWires != "":
		r.problem(n, false, n.badWires+", which leads nowhere")
	}
	inst.Flow, inst.Scope = flow, flow
	if g := groups[inst.G]; g != nil {
		inst.Scope = g
	}
	return r.register(inst)
}

func (r *resolver) register(inst *Instance) bool {
	if len(r.out.Instances) >= MaxInstances {
		r.overflow(inst.Node)
		return false
	}
	if twin := r.out.byID[inst.ID]; twin != nil {
		if twin.Flow == inst.Flow || r.local[localID{inst.Flow, inst.ID}] != nil {
			r.problem(inst.Node, true, "a config node of the same flow has the same id and is used instead")
			return false
		}
		if r.local == nil {
			r.local = map[localID]*Instance{}
		}
		r.local[localID{twin.Flow, inst.ID}] = twin
		r.local[localID{inst.Flow, inst.ID}] = inst
		r.shadowed = append(r.shadowed, twin)
	}
	r.out.byID[inst.ID] = inst
	r.out.Instances = append(r.out.Instances, inst)
	return true
}

// overflow reports, once, that MaxInstances is reached.
func (r *resolver) overflow(n *Node) {
	if !r.full {
		r.full = true
		r.problem(n, true, fmt.Sprintf("the flows come to more than %d nodes; this one and others after it do not run", MaxInstances))
	}
}
