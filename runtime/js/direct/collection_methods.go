package direct

import "sluice/runtime/msg"

func init() { constructors["Map"], constructors["Set"] = mapOf, setOf }

// mapOf is new Map.
func mapOf(r *run, args []value) value {
	from := arg(args, 0)
	c := &collection{entries: room(from)}
	if x, ok := from.any.(*collection); ok && !x.set {
		for i := range x.entries {
			if e := &x.entries[i]; e.key.any != (gone{}) {
				r.step()
				c.put(r, e.k(), e.val)
			}
		}
		return value{any: c}
	}
	if !from.nullish() {
		r.each(from, func(v value) bool {
			r.step()
			k, e := r.keyAndValue(v)
			c.put(r, k, e)
			return true
		})
	}
	return value{any: c}
}

// room is for the entries that an array is likely to bring.
func room(from value) []entry {
	if a, ok := from.any.(*msg.Array); ok {
		return make([]entry, 0, min(a.Len(), indexRoom))
	}
	return nil
}

// keyAndValue are the first two elements of an entry.
func (r *run) keyAndValue(v value) (k, e value) {
	a, ok := v.any.(*msg.Array)
	if !ok {
		bailout("an entry that is no array")
	}
	return r.taken(a, a.At(0)), r.taken(a, a.At(1))
}

// setOf is new Set.
func setOf(r *run, args []value) value {
	from := arg(args, 0)
	c := &collection{set: true, entries: room(from)}
	if !from.nullish() {
		r.each(from, func(v value) bool {
			r.step()
			c.put(r, v, undefined)
			return true
		})
	}
	return value{any: c}
}

var mapMethods = map[string]method{
	"get": func(_ *run, this value, args []value) value {
		v, _ := this.any.(*collection).get(arg(args, 0))
		return v
	},
	"set": func(r *run, this value, args []value) value {
		this.any.(*collection).put(r, arg(args, 0), arg(args, 1))
		return this
	},
	"has": hasKey, "delete": deleteKey, "clear": clearAll, "forEach": eachEntry,
	"keys": entryIterator(overKeys), "values": entryIterator(overValues), "entries": entryIterator(overEntries),
}

var setMethods = map[string]method{
	"add": func(r *run, this value, args []value) value {
		this.any.(*collection).put(r, arg(args, 0), undefined)
		return this
	},
	"has": hasKey, "delete": deleteKey, "clear": clearAll, "forEach": eachEntry,
	"keys": entryIterator(overKeys), "values": entryIterator(overKeys), "entries": entryIterator(overEntries),
}

func hasKey(_ *run, this value, args []value) value {
	_, ok := this.any.(*collection).get(arg(args, 0))
	return boolean(ok)
}

func deleteKey(_ *run, this value, args []value) value {
	return boolean(this.any.(*collection).delete(arg(args, 0)))
}

func clearAll(_ *run, this value, _ []value) value {
	this.any.(*collection).clear()
	return undefined
}

func eachEntry(r *run, this value, args []value) value {
	c, f := this.any.(*collection), r.caller(callback(arg(args, 0)))
	for at := 0; ; {
		e, ok := c.next(r, &at)
		if !ok {
			f.end()
			return undefined
		}
		f.call(e.val, e.k(), this)
	}
}

func entryIterator(over iterates) method {
	return func(_ *run, this value, _ []value) value {
		return value{any: &iterator{over: over, of: this.any.(*collection)}}
	}
}
