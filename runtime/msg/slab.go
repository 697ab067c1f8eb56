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

// slab is what is left of a piece of memory. Nothing is handed out twice.
type slab[T any] []T

// slabBytes is the size of a piece. Go's allocator is quickest, by the byte, with
// pieces of a few hundred to a few thousand bytes.
const slabBytes = 2048

// take returns n zero values, with no room to append to. About more of them will be
// wanted in all.
func (s *slab[T]) take(n, more int) []T {
	if n > len(*s) {
		var t T
		if most := slabBytes / int(unsafe.Sizeof(t)); n > most/4 {
			return make([]T, n)
		}
		s.refill(max(n, more))
	}
	taken := (*s)[:n:n]
	*s = (*s)[n:]
	return taken
}

// one returns a pointer to a zero value.
func (s *slab[T]) one(more int) *T {
	if len(*s) == 0 {
		s.refill(more + 1)
	}
	p := &(*s)[0]
	*s = (*s)[1:]
	return p
}

func (s *slab[T]) refill(n int) {
	var t T
	*s = make([]T, min(n, slabBytes/int(unsafe.Sizeof(t))))
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
