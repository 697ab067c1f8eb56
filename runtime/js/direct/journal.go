package direct

import (
	"sync/atomic"

	"sluice/runtime/msg"
)

// change is what a run has changed in a container, so that it can be taken back.
type change struct {
	object *msg.Object
	array  *msg.Array
	date   *msg.Date
	key    string
	at     int
	kind   changeKind
	was    any // a value, or all that the container held: []any or msg.Snapshot
}

type changeKind uint8

const (
	replaced  changeKind = iota // the value of a key or an element
	added                       // a key
	removed                     // a key, or more: was is what the object had
	grown                       // the array, which had at elements
	popped                      // its last element
	shifted                     // its first element
	rewritten                   // the array: was is what it had
	reset                       // the date
)

// note notes a change, but of what the run has made itself.
func (r *run) note(c change) {
	if c.object != nil && c.object.Tag() == r.tag || c.array != nil && c.array.Tag() == r.tag {
		return
	}
	if len(r.journal) >= maxJournal {
		bailout("too many changes")
	}
	r.journal = append(r.journal, c)
}

// undo takes back all changes.
func (r *run) undo() {
	for i := len(r.journal) - 1; i >= 0; i-- {
		c := &r.journal[i]
		switch c.kind {
		case replaced:
			if c.object != nil {
				c.object.Set(c.key, c.was)
			} else {
				c.array.Set(c.at, c.was)
			}
		case added:
			c.object.Delete(c.key)
		case removed:
			c.object.Restore(c.was.(msg.Snapshot))
		case grown:
			c.array.SetLen(c.at)
		case popped:
			c.array.Append(c.was)
		case shifted:
			c.array.Splice(0, 0, c.was)
		case rewritten:
			c.array.SetLen(0)
			c.array.Append(c.was.([]any)...)
		case reset:
			c.date.Ms = c.was.(float64)
		}
	}
}

// held is v as container c may hold it. What a store and a message would share is
// separated at the end of the run, since until then the body sees it as one.
func (r *run) held(c any, v value) any {
	x := r.loose(v)
	switch e := x.(type) {
	case *msg.Object, *msg.Array:
		if in, out := msg.Stored(e), msg.Stored(c); in && !out {
			r.mixed = true
		} else if out && !in {
			r.mixed = true
			r.keepers = append(r.keepers, c)
		}
	case string:
		if msg.Stored(c) {
			return msg.CopyIn(e)
		}
	case *msg.Buffer, *msg.Date:
		if msg.Stored(c) {
			return msg.CopyIn(e)
		}
	}
	return x
}

// loose is v as something other than a container may have it.
func (r *run) loose(v value) any {
	switch v.any.(type) {
	case callable, *pattern, *match, *matches, *iterator, *collection, typed, notYet, chainEnd:
		bailout("a function or pattern outside of the body")
	}
	return v.box()
}

func (r *run) setField(o *msg.Object, key string, v value) {
	if key == "__proto__" {
		bailout("__proto__")
	}
	x := r.held(o, v)
	switch {
	case o.Tag() == r.tag:
		o.Set(key, x)
		return
	case o.Len() >= wide && !o.Has(key):
		r.keep(o)
		o.Set(key, x)
		return
	case len(r.journal) >= maxJournal:
		bailout("too many changes")
	}
	if was, had := o.Swap(key, x); had {
		r.note(change{kind: replaced, object: o, key: key, was: was})
	} else {
		r.note(change{kind: added, object: o, key: key})
	}
}

func (r *run) deleteField(o *msg.Object, key string) {
	if o.Has(key) {
		r.keep(o)
		o.Delete(key)
	}
}

// wide is from how many fields on an object is kept as a whole when it gets more, which are slow to take off one by one.
const wide = 64

// keep notes all fields of an object that is about to change. What happens to it then need not be noted.
func (r *run) keep(o *msg.Object) {
	if o.Tag() == r.tag {
		return
	}
	r.charge(o.Len())
	r.note(change{kind: removed, object: o, was: o.Snapshot()})
	o.SetTag(r.tag)
}

func (r *run) setElement(a *msg.Array, i int, v value) {
	x := r.held(a, v)
	n := a.Len()
	switch {
	case i < n:
		r.note(change{kind: replaced, array: a, at: i, was: a.At(i)})
	case i > n:
		r.lengthen(a, i)
		r.note(change{kind: grown, array: a, at: i})
	default:
		r.note(change{kind: grown, array: a, at: n})
	}
	a.Set(i, x)
}

func (r *run) push(a *msg.Array, v value) {
	x := r.held(a, v)
	r.note(change{kind: grown, array: a, at: a.Len()})
	a.Append(x)
}

// rewrite notes all elements of an array that is about to change. What happens to it then need not be noted.
func (r *run) rewrite(a *msg.Array) {
	if a.Tag() == r.tag {
		return
	}
	r.charge(a.Len())
	r.note(change{kind: rewritten, array: a, was: a.Elements()})
	a.SetTag(r.tag)
}

// tags numbers the runs, by blocks.
var tags atomic.Uint32

// tagged gives the run a number of its own, by which its containers are known.
func (r *run) tagged() {
	const block = 1 << 12
	if r.tag%block == 0 {
		r.tag = tags.Add(1) * block
	}
	r.tag++
}

// newObject makes an object of the run's own.
func (r *run) newObject(fields int) *msg.Object {
	o := msg.NewObjectSize(fields)
	o.SetTag(r.tag)
	return o
}

// arrayOf makes an array of the run's own; it keeps the slice.
func (r *run) arrayOf(elems []any) value {
	a := msg.NewArray(elems...)
	a.SetTag(r.tag)
	return value{any: a}
}

// separate gives stores and messages containers of their own.
func (r *run) separate() {
	for _, k := range r.keepers {
		msg.AdoptElements(k)
	}
	for _, e := range r.effects {
		for _, out := range e.Outs {
			for _, m := range out {
				msg.CopyOut(m)
			}
		}
	}
	msg.CopyOut(r.m)
}
