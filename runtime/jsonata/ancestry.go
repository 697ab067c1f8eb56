package jsonata

// A % stands for the input of an earlier step. While the tree is resolved each
// % owns a slot that seeks that step: through the path it stands in, and
// further out if that path is too short. The step found keeps its input under
// the slot's label in the tuples that it makes.

// seek tells step n that slot s looks for it. It returns s with the levels left.
func (n *node) seek(s *slot) (*slot, error) {
	switch n.kind {
	case kindName, kindWildcard:
		s.level--
		if s.level == 0 {
			if n.ancestor != nil {
				s.label = n.ancestor.label // two slots for one step share a label
			}
			n.ancestor = s
			n.tuple = true
		}
	case kindParent:
		s.level++
	case kindBlock:
		if len(n.args) > 0 {
			n.tuple = true
			return n.args[len(n.args)-1].seek(s)
		}
	case kindPath:
		n.tuple = true
		for i := len(n.steps) - 1; i >= 0; i-- {
			if i < len(n.steps)-1 && s.level <= 0 {
				break
			}
			if _, err := n.steps[i].seek(s); err != nil {
				return nil, err
			}
		}
	default:
		return nil, noAncestor(n)
	}
	return s, nil
}

// seekWith makes n go on seeking for its part.
func (n *node) seekWith(part *node) {
	if part.seeking == nil && part.kind != kindParent {
		return
	}
	slots := part.openSlots()
	if n.seeking == nil {
		n.seeking = slots
	} else {
		n.seeking.slots = append(n.seeking.slots, slots.slots...)
	}
}

// openSlots is the list of slots that n has not resolved, its own among them.
func (n *node) openSlots() *slotList {
	slots := n.seeking
	if slots == nil {
		slots = &slotList{}
	}
	if n.kind == kindParent {
		slots.slots = append(slots.slots, n.slot)
	}
	return slots
}

// seekInPath looks for the slots of the last step of a path among the steps
// before it.
func (n *node) seekInPath() error {
	for _, s := range n.lastStep().openSlots().slots {
		i := len(n.steps) - 2
		for s.level > 0 {
			if i < 0 {
				if n.seeking == nil {
					n.seeking = &slotList{}
				}
				n.seeking.slots = append(n.seeking.slots, s)
				break
			}
			step := n.steps[i]
			i--
			// Of several steps that bind the focus of one input, the first counts.
			for i >= 0 && step.focus != "" && n.steps[i].focus != "" {
				step = n.steps[i]
				i--
			}
			if _, err := step.seek(s); err != nil {
				return err
			}
		}
	}
	return nil
}
