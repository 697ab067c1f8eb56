package msg

import "unsafe"

// A document's values are cut from larger pieces of memory, since to ask for each by
// itself takes longer than to read its text. A piece lives as long as any value in it,
// as the text does: CopyIn is what a value goes through that is to outlive its document.
type slabs struct {
	objects slab[Object]
	arrays  slab[Array]
	fields  slab[field]
	elems   slab[any]
	strings slab[string]
	numbers slab[float64]
}

// slab is a piece of memory, of which some is handed out. Nothing is handed out twice.
type slab[T any] struct {
	piece []T
	used  int // rather than a shorter slice, to write no pointer each time
}

// slabBytes is the size of a piece. Of the sizes that Go's allocator has it is quickest
// with this one, by the byte: it gets room for eight pieces at a time, where it gets room
// for four of 2 kB. Eight bytes of each it takes for itself.
const slabBytes = 3072 - 8

// take returns n zero values, with no room to append to. About more of them will be
// wanted in all.
func (s *slab[T]) take(n, more int) []T {
	if n > len(s.piece)-s.used {
		var t T
		if most := slabBytes / int(unsafe.Sizeof(t)); n > most/4 {
			return make([]T, n)
		}
		s.refill(max(n, more))
	}
	s.used += n
	return s.piece[s.used-n : s.used : s.used]
}

// one returns a pointer to a zero value.
func (s *slab[T]) one(more int) *T {
	if s.used == len(s.piece) {
		s.refill(more + 1)
	}
	s.used++
	return &s.piece[s.used-1]
}

func (s *slab[T]) refill(n int) {
	var t T
	s.piece, s.used = make([]T, min(n, slabBytes/int(unsafe.Sizeof(t)))), 0
}

// boxed is how Go lays out an any: its type, and a pointer to the value.
type boxed struct{ typ, value unsafe.Pointer }

var (
	stringBox any = ""
	numberBox any = 0.5

	stringType = (*boxed)(unsafe.Pointer(&stringBox)).typ
	numberType = (*boxed)(unsafe.Pointer(&numberBox)).typ
)

// string makes s an any.
func (m *slabs) string(s string, more int) (v any) {
	p := m.strings.one(more)
	*p = s
	*(*boxed)(unsafe.Pointer(&v)) = boxed{stringType, unsafe.Pointer(p)}
	return v
}

// number makes f an any.
func (m *slabs) number(f float64, more int) (v any) {
	p := m.numbers.one(more)
	*p = f
	*(*boxed)(unsafe.Pointer(&v)) = boxed{numberType, unsafe.Pointer(p)}
	return v
}
