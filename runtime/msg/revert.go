package msg

import "slices"

// What a script engine needs to take back what it has done to containers.

// Tag returns the number that SetTag has given the object, else 0. A script engine tells by it
// what it has made itself. Copies have none.
func (o *Object) Tag() uint32 { return o.tag }

// SetTag gives the object a number.
func (o *Object) SetTag(n uint32) { o.tag = n }

// Tag is Object.Tag for arrays.
func (a *Array) Tag() uint32 { return a.tag }

// SetTag gives the array a number.
func (a *Array) SetTag(n uint32) { a.tag = n }

// Swap is Set, and tells what was there before.
func (o *Object) Swap(key string, v any) (was any, had bool) {
	if i := o.find(key); i >= 0 {
		was = o.fields[i].val
		o.fields[i].val = v
		return was, true
	}
	o.Set(key, v)
	return nil, false
}

// Snapshot is what an object holds at one time.
type Snapshot struct {
	fields []field
	ints   int
}

// Snapshot returns what the object holds; the values themselves are not copied.
func (o *Object) Snapshot() Snapshot { return Snapshot{slices.Clone(o.fields), o.ints} }

// Restore gives the object back what it held, in the order of then.
func (o *Object) Restore(s Snapshot) {
	o.fields, o.ints = s.fields, s.ints
	o.reindex()
}

// Elements returns the elements as a slice of its own.
func (a *Array) Elements() []any { return slices.Clone(a.elems) }

// AdoptElements makes containers that a store's container refers to, and that are not
// the store's, the store's own by copying them, see CopyIn.
func AdoptElements(stored any) {
	switch c := stored.(type) {
	case *Object:
		for i := range c.fields {
			adopt(&c.fields[i].val)
		}
	case *Array:
		for i := range c.elems {
			adopt(&c.elems[i])
		}
	}
}

func adopt(v *any) {
	switch (*v).(type) {
	case *Object, *Array:
		if !Stored(*v) {
			*v = CopyIn(*v)
		}
	}
}
