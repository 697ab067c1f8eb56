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
	if seen := s.seen.arrays.find(a); seen != nil {
		return seen
	}
	return s.seen.arrays.add(a, v.rt.NewDynamicArray(&arrayView{s: s, a: a}))
}

// live returns the array, unless it belongs to others now.
func (w *arrayView) live() *msg.Array {
	if a := w.a; a != goneArray && (!w.s.shared || w.s.vm.cur == w.s || msg.Stored(a)) {
		return a
	}
	w.s.vm.throwf("TypeError", errGone)
	return nil
}

func (w *arrayView) Len() int { return w.live().Len() }

func (w *arrayView) Get(i int) goja.Value {
	a := w.live()
	if i < 0 || i >= a.Len() {
		return nil
	}
	val, holds := w.s.vm.slot(a.At(i))
	if holds {
		w.put(i, val)
	}
	return val
}

func (w *arrayView) Set(i int, val goja.Value) bool {
	w.live()
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
	a := w.live()
	if n < 0 {
		return false
	}
	w.bound(n)
	if n != a.Len() {
		a.SetLen(n)
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
