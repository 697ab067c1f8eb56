package jsonata

import "sluice/runtime/msg"

// tupleStep evaluates a step of a path that binds variables (@, #) or that a %
// looks for. The stream is nil at the first such step.
func (e *evaluation) tupleStep(n *node, in array, stream *sequence, env *frame) (*sequence, error) {
	if n.kind == kindSort {
		return e.tupleSort(n, in, stream, env)
	}
	out := newSequence()
	out.tuples = true
	if stream == nil {
		stream = newSequence()
		for i := range in.Len() {
			stream.push(msg.NewObject("@", e.hold(in.At(i))))
		}
	}
	for _, item := range stream.items {
		tuple := item.(*msg.Object)
		v, err := e.eval(n, tuple.Value("@"), tupleFrame(env, tuple))
		if err != nil {
			return nil, err
		}
		if v == undefined {
			continue
		}
		values, ok := asArray(v)
		if !ok {
			values = newSequence(v)
		}
		inner, _ := values.(*sequence)
		for i := range values.Len() {
			t := msg.NewObject()
			assign(t, tuple)
			if inner != nil && inner.tuples {
				assign(t, inner.items[i].(*msg.Object))
				out.push(t)
				continue
			}
			value := e.hold(values.At(i))
			if n.focus != "" {
				t.Set(n.focus, value)
			} else {
				t.Set("@", value)
			}
			if n.index != "" {
				t.Set(n.index, msg.Number(float64(i)))
			}
			if n.ancestor != nil {
				t.Set(n.ancestor.label, tuple.Value("@"))
			}
			out.push(t)
		}
		if err := e.checkSize(len(out.items)); err != nil {
			return nil, err
		}
	}
	return e.tupleStages(n, out, env)
}

func (e *evaluation) tupleStages(n *node, stream *sequence, env *frame) (*sequence, error) {
	v, err := e.runStages(n, stream, env)
	if err != nil {
		return nil, err
	}
	return v.(*sequence), nil // no tuple is an array, so a filter makes a sequence
}

func (e *evaluation) tupleSort(n *node, in array, stream *sequence, env *frame) (*sequence, error) {
	var sorted *sequence
	if stream != nil {
		v, err := e.sortBy(n, stream, env)
		if err != nil {
			return nil, err
		}
		sorted = v.(*sequence)
	} else {
		v, err := e.sortBy(n, in, env)
		if err != nil {
			return nil, err
		}
		sorted = newSequence()
		sorted.tuples = true
		index := n.index
		if index == "" {
			index = "undefined" // the original binds $undefined here
		}
		a, _ := asArray(v)
		for i := range a.Len() {
			sorted.push(msg.NewObject("@", e.hold(a.At(i)), index, msg.Number(float64(i))))
		}
	}
	return e.tupleStages(n, sorted, env)
}

func tupleFrame(env *frame, tuple *msg.Object) *frame {
	f := &frame{parent: env, vars: make([]variable, 0, tuple.Len())}
	for k, v := range tuple.All() {
		f.vars = append(f.vars, variable{k, v})
	}
	return f
}

func assign(to, from *msg.Object) {
	for k, v := range from.All() {
		to.Set(k, v)
	}
}
