package direct

import (
	"math"
	"slices"

	"sluice/runtime/msg"
)

// Methods of arrays that change the array they are called on.

func push(r *run, this value, args []value) value {
	a := this.any.(*msg.Array)
	if a.Tag() == r.tag {
		for _, v := range args {
			a.Append(r.kept(v))
		}
		return num(float64(a.Len()))
	}
	for _, v := range args {
		r.push(a, v)
	}
	return num(float64(a.Len()))
}

func pop(r *run, this value, _ []value) value {
	a := this.any.(*msg.Array)
	n := a.Len()
	if n == 0 {
		return undefined
	}
	x := a.At(n - 1)
	r.note(change{kind: popped, array: a, was: x})
	a.SetLen(n - 1)
	return r.taken(a, x)
}

func shift(r *run, this value, _ []value) value {
	a := this.any.(*msg.Array)
	if a.Len() == 0 {
		return undefined
	}
	x := a.At(0)
	r.note(change{kind: shifted, array: a, was: x})
	a.Shift()
	return r.taken(a, x)
}

func unshift(r *run, this value, args []value) value {
	a := this.any.(*msg.Array)
	if len(args) > 0 {
		r.rewrite(a)
		a.Splice(0, 0, r.holdAll(a, args)...)
	}
	return num(float64(a.Len()))
}

func splice(r *run, this value, args []value) value {
	a := this.any.(*msg.Array)
	r.dense(a)
	n := a.Len()
	start, count := r.spliced(args, n)
	var in []any
	if len(args) > 2 {
		in = r.holdAll(a, args[2:])
	}
	out := r.part(a, start, start+count)
	if count > 0 || len(in) > 0 {
		r.rewrite(a)
		a.Splice(start, count, in...)
	}
	return out
}

// spliced is the range that the arguments of splice and toSpliced name in an array of n elements.
func (r *run) spliced(args []value, n int) (start, count int) {
	start = r.index(args, 0, n, 0)
	switch len(args) {
	case 0:
		return start, 0
	case 1:
		return start, n - start
	}
	return start, int(math.Min(math.Max(r.toInteger(args[1]), 0), float64(n-start)))
}

// holdAll is held for several values.
func (r *run) holdAll(c *msg.Array, vs []value) []any {
	list := make([]any, len(vs))
	for i, v := range vs {
		list[i] = r.held(c, v)
	}
	return list
}

func reverse(r *run, this value, _ []value) value {
	a := this.any.(*msg.Array)
	r.rewrite(a)
	for i, j := 0, a.Len()-1; i < j; i, j = i+1, j-1 {
		x := a.At(i)
		a.Set(i, a.At(j))
		a.Set(j, x)
	}
	return this
}

func fill(r *run, this value, args []value) value {
	a := this.any.(*msg.Array)
	n := a.Len()
	i, j := r.index(args, 1, n, 0), r.index(args, 2, n, n)
	if i >= j {
		return this
	}
	if i == 0 && j == n {
		r.holed = slices.DeleteFunc(r.holed, func(h *msg.Array) bool { return h == a })
	}
	r.rewrite(a)
	x := r.held(a, arg(args, 0))
	for ; i < j; i++ {
		a.Set(i, x)
	}
	return this
}

// setLength is the assignment to an array's length.
func (r *run) setLength(a *msg.Array, v value) {
	f, ok := v.number()
	if !ok || f < 0 || f != math.Trunc(f) {
		bailout("a special length of an array")
	}
	if f >= float64(a.Len()) {
		r.lengthen(a, int(math.Min(f, msg.MaxArrayLen)))
		return
	}
	r.rewrite(a)
	a.SetLen(int(f))
}

// lengthen makes an array n elements long, of which the new ones are holes.
func (r *run) lengthen(a *msg.Array, n int) {
	if n == a.Len() {
		return
	}
	if n-a.Len() > maxIndex {
		bailout("an array with very many holes")
	}
	r.charge(n - a.Len())
	r.note(change{kind: grown, array: a, at: a.Len()})
	a.SetLen(n)
	if !slices.Contains(r.holed, a) {
		r.holed = append(r.holed, a)
	}
}
