package jsonata

// lastStep is the step that a suffix of n applies to.
func (n *node) lastStep() *node {
	if n.kind == kindPath {
		return n.steps[len(n.steps)-1]
	}
	return n
}

func (n *node) predicatesToStages() {
	for _, p := range n.predicates {
		n.stages = append(n.stages, stage{filter: p})
	}
	n.predicates = nil
}

func (n *node) isArrayConstructor() bool { return n.kind == kindUnary && n.op == opFilter }

func (r *resolver) dot(n *node) (*node, error) {
	path, err := r.node(n.lhs)
	if err != nil {
		return nil, err
	}
	if path.kind != kindPath {
		first := path
		path = &node{kind: kindPath, steps: []*node{first}, pos: -1}
		if first.kind == kindParent {
			path.seeking = &slotList{[]*slot{first.slot}}
		}
	}
	rest, err := r.node(n.rhs)
	if err != nil {
		return nil, err
	}
	if rest.kind == kindPath {
		path.steps = append(path.steps, rest.steps...)
	} else {
		rest.predicatesToStages()
		path.steps = append(path.steps, rest)
	}
	for _, s := range path.steps {
		switch s.kind {
		case kindNumber, kindValue:
			e := errorPos("S0213", s.pos)
			e.Value = s.val
			return nil, e
		case kindString:
			s.kind, s.text = kindName, s.val.(string)
		}
		if s.keepArray {
			path.keepSingleton = true
		}
	}
	for _, s := range []*node{path.steps[0], path.lastStep()} {
		if s.isArrayConstructor() {
			s.consArray = true
		}
	}
	return path, path.seekInPath()
}

func (r *resolver) filter(n *node) (*node, error) {
	out, err := r.node(n.lhs)
	if err != nil {
		return nil, err
	}
	step := out.lastStep()
	if step.group != nil {
		return nil, errorPos("S0209", n.pos)
	}
	pred, err := r.node(n.rhs)
	if err != nil {
		return nil, err
	}
	if pred.seeking != nil {
		for _, s := range pred.seeking.slots {
			if s.level == 1 {
				if _, err := step.seek(s); err != nil {
					return nil, err
				}
			} else {
				s.level--
			}
		}
		step.seekWith(pred)
	}
	if out.kind == kindPath {
		step.stages = append(step.stages, stage{filter: pred})
	} else {
		step.predicates = append(step.predicates, pred)
	}
	return out, nil
}

func (n *node) isPlain() bool {
	for _, s := range n.steps {
		if s.kind != kindName || s.tuple || s.keepArray || s.stages != nil || s.predicates != nil || s.group != nil {
			return false
		}
	}
	return n.group == nil && !n.keepSingleton && !n.keepArray && !n.tuple
}
