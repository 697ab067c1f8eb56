package js

import (
	"slices"

	"github.com/dop251/goja"
)

// goja's JSON.stringify goes down by Go's recursion, which nothing can interrupt
// and no limit of JavaScript bounds: toJSON may make a new object at every level.
// It is therefore always given a replacer that counts.

// counting returns the replacer that does what the given one does, down to maxDepth levels.
func (v *vm) counting(replacer goja.Value) goja.Value {
	pick := v.picker(replacer)
	calls := isCallable(replacer)
	depth := map[*goja.Object]int{}
	return v.rt.ToValue(func(c goja.FunctionCall) goja.Value {
		x := c.Argument(1)
		if calls {
			x = v.call(replacer, c.This, c.Argument(0), x)
		}
		o, ok := x.(*goja.Object)
		if !ok {
			return x
		}
		o = pick(o)
		of, _ := c.This.(*goja.Object)
		if depth[o] = depth[of] + 1; depth[o] > maxDepth {
			v.tooDeep(c)
		}
		return o
	})
}

// picker returns what gives an object only those properties that a list of keys
// names, in the list's order. Without a list it gives the object.
func (v *vm) picker(list goja.Value) func(*goja.Object) *goja.Object {
	o, ok := list.(*goja.Object)
	if !ok || o.ClassName() != "Array" {
		return func(o *goja.Object) *goja.Object { return o }
	}
	var keys []string
	v.each(o, func(_ int, x goja.Value) {
		of, _ := x.(*goja.Object)
		if goja.IsString(x) || goja.IsNumber(x) || of != nil && (of.ClassName() == "String" || of.ClassName() == "Number") {
			if key := x.String(); !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	})
	return func(o *goja.Object) *goja.Object {
		switch o.ClassName() {
		case "Array", "String", "Number", "Boolean", "Function":
			return o
		}
		only := v.rt.NewObject()
		for _, key := range keys {
			if x := o.Get(key); x != nil {
				only.DefineDataProperty(key, x, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_TRUE)
			}
		}
		return only
	}
}
