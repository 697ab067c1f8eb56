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

// caller calls one function many times. A function of the body keeps its frame meanwhile.
type caller struct {
	r     *run
	f     callable
	fn    *function
	fr    *frame // nil: the function is not one of the body, or takes a rest
	plain bool   // its parameters are variables
}

func (r *run) caller(f callable) caller {
	c := caller{r: r, f: f}
	if g, ok := f.(*closure); ok && g.fn.rest < 0 {
		c.fn, c.fr, c.plain = g.fn, r.enter(g.fn, g.up), g.fn.params == nil
	}
	return c
}

// end gives the frame back.
func (c *caller) end() {
	if c.fr != nil {
		c.r.depth--
	}
}

// run runs the function in its frame, in which so many arguments have been set.
func (c *caller) run(args int) value {
	c.r.step()
	for i := args; i < len(c.fr.vars); i++ {
		c.fr.vars[i] = undefined
	}
	return c.fn.exec(c.fr)
}

// call calls the function in whatever way it takes its arguments.
func (c *caller) call(args ...value) value {
	switch {
	case c.fr == nil:
		return c.r.call(c.f, args...)
	case c.plain:
		return c.run(copy(c.fr.vars[:c.fn.simple], args))
	}
	for i := range c.fr.vars {
		c.fr.vars[i] = undefined
	}
	for i, bind := range c.fn.params {
		bind(c.fr, arg(args, i))
	}
	c.r.step()
	return c.fn.exec(c.fr)
}

// element calls the function for element i of an array.
func (c *caller) element(v value, i int, a value) value {
	if !c.plain {
		return c.call(v, num(float64(i)), a)
	}
	vars := c.fr.vars
	switch c.fn.simple {
	case 0:
		return c.run(0)
	case 1:
		vars[0] = v
		return c.run(1)
	case 2:
		vars[0], vars[1] = v, num(float64(i))
		return c.run(2)
	}
	vars[0], vars[1], vars[2] = v, num(float64(i)), a
	return c.run(3)
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
func (r *run) walked(this value, args []value) (*msg.Array, caller) {
	a := this.any.(*msg.Array)
	r.dense(a)
	return a, r.caller(callback(arg(args, 0)))
}

// present is element i of an array that is walked. A hole, which the function can have made, would be passed over.
func (r *run) present(a *msg.Array, i int) value {
	x := a.At(i)
	if x == msg.Undefined {
		r.dense(a)
	}
	return r.taken(a, x)
}

// any tells whether the function says so of any element.
func (r *run) any(this value, args []value, so bool) bool {
	a, f := r.walked(this, args)
	defer f.end()
	for i, n := 0, a.Len(); i < n; i++ {
		if i < a.Len() && f.element(r.present(a, i), i, this).truthy() == so {
			return true
		}
	}
	return false
}

// first is the first element that the function says yes to, -1 and undefined if there is none.
func (r *run) first(this value, args []value) (int, value) {
	a, f := this.any.(*msg.Array), r.caller(callback(arg(args, 0)))
	defer f.end()
	for i, n := 0, a.Len(); i < n; i++ {
		v := r.taken(a, a.At(i))
		if f.element(v, i, this).truthy() {
			return i, v
		}
	}
	return -1, undefined
}

func (r *run) last(this value, args []value) (int, value) {
	a, f := this.any.(*msg.Array), r.caller(callback(arg(args, 0)))
	defer f.end()
	for i := a.Len() - 1; i >= 0; i-- {
		v := r.taken(a, a.At(i))
		if f.element(v, i, this).truthy() {
			return i, v
		}
	}
	return -1, undefined
}

func forEach(r *run, this value, args []value) value {
	a, f := r.walked(this, args)
	for i, n := 0, a.Len(); i < n; i++ {
		if i < a.Len() {
			f.element(r.present(a, i), i, this)
		}
	}
	f.end()
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
		if f.element(r.present(a, i), i, this).truthy() {
			list = append(list, r.moved(a, x))
		}
	}
	f.end()
	return r.arrayOf(list)
}

func mapped(r *run, this value, args []value) value {
	a, f := r.walked(this, args)
	list := make([]any, a.Len())
	for i := range list {
		if i >= a.Len() {
			bailout("an array with holes")
		}
		list[i] = r.kept(f.element(r.present(a, i), i, this))
	}
	f.end()
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
		v := f.element(r.present(a, i), i, this)
		if b, ok := v.any.(*msg.Array); ok {
			r.dense(b)
			list = r.appendMoved(list, b)
			continue
		}
		list = append(list, r.kept(v))
	}
	f.end()
	return r.arrayOf(list)
}

func reduce(r *run, this value, args []value) value {
	a, f := r.walked(this, args)
	i, n := 0, a.Len()
	sum := r.summand(args)
	if len(args) < 2 {
		if n == 0 {
			bailout("a sum of nothing")
		}
		sum = r.taken(a, a.At(0))
		i = 1
	}
	for ; i < n; i++ {
		if i < a.Len() {
			sum = f.call(sum, r.present(a, i), num(float64(i)), this)
		}
	}
	f.end()
	return sum
}

func reduceRight(r *run, this value, args []value) value {
	a, f := r.walked(this, args)
	i := a.Len() - 1
	sum := r.summand(args)
	if len(args) < 2 {
		if i < 0 {
			bailout("a sum of nothing")
		}
		sum = r.present(a, i)
		i--
	}
	for ; i >= 0; i-- {
		if i < a.Len() {
			sum = f.call(sum, r.present(a, i), num(float64(i)), this)
		}
	}
	f.end()
	return sum
}

// summand is what a sum begins with: no function, which the body could keep.
func (r *run) summand(args []value) value {
	v := arg(args, 1)
	if _, ok := v.any.(callable); ok {
		bailout("a function as a value")
	}
	return v
}
