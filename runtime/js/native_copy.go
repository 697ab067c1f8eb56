package js

import (
	"github.com/dop251/goja"

	"sluice/runtime/msg"
)

// nativeCopy is the message of a body that needs property features views do
// not have: accessors, symbols as keys, frozen objects.
type nativeCopy struct{ root *goja.Object }

func (s *session) copyMessage() goja.Value {
	c := &importer{vm: s.vm, memo: map[any]*goja.Object{}}
	s.copy = &nativeCopy{c.value(s.m).(*goja.Object)}
	return s.copy.root
}

// settle gives the message what the body left in its copy.
func (c *nativeCopy) settle(s *session) {
	now := (&exporter{vm: s.vm}).plain(c.root)
	for _, k := range s.m.Keys() {
		s.m.Delete(k)
	}
	for k, x := range now.All() {
		s.m.Set(k, x)
	}
}

// currentID is the message's id as the body has left it.
func (s *session) currentID() any {
	if s.copy != nil {
		return s.vm.toGo(s.copy.root.Get(msg.ID))
	}
	return s.m.Value(msg.ID)
}

// importer makes native objects of Go values; shared references stay shared.
type importer struct {
	vm   *vm
	memo map[any]*goja.Object
}

func (c *importer) value(x any) goja.Value {
	switch x := x.(type) {
	case *msg.Object:
		if o, ok := c.memo[x]; ok {
			return o
		}
		o := c.vm.rt.NewObject()
		c.memo[x] = o
		for k, e := range x.All() {
			o.Set(k, c.value(e))
		}
		return o
	case *msg.Array:
		if o, ok := c.memo[x]; ok {
			return o
		}
		o := c.vm.rt.NewArray()
		c.memo[x] = o
		push, _ := goja.AssertFunction(o.Get("push"))
		for _, e := range x.All() {
			if _, err := push(o, c.value(e)); err != nil {
				panic(err)
			}
		}
		return o
	}
	return c.vm.toJS(x)
}
