package js

import (
	"github.com/dop251/goja"
)

// preludeName marks stack frames of the JavaScript that this package brings.
const preludeName = "sluice:"

// install gives the VM its globals beyond ECMAScript. Each is made when a body first names it.
func (v *vm) install() {
	g := v.rt.GlobalObject()
	v.installJSON()
	for name, make := range map[string]func(*vm) goja.Value{
		"Buffer":          func(v *vm) goja.Value { return v.bufferClass() },
		"RED":             func(v *vm) goja.Value { return v.object("util", v.prelude("redutil")) },
		"structuredClone": func(v *vm) goja.Value { return v.prelude("clone").Get("structured") },
	} {
		lazy(v, g, name, func() goja.Value { return make(v) })
	}
}

const moduleList = "buffer, crypto, events, os, path, querystring, url, util"

func (v *vm) module(name string) goja.Value { return nil }

// object makes an object of alternating names and values.
func (v *vm) object(pairs ...any) *goja.Object {
	o := v.rt.NewObject()
	for i := 0; i+1 < len(pairs); i += 2 {
		o.Set(pairs[i].(string), pairs[i+1])
	}
	return o
}
