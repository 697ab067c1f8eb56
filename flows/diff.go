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
		if !d.removed[n.ID] && now != nil && !sameText(propText(n.Props, "env"), propText(now.Props, "env")) {
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
	if !truthy(propText(n.Props, "d")) && truthy(propText(now.Props, "d")) {
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
	if !same(propText(n.Props, "wires"), propText(now.Props, "wires")) {
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
