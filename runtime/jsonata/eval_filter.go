package jsonata

import (
	"math"

	"sluice/runtime/msg"
)

func (e *evaluation) runStages(n *node, v any, env *frame) (_ any, err error) {
	for _, st := range n.stages {
		if st.filter != nil {
			if v, err = e.filter(st.filter, v, env); err != nil {
				return nil, err
			}
			continue
		}
		a, _ := asArray(v)
		for i := range a.Len() {
			if t, ok := a.At(i).(*msg.Object); ok {
				t.Set(st.index, msg.Number(float64(i)))
			}
		}
	}
	return v, nil
}

// filter keeps the items that a predicate selects: by position if it is a
// number or gives numbers, else by its truth for the item.
func (e *evaluation) filter(pred *node, input any, env *frame) (any, error) {
	in, ok := asArray(input)
	if !ok {
		in = newSequence(input)
	}
	seq, _ := in.(*sequence)
	out := newSequence()
	out.tuples = seq != nil && seq.tuples
	if pred.kind == kindNumber {
		item := in.At(position(pred.val.(float64), in.Len()))
		if _, ok := asArray(item); ok {
			return item, nil
		}
		if item != undefined {
			out.push(item)
		}
		return out, nil
	}
	for i := range in.Len() {
		item := in.At(i)
		context, scope := item, env
		if out.tuples {
			tuple := item.(*msg.Object)
			context, scope = tuple.Value("@"), tupleFrame(env, tuple)
		}
		v, err := e.operand(pred, context, scope)
		if err != nil {
			return nil, err
		}
		if f, ok, err := number(v); err != nil {
			return nil, err
		} else if ok {
			if position(f, in.Len()) == i {
				out.push(e.hold(item))
			}
			continue
		}
		if positions, ok, err := numbers(v); err != nil {
			return nil, err
		} else if ok {
			for _, f := range positions {
				if position(f, in.Len()) == i {
					out.push(e.hold(item))
				}
			}
			continue
		}
		if t, err := truth(v); err != nil {
			return nil, err
		} else if t {
			out.push(e.hold(item))
		}
	}
	return out, nil
}

// position is the index that f means in an array of n items: rounded down,
// counted from the end if negative. It is -1 if there is none.
func position(f float64, n int) int {
	f = math.Floor(f)
	if f < 0 {
		f += float64(n)
	}
	if f < 0 || f >= float64(n) {
		return -1
	}
	return int(f)
}

// numbers gives the items of an array that holds only numbers.
func numbers(v any) ([]float64, bool, error) {
	a, ok := asArray(v)
	if !ok {
		return nil, false, nil
	}
	out := make([]float64, 0, a.Len())
	all := true
	for i := range a.Len() {
		f, ok, err := number(a.At(i))
		if err != nil {
			return nil, false, err
		}
		all = all && ok
		out = append(out, f)
	}
	return out, all, nil
}
