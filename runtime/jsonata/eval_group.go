package jsonata

import (
	"slices"

	"sluice/runtime/msg"
)

// members are the items whose key expression gave one and the same key.
type members struct {
	key   string
	pair  int // which of the pairs gave the key
	data  any // the one item, or
	items []any
	many  bool // several items joined
}

func (m *members) add(v any) {
	switch {
	case v == undefined:
	case m.many:
		m.items = appendTo(m.items, v)
	case m.data == undefined:
		m.data = v
	default:
		m.items = appendTo(appendTo(nil, m.data), v)
		m.many = true
	}
}

func (m *members) value() any {
	if m.many {
		return msg.NewArray(m.items...)
	}
	return m.data
}

// indexGroupsAbove is the number of keys up to which a search beats a map.
const indexGroupsAbove = 8

// groupBy makes an object: each pair's key is evaluated for every item of
// input, and its value once for all items that gave the same key. An object
// constructor is the same with one item or none.
func (e *evaluation) groupBy(pairs [][2]*node, pos int, input any, env *frame) (any, error) {
	in, ok := asArray(input)
	if !ok {
		in = newSequence(input)
	}
	seq, _ := in.(*sequence)
	tuples := seq != nil && seq.tuples
	if in.Len() == 0 && !tuples { // a literal object needs no input
		if seq == nil {
			seq = newSequence()
		}
		seq.push(undefined) // into the array itself, as in the original, unless it may be the input's
		in = seq
	}
	groups := make([]members, 0, len(pairs))
	var index map[string]int
	find := func(key string) int {
		if index != nil {
			if i, ok := index[key]; ok {
				return i
			}
			return -1
		}
		for i := range groups {
			if groups[i].key == key {
				return i
			}
		}
		return -1
	}
	for i := range in.Len() {
		item := in.At(i)
		context, scope := item, env
		if tuples {
			tuple := item.(*msg.Object)
			context, scope = tuple.Value("@"), tupleFrame(env, tuple)
		}
		for p, pair := range pairs {
			var k any
			var err error
			if k, err = e.operand(pair[0], context, scope); err != nil {
				return nil, err
			}
			if k == undefined {
				continue
			}
			key, ok := k.(string)
			if !ok {
				return nil, &Error{Code: "T1003", Position: pos, Token: undefined, Value: k}
			}
			if key == "_jsonata_lambda" || key == "_jsonata_function" {
				return nil, &Error{Code: "D1013", Position: pos, Token: undefined, Value: key}
			}
			at := find(key)
			if at < 0 {
				groups = append(groups, members{key: key, pair: p, data: item})
				if index != nil {
					index[key] = len(groups) - 1
				} else if len(groups) > indexGroupsAbove {
					index = make(map[string]int)
					for j := range groups {
						index[groups[j].key] = j
					}
				}
				continue
			}
			if groups[at].pair != p {
				return nil, &Error{Code: "D1009", Position: pos, Token: undefined, Value: key}
			}
			groups[at].add(item)
		}
	}
	out := msg.NewObject()
	for i := range groups {
		g := &groups[i]
		context, scope := g.value(), env
		if tuples {
			tuple := mergeTuples(context)
			context = tuple.Value("@")
			// A lone tuple loses its value here, so that a second key for it sees
			// none: an oddity of the original.
			tuple.Delete("@")
			scope = tupleFrame(env, tuple)
		}
		v, err := e.operand(pairs[g.pair][1], context, scope)
		if err != nil {
			return nil, err
		}
		if v != undefined {
			out.Set(g.key, e.hold(v))
		}
	}
	return out, nil
}

// mergeTuples makes one tuple of several, joining what each variable holds.
func mergeTuples(v any) *msg.Object {
	if t, ok := v.(*msg.Object); ok {
		return t
	}
	var merged []members
	a, _ := asArray(v)
	for i := range a.Len() {
		for k, x := range a.At(i).(*msg.Object).All() {
			at := slices.IndexFunc(merged, func(m members) bool { return m.key == k })
			if at < 0 {
				at = len(merged)
				merged = append(merged, members{key: k, data: undefined})
			}
			merged[at].add(x)
		}
	}
	out := msg.NewObject()
	for i := range merged {
		out.Set(merged[i].key, merged[i].value())
	}
	return out
}
