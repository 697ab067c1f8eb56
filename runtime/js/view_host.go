package js

import (
	"github.com/dop251/goja"

	"sluice/runtime/msg"
)

// hostView is a Go object such as req or res as JavaScript sees it.
type hostView struct {
	vm *vm
	h  msg.Host
}

func (w *hostView) Get(key string) goja.Value {
	x, ok := w.h.Get(key)
	if !ok {
		return nil
	}
	return w.vm.toJS(x)
}

// Set keeps a value in the object. Several events can share it, so containers are copied.
func (w *hostView) Set(key string, val goja.Value) bool {
	w.h.Set(key, (&exporter{vm: w.vm, copy: true}).value(val))
	return true
}

func (w *hostView) Has(key string) bool {
	_, ok := w.h.Get(key)
	return ok
}

func (w *hostView) Delete(key string) bool {
	w.h.Delete(key)
	return true
}

func (w *hostView) Keys() []string { return w.h.Keys() }
