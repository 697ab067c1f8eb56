package network

import (
	"strconv"

	"sluice/runtime/msg"
)

func (p *queryParser) mark(o *msg.Object, highest int) *msg.Object {
	if p.overflow == nil {
		p.overflow = map[*msg.Object]int{}
	}
	p.overflow[o] = highest
	return o
}

func (p *queryParser) overflows(v any) bool {
	o, ok := v.(*msg.Object)
	if !ok {
		return false
	}
	_, ok = p.overflow[o]
	return ok
}

func (p *queryParser) markConflict(v any, highest int) any {
	if p.conflict == nil {
		p.conflict = map[any]int{}
	}
	p.conflict[v] = highest
	return v
}

// combine joins two values of one name into a list.
func (p *queryParser) combine(a, b any) any {
	if !p.overflows(a) {
		list := newList()
		list.concat(a)
		list.concat(b)
		return p.limit(list)
	}
	o := a.(*msg.Object)
	more := newList()
	more.concat(b)
	for _, v := range more.values {
		p.overflow[o]++
		o.Set(strconv.Itoa(p.overflow[o]), v)
	}
	return o
}

// limit turns a list that is too long into an object.
func (p *queryParser) limit(list *queryList) any {
	if list.length <= p.arrayLimit {
		return list
	}
	return p.mark(list.object(), list.length-1)
}

// merge adds source to target, as qs's utils.merge does, and returns the result,
// which may be another container.
func (p *queryParser) merge(target, source any) any {
	switch source.(type) {
	case *msg.Object, *queryList:
	default:
		if !msg.ToBool(source) {
			return target
		}
		return p.mergeText(target, source)
	}
	switch target.(type) {
	case *msg.Object, *queryList:
	default:
		return p.mergeUnder(target, source)
	}
	if list, ok := target.(*queryList); ok {
		if other, ok := source.(*queryList); ok {
			return p.mergeLists(list, other)
		}
		o := list.object()
		if _, ok := p.conflict[list]; ok {
			p.markConflict(o, list.length-1)
		}
		target = o
	}
	return p.mergeInto(target.(*msg.Object), source)
}

// mergeText adds a text to what stands under its name.
func (p *queryParser) mergeText(target, text any) any {
	switch t := target.(type) {
	case *queryList:
		if t.length >= p.arrayLimit {
			o := t.object()
			o.Set(strconv.Itoa(t.length), text)
			return p.mark(o, t.length)
		}
		t.append(text)
		return t
	case *msg.Object:
		if p.overflows(t) {
			p.overflow[t]++
			t.Set(strconv.Itoa(p.overflow[t]), text)
			return t
		}
		if n, ok := p.conflict[t]; ok {
			p.conflict[t] = n + 1
			t.Set(strconv.Itoa(n+1), text)
			return t
		}
		return p.markConflict(newList(t, text), 1)
	}
	return newList(target, text)
}

// mergeUnder puts a container to a text that stands under its name.
func (p *queryParser) mergeUnder(text, source any) any {
	if !p.overflows(source) {
		list := newList(text)
		list.concat(source)
		return p.limit(list)
	}
	o := source.(*msg.Object)
	moved := msg.NewObject("0", text)
	for key, v := range o.All() {
		if n, ok := msg.ArrayIndex(key); ok {
			moved.Set(strconv.Itoa(int(n)+1), v)
		}
	}
	return p.mark(moved, p.overflow[o]+1)
}

func (p *queryParser) mergeLists(target, source *queryList) any {
	for i, at := range source.at {
		v := source.values[i]
		old, ok := target.get(at)
		switch {
		case !ok:
			target.set(at, v)
		case isContainer(old) && isContainer(v):
			target.set(at, p.merge(old, v))
		default:
			target.append(v)
		}
	}
	return p.limit(target)
}

func isContainer(v any) bool {
	switch v.(type) {
	case *msg.Object, *queryList:
		return true
	}
	return false
}

func (p *queryParser) mergeInto(target *msg.Object, source any) any {
	fields, ok := source.(*msg.Object)
	if !ok {
		fields = source.(*queryList).object()
	}
	highest, overflows := p.overflow[fields]
	for key, v := range fields.All() {
		if old, ok := target.Get(key); ok {
			v = p.merge(old, v)
		}
		target.Set(key, v)
		n, isIndex := msg.ArrayIndex(key)
		if overflows && !p.overflows(target) {
			p.mark(target, max(highest, highestIndex(target)))
		}
		if top, ok := p.overflow[target]; ok && isIndex && int(n) > top {
			p.overflow[target] = int(n)
		}
		if top, ok := p.conflict[target]; ok && isIndex && int(n) > top {
			p.conflict[target] = int(n)
		}
	}
	return target
}

func highestIndex(o *msg.Object) int {
	highest := 0
	for key := range o.All() {
		if n, ok := msg.ArrayIndex(key); ok {
			highest = max(highest, int(n))
		}
	}
	return highest
}
