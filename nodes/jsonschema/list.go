package jsonschema

import (
	"strconv"

	"sluice/runtime/msg"
)

// list compiles the keywords that apply schemas to the elements of a list.
func (c *compiler) list(s site, key string) rule {
	switch key {
	case "additionalItems":
		return c.additionalItems(s)
	case "contains":
		return c.contains(s)
	}
	if _, ok := s.o.Value("items").(*msg.Array); ok {
		return c.tuple(s)
	}
	n := c.sub(s, "items")
	return func(r *run, v any) { r.visitFrom(n, v.(*msg.Array), 0) }
}

// visitFrom applies n to the elements from one on.
func (r *run) visitFrom(n *node, list *msg.Array, from int) {
	if len(n.groups) == 0 {
		return
	}
	for i := from; i < list.Len(); i++ {
		r.visitPart(n, strconv.Itoa(i), list.At(i))
	}
}

func (c *compiler) tuple(s site) rule {
	items := c.subs(s, "items")
	return func(r *run, v any) {
		list := v.(*msg.Array)
		for i, n := range items {
			if i < list.Len() {
				r.visitPart(n, strconv.Itoa(i), list.At(i))
			}
		}
	}
}

func (c *compiler) additionalItems(s site) rule {
	items, ok := s.o.Value("items").(*msg.Array)
	if !ok {
		c.fail(`strict mode: "additionalItems" is ignored when "items" is not an array of schemas`)
		return nil
	}
	if s.o.Value("additionalItems") != false {
		n := c.sub(s, "additionalItems")
		return func(r *run, v any) { r.visitFrom(n, v.(*msg.Array), items.Len()) }
	}
	bound := float64(items.Len())
	return func(r *run, v any) {
		if v.(*msg.Array).Len() > items.Len() {
			r.fail(s.path, "additionalItems", "must NOT have more than "+msg.FormatNumber(bound)+" items", "limit", msg.Number(bound))
		}
	}
}

func (c *compiler) contains(s site) rule {
	n := c.sub(s, "contains")
	return func(r *run, v any) {
		before := len(r.errors)
		for i, elem := range v.(*msg.Array).All() {
			if r.visitPart(n, strconv.Itoa(i), elem) {
				r.errors = r.errors[:before]
				return
			}
		}
		r.fail(s.path, "contains", "must contain at least 1 valid item(s)", "minContains", msg.Number(1))
	}
}

// uniqueItems compares every element with every other, unless the schema says that
// they are primitives: then one pass does, over those of the right type.
func (c *compiler) uniqueItems(s site) rule {
	find := duplicate
	if items, ok := s.o.Value("items").(*msg.Object); ok {
		if types := c.types(items); primitive(types) {
			find = func(list *msg.Array) (i, j int, found bool) { return duplicatePrimitive(list, types) }
		}
	}
	return func(r *run, v any) {
		list := v.(*msg.Array)
		if i, j, found := find(list); found {
			r.fail(s.path, "uniqueItems",
				"must NOT have duplicate items (items ## "+strconv.Itoa(j)+" and "+strconv.Itoa(i)+" are identical)",
				"i", msg.Number(float64(i)), "j", msg.Number(float64(j)))
		}
	}
}

func primitive(types []string) bool {
	for _, kind := range types {
		if kind == "object" || kind == "array" {
			return false
		}
	}
	return len(types) > 0
}

// duplicate finds the last element that equals one before it: i and the nearest j < i.
func duplicate(list *msg.Array) (i, j int, found bool) {
	primitives := map[any]int{} // elements that compare by ==, and where they were last seen
	for k, elem := range list.All() {
		switch elem.(type) {
		case nil, string, bool, float64:
			if before, seen := primitives[elem]; seen {
				i, j, found = k, before, true
			}
			primitives[elem] = k
			continue
		}
		for before := k - 1; before >= 0; before-- {
			if equal(elem, list.At(before)) {
				i, j, found = k, before, true
				break
			}
		}
	}
	return i, j, found
}

// duplicatePrimitive goes from the end and finds i, which equals the nearest j > i.
func duplicatePrimitive(list *msg.Array, types []string) (i, j int, found bool) {
	seen := map[any]int{}
	for i := list.Len() - 1; i >= 0; i-- {
		elem := list.At(i)
		for _, kind := range types {
			if !isKind(kind, elem) {
				continue
			}
			if j, twice := seen[elem]; twice {
				return i, j, true
			}
			seen[elem] = i
			break
		}
	}
	return 0, 0, false
}
