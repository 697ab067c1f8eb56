package flows

import "slices"

// link makes the wires of link out nodes from "links" on both sides.
func (m *model) link(nodes []*Node) {
	type list struct {
		ids  []string
		seen map[string]bool
	}
	targets := map[string]*list{}
	add := func(out, in string) {
		l := targets[out]
		if l == nil {
			l = &list{seen: map[string]bool{}}
			targets[out] = l
		}
		if !l.seen[in] {
			l.seen[in] = true
			l.ids = append(l.ids, in)
		}
	}
	var outs []*Node
	for _, n := range nodes {
		if n.Type != "link in" && n.Type != "link out" {
			continue
		}
		links := n.Get("links")
		if !links.IsArray() {
			if truthy(links.Raw) {
				m.problem(n, false, "links is not a list, so it links to nothing")
			}
			continue
		}
		for _, l := range links.Array() {
			if n.Type == "link in" {
				add(text(l.Raw), n.ID)
			} else {
				add(n.ID, text(l.Raw))
			}
		}
		if n.Type == "link out" {
			outs = append(outs, n)
		}
	}
	for _, n := range outs {
		var ids []string
		if l := targets[n.ID]; l != nil {
			ids = slices.Clone(l.ids)
			jsOrder(ids, func(id string) string { return id })
		}
		m.links[n] = [][]string{ids}
	}
}

// wires returns where the outputs of a node lead, with ids as in the file.
func (m *model) wires(n *Node) [][]string {
	if linked, ok := m.links[n]; ok {
		return linked
	}
	return n.Wires
}

// rename gives nodes whose id another flow uses too an id of their own.
func (r *resolver) rename() {
	for _, inst := range r.shadowed {
		r.problem(inst.Node, false, "another flow has a node of the same id; both run, this one as "+inst.Flow.ID+"-"+inst.ID)
		inst.Alias = inst.FileID()
		for inst.ID = inst.Flow.ID + "-" + inst.ID; r.out.byID[inst.ID] != nil; {
			inst.ID += "-"
		}
		r.out.byID[inst.ID] = inst
	}
}

// connect keeps of all wires those that lead to a node that runs: one of the same flow,
// of a flow around it or else of any, as Flow.getNode looks.
func (r *resolver) connect() {
	find := func(flow *Scope, id string) *Instance {
		for ; flow != nil && r.local != nil; flow = flow.Outer {
			if inst := r.local[localID{flow, id}]; inst != nil {
				return inst
			}
		}
		return r.out.byID[id]
	}
	for _, inst := range r.out.Instances {
		for output, targets := range inst.Wires {
			if !slices.ContainsFunc(targets, func(id string) bool {
				to := find(inst.Flow, id)
				return to == nil || to.ID != id
			}) {
				continue
			}
			kept := make([]string, 0, len(targets))
			for _, id := range targets {
				if to := find(inst.Flow, id); to != nil {
					kept = append(kept, to.ID)
				}
			}
			inst.Wires = slices.Clone(inst.Wires) // it may be the file's
			inst.Wires[output] = kept
		}
	}
}
