package js

import (
	"strconv"

	"github.com/dop251/goja"
)

// bulk is up to how many elements are got at once: a sparse array has none of its length.
const bulk = 1 << 20

// each calls f with the elements of an array, holes as undefined. Getting one by
// its name takes four times as long as a call that is given all.
func (v *vm) each(o *goja.Object, f func(i int, x goja.Value)) {
	n := int(o.Get("length").ToInteger())
	if n > bulk {
		for i := range n {
			f(i, o.Get(strconv.Itoa(i)))
		}
		return
	}
	if v.apply == nil {
		apply := v.class("Function").Get("prototype").(*goja.Object).Get("apply")
		v.apply, _ = apply.Export().(func(goja.FunctionCall) goja.Value)
		v.receiver = v.rt.ToValue(func(c goja.FunctionCall) goja.Value { v.elements = c.Arguments; return v.undef })
	}
	v.apply(goja.FunctionCall{This: v.receiver, Arguments: []goja.Value{v.undef, o}})
	list := v.elements
	v.elements = nil
	for i, x := range list {
		f(i, x)
	}
}
