package direct

import (
	"slices"

	"sluice/runtime/msg"
)

var jsonFunctions = map[string]static{
	"JSON.parse": func(r *run, args []value) value {
		if !arg(args, 1).isPrimitive() {
			bailout("JSON.parse with a reviver")
		}
		s := r.toText(arg(args, 0))
		r.charge(len(s))
		x, err := msg.Parse(s)
		if err != nil {
			bailout("a text that is no JSON")
		}
		return of(x)
	},
	"JSON.stringify": func(r *run, args []value) value {
		x := r.loose(arg(args, 0))
		switch by := arg(args, 1).any.(type) {
		case *msg.Array:
			x = r.picked(x, pickedKeys(by), 0)
		default:
			if !arg(args, 1).isPrimitive() {
				bailout("JSON.stringify with a replacer")
			}
		}
		return r.json(x, indent(r, arg(args, 2)))
	},
}

// json is JSON.stringify.
func (r *run) json(x any, indent string) value {
	s, ok, err := msg.Stringify(x, indent)
	switch {
	case err != nil:
		bailout("what JSON does not know")
	case !ok:
		return undefined
	}
	r.charge(len(s))
	return text(s)
}

// pickedKeys are the keys that a list as replacer names.
func pickedKeys(list *msg.Array) []string {
	var keys []string
	for _, x := range list.All() {
		var key string
		switch x := x.(type) {
		case string:
			key = x
		case float64:
			key = msg.FormatNumber(x)
		default:
			if !of(x).isPrimitive() {
				bailout("a list of keys with objects")
			}
			continue
		}
		if _, ok := msg.ArrayIndex(key); ok {
			bailout("integer keys in an order of their own")
		}
		if !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// picked is x with the properties of some keys alone, in their order.
func (r *run) picked(x any, keys []string, depth int) any {
	r.step()
	if depth > maxDepth {
		bailout("a deep value for JSON")
	}
	switch x := x.(type) {
	case *msg.Object:
		if x == nil {
			break
		}
		only := msg.NewObjectSize(min(len(keys), x.Len()))
		for _, key := range keys {
			if v, ok := x.Get(key); ok {
				only.Set(key, r.picked(v, keys, depth+1))
			}
		}
		return only
	case *msg.Array:
		list := make([]any, x.Len())
		for i, v := range x.All() {
			list[i] = r.picked(v, keys, depth+1)
		}
		return msg.NewArray(list...)
	case string, float64, bool, nil, *msg.Date:
	default:
		if x != msg.Undefined {
			bailout("a special object for JSON")
		}
	}
	return x
}

// indent is the text of JSON.stringify's third argument.
func indent(r *run, space value) string {
	const spaces = "          "
	if f, ok := space.number(); ok {
		return spaces[:int(max(0, min(10, r.toInteger(num(f)))))]
	}
	if s, ok := space.any.(string); ok {
		if msg.UTF16Len(s) > 10 {
			s = msg.UTF16Slice(s, 0, 10)
		}
		return s
	}
	return ""
}
