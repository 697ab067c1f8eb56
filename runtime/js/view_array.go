package js

import (
	"github.com/dop251/goja"

	"sluice/runtime/msg"
)

// arrayView is an array of a message or a context store as JavaScript sees it.
type arrayView struct {
	s     *session
	a     *msg.Array
	dirty bool
}

func (v *vm) arrayView(a *msg.Array) goja.Value {
	if a == nil {
		return v.null
	}
	s := v.cur
	if seen, ok := s.views[a]; ok {
		return seen
	}
	return s.see(a, v.rt.NewDynamicArray(&arrayView{s: s, a: a}))
}

func (w *arrayView) Len() int {
	w.s.check(w.a)
	return w.a.Len()
}

func (w *arrayView) Get(i int) goja.Value {
	w.s.check(w.a)
	if i < 0 || i >= w.a.Len() {
		return nil
	}
	val, holds := w.s.vm.slot(w.a.At(i))
	if holds {
		w.put(i, val)
	}
	return val
}

func (w *arrayView) Set(i int, val goja.Value) bool {
	w.s.check(w.a)
	if i < 0 {
		return false
	}
	w.bound(i + 1)
	w.put(i, val)
	return true
}

func (w *arrayView) put(i int, val goja.Value) {
	x, settled := w.s.vm.assigned(val, w.a)
	w.a.Set(i, x)
	if !settled && !w.dirty {
		w.dirty = true
		s := w.s.vm.cur
		s.dirty = append(s.dirty, w)
	}
}

func (w *arrayView) SetLen(n int) bool {
	w.s.check(w.a)
	if n < 0 {
		return false
	}
	w.bound(n)
	if n != w.a.Len() {
		w.a.SetLen(n)
	}
	return true
}

// bound refuses lengths that would fill the memory: these arrays have no holes.
func (w *arrayView) bound(n int) {
	if n > msg.MaxArrayLen {
		w.s.vm.throwf("RangeError", "Invalid array length")
	}
}

func (w *arrayView) settle(x *exporter) {
	w.dirty = x.undo != nil
	for i, was := range w.a.All() {
		now, changed := x.settled(was, w.a)
		if !changed {
			continue
		}
		w.a.Set(i, now)
		if x.undo != nil {
			x.undo = append(x.undo, func() { w.a.Set(i, was) })
		}
	}
}
