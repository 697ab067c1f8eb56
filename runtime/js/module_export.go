package js

import (
	"strconv"

	"github.com/dop251/goja"

	"sluice/runtime/msg"
)

// moduleExporter makes plain values of a module's exports, functions included.
type moduleExporter struct {
	vm   *vm
	f    *Function
	seen map[*goja.Object]any
}

func (x *moduleExporter) value(val goja.Value, depth int) any {
	o, ok := val.(*goja.Object)
	if !ok {
		return x.vm.toGo(val)
	}
	if r, ok := x.seen[o]; ok {
		return r
	}
	if depth > 100 {
		return msg.Undefined
	}
	if isCallable(o) {
		f := &msg.Func{Name: text(o.Get("name").ToString()), Call: x.function(o)}
		x.seen[o] = f
		return f
	}
	switch {
	case o.ExportType() == typeEnvView:
		return new(msg.Object)
	case o.ClassName() == "Array":
		n := int(min(o.Get("length").ToInteger(), 1<<20))
		elems := make([]any, n)
		a := msg.NewArray(elems...)
		x.seen[o] = a
		for i := range elems {
			elems[i] = x.value(o.Get(strconv.Itoa(i)), depth+1)
		}
		return a
	case o.ExportType() == typeObjectMap && o.ClassName() == "Object":
		r := new(msg.Object)
		x.seen[o] = r
		for _, k := range o.Keys() {
			r.Set(k, x.value(o.Get(k), depth+1))
		}
		return r
	}
	return x.vm.toGo(val)
}

// function calls back into the module's VM.
func (x *moduleExporter) function(fn *goja.Object) func(any, []any) (any, error) {
	return func(this any, args []any) (any, error) {
		defer x.vm.watch.close()
		return x.f.invoke(x.vm, fn, this, args, func(r goja.Value) any { return x.value(r, 0) })
	}
}
