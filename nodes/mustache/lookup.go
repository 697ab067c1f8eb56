package mustache

import (
	"fmt"

	"sluice/runtime/msg"
)

// lookup finds the value of a token's name: in the innermost view first, then outwards.
func (r *renderer) lookup(t *token) (any, error) {
	v, err := r.find(t)
	if err != nil {
		return nil, err
	}
	if msg.IsFunction(v) {
		if v, err = msg.Call(v, r.views[len(r.views)-1]); err != nil {
			return nil, err
		}
	}
	if v == msg.Undefined {
		if r.opt.Missing == nil {
			return v, nil
		}
		return r.opt.Missing(t.text)
	}
	if s, ok := v.(string); ok && r.opt.EscapeJSON && len(r.views) == 1 {
		return jsonEscapes.Replace(s), nil
	}
	return v, nil
}

func (r *renderer) find(t *token) (any, error) {
	if t.text == "." {
		return r.views[len(r.views)-1], nil
	}
	for i := len(r.views) - 1; i >= 0; i-- {
		view := r.views[i]
		if t.path != nil {
			if v, ok := descend(view, t.path); ok {
				return v, nil
			}
			continue
		}
		switch v := view.(type) {
		case *msg.Object:
			if v, ok := v.Get(t.text); ok {
				return v, nil
			}
		case nil:
			return nil, readError("null", t.text)
		default:
			if v == msg.Undefined {
				return nil, readError("undefined", t.text)
			}
			// A plain name is not looked for in a text or number, so that its length
			// does not hide a "length" further out; a dotted one is.
			if v, ok := member(view, t.text); ok && !primitive(view) {
				return v, nil
			}
		}
	}
	return msg.Undefined, nil
}

func readError(of, name string) error {
	return &msg.TypeError{Message: fmt.Sprintf("Cannot read properties of %s (reading '%s')", of, name)}
}

// descend follows a dotted name. It is found if what holds its last part has that part.
func descend(v any, path []string) (any, bool) {
	for _, name := range path[:len(path)-1] {
		v, _ = member(v, name)
	}
	return member(v, path[len(path)-1])
}

func primitive(v any) bool {
	switch v.(type) {
	case string, float64, bool, *msg.BigInt, *msg.Func:
		return true
	}
	return false
}

// member returns the property of a value, and whether it has it. Methods that
// every JavaScript value inherits are not among them.
func member(v any, name string) (any, bool) {
	if o, ok := v.(*msg.Object); ok {
		return o.Get(name)
	}
	v = msg.Property(v, name)
	return v, v != msg.Undefined
}
