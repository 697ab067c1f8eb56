package direct

import (
	"math"
	"slices"

	"sluice/runtime/msg"
)

// Methods of arrays that read. A method takes an array as it is at each step, since
// what it calls may change it. Every array is dense but those of newArray and lengthen.

var arrayMethods = map[string]method{
	"at": func(r *run, this value, args []value) value {
		a := this.any.(*msg.Array)
		i := r.toInteger(arg(args, 0))
		if i < 0 {
			i += float64(a.Len())
		}
		if i < 0 || i >= float64(a.Len()) {
			return undefined
		}
		return r.taken(a, a.At(int(i)))
	},
	"includes": func(r *run, this value, args []value) value {
		a := this.any.(*msg.Array)
		v := arg(args, 0)
		if f, ok := v.number(); ok && f != f {
			return boolean(includesNaN(a, r.index(args, 1, a.Len(), 0)))
		}
		return boolean(r.find(a, v, r.index(args, 1, a.Len(), 0)) >= 0)
	},
	"indexOf": func(r *run, this value, args []value) value {
		a := this.any.(*msg.Array)
		r.dense(a)
		return num(float64(r.find(a, arg(args, 0), r.index(args, 1, a.Len(), 0))))
	},
	"lastIndexOf": func(r *run, this value, args []value) value {
		a := this.any.(*msg.Array)
		r.dense(a)
		from := float64(a.Len() - 1)
		if len(args) > 1 {
			f := r.toInteger(args[1])
			if f < 0 {
				f += float64(a.Len())
			}
			from = math.Min(from, f)
		}
		r.charge(a.Len())
		for i := int(math.Max(from, -1)); i >= 0; i-- {
			if strictEqual(of(a.At(i)), arg(args, 0)) {
				return num(float64(i))
			}
		}
		return num(-1)
	},
	"join": func(r *run, this value, args []value) value {
		sep := ","
		if v := arg(args, 0); !v.isUndefined() {
			sep = r.toText(v)
		}
		return text(r.join(this.any.(*msg.Array), sep))
	},
	"toString": func(r *run, this value, _ []value) value { return text(r.join(this.any.(*msg.Array), ",")) },
	"valueOf":  func(_ *run, this value, _ []value) value { return this },
	"keys":     arrayIterator(overKeys),
	"values":   arrayIterator(overValues),
	"entries":  arrayIterator(overEntries),
	"concat":   concat, "flat": flat, "slice": slice, "toReversed": toReversed, "toSpliced": toSpliced, "with": with,
	"fill": fill, "pop": pop, "push": push, "reverse": reverse, "shift": shift, "splice": splice, "unshift": unshift,
}

// maxElements is how long an array may become in one step. Longer ones are a VM's.
const maxElements = 1 << 20

// dense bails out if an array may have holes, for what tells a hole from undefined.
func (r *run) dense(a *msg.Array) {
	if len(r.holed) > 0 {
		r.fillsHoles(a)
	}
}

// fillsHoles looks whether the holes of an array made by newArray or lengthen have been filled.
func (r *run) fillsHoles(a *msg.Array) {
	if i := slices.Index(r.holed, a); i >= 0 {
		r.charge(a.Len())
		for _, x := range a.All() {
			if x == msg.Undefined {
				bailout("an array with holes")
			}
		}
		r.holed = slices.Delete(r.holed, i, i+1)
	}
}

// find returns where the first element from index i on is that is v by ===, or -1.
func (r *run) find(a *msg.Array, v value, i int) int {
	r.charge(a.Len() - i)
	switch want := v.any.(type) {
	case number:
		for ; i < a.Len(); i++ {
			if f, ok := a.At(i).(float64); ok && f == v.num {
				return i
			}
		}
	case string:
		for ; i < a.Len(); i++ {
			if s, ok := a.At(i).(string); ok && s == want {
				return i
			}
		}
	default:
		for ; i < a.Len(); i++ {
			if strictEqual(of(a.At(i)), v) {
				return i
			}
		}
	}
	return -1
}

func includesNaN(a *msg.Array, i int) bool {
	for ; i < a.Len(); i++ {
		if f, ok := a.At(i).(float64); ok && f != f {
			return true
		}
	}
	return false
}

// join is Array.prototype.join.
func (r *run) join(a *msg.Array, sep string) string {
	if r.depth++; r.depth > maxDepth {
		bailout("an array in itself, or a deep one")
	}
	buf := r.buf
	r.buf = nil
	b := buf[:0]
	for i := range a.Len() {
		if i > 0 && sep != "" {
			b = r.appendText(b, sep)
		}
		switch x := a.At(i).(type) {
		case nil:
		case string:
			b = r.appendText(b, x)
		case float64:
			b = msg.AppendNumber(b, x)
		default:
			if v := (value{any: x}); !v.isUndefined() {
				b = r.appendText(b, r.toText(v))
			}
		}
	}
	s := string(b)
	r.buf = b
	r.depth--
	return s
}
