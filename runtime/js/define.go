package js

import "github.com/dop251/goja"

// define adds a method that is not enumerable.
func define(v *vm, o *goja.Object, name string, length int, f func(goja.FunctionCall) goja.Value) {
	fn := v.rt.ToValue(f).(*goja.Object)
	fn.DefineDataProperty("name", v.rt.ToValue(name), goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	fn.DefineDataProperty("length", v.rt.ToValue(length), goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	o.DefineDataProperty(name, fn, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
}

// defineBoth adds a function of Node's in both its forms: the one named …Sync, which
// returns and throws, and one that hands what comes out to a callback behind its length
// arguments; param is what errors call that. What do fails with, it returns.
func (v *vm) defineBoth(o *goja.Object, name string, length int, param string, do func(goja.FunctionCall) (r, fault goja.Value)) {
	define(v, o, name+"Sync", length, func(c goja.FunctionCall) goja.Value {
		r, fault := do(c)
		if fault != nil {
			panic(fault)
		}
		return r
	})
	define(v, o, name, length+1, func(c goja.FunctionCall) goja.Value {
		last := max(0, len(c.Arguments)-1)
		callback := c.Argument(last)
		if !isCallable(callback) {
			v.badType(`"`+param+`" argument`, "of type function", callback)
		}
		c.Arguments = c.Arguments[:last]
		r, fault := do(c)
		return v.microtask(func() {
			if fault != nil {
				v.call(callback, v.undef, fault)
				return
			}
			v.call(callback, v.undef, v.null, r)
		})
	})
}
