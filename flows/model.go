package flows

// container is a tab, a subflow definition or the global level, with what lies in it,
// each list in the order in which JavaScript would list the nodes by id.
type container struct {
	node     *Node // nil for the global level and a tab that is only named by nodes
	id       string
	configs  []*Node
	nodes    []*Node
	groups   []*Node
	implicit bool

	refs map[*Node][]ref // of a subflow, see references
}

// model sorts the nodes of a file as Node-RED's parseConfig does (flows/util.js).
type model struct {
	global   *container
	tabs     []*container
	subflows map[string]*container
	all      []*Node // by id: the last of those with the same, in the place of the first
	links    map[*Node][][]string

	problem func(n *Node, leftOut bool, message string)
}

func newModel(f *File, problem func(*Node, bool, string)) *model {
	m := &model{
		global:   &container{},
		subflows: map[string]*container{},
		links:    map[*Node][][]string{},
		problem:  problem,
	}
	m.all = unique(f.Nodes)
	tabs := map[string]*container{}
	for _, n := range f.Nodes {
		switch n.Type {
		case "tab":
			if c := tabs[n.ID]; c != nil {
				c.node = n
				continue
			}
			c := &container{node: n, id: n.ID}
			tabs[n.ID] = c
			m.tabs = append(m.tabs, c)
		case "subflow":
			m.subflows[n.ID] = &container{node: n, id: n.ID}
		}
	}
	for _, n := range f.Nodes {
		m.place(n, tabs)
	}
	jsOrder(m.tabs, func(c *container) string { return c.id })
	m.global.finish(problem)
	for _, c := range m.tabs {
		c.finish(problem)
	}
	for _, c := range m.subflows {
		c.finish(problem)
	}
	m.link(f.Nodes)
	return m
}

// place puts a node into its container. A tab that only exists in the z of nodes comes
// to be as Node-RED makes one, without groups. (Node-RED makes two of a config node in
// such a tab, one of them global; here there is the global one.)
func (m *model) place(n *Node, tabs map[string]*container) {
	if n.Type == "tab" || n.Type == "subflow" {
		return
	}
	if n.noID {
		m.problem(n, false, "it has no id; Node-RED runs the last such node of a flow")
	}
	c := tabs[n.Z]
	if c == nil {
		c = m.subflows[n.Z]
	}
	if c != nil && c.implicit && (n.IsConfig || n.Type == "group") {
		c = nil
	}
	if n.Type == "group" {
		if c != nil {
			c.groups = append(c.groups, n)
		}
		return
	}
	if c == nil && n.Z != "" && !n.IsConfig {
		c = &container{id: n.Z, implicit: true}
		tabs[n.Z] = c
		m.tabs = append(m.tabs, c)
		m.problem(n, false, "it lies in a flow "+n.Z+" that does not exist; it runs as if there were one")
	}
	switch {
	case c != nil && n.IsConfig:
		c.configs = append(c.configs, n)
	case c != nil:
		c.nodes = append(c.nodes, n)
	case n.IsConfig:
		if n.Z != "" {
			m.problem(n, false, "it lies in a flow "+n.Z+" that does not exist; it runs as a global config node")
		}
		m.global.configs = append(m.global.configs, n)
	default:
		m.problem(n, true, "it lies in no flow (it has no z), so it does not run")
	}
}

func (c *container) finish(problem func(*Node, bool, string)) {
	for _, list := range []*[]*Node{&c.configs, &c.nodes, &c.groups} {
		kept := unique(*list)
		if len(kept) < len(*list) {
			last := make(map[*Node]bool, len(kept))
			for _, n := range kept {
				last[n] = true
			}
			for _, n := range *list {
				if !last[n] {
					problem(n, true, "another node further down has the same id and is used instead")
				}
			}
		}
		jsOrder(kept, func(n *Node) string { return n.ID })
		*list = kept
	}
}

// unique keeps of nodes with the same id the last, in the place of the first, as
// setting keys of a JavaScript object does.
func unique(nodes []*Node) []*Node {
	place := make(map[string]int, len(nodes))
	kept := make([]*Node, 0, len(nodes))
	for _, n := range nodes {
		if i, ok := place[n.ID]; ok {
			kept[i] = n
			continue
		}
		place[n.ID] = len(kept)
		kept = append(kept, n)
	}
	return kept
}
