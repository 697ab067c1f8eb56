package msg

import "iter"

// Array is a JavaScript array. Holes read as Undefined.
type Array struct {
	elems  []any
	stored bool   // owned by a context store, see CopyIn
	tag    uint32 // see Tag
}

// NewArray makes an array of the given values; it keeps the slice.
func NewArray(elems ...any) *Array { return &Array{elems: elems} }

// Len returns the number of elements.
func (a *Array) Len() int {
	if a == nil {
		return 0
	}
	return len(a.elems)
}

// At returns element i, or Undefined outside the array.
func (a *Array) At(i int) any {
	if a == nil || i < 0 || i >= len(a.elems) {
		return Undefined
	}
	return a.elems[i]
}

// Set replaces element i; the array grows with Undefined as needed. The caller
// bounds i: a flow can name any index (see MaxArrayLen).
func (a *Array) Set(i int, v any) {
	for i >= len(a.elems) {
		a.elems = append(a.elems, Undefined)
	}
	a.elems[i] = v
}

// MaxArrayLen bounds the arrays that a flow can make by naming a high index.
const MaxArrayLen = 1 << 26

// Append adds values at the end.
func (a *Array) Append(v ...any) {
	if a.elems == nil {
		a.elems = make([]any, 0, max(len(v), firstRoom))
	}
	a.elems = append(a.elems, v...)
}

// firstRoom is what an array that grows has room for at first.
const firstRoom = 4

// SetLen cuts the array, or extends it with Undefined.
func (a *Array) SetLen(n int) {
	if n <= len(a.elems) {
		clear(a.elems[n:])
		a.elems = a.elems[:n]
		return
	}
	a.Set(n-1, Undefined)
}

// Shift removes the first element; there must be one.
func (a *Array) Shift() {
	a.elems[0] = nil
	a.elems = a.elems[1:]
}

// Splice replaces n elements from i on by vs; i and n must lie within the array.
func (a *Array) Splice(i, n int, vs ...any) {
	tail := append([]any(nil), a.elems[i+n:]...)
	a.SetLen(i)
	a.elems = append(append(a.elems, vs...), tail...)
}

// All yields indices and elements.
func (a *Array) All() iter.Seq2[int, any] {
	return func(yield func(int, any) bool) {
		if a == nil {
			return
		}
		for i, v := range a.elems {
			if !yield(i, v) {
				return
			}
		}
	}
}

// Slice returns a new array of elements i up to but not including j.
func (a *Array) Slice(i, j int) *Array {
	return &Array{elems: append([]any(nil), a.elems[i:j]...)}
}
