package jsonata

import "sluice/runtime/msg"

// sortBy orders the items of in by the terms of an order-by clause.
func (e *evaluation) sortBy(n *node, in array, env *frame) (any, error) {
	seq, _ := in.(*sequence)
	tuples := seq != nil && seq.tuples
	term := func(t *node, item any) (any, error) {
		if tuples {
			tuple := item.(*msg.Object)
			return e.eval(t, tuple.Value("@"), tupleFrame(env, tuple))
		}
		return e.eval(t, item, env)
	}
	// after tells whether a belongs behind b.
	after := func(a, b any) (bool, error) {
		for _, t := range n.terms {
			x, err := term(t.expr, a)
			if err != nil {
				return false, err
			}
			y, err := term(t.expr, b)
			if err != nil {
				return false, err
			}
			switch { // what has no value comes last
			case x == undefined && y == undefined:
				continue
			case x == undefined:
				return true, nil
			case y == undefined:
				return false, nil
			}
			if !comparableValue(x) || !comparableValue(y) {
				err := &Error{Code: "T2008", Position: n.pos, Token: undefined, Value: x}
				if comparableValue(x) {
					err.Value = y
				}
				return false, err
			}
			c, same := order(x, y)
			if !same {
				err := mixed("T2007", x, y)
				err.Position = n.pos
				return false, err
			}
			if t.descending {
				c = -c
			}
			if c != 0 {
				return c > 0, nil
			}
		}
		return false, nil
	}
	if in.Len() <= 1 {
		return in, nil
	}
	items, err := e.mergeSort(itemsOf(in), after)
	if err != nil {
		return nil, err
	}
	if tuples {
		// The original loses the mark of a tuple stream here: filters and groups
		// right behind the clause see the tuples themselves.
		return &sequence{items: items}, nil
	}
	return msg.NewArray(items...), nil
}

// order compares two strings or two numbers; same is false for one of each.
func order(a, b any) (c int, same bool) {
	switch a := a.(type) {
	case string:
		if b, ok := b.(string); ok {
			return msg.CompareUTF16(a, b), true
		}
	case float64:
		if b, ok := b.(float64); ok {
			switch {
			case a == b:
				return 0, true
			case a < b:
				return -1, true
			}
			return 1, true // also if either is NaN, as in the original
		}
	}
	return 0, false
}

// mergeSort sorts a copy of items. It is stable, and asks after in the order in
// which the original does, since after may fail or be a function of the flow's.
func (e *evaluation) mergeSort(items []any, after func(a, b any) (bool, error)) ([]any, error) {
	if len(items) <= 1 {
		return items, nil
	}
	middle := len(items) / 2
	left, err := e.mergeSort(items[:middle], after)
	if err != nil {
		return nil, err
	}
	right, err := e.mergeSort(items[middle:], after)
	if err != nil {
		return nil, err
	}
	out := make([]any, 0, len(items))
	for len(left) > 0 && len(right) > 0 {
		if err := e.tick(); err != nil {
			return nil, err
		}
		behind, err := after(left[0], right[0])
		if err != nil {
			return nil, err
		}
		if behind {
			out, right = append(out, right[0]), right[1:]
		} else {
			out, left = append(out, left[0]), left[1:]
		}
	}
	return append(append(out, left...), right...), nil
}
