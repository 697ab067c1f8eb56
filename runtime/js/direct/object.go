package direct

import "sluice/runtime/msg"

var objectFunctions = map[string]static{
	"Object.keys":                objectKeys,
	"Object.getOwnPropertyNames": ownNames,
	"Object.values":              objectValues,
	"Object.entries":             objectEntries,
	"Object.assign":              assign,
	"Object.fromEntries":         fromEntries,
	"Object.groupBy":             groupBy,
	"Map.groupBy":                groupIntoMap,
	"Object.create": func(_ *run, args []value) value {
		if arg(args, 0).any != nil || !arg(args, 1).isUndefined() {
			bailout("an object with a prototype of its own")
		}
		return value{any: msg.NewBareObject()}
	},
	"Object.hasOwn": func(r *run, args []value) value { return boolean(r.hasOwn(arg(args, 0), arg(args, 1))) },
	"Object.is": func(_ *run, args []value) value {
		return boolean(sameValue(arg(args, 0), arg(args, 1)))
	},
}

// properties are the own enumerable properties of a value, for Object.keys and its like.
// A value without any is an empty object.
func (r *run) properties(v value) *msg.Object {
	switch x := v.any.(type) {
	case *msg.Object:
		return x
	case number, bool, *msg.Date, *collection:
		return nil
	}
	bailout("the properties of a special value")
	return nil
}

// indexed is the number of indices that a value has as keys, -1 if it is not made of elements.
func (r *run) indexed(v value) int {
	switch x := v.any.(type) {
	case *msg.Array:
		r.dense(x)
		return x.Len()
	case string:
		return msg.UTF16Len(x)
	}
	return -1
}

func objectKeys(r *run, args []value) value {
	v := arg(args, 0)
	if r.indexed(v) >= 0 {
		return r.texts(msg.Keys(v.any))
	}
	o := r.properties(v)
	list := make([]any, o.Len())
	for i := range list {
		list[i], _ = o.At(i)
	}
	r.charge(len(list))
	return r.arrayOf(list)
}

func ownNames(r *run, args []value) value {
	o, ok := arg(args, 0).any.(*msg.Object)
	if !ok {
		bailout("the names of a special value")
	}
	return r.texts(o.Keys())
}

// texts is an array of texts.
func (r *run) texts(keys []string) value {
	r.charge(len(keys))
	list := make([]any, len(keys))
	for i, k := range keys {
		list[i] = k
	}
	return r.arrayOf(list)
}

func objectValues(r *run, args []value) value {
	switch x := arg(args, 0).any.(type) {
	case *msg.Array:
		r.dense(x)
		return r.part(x, 0, x.Len())
	case string:
		list := make([]any, msg.UTF16Len(x))
		r.charge(len(list))
		for i := range list {
			list[i] = r.character(x, i).any
		}
		return r.arrayOf(list)
	}
	o := r.properties(arg(args, 0))
	r.charge(o.Len())
	list := make([]any, o.Len())
	for i := range list {
		_, x := o.At(i)
		list[i] = r.moved(o, x)
	}
	return r.arrayOf(list)
}

func objectEntries(r *run, args []value) value {
	v := arg(args, 0)
	if a, ok := v.any.(*msg.Array); ok {
		r.dense(a)
		return r.entries(a.Len(), func(i int) (string, any) { return msg.FormatNumber(float64(i)), r.moved(a, a.At(i)) })
	}
	o := r.properties(v)
	return r.entries(o.Len(), func(i int) (string, any) {
		k, x := o.At(i)
		return k, r.moved(o, x)
	})
}

// entries is an array of n arrays of a key and a value, cut from one piece of memory.
func (r *run) entries(n int, at func(int) (string, any)) value {
	r.charge(n)
	list, heads, room := make([]any, n), make([]msg.Array, n), make([]any, 2*n)
	for i := range list {
		e := room[2*i : 2*i+2 : 2*i+2]
		e[0], e[1] = at(i)
		heads[i] = *msg.NewArray(e...)
		heads[i].SetTag(r.tag)
		list[i] = &heads[i]
	}
	return r.arrayOf(list)
}

// assign is Object.assign.
func assign(r *run, args []value) value {
	to, ok := arg(args, 0).any.(*msg.Object)
	if !ok || to == nil {
		bailout("an assignment to a special object")
	}
	for _, v := range args[1:] {
		from, ok := v.any.(*msg.Object)
		if !ok && !v.nullish() {
			from = r.properties(v)
		}
		if from == to {
			continue
		}
		r.charge(from.Len())
		for k, x := range from.All() {
			r.setField(to, k, r.taken(from, x))
		}
	}
	return args[0]
}

// fromEntries is Object.fromEntries.
func fromEntries(r *run, args []value) value {
	o := msg.NewObject()
	r.each(arg(args, 0), func(v value) bool {
		r.step()
		k, x := r.keyAndValue(v)
		key := r.toKey(k)
		if key == "__proto__" {
			bailout("__proto__")
		}
		o.Set(key, r.kept(x))
		return true
	})
	return value{any: o}
}

// hasOwn tells whether a value has a property of its own.
func (r *run) hasOwn(v, k value) bool {
	if v.nullish() {
		bailout("a property of null or undefined")
	}
	key := r.toKey(k)
	switch x := v.any.(type) {
	case *msg.Object:
		return x.Has(key)
	case *msg.Array, string:
		i, ok := msg.ArrayIndex(key)
		return key == "length" || ok && int(i) < r.indexed(v)
	case number, bool:
		return false
	default:
		_ = x
	}
	bailout("the own properties of a special object")
	return false
}

// sameValue is Object.is.
func sameValue(a, b value) bool {
	x, ok := a.number()
	y, both := b.number()
	if ok && both {
		return x != x && y != y || x == y && (x != 0 || 1/x == 1/y)
	}
	return strictEqual(a, b)
}

// groups collects values by the key that a function gives each.
func (r *run) groups(args []value, key func(value) value) *collection {
	f := r.caller(callback(arg(args, 1)))
	c := &collection{}
	n := 0
	r.each(arg(args, 0), func(v value) bool {
		r.step()
		k := key(f.call(v, num(float64(n))))
		n++
		group, ok := c.get(k)
		if !ok {
			group = r.arrayOf(nil)
			c.put(r, k, group)
		}
		group.any.(*msg.Array).Append(r.kept(v))
		return true
	})
	f.end()
	return c
}

func groupIntoMap(r *run, args []value) value {
	return value{any: r.groups(args, func(k value) value { return k })}
}

// groupBy is Object.groupBy.
func groupBy(r *run, args []value) value {
	c := r.groups(args, func(k value) value { return text(r.toKey(k)) })
	o := msg.NewBareObject()
	for i := range c.entries {
		o.Set(c.entries[i].key.any.(string), c.entries[i].val.any)
	}
	return value{any: o}
}
