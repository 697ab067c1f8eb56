package flows

import (
	"maps"
	"slices"
)

// Changes says how two flow files differ, by the rules of diffConfigs in Node-RED's
// flows/util.js. All ids are those of the file, sorted. A node inside a subflow shows
// as a change of the nodes that are instances of it.
type Changes struct {
	Added       []string
	Changed     []string // by a property, by a config node it uses, or as the container of a change
	Removed     []string // also what was disabled or lies in a tab that was
	Rewired     []string // only the wires differ
	Linked      []string // unchanged, but reached by wires from something that did change
	FlowChanged []string // tabs with another env

	GlobalConfigChanged bool // a global-config node changed: everything restarts
}

type set map[string]bool

func (s set) list() []string { return slices.Sorted(maps.Keys(s)) }

// Diff compares what runs with what is to run; old may be nil. In old, credentials
// inside nodes are ignored; in new, they mark a node as changed, so Diff comes before
// Credentials.Absorb takes them out.
func Diff(old, new *File) Changes {
	d := &diff{
		new:     index(new),
		added:   set{},
		changed: set{}, removed: set{}, rewired: set{}, flowChanged: set{},
		wired: map[string]set{},
	}
	if old != nil {
		d.old = index(old)
	} else {
		d.old = &indexed{}
	}
	d.tabs()
	for _, n := range d.old.nodes {
		d.compare(n)
	}
	for _, n := range d.new.nodes {
		d.arrive(n)
	}
	d.spread()
	for _, n := range d.new.nodes {
		if d.new.isSubflow(n.Z) {
			delete(d.changed, n.ID) // its instances stand for it
		}
	}
	d.spreadGroups()
	d.spreadSubflows()
	return Changes{
		Added: d.added.list(), Changed: d.changed.list(), Removed: d.removed.list(),
		Rewired: d.rewired.list(), Linked: d.linked().list(), FlowChanged: d.flowChanged.list(),
		GlobalConfigChanged: d.globalConfig,
	}
}

// indexed is a file with its nodes by id, of repeated ones the last.
type indexed struct {
	nodes []*Node
	byID  map[string]*Node
	tabs  map[string]bool // disabled or not, also those that only nodes name
}

func index(f *File) *indexed {
	x := &indexed{nodes: unique(f.Nodes), byID: make(map[string]*Node, len(f.Nodes)), tabs: map[string]bool{}}
	jsOrder(x.nodes, func(n *Node) string { return n.ID })
	for _, n := range x.nodes {
		x.byID[n.ID] = n
	}
	for _, n := range x.nodes {
		switch {
		case n.Type == "tab":
			x.tabs[n.ID] = n.Disabled
		case n.Type != "subflow" && n.Type != "group" && n.Z != "" && x.byID[n.Z] == nil:
			x.tabs[n.Z] = false
		}
	}
	return x
}

func (x *indexed) isSubflow(id string) bool {
	n := x.byID[id]
	return n != nil && n.Type == "subflow"
}

type diff struct {
	old, new *indexed

	added, changed, removed, rewired, flowChanged set

	subflows     []string       // definitions with a change inside, as they are found
	wired        map[string]set // both ways, in either file
	globalConfig bool
}

// tabs finds tabs that went, were disabled or were enabled.
func (d *diff) tabs() {
	for id, was := range d.old.tabs {
		switch is, ok := d.new.tabs[id]; {
		case !ok, is && !was:
			d.removed[id] = true
		case was && !is:
			d.added[id] = true
		}
	}
}

// compare looks at what became of a node of the old file.
func (d *diff) compare(n *Node) {
	now := d.new.byID[n.ID]
	if n.Type == "tab" {
		if !d.removed[n.ID] && now != nil && !sameText(raw(n, "env"), raw(now, "env")) {
			d.flowChanged[n.ID] = true
		}
		return
	}
	d.wire(n, d.old)
	switch {
	case d.removed[n.Z], now == nil:
		d.removed[n.ID] = true
		if !d.removed[n.Z] {
			d.changeContainer(n.Z)
		}
		return
	case d.added[n.Z]:
		d.added[n.ID] = true
		return
	}
	if !truthy(raw(n, "d")) && truthy(raw(now, "d")) {
		d.removed[n.ID] = true
	}
	if differs(n, now) {
		d.changed[n.ID] = true
		if now.Type == "subflow" {
			d.changeSubflow(n.ID)
		}
		if d.changeContainer(now.Z) {
			delete(d.changed, n.ID)
		}
		d.globalConfig = d.globalConfig || now.Type == "global-config"
	}
	if !same(raw(n, "wires"), raw(now, "wires")) {
		d.rewired[n.ID] = true
		if d.changeContainer(now.Z) {
			delete(d.rewired, n.ID)
		}
	}
}

// changeContainer marks the tab or subflow z and says whether it is a subflow.
func (d *diff) changeContainer(z string) (subflow bool) {
	c := d.new.byID[z]
	if c == nil {
		return false
	}
	d.changed[z] = true
	if c.Type == "subflow" {
		d.changeSubflow(z)
		return true
	}
	return false
}

func (d *diff) changeSubflow(id string) {
	if !slices.Contains(d.subflows, id) {
		d.subflows = append(d.subflows, id)
	}
}

// wire notes what a node is wired to.
func (d *diff) wire(n *Node, in *indexed) {
	join := func(a, b string) {
		if d.wired[a] == nil {
			d.wired[a] = set{}
		}
		d.wired[a][b] = true
	}
	for _, targets := range n.Wires {
		for _, to := range targets {
			join(n.ID, to)
			if in.byID[to] != nil {
				join(to, n.ID)
			}
		}
	}
}

// arrive looks at a node of the new file.
func (d *diff) arrive(n *Node) {
	if n.Type == "group" && d.changed[n.ID] {
		for _, id := range groupMembers(n) {
			d.changed[id] = true
		}
	}
	d.wire(n, d.new)
	if d.old.byID[n.ID] == nil {
		d.added[n.ID] = true
		if d.changeContainer(n.Z) {
			delete(d.added, n.ID)
		}
	}
}

func groupMembers(n *Node) []string {
	var ids []string
	for _, v := range n.Get("nodes").Array() {
		ids = append(ids, text(v.Raw))
	}
	return ids
}

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

// differs says whether a property other than place and wires changed; of groups the
// looks and the list of members do not count either.
func differs(old, now *Node) bool {
	if indexProp(now.Props, "credentials") >= 0 {
		return true
	}
	counts := func(of *Node, p Prop) bool {
		switch p.Name {
		case "x", "y", "wires", "credentials":
			return false
		case "nodes", "style", "w", "h":
			return of.Type != "group"
		}
		return true
	}
	left := 0
	for _, p := range old.Props {
		if counts(old, p) {
			left++
		}
	}
	for _, p := range now.Props {
		if !counts(now, p) {
			continue
		}
		i := indexProp(old.Props, p.Name)
		if i < 0 || !same(old.Props[i].Value, p.Value) {
			return true
		}
		left--
	}
	return left != 0
}

// same says that two JSON texts hold the same value.
func same(a, b string) bool {
	return a == b || a != "" && b != "" && sorted(a) == sorted(b)
}

// sameText says that JSON.stringify writes two JSON texts, or the lack of one, alike.
func sameText(a, b string) bool {
	return a == b || a != "" && b != "" && canonical(a) == canonical(b)
}

// raw returns the JSON text of a property, "" without one.
func raw(n *Node, name string) string {
	if i := indexProp(n.Props, name); i >= 0 {
		return n.Props[i].Value
	}
	return ""
}
