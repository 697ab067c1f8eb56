package msg

// nesting is the containers that a walk is inside of, outermost first. It finds
// cycles: by search while there are few, by an index beyond, so that hostile depth
// does not make a walk quadratic.
type nesting[K comparable] struct {
	open  []K
	index map[K]bool
}

const fewOpen = 32

// inside tells whether the walk is inside of k.
func (n *nesting[K]) inside(k K) bool {
	if n.index != nil {
		return n.index[k]
	}
	for i := range n.open {
		if n.open[i] == k {
			return true
		}
	}
	return false
}

// tooDeep tells whether no further container may be entered.
func (n *nesting[K]) tooDeep() bool { return len(n.open) >= MaxDepth }

func (n *nesting[K]) enter(k K) {
	n.open = append(n.open, k)
	switch {
	case n.index != nil:
		n.index[k] = true
	case len(n.open) > fewOpen:
		n.index = make(map[K]bool, 2*fewOpen)
		for _, k := range n.open {
			n.index[k] = true
		}
	}
}

func (n *nesting[K]) leave() {
	last := len(n.open) - 1
	if n.index != nil {
		delete(n.index, n.open[last])
	}
	n.open = n.open[:last]
}
