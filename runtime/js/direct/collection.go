package direct

import (
	"math"

	"sluice/runtime/msg"
)

// collection is a Map or a Set. It lives within one run only: a message or store that
// is to hold one is a VM's.
type collection struct {
	set     bool
	entries []entry // in the order they were added, those that were deleted too
	before  int     // how many entries have been dropped before the first
	size    int
	// index tells the position of each key once there are many. Positions count from the
	// first entry that ever was, so that iterators need not know what has been dropped.
	index *index
}

type index struct {
	texts   map[string]int
	numbers map[float64]int
	others  map[value]int
}

// entry is one of a Map, or one of a Set, whose val is its key. The key is as keyOf has it.
type entry struct{ key, val value }

// k is the key as the body sees it.
func (e *entry) k() value {
	if e.key.any == (notANumber{}) {
		return nan
	}
	return e.key
}

// gone is the key of an entry that was deleted.
type gone struct{}

// notANumber stands for NaN, which equals itself as a key only.
type notANumber struct{}

const (
	indexAbove = 8       // entries
	maxEntries = 1 << 20 // of a collection, those that were deleted too
)

// keyOf is v as a key; two keys are the same if they are equal in Go.
func keyOf(v value) value {
	switch v.any.(type) {
	case number:
		if v.num != v.num {
			return value{any: notANumber{}}
		}
		if v.num == 0 {
			return num(0) // of -0 too
		}
		return v
	case string, bool, nil, *msg.Object, *msg.Array, *msg.Date, *msg.Buffer, *collection:
		return value{any: v.any}
	}
	if !v.isUndefined() {
		bailout("a special key of a Map or Set")
	}
	return v
}

// find returns the place of a key among the entries, -1 if it is not there.
func (c *collection) find(k value) int {
	if c.index == nil {
		for i := range c.entries {
			if c.entries[i].key == k {
				return i
			}
		}
		return -1
	}
	if at, ok := c.index.get(k); ok {
		return at - c.before
	}
	return -1
}

func (c *collection) get(v value) (value, bool) {
	if i := c.find(keyOf(v)); i >= 0 {
		return c.entries[i].val, true
	}
	return undefined, false
}

// put is set of a Map, and add of a Set.
func (c *collection) put(r *run, key, val value) {
	k := keyOf(key)
	if _, ok := val.any.(*collection); !ok {
		r.loose(val) // nothing else of the run's own
	}
	if i := c.find(k); i >= 0 {
		if !c.set {
			c.entries[i].val = val
		}
		return
	}
	if len(c.entries) >= maxEntries {
		bailout("a very large Map or Set")
	}
	e := entry{k, val}
	if c.set {
		e.val = e.k()
	}
	c.entries = append(c.entries, e)
	c.size++
	switch n := len(c.entries); {
	case c.index != nil:
		c.index.set(k, c.before+n-1)
	case n > indexAbove:
		c.index = &index{}
		for i := range c.entries {
			if k := c.entries[i].key; k.any != (gone{}) {
				c.index.set(k, c.before+i)
			}
		}
	}
}

func (c *collection) delete(v value) bool {
	k := keyOf(v)
	i := c.find(k)
	if i < 0 {
		return false
	}
	if c.index != nil {
		c.index.delete(k)
	}
	c.entries[i] = entry{key: value{any: gone{}}}
	c.size--
	drop := 0
	for drop < len(c.entries) && c.entries[drop].key.any == (gone{}) {
		drop++
	}
	c.before += drop
	c.entries = c.entries[drop:]
	return true
}

func (c *collection) clear() {
	c.before += len(c.entries)
	c.entries, c.index, c.size = nil, nil, 0
}

// next returns the first entry from a position on and moves the position behind it.
func (c *collection) next(r *run, at *int) (*entry, bool) {
	i := max(*at-c.before, 0)
	for ; i < len(c.entries); i++ {
		if e := &c.entries[i]; e.key.any != (gone{}) {
			*at = c.before + i + 1
			return e, true
		}
		r.step()
	}
	*at = math.MaxInt
	return nil, false
}

func (x *index) get(k value) (at int, ok bool) {
	switch key := k.any.(type) {
	case string:
		at, ok = x.texts[key]
	case number:
		at, ok = x.numbers[k.num]
	default:
		at, ok = x.others[k]
	}
	return at, ok
}

// indexRoom is for how many keys of a kind there is room when the first comes.
const indexRoom = 32

func (x *index) set(k value, at int) {
	switch key := k.any.(type) {
	case string:
		if x.texts == nil {
			x.texts = make(map[string]int, indexRoom)
		}
		x.texts[key] = at
	case number:
		if x.numbers == nil {
			x.numbers = make(map[float64]int, indexRoom)
		}
		x.numbers[k.num] = at
	default:
		if x.others == nil {
			x.others = make(map[value]int, indexRoom)
		}
		x.others[k] = at
	}
}

func (x *index) delete(k value) {
	switch key := k.any.(type) {
	case string:
		delete(x.texts, key)
	case number:
		delete(x.numbers, k.num)
	default:
		delete(x.others, k)
	}
}
