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

// grouping is members by key, in the order of their first items.
type grouping struct {
	members []members
	index   map[string]int // nil up to indexGroupsAbove keys, which a search beats
}

const indexGroupsAbove = 8

func (g *grouping) find(key string) int {
	if g.index != nil {
		if i, ok := g.index[key]; ok {
			return i
		}
		return -1
	}
	for i := range g.members {
		if g.members[i].key == key {
			return i
		}
	}
	return -1
}

// add puts an item under a key, which one pair alone may give.
func (g *grouping) add(key string, pair int, item any) (ok bool) {
	at := g.find(key)
	if at >= 0 {
		g.members[at].add(item)
		return g.members[at].pair == pair
	}
	g.members = append(g.members, members{key: key, pair: pair, data: item})
	if g.index != nil {
		g.index[key] = len(g.members) - 1
	} else if len(g.members) > indexGroupsAbove {
		g.index = make(map[string]int)
		for i := range g.members {
			g.index[g.members[i].key] = i
		}
	}
	return true
}

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
	groups := grouping{members: make([]members, 0, len(pairs))}
	for i := range in.Len() {
		item := in.At(i)
		context, scope := item, env
		if tuples {
			tuple := item.(*msg.Object)
			context, scope = tuple.Value("@"), tupleFrame(env, tuple)
		}
		for p, pair := range pairs {
			key, ok, err := e.groupKey(pair[0], pos, context, scope)
			if err != nil {
				return nil, err
			}
			if ok && !groups.add(key, p, item) {
				return nil, &Error{Code: "D1009", Position: pos, Token: undefined, Value: key}
			}
		}
	}
	return e.groupValues(pairs, groups.members, tuples, env)
}

// groupKey evaluates the key of a pair; ok is false if there is none.
func (e *evaluation) groupKey(n *node, pos int, context any, env *frame) (key string, ok bool, err error) {
	k, err := e.operand(n, context, env)
	if err != nil || k == undefined {
		return "", false, err
	}
	if key, ok = k.(string); !ok {
		return "", false, &Error{Code: "T1003", Position: pos, Token: undefined, Value: k}
	}
	if key == "_jsonata_lambda" || key == "_jsonata_function" {
		return "", false, &Error{Code: "D1013", Position: pos, Token: undefined, Value: key}
	}
	return key, true, nil
}

func (e *evaluation) groupValues(pairs [][2]*node, groups []members, tuples bool, env *frame) (any, error) {
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
