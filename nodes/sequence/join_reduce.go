package sequence

import (
	"slices"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// reducer is a join node's "reduce" mode.
type reducer struct {
	init    runtime.Input
	initErr error // the initial value does not compile
	lenient bool  // an initial value that cannot be had is undefined
	step    *runtime.Expression
	fixup   *runtime.Expression
	limit   int
	groups  map[string]*reduceGroup
	pending int
}

// reduceGroup is a sequence that is not complete yet.
type reduceGroup struct {
	count    any
	messages []*kept
}

func (n *joinNode) prepareReduce() (err error) {
	r := &n.reducer
	r.limit = n.inst.KeepLimit()
	r.groups = map[string]*reduceGroup{}
	if r.step, err = n.inst.Expression(n.Reduce); err != nil {
		return invalidExpression(err)
	}
	if n.Fixup != "" {
		if r.fixup, err = n.inst.Expression(n.Fixup); err != nil {
			return invalidExpression(err)
		}
	}
	switch n.InitType {
	case "jsonata", "flow", "global":
		r.lenient = true
	}
	r.init, r.initErr = n.inst.Typed(runtime.TypedInput{Value: n.Initial, Type: n.InitType})
	return nil
}

// reduce keeps the message, or with it reduces its sequence.
func (n *joinNode) reduce(d *runtime.Delivery) error {
	r := &n.reducer
	parts, ok, err := partsOf(d.Msg)
	if err != nil {
		return err
	}
	if !ok {
		return d.Send(d.Msg)
	}
	id := msg.ToString(parts.Value("id"))
	g := r.groups[id]
	if g == nil {
		g = &reduceGroup{count: msg.Undefined}
		r.groups[id] = g
	}
	if g.count == msg.Undefined {
		g.count = parts.Value("count")
	}
	k := keep(d)
	g.messages = append(g.messages, k)
	if g.count == float64(len(g.messages)) {
		delete(r.groups, id)
		if n.finishReduce(d, g, k) {
			// The count stays as it was if reducing fails, as in Node-RED.
			r.pending += 1 - len(g.messages)
			r.checkLimit(d, k)
		}
		return nil
	}
	r.pending++
	r.checkLimit(d, k)
	return nil
}

// checkLimit forgets everything if too much is kept: k, the last message, fails.
func (r *reducer) checkLimit(d *runtime.Delivery, k *kept) {
	if r.pending <= r.limit {
		return
	}
	var all []*kept
	for _, g := range r.groups {
		for _, other := range g.messages {
			switch {
			case other == k:
			case msg.StrictEqual(other.m.Value(msg.ID), k.m.Value(msg.ID)): // Node-RED takes it for k
				other.hold.Release()
			default:
				all = append(all, other)
			}
		}
	}
	k.err = errTooManyJoin
	r.groups, r.pending = map[string]*reduceGroup{}, 0
	finish(d, append(all, k))
}

// finishReduce sends what a complete sequence is reduced to and completes its
// messages; k, the last to arrive, with the error if there is one.
func (n *joinNode) finishReduce(d *runtime.Delivery, g *reduceGroup, k *kept) bool {
	inOrder := slices.Clone(g.messages)
	slices.SortStableFunc(inOrder, func(a, b *kept) int {
		c, _ := msg.Compare(indexOf(a.m), indexOf(b.m))
		if n.ReduceRight {
			return -c
		}
		return c
	})
	result, err := n.reducer.run(d, inOrder, g.count)
	if err == nil {
		last := inOrder[len(inOrder)-1]
		last.m.Set(msg.PayloadKey, msg.Clone(result))
		_ = d.Send(last.take(d)) // fails only once the node is closed
	}
	k.err = err
	finish(d, g.messages)
	return err == nil
}

func indexOf(m *msg.Object) any {
	parts, _ := m.Value(partsKey).(*msg.Object)
	return parts.Value("index")
}

func (r *reducer) run(d *runtime.Delivery, messages []*kept, count any) (any, error) {
	if r.initErr != nil {
		return nil, invalidExpression(r.initErr)
	}
	acc, err := r.init.Eval(&msg.Object{})
	if err != nil {
		if !r.lenient {
			return nil, invalidExpression(err)
		}
		acc = msg.Undefined
	}
	for _, k := range messages {
		acc, err = r.step.Eval(d.Context(), k.m, map[string]any{"I": indexOf(k.m), "N": count, "A": acc})
		if err != nil {
			return nil, err
		}
	}
	if r.fixup != nil {
		return r.fixup.Eval(d.Context(), &msg.Object{}, map[string]any{"N": count, "A": acc})
	}
	return acc, nil
}

// clear lets go of what is kept.
func (r *reducer) clear() {
	for _, g := range r.groups {
		release(g.messages)
	}
	r.groups, r.pending = map[string]*reduceGroup{}, 0
}
