package jsonata

import "sluice/runtime/msg"

// export turns the sequences within a result into plain arrays, and moments into
// dates. Containers of the input never hold either; others are changed in place.
func (e *evaluation) export(v any) any {
	switch v := v.(type) {
	case *sequence:
		return e.exportArray(v)
	case *moment:
		return v.date()
	case *msg.Object, *msg.Array:
		if e.nested {
			e.exportInto(v, make(map[any]bool))
		}
	}
	return v
}

func (e *evaluation) exportArray(s *sequence) *msg.Array {
	if s.converted == nil {
		s.converted = msg.NewArray()
		items := make([]any, len(s.items))
		for i, v := range s.items {
			items[i] = e.export(v)
		}
		*s.converted = *msg.NewArray(items...)
	}
	return s.converted
}

func (e *evaluation) exportInto(v any, seen map[any]bool) {
	if seen[v] {
		return
	}
	seen[v] = true
	each := func(child any) (any, bool) {
		switch child := child.(type) {
		case *sequence:
			return e.exportArray(child), true
		case *moment:
			return child.date(), true
		case *msg.Object, *msg.Array:
			e.exportInto(child, seen)
		}
		return nil, false
	}
	switch v := v.(type) {
	case *msg.Object:
		for k, child := range v.All() {
			if out, ok := each(child); ok {
				v.Set(k, out)
			}
		}
	case *msg.Array:
		for i, child := range v.All() {
			if out, ok := each(child); ok {
				v.Set(i, out)
			}
		}
	}
}
