package msg

import (
	"maps"
	"slices"
	"strings"
	"unsafe"
)

// Clone copies a value deeply as lodash.clonedeep does for RED.util.cloneMessage:
// shared references stay shared, cycles stay cycles; a Buffer's copy shares its
// bytes; errors, functions, Host and Foreign values are shared, though an error or
// function that is not inside anything gives an empty object.
// It panics with a *RangeError on values nested deeper than MaxDepth.
func Clone(v any) any {
	switch v.(type) {
	case nil, undefined, bool, float64, string, *BigInt:
		return v
	case *Error, *Func:
		return &Object{}
	case Foreign:
		if TypeOf(v) == "function" {
			return &Object{}
		}
	}
	c := copier{}
	return c.value(v)
}

// CloneMessage clones a message; req and res are shared whatever they are. As in
// Node-RED they move to the end of both messages, and go if they are falsy.
func CloneMessage(m *Object) *Object {
	if m == nil {
		return nil
	}
	own := m.moveToEnd("req", "res")
	room := len(m.fields) + 1
	if !m.Has(ID) {
		room++ // it gets one next
	}
	n := NewObjectSize(room)
	n.fields = append(n.fields, m.fields...)
	n.ints = m.ints
	n.reindex()
	c := copier{}
	c.add(unsafe.Pointer(m), n)
	c.enter()
	for i := range n.fields[:own] {
		f := &n.fields[i]
		f.val = c.value(f.val)
	}
	return n
}

// moveToEnd moves fields behind all others, in the given order; those whose values are
// falsy go. It returns how many fields there are before them.
func (o *Object) moveToEnd(keys ...string) int {
	end := len(o.fields)
	for i := len(keys) - 1; i >= 0; i-- {
		if at := o.find(keys[i]); at >= 0 && at == end-1 && ToBool(o.fields[at].val) {
			end--
		} else if at >= 0 {
			end = -1
		}
	}
	if end >= 0 {
		return end // as in every message that has been cloned before
	}
	moved := 0
	for _, key := range keys {
		if v, ok := o.Get(key); ok {
			o.Delete(key)
			if ToBool(v) {
				o.Set(key, v)
				moved++
			}
		}
	}
	return len(o.fields) - moved
}

// CopyIn returns v as a context store may keep it: containers that are not the
// store's yet are copied and marked, buffers are copied, strings are detached
// from larger texts, Keepers are told.
// It panics with a *RangeError on values nested deeper than MaxDepth.
func CopyIn(v any) any {
	c := copier{into: true}
	return c.value(v)
}

// CopyOut returns v as a message may hold it: what belongs to a store is copied,
// in place where v is a message's own container that refers to such.
// It panics with a *RangeError on values nested deeper than MaxDepth.
func CopyOut(v any) any {
	c := copier{out: true}
	return c.takeOut(v)
}

// Stored tells whether v is a container that belongs to a context store.
func Stored(v any) bool {
	switch v := v.(type) {
	case *Object:
		return v != nil && v.stored
	case *Array:
		return v != nil && v.stored
	}
	return false
}

// copier copies one value. It remembers what it has copied, as a list while that
// is short, which most messages are.
type copier struct {
	into, out bool // into or out of a store
	depth     int
	n         int // how many of few are in use
	few       [fewCopied]copied
	many      map[unsafe.Pointer]any
	keys      map[string]string // detached keys
}

// copied is what a container or another value that is known by its address became.
type copied struct {
	from unsafe.Pointer
	to   any
}

const fewCopied = 8

func (c *copier) find(from unsafe.Pointer) (any, bool) {
	if c.many != nil {
		to, ok := c.many[from]
		return to, ok
	}
	for i := range c.n {
		if c.few[i].from == from {
			return c.few[i].to, true
		}
	}
	return nil, false
}

func (c *copier) add(from unsafe.Pointer, to any) {
	if c.n < fewCopied {
		c.few[c.n] = copied{from, to}
		c.n++
		return
	}
	if c.many == nil {
		c.many = make(map[unsafe.Pointer]any, 8*fewCopied)
		for _, f := range c.few {
			c.many[f.from] = f.to
		}
	}
	c.many[from] = to
}

func (c *copier) enter() {
	if c.depth++; c.depth > MaxDepth {
		panic(errTooDeep)
	}
}

func (c *copier) value(value any) any {
	switch v := value.(type) {
	case nil, undefined, bool, float64:
		return value
	case string:
		if c.into {
			return strings.Clone(v)
		}
		return value // not v, which would be boxed anew
	case *Object:
		if c.into && v.stored {
			return v
		}
		return c.object(v)
	case *Array:
		if c.into && v.stored {
			return v
		}
		return c.array(v)
	case *Buffer:
		return c.buffer(v)
	case *Date, *RegExp, *TypedArray:
		return c.leaf(v)
	case *Error:
		if c.into || c.out {
			return c.error(v)
		}
	}
	if k, ok := value.(Keeper); ok && c.into {
		k.Keep()
	}
	return value
}

func (c *copier) object(o *Object) *Object {
	if to, ok := c.find(unsafe.Pointer(o)); ok {
		return to.(*Object)
	}
	n := NewObjectSize(len(o.fields))
	n.fields = append(n.fields, o.fields...)
	n.ints, n.stored = o.ints, c.into
	if o.index != nil && !c.into {
		n.index = maps.Clone(o.index)
	}
	c.add(unsafe.Pointer(o), n)
	c.enter()
	for i := range n.fields {
		f := &n.fields[i]
		f.val = c.value(f.val)
		if c.into {
			f.key = c.key(f.key)
		}
	}
	if c.into {
		n.reindex() // the old index holds the old keys
	}
	c.depth--
	return n
}

func (c *copier) array(a *Array) *Array {
	if to, ok := c.find(unsafe.Pointer(a)); ok {
		return to.(*Array)
	}
	n := &Array{elems: slices.Clone(a.elems), stored: c.into}
	c.add(unsafe.Pointer(a), n)
	c.enter()
	for i := range n.elems {
		n.elems[i] = c.value(n.elems[i])
	}
	c.depth--
	return n
}

// buffer makes a buffer anew wherever it is met, as lodash does.
func (c *copier) buffer(b *Buffer) *Buffer {
	if c.into || c.out {
		return &Buffer{slices.Clone(b.B)}
	}
	return &Buffer{b.B}
}

func (c *copier) leaf(v any) any {
	at := (*boxed)(unsafe.Pointer(&v)).value
	if to, ok := c.find(at); ok {
		return to
	}
	var n any
	switch v := v.(type) {
	case *Date:
		n = &Date{v.Ms}
	case *RegExp:
		n = &RegExp{v.Source, v.Flags}
	case *TypedArray:
		if strings.HasPrefix(v.Kind, "Big") && !c.into && !c.out {
			return v // lodash does not know these
		}
		n = &TypedArray{v.Kind, slices.Clone(v.B)}
	}
	c.add(at, n)
	return n
}

func (c *copier) error(e *Error) *Error {
	if to, ok := c.find(unsafe.Pointer(e)); ok {
		return to.(*Error)
	}
	n := &Error{Name: e.Name, Message: e.Message, Stack: e.Stack}
	c.add(unsafe.Pointer(e), n)
	c.enter()
	if e.Props != nil {
		n.Props = c.object(e.Props)
	}
	c.depth--
	return n
}

// key detaches a key; objects of a list mostly have the same ones.
func (c *copier) key(k string) string {
	if d, ok := c.keys[k]; ok {
		return d
	}
	if c.keys == nil {
		c.keys = map[string]string{}
	}
	d := strings.Clone(k)
	c.keys[d] = d
	return d
}

// takeOut copies what is the store's, and looks for such in what is not.
func (c *copier) takeOut(v any) any {
	if Stored(v) {
		return c.value(v)
	}
	switch v := v.(type) {
	case *Buffer:
		if c.depth == 0 {
			return c.buffer(v)
		}
	case *Object:
		if _, ok := c.find(unsafe.Pointer(v)); !ok && v != nil {
			c.add(unsafe.Pointer(v), v)
			c.enter()
			for i := range v.fields {
				v.fields[i].val = c.takeOut(v.fields[i].val)
			}
			c.depth--
		}
	case *Array:
		if _, ok := c.find(unsafe.Pointer(v)); !ok && v != nil {
			c.add(unsafe.Pointer(v), v)
			c.enter()
			for i := range v.elems {
				v.elems[i] = c.takeOut(v.elems[i])
			}
			c.depth--
		}
	}
	return v
}
