package direct

// typed is a typed array of a run: it never leaves the body.
type typed interface {
	size() int
	get(i int) float64
	set(i int, f float64)
}

// elements are the numbers of a typed array, and how a number becomes one of them.
type elements[T int8 | uint8 | int16 | uint16 | int32 | uint32 | float32 | float64] struct {
	list []T
	from func(float64) T
}

func (e *elements[T]) size() int            { return len(e.list) }
func (e *elements[T]) get(i int) float64    { return float64(e.list[i]) }
func (e *elements[T]) set(i int, f float64) { e.list[i] = e.from(f) }

// typedArrays make typed arrays of a size, by their constructors' names.
var typedArrays = map[string]func(n int) typed{
	"Int8Array":   whole[int8],
	"Uint8Array":  whole[uint8],
	"Int16Array":  whole[int16],
	"Uint16Array": whole[uint16],
	"Int32Array":  whole[int32],
	"Uint32Array": whole[uint32],
	"Float32Array": func(n int) typed {
		return &elements[float32]{make([]float32, n), func(f float64) float32 { return float32(f) }}
	},
	"Float64Array": func(n int) typed { return &elements[float64]{make([]float64, n), func(f float64) float64 { return f }} },
}

func init() {
	for name, make := range typedArrays {
		constructors[name] = newTyped(make)
	}
}

// whole makes a typed array of integers, which keep the low bits of what ToInt32 gives.
func whole[T int8 | uint8 | int16 | uint16 | int32 | uint32](n int) typed {
	return &elements[T]{make([]T, n), func(f float64) T { return T(toInt32(f)) }}
}

// maxTyped bounds the elements of a typed array.
const maxTyped = 1 << 22

// newTyped makes a typed array of a size, or of what an iterable gives.
func newTyped(make func(n int) typed) static {
	return func(r *run, args []value) value {
		v := arg(args, 0)
		if f, ok := v.number(); ok {
			if !isInteger(f) || f < 0 || f > maxTyped {
				bailout("the size of a typed array")
			}
			r.charge(int(f))
			return value{any: make(int(f))}
		}
		var list []float64
		r.each(v, func(e value) bool {
			r.step()
			list = append(list, r.toNumber(e))
			return true
		})
		t := make(len(list))
		for i, f := range list {
			t.set(i, f)
		}
		return value{any: t}
	}
}

// typedAt is t[k].
func typedAt(t typed, k value) value {
	f, ok := k.number()
	if !ok || !isInteger(f) {
		bailout("a property of a typed array")
	}
	if f < 0 || f >= float64(t.size()) {
		return undefined
	}
	return num(t.get(int(f)))
}

// putTyped is t[k] = v; elements that are not there are not made.
func (r *run) putTyped(t typed, k, v value) {
	f, ok := k.number()
	if !ok || !isInteger(f) {
		bailout("a property of a typed array")
	}
	x := r.toNumber(v)
	if f >= 0 && f < float64(t.size()) {
		t.set(int(f), x)
	}
}

var typedMethods = map[string]method{
	"fill": func(r *run, this value, args []value) value {
		t := this.any.(typed)
		x, n := r.toNumber(arg(args, 0)), t.size()
		from, to := r.index(args, 1, n, 0), r.index(args, 2, n, n)
		r.charge(n)
		for i := from; i < to; i++ {
			t.set(i, x)
		}
		return this
	},
}
