package direct

import "sluice/runtime/msg"

// Methods of arrays that call a function of the body. They read each element when its
// turn comes, and pass over those that the function has cut off. The second argument of
// most, which would be this, is not looked at: no function that runs here has a this.

// callback is an argument that is to be called.
func callback(v value) callable {
	f, ok := v.any.(callable)
	if !ok {
		bailout("a callback that is no function")
	}
	return f
}

// call calls a function.
func (r *run) call(f callable, args ...value) value {
	base := len(r.args)
	r.args = append(r.args, args...)
	v := f.call(r, r.args[base:len(r.args):len(r.args)])
	r.args = r.args[:base]
	return v
}

// callFor calls a function for element i of an array.
func (r *run) callFor(f callable, v value, i int, a value) value {
	c, ok := f.(*closure)
	if !ok || c.fn.params != nil || c.fn.rest >= 0 {
		return r.call(f, v, num(float64(i)), a)
	}
	fr := r.enter(c.fn, c.up)
	switch c.fn.simple {
	case 0:
	case 1:
		fr.vars[0] = v
	case 2:
		fr.vars[0], fr.vars[1] = v, num(float64(i))
	default:
		fr.vars[0], fr.vars[1], fr.vars[2] = v, num(float64(i)), a
	}
	v = c.fn.exec(fr)
	r.depth--
	return v
}

var callbackMethods = map[string]method{
	"every":         func(r *run, this value, args []value) value { return boolean(!r.any(this, args, false)) },
	"some":          func(r *run, this value, args []value) value { return boolean(r.any(this, args, true)) },
	"filter":        filter,
	"find":          func(r *run, this value, args []value) value { _, v := r.first(this, args); return v },
	"findIndex":     func(r *run, this value, args []value) value { i, _ := r.first(this, args); return num(float64(i)) },
	"findLast":      func(r *run, this value, args []value) value { _, v := r.last(this, args); return v },
	"findLastIndex": func(r *run, this value, args []value) value { i, _ := r.last(this, args); return num(float64(i)) },
	"flatMap":       flatMap, "forEach": forEach, "map": mapped, "reduce": reduce, "reduceRight": reduceRight,
	"sort": sortInPlace, "toSorted": toSorted,
}

// walked is the array that a method is called on and its first argument.
func (r *run) walked(this value, args []value) (*msg.Array, callable) {
	a := this.any.(*msg.Array)
	r.dense(a)
	return a, callback(arg(args, 0))
}

// any tells whether the function says so of any element.
func (r *run) any(this value, args []value, so bool) bool {
	a, f := r.walked(this, args)
	for i, n := 0, a.Len(); i < n; i++ {
		if i < a.Len() && r.callFor(f, r.taken(a, a.At(i)), i, this).truthy() == so {
			return true
		}
	}
	return false
}

// first is the first element that the function says yes to, -1 and undefined if there is none.
func (r *run) first(this value, args []value) (int, value) {
	a, f := this.any.(*msg.Array), callback(arg(args, 0))
	for i, n := 0, a.Len(); i < n; i++ {
		v := r.taken(a, a.At(i))
		if r.callFor(f, v, i, this).truthy() {
			return i, v
		}
	}
	return -1, undefined
}

func (r *run) last(this value, args []value) (int, value) {
	a, f := this.any.(*msg.Array), callback(arg(args, 0))
	for i := a.Len() - 1; i >= 0; i-- {
		v := r.taken(a, a.At(i))
		if r.callFor(f, v, i, this).truthy() {
			return i, v
		}
	}
	return -1, undefined
}

func forEach(r *run, this value, args []value) value {
	a, f := r.walked(this, args)
	for i, n := 0, a.Len(); i < n; i++ {
		if i < a.Len() {
			r.callFor(f, r.taken(a, a.At(i)), i, this)
		}
	}
	return undefined
}

func filter(r *run, this value, args []value) value {
	a, f := r.walked(this, args)
	n := a.Len()
	list := make([]any, 0, min(n, 32))
	for i := range n {
		if i >= a.Len() {
			continue
		}
		x := a.At(i)
		if r.callFor(f, r.taken(a, x), i, this).truthy() {
			list = append(list, r.moved(a, x))
		}
	}
	return r.arrayOf(list)
}

func mapped(r *run, this value, args []value) value {
	a, f := r.walked(this, args)
	n := a.Len()
	list := make([]any, n)
	for i := range list {
		if i >= a.Len() {
			bailout("an array with holes")
		}
		list[i] = r.kept(r.callFor(f, r.taken(a, a.At(i)), i, this))
	}
	return r.arrayOf(list)
}

func flatMap(r *run, this value, args []value) value {
	a, f := r.walked(this, args)
	n := a.Len()
	list := make([]any, 0, n)
	for i := range n {
		if i >= a.Len() {
			continue
		}
		v := r.callFor(f, r.taken(a, a.At(i)), i, this)
		if b, ok := v.any.(*msg.Array); ok {
			r.dense(b)
			list = r.appendMoved(list, b)
			continue
		}
		list = append(list, r.kept(v))
	}
	return r.arrayOf(list)
}

func reduce(r *run, this value, args []value) value {
	a, f := r.walked(this, args)
	i, n := 0, a.Len()
	var sum value
	if len(args) > 1 {
		sum = r.summand(args[1])
	} else {
		if n == 0 {
			bailout("a sum of nothing")
		}
		sum = r.taken(a, a.At(0))
		i = 1
	}
	for ; i < n; i++ {
		if i < a.Len() {
			sum = r.fold(f, sum, r.taken(a, a.At(i)), i, this)
		}
	}
	return sum
}

func reduceRight(r *run, this value, args []value) value {
	a, f := r.walked(this, args)
	i := a.Len() - 1
	var sum value
	if len(args) > 1 {
		sum = r.summand(args[1])
	} else {
		if i < 0 {
			bailout("a sum of nothing")
		}
		sum = r.taken(a, a.At(i))
		i--
	}
	for ; i >= 0; i-- {
		if i < a.Len() {
			sum = r.fold(f, sum, r.taken(a, a.At(i)), i, this)
		}
	}
	return sum
}

// summand is what a sum begins with: no function, which the body could keep.
func (r *run) summand(v value) value {
	if _, ok := v.any.(callable); ok {
		bailout("a function as a value")
	}
	return v
}

// fold calls the function of reduce for element i.
func (r *run) fold(f callable, sum, v value, i int, a value) value {
	c, ok := f.(*closure)
	if !ok || c.fn.params != nil || c.fn.rest >= 0 || c.fn.simple != 2 {
		return r.call(f, sum, v, num(float64(i)), a)
	}
	fr := r.enter(c.fn, c.up)
	fr.vars[0], fr.vars[1] = sum, v
	v = c.fn.exec(fr)
	r.depth--
	return v
}
