package direct

import (
	"math"
	"strconv"

	"sluice/runtime/msg"
)

var arrayFunctions = map[string]static{
	"Array.isArray": func(_ *run, args []value) value {
		switch arg(args, 0).any.(type) {
		case *msg.Array, *match:
			return truth
		}
		return falsity
	},
	"Array.of":   func(r *run, args []value) value { return r.list(args) },
	"Array.from": arrayFrom,
}

func init() { globalFunctions["Array"], constructors["Array"] = newArray, newArray }

// newArray is new Array, with or without new. An array of a given length has holes,
// which read as undefined; what tells them from it asks dense first.
func newArray(r *run, args []value) value {
	n, ok := arg(args, 0).number()
	if !ok || len(args) != 1 {
		return r.list(args)
	}
	if n < 0 || n != math.Trunc(n) || n > maxElements {
		bailout("an array of a special length")
	}
	r.charge(int(n))
	list := make([]any, int(n))
	for i := range list {
		list[i] = msg.Undefined
	}
	v := r.arrayOf(list)
	if n > 0 {
		r.holed = append(r.holed, v.any.(*msg.Array))
	}
	return v
}

// arrayFrom is Array.from.
func arrayFrom(r *run, args []value) value {
	from := arg(args, 0)
	var f caller
	if v := arg(args, 1); !v.isUndefined() {
		f = r.caller(callback(v))
	}
	var list []any
	add := func(v value) bool {
		r.step()
		if len(list) >= maxElements {
			bailout("a very long array")
		}
		if f.f != nil {
			v = f.call(v, num(float64(len(list))))
		}
		list = append(list, r.kept(v))
		return true
	}
	switch x := from.any.(type) {
	case *msg.Array:
		list = make([]any, 0, min(x.Len(), maxElements))
		r.each(from, add)
	case *msg.Object:
		n := r.lengthOf(x)
		list = make([]any, 0, n)
		for i := range n {
			e := undefined
			if x.Len() > 1 {
				e = r.get(from, strconv.Itoa(i))
			}
			add(e)
		}
	case number, bool:
	default:
		r.each(from, add)
	}
	f.end()
	return r.arrayOf(list)
}

// lengthOf is the length of an object that is like an array.
func (r *run) lengthOf(o *msg.Object) int {
	v, ok := o.Get("length")
	if !ok {
		return 0
	}
	n := r.toInteger(r.taken(o, v))
	if n > maxElements {
		bailout("a very long array")
	}
	return int(math.Max(n, 0))
}
