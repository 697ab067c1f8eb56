package direct

import "sluice/runtime/msg"

// iterator is what the methods keys, values and entries return.
type iterator struct {
	over  iterates
	array *msg.Array  // that it goes through, or
	of    *collection // the Map or Set
	at    int         // the index or position that comes next
	done  bool
}

type iterates uint8

const (
	overKeys iterates = iota
	overValues
	overEntries
)

func arrayIterator(over iterates) method {
	return func(_ *run, this value, _ []value) value {
		return value{any: &iterator{over: over, array: this.any.(*msg.Array)}}
	}
}

// next is the next value; ok is false at the end, once and for all.
func (it *iterator) next(r *run) (v value, ok bool) {
	if it.done {
		return undefined, false
	}
	if it.array != nil {
		v, ok = it.nextElement(r)
	} else {
		v, ok = it.nextEntry(r)
	}
	it.done = !ok
	return v, ok
}

func (it *iterator) nextElement(r *run) (value, bool) {
	a, i := it.array, it.at
	if i >= a.Len() {
		return undefined, false
	}
	it.at++
	switch it.over {
	case overKeys:
		return num(float64(i)), true
	case overValues:
		return r.taken(a, a.At(i)), true
	}
	return r.two(msg.Number(float64(i)), r.moved(a, a.At(i))), true
}

func (it *iterator) nextEntry(r *run) (value, bool) {
	e, ok := it.of.next(r, &it.at)
	if !ok {
		return undefined, false
	}
	switch it.over {
	case overKeys:
		return e.k(), true
	case overValues:
		return e.val, true
	}
	return r.pair(e), true
}

// pair is an entry of a Map as an array.
func (r *run) pair(e *entry) value {
	return r.two(r.kept(e.k()), r.kept(e.val))
}

// two is an array of two elements in one piece of memory.
func (r *run) two(x, y any) value {
	e := &struct {
		msg.Array
		room [2]any
	}{room: [2]any{x, y}}
	e.Array = *msg.NewArray(e.room[:]...)
	e.SetTag(r.tag)
	return value{any: &e.Array}
}

var iteratorMethods = map[string]method{
	"next": func(r *run, this value, _ []value) value {
		v, ok := this.any.(*iterator).next(r)
		return value{any: msg.NewObject("value", r.held(nil, v), "done", !ok)}
	},
}
