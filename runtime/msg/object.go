package msg

import (
	"cmp"
	"iter"
	"slices"
	"unsafe"
)

// Message properties that nodes name most.
const (
	ID         = "_msgid"
	PayloadKey = "payload"
	TopicKey   = "topic"
)

// Object is an ordered object. Keys enumerate as in JavaScript: integer-like
// keys first and ascending, then the others in the order they were added.
// The zero value is empty and ready to use; a nil *Object reads as empty.
//
// An Object is not safe for concurrent use: it belongs to one delivery, or to
// the context store that holds it.
type Object struct {
	fields []field
	ints   int              // how many of fields are integer-like keys; they come first
	index  map[string]int32 // nil until the object has more than indexAbove fields
	shared bool             // index belongs to several objects with the same keys
	stored bool             // owned by a context store, see CopyIn
	bare   bool             // see NewBareObject
	tag    uint32           // see Tag
}

type field struct {
	key string
	val any
}

// indexAbove is the size up to which a linear search beats a map.
const indexAbove = 16

// NewObjectSize makes an object with room for n fields. Of a small one object and fields
// are one piece of memory.
func NewObjectSize(n int) *Object {
	switch n {
	case 0:
		return &Object{}
	case 1:
		return withRoom[[1]field](1)
	case 2:
		return withRoom[[2]field](2)
	case 3:
		return withRoom[[3]field](3)
	case 4:
		return withRoom[[4]field](4)
	case 5:
		return withRoom[[5]field](5)
	case 6:
		return withRoom[[6]field](6)
	case 7:
		return withRoom[[7]field](7)
	case 8:
		return withRoom[[8]field](8)
	}
	return &Object{fields: make([]field, 0, n)}
}

// withRoom makes an object with the fields in it that Room is an array of.
func withRoom[Room any](n int) *Object {
	o := &struct {
		Object
		room Room
	}{}
	o.fields = unsafe.Slice((*field)(unsafe.Pointer(&o.room)), n)[:0]
	return &o.Object
}

// NewObject makes an object from alternating keys and values.
func NewObject(pairs ...any) *Object {
	n := len(pairs) / 2
	o := NewObjectSize(n + n%2) // many get another field
	for i := 0; i+1 < len(pairs); i += 2 {
		o.Set(pairs[i].(string), pairs[i+1])
	}
	return o
}

// NewBareObject makes an object as JavaScript's Object.create(null) does: a script
// finds no inherited methods in it. Copies of it have them, as lodash's cloneDeep has it.
func NewBareObject() *Object { return &Object{bare: true} }

// Bare tells whether the object was made by NewBareObject.
func (o *Object) Bare() bool { return o != nil && o.bare }

// Len returns the number of fields.
func (o *Object) Len() int {
	if o == nil {
		return 0
	}
	return len(o.fields)
}

// Get returns the value of key and whether it is there.
func (o *Object) Get(key string) (any, bool) {
	if i := o.find(key); i >= 0 {
		return o.fields[i].val, true
	}
	return Undefined, false
}

// Value returns the value of key, or Undefined.
func (o *Object) Value(key string) any {
	if i := o.find(key); i >= 0 {
		return o.fields[i].val
	}
	return Undefined
}

// String returns the value of key if it is a string, else "".
func (o *Object) String(key string) string {
	s, _ := o.Value(key).(string)
	return s
}

// Has tells whether key is there, even if its value is Undefined.
func (o *Object) Has(key string) bool { return o.find(key) >= 0 }

// Set replaces the value of key in its place, or adds it.
func (o *Object) Set(key string, v any) {
	if i := o.find(key); i >= 0 {
		o.fields[i].val = v
		return
	}
	if n, ok := ArrayIndex(key); ok {
		at := o.ints
		for at > 0 {
			if before, _ := ArrayIndex(o.fields[at-1].key); before < n {
				break
			}
			at--
		}
		o.ints++
		if at < len(o.fields) {
			o.fields = slices.Insert(o.fields, at, field{key, v})
			o.reindex()
			return
		}
	}
	o.fields = append(o.fields, field{key, v})
	if o.index != nil && !o.shared {
		o.index[key] = int32(len(o.fields) - 1)
	} else if len(o.fields) > indexAbove {
		o.reindex()
	}
}

// SetAll sets every field of from.
func (o *Object) SetAll(from *Object) {
	for i := range from.fields {
		f := &from.fields[i]
		if i < len(o.fields) && o.fields[i].key == f.key {
			o.fields[i].val = f.val
		} else {
			o.Set(f.key, f.val)
		}
	}
}

// arrange moves integer-like keys to the front, in ascending order.
func (o *Object) arrange() {
	rank := func(f field) uint64 {
		if n, ok := ArrayIndex(f.key); ok {
			return uint64(n)
		}
		return 1 << 32
	}
	slices.SortStableFunc(o.fields, func(a, b field) int { return cmp.Compare(rank(a), rank(b)) })
	for o.ints = 0; o.ints < len(o.fields) && rank(o.fields[o.ints]) < 1<<32; {
		o.ints++
	}
	o.reindex()
}

// Delete removes key if it is there.
func (o *Object) Delete(key string) {
	i := o.find(key)
	if i < 0 {
		return
	}
	if i < o.ints {
		o.ints--
	}
	o.fields = slices.Delete(o.fields, i, i+1)
	o.reindex()
}

// All yields keys and values in JavaScript's order. The object must not gain
// or lose fields meanwhile; values may be replaced.
func (o *Object) All() iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		if o == nil {
			return
		}
		for i := range o.fields {
			if !yield(o.fields[i].key, o.fields[i].val) {
				return
			}
		}
	}
}

// At returns the i-th field in JavaScript's order, 0 <= i < Len().
func (o *Object) At(i int) (key string, v any) { return o.fields[i].key, o.fields[i].val }

// Keys returns the keys in JavaScript's order.
func (o *Object) Keys() []string {
	keys := make([]string, o.Len())
	for i := range keys {
		keys[i] = o.fields[i].key
	}
	return keys
}

func (o *Object) find(key string) int {
	if o == nil {
		return -1
	}
	return findIn(o.fields, o.index, key)
}

// findIn returns where key is in fields, of which index is the index or nil, or -1.
func findIn(fields []field, index map[string]int32, key string) int {
	if index != nil {
		if i, ok := index[key]; ok {
			return int(i)
		}
		return -1
	}
	for i := range fields {
		if fields[i].key == key {
			return i
		}
	}
	return -1
}

// reindex makes the index anew after fields have moved.
func (o *Object) reindex() {
	o.index, o.shared = nil, false
	if len(o.fields) > indexAbove {
		o.index = indexOf(o.fields)
	}
}

func indexOf(fields []field) map[string]int32 {
	index := make(map[string]int32, 2*len(fields))
	for i := range fields {
		index[fields[i].key] = int32(i)
	}
	return index
}

// ArrayIndex tells whether key is an integer-like key ("0", "17", not "007"),
// which JavaScript enumerates first, and which number it is. The largest is 2^32-2.
func ArrayIndex(key string) (uint32, bool) {
	if len(key) == 0 || len(key) > 10 || key[0] == '0' && len(key) > 1 {
		return 0, false
	}
	var n uint64
	for i := 0; i < len(key); i++ {
		c := key[i] - '0'
		if c > 9 {
			return 0, false
		}
		n = n*10 + uint64(c)
	}
	return uint32(n), n < 1<<32-1
}
