package direct

import (
	"slices"

	"sluice/runtime/msg"
)

// Methods of arrays that make another array of an array's elements.

// moved is x, out of container c, as a new container may hold it: x, unless a VM must do it.
func (r *run) moved(c, x any) any {
	switch x.(type) {
	case float64, string, bool, nil:
		return x
	}
	return r.held(nil, r.taken(c, x))
}

// kept is v as a new container may hold it.
func (r *run) kept(v value) any {
	switch v.any.(type) {
	case number:
		return msg.Number(v.num)
	case string, bool, nil:
		return v.any
	}
	return r.held(nil, v)
}

// part is a new array of the elements i to j.
func (r *run) part(a *msg.Array, i, j int) value {
	r.charge(max(j-i, 0))
	b := a.Slice(i, max(i, j))
	b.SetTag(r.tag)
	for _, x := range b.All() {
		r.moved(a, x)
	}
	return value{any: b}
}

func slice(r *run, this value, args []value) value {
	a := this.any.(*msg.Array)
	r.dense(a)
	n := a.Len()
	i := r.index(args, 0, n, 0)
	return r.part(a, i, r.index(args, 1, n, n))
}

// appendMoved appends the elements of an array.
func (r *run) appendMoved(list []any, a *msg.Array) []any {
	if len(list)+a.Len() > maxElements {
		bailout("a very long array")
	}
	r.charge(a.Len())
	list = slices.Grow(list, a.Len())
	for _, x := range a.All() {
		list = append(list, r.moved(a, x))
	}
	return list
}

func concat(r *run, this value, args []value) value {
	a := this.any.(*msg.Array)
	r.dense(a)
	list := r.appendMoved(nil, a)
	for _, v := range args {
		if b, ok := v.any.(*msg.Array); ok {
			r.dense(b)
			list = r.appendMoved(list, b)
			continue
		}
		list = append(list, r.kept(v))
	}
	return r.arrayOf(list)
}

func flat(r *run, this value, args []value) value {
	depth := 1.0
	if v := arg(args, 0); !v.isUndefined() {
		depth = r.toInteger(v)
	}
	return r.arrayOf(r.flatten(nil, this.any.(*msg.Array), depth, 0))
}

// flatten appends the elements of an array, of those that are arrays their elements.
func (r *run) flatten(list []any, a *msg.Array, depth float64, level int) []any {
	if level > maxDepth {
		bailout("an array in itself, or a deep one")
	}
	r.dense(a)
	r.charge(a.Len())
	for _, x := range a.All() {
		if inner, ok := x.(*msg.Array); ok && depth >= 1 {
			list = r.flatten(list, inner, depth-1, level+1)
			continue
		}
		if len(list) >= maxElements {
			bailout("a very long array")
		}
		list = append(list, r.moved(a, x))
	}
	return list
}

func toReversed(r *run, this value, _ []value) value {
	a := this.any.(*msg.Array)
	list := r.appendMoved(nil, a)
	slices.Reverse(list)
	return r.arrayOf(list)
}

func toSpliced(r *run, this value, args []value) value {
	a := this.any.(*msg.Array)
	start, count := r.spliced(args, a.Len())
	list := r.appendMoved(nil, a)
	var in []any
	if len(args) > 2 {
		in = r.holdAll(nil, args[2:])
	}
	return r.arrayOf(slices.Replace(list, start, start+count, in...))
}

func with(r *run, this value, args []value) value {
	a := this.any.(*msg.Array)
	i := r.toInteger(arg(args, 0))
	if i < 0 {
		i += float64(a.Len())
	}
	if i < 0 || i >= float64(a.Len()) {
		bailout("with out of the array's range")
	}
	list := r.appendMoved(nil, a)
	list[int(i)] = r.kept(arg(args, 1))
	return r.arrayOf(list)
}
