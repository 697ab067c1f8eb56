package flows

// spread marks nodes with a property that names a changed or removed node, which is
// taken for a config node, until that reaches no more. Being in a changed group does
// not count, unless the node has just come into it.
func (d *diff) spread() {
	for again := len(d.changed)+len(d.removed) > 0; again; {
		again = false
		for _, n := range d.new.nodes {
			if !d.changed[n.ID] && d.affected(n) {
				again = true
				d.changed[n.ID] = true
				d.changeContainer(n.Z)
			}
		}
	}
}

func (d *diff) affected(n *Node) bool {
	for _, p := range n.Props {
		switch p.Name {
		case "z", "id", "wires":
			continue
		}
		id := reference(p.Value)
		switch {
		case id == "" || !d.changed[id] && !d.removed[id]:
			continue
		case p.Name == "g" && d.changed[id]:
			was := d.old.byID[n.ID]
			if group := d.new.byID[id]; group != nil && group.Type == "group" && was != nil && was.G == n.G {
				continue
			}
		}
		return true
	}
	return false
}

// spreadGroups marks what lies in changed groups that lie in groups.
func (d *diff) spreadGroups() {
	for again := true; again; {
		again = false
		for _, g := range d.new.nodes {
			if g.Type != "group" || g.G == "" {
				continue
			}
			mark := func(id string) {
				if !d.changed[id] {
					d.changed[id], again = true, true
				}
			}
			if d.changed[g.G] {
				mark(g.ID)
			}
			if d.changed[g.ID] {
				for _, id := range groupMembers(g) {
					mark(id)
				}
			}
		}
	}
}

// spreadSubflows marks the instances of changed subflows, and so on outwards. The order
// is Node-RED's, since it decides which instances inside other subflows stay marked.
func (d *diff) spreadSubflows() {
	stack := d.subflows
	jsOrder(stack, func(id string) string { return id })
	for len(stack) > 0 {
		id := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, n := range d.new.nodes {
			if n.Type != "subflow:"+id || d.changed[n.ID] {
				continue
			}
			d.changed[n.ID] = true
			if d.new.byID[n.Z] == nil || d.changed[n.Z] {
				continue
			}
			d.changed[n.Z] = true
			if d.new.isSubflow(n.Z) {
				stack = append(stack, n.Z)
				delete(d.changed, n.ID)
			}
		}
	}
}

// linked follows wires from all that changed to all they connect.
func (d *diff) linked() set {
	linked, visited := set{}, set{}
	var stack []string
	for _, from := range []set{d.added, d.changed, d.removed, d.rewired} {
		for id := range from {
			stack = append(stack, id)
		}
	}
	for len(stack) > 0 {
		id := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if visited[id] {
			continue
		}
		visited[id] = true
		if d.wired[id] == nil {
			continue
		}
		if !d.changed[id] && !d.added[id] && !d.removed[id] && !d.rewired[id] {
			linked[id] = true
		}
		for to := range d.wired[id] {
			stack = append(stack, to)
		}
	}
	return linked
}
