package jsonata

import "sluice/runtime/msg"

// path takes the input through the steps of a path: each step is evaluated for
// every item of the step before, and the results are joined to one sequence.
func (e *evaluation) path(n *node, input any, env *frame) (any, error) {
	if n.plain {
		v, done := plainPath(n, input, e.inherit)
		if done {
			return v, nil
		}
	}
	in, ok := asArray(input)
	if !ok || n.steps[0].kind == kindVariable {
		in = newSequence(input)
	}
	var result any = in
	var tuples *sequence
	inTuples, scalar := false, false // scalar: the step to come has no array to go through
	for i, step := range n.steps {
		inTuples = inTuples || step.tuple
		var err error
		switch {
		case i == 0 && step.consArray:
			result, err = e.eval(step, in, env)
		case step.kind == kindSort && !inTuples && isScalar(result):
			continue
		case inTuples:
			if tuples == nil && scalar {
				return nil, typeError("input.map is not a function")
			}
			if tuples, err = e.tupleStep(step, in, tuples, env); err != nil {
				return nil, err
			}
			continue
		default:
			result, err = e.step(step, in, env, i == len(n.steps)-1)
		}
		if err != nil {
			return nil, err
		}
		// An array constructor at the beginning is no part of the tuple stream. If
		// it binds its focus, the next step even starts from the input again.
		if step.focus != "" {
			continue
		}
		if result == nil {
			return nil, typeError("Cannot read properties of null (reading 'length')")
		}
		in, scalar = stepInput(result), isScalar(result)
		if !inTuples && (result == undefined || result == "" || in.Len() == 0 && !scalar) {
			break
		}
	}
	if inTuples {
		if tuples == nil { // nothing but an array constructor
			return nil, typeError("Cannot read properties of undefined (reading 'length')")
		}
		if n.tuple {
			result = tuples // its ancestry is wanted further out
		} else {
			out := newSequence()
			for _, t := range tuples.items {
				out.push(e.hold(t.(*msg.Object).Value("@")))
			}
			result = out
		}
	}
	if n.keepSingleton {
		var err error
		if result, err = e.keepSingleton(result); err != nil {
			return nil, err
		}
	}
	if n.group != nil {
		if inTuples {
			result = tuples
		}
		return e.groupBy(n.group.pairs, n.group.pos, result, env)
	}
	return result, nil
}

// keepSingleton marks the result of a path with [] in it.
func (e *evaluation) keepSingleton(result any) (any, error) {
	if isScalar(result) {
		return result, assignable(result, "keepSingleton")
	}
	s, ok := result.(*sequence)
	if !ok {
		return result, nil // a plain array cannot carry the mark and never collapses
	}
	if s.cons && !s.flat {
		s = newSequence(e.hold(s))
	}
	s.keep = true
	return s, nil
}

// isScalar tells whether v is no array. A path meets one behind a predicate on
// an array constructor at its beginning.
func isScalar(v any) bool {
	_, ok := asArray(v)
	return !ok
}

// stepInput is what a step sees of the result before it: of a string the
// original takes the characters, of any other scalar nothing.
func stepInput(v any) array {
	if a, ok := asArray(v); ok {
		return a
	}
	out := newSequence()
	if s, ok := v.(string); ok {
		for _, u := range msg.ToUTF16(s) {
			out.push(msg.FromUTF16([]uint16{u}))
		}
	}
	return out
}

// plainPath follows names through objects. It gives up (done is false) where an
// array comes in, or anything whose members need care.
func plainPath(n *node, input any, inherit bool) (v any, done bool) {
	for i, step := range n.steps {
		o, ok := input.(*msg.Object)
		if !ok {
			switch input.(type) {
			case nil, string, float64, bool:
				return undefined, true
			}
			return nil, false
		}
		v, ok := o.Get(step.text)
		if inherit && (!ok || isBlocked(step.text)) {
			return nil, false
		}
		if !ok {
			return undefined, true
		}
		switch v.(type) {
		case *msg.Array:
			if i < len(n.steps)-1 {
				return nil, false
			}
		case *sequence:
			return nil, false
		}
		input = v
	}
	return input, true
}

// maxRoom bounds the room that is made for results in advance.
const maxRoom = 1024

// step evaluates one step for every item of in.
func (e *evaluation) step(n *node, in array, env *frame, last bool) (any, error) {
	if n.kind == kindSort {
		sorted, err := e.sortBy(n, in, env)
		if err != nil {
			return nil, err
		}
		return e.runStages(n, sorted, env)
	}
	plainName := n.kind == kindName && n.predicates == nil && n.group == nil && !n.keepArray
	out := newSequence()
	if n := in.Len(); n > 1 {
		out.items = make([]any, 0, min(n, maxRoom))
	}
	var only any // the first result: as the only one it may stay an array
	count := 0
	for i := range in.Len() {
		var v any
		var err error
		if plainName {
			if v, err = e.name(in.At(i), n.text); err == nil {
				if s, ok := v.(*sequence); ok && s.flat && !s.tuples {
					v = s.collapse()
				}
			}
		} else {
			v, err = e.eval(n, in.At(i), env)
		}
		if err != nil {
			return nil, err
		}
		for _, st := range n.stages {
			if st.filter == nil {
				continue // a position that no tuple is there to keep
			}
			if v, err = e.filter(st.filter, v, env); err != nil {
				return nil, err
			}
		}
		if v == undefined {
			continue
		}
		if count++; count == 1 {
			only = v
			continue
		}
		if count == 2 {
			e.join(out, only)
		}
		e.join(out, v)
	}
	if err := e.checkSize(len(out.items)); err != nil {
		return nil, err
	}
	if count == 1 {
		if _, ok := asArray(only); ok && last && !isSequence(only) {
			return only, nil
		}
		e.join(out, only)
	}
	return out, nil
}

// join adds v to out, item by item unless it was constructed as an array.
func (e *evaluation) join(out *sequence, v any) {
	a, ok := asArray(v)
	if s, isSeq := v.(*sequence); !ok || isSeq && s.cons {
		out.push(e.hold(v))
		return
	}
	out.pushAll(a)
}

// checkSize enforces the limit on the length of sequences.
func (e *evaluation) checkSize(n int) error {
	if n > e.opts.Sequence {
		return newError("D2015", msg.Number(float64(n)))
	}
	return nil
}
