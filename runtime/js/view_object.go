package js

import (
	"github.com/dop251/goja"

	"sluice/runtime/msg"
)

// objectView is an object of a message or a context store as JavaScript sees it.
type objectView struct {
	s     *session
	o     *msg.Object
	dirty bool
}

func (v *vm) objectView(o *msg.Object) goja.Value {
	if o == nil {
		return v.null
	}
	s := v.cur
	if seen := s.seen.objects.find(o); seen != nil {
		return seen
	}
	w := &s.own
	if o != s.m || s.ownView != nil {
		w = s.seen.newObject()
	}
	*w = objectView{s: s, o: o}
	view := v.rt.NewDynamicObject(w)
	if w == &s.own {
		s.ownView = view
	}
	if o.Bare() {
		_ = view.SetPrototype(nil) // a dynamic object takes any
	}
	return s.seen.objects.add(o, view)
}

// errGone tells the author of a body that kept a reference past its call what to do.
const errGone = "this object has left with an earlier message: keep a copy made with RED.util.cloneMessage()"

// goneObject and goneArray are behind the views of calls that are over (see session.cut). Nothing is ever put into them.
var (
	goneObject = new(msg.Object)
	goneArray  = new(msg.Array)
)

// live returns the object, unless it belongs to others now.
func (w *objectView) live() *msg.Object {
	if o := w.o; o != goneObject && (!w.s.shared || w.s.vm.cur == w.s || msg.Stored(o)) {
		return o
	}
	w.s.vm.throwf("TypeError", errGone)
	return nil
}

func (w *objectView) Get(key string) goja.Value {
	x, ok := w.live().Get(key)
	if !ok {
		return nil
	}
	val, holds := w.s.vm.slot(x)
	if holds {
		w.put(key, val)
	}
	return val
}

func (w *objectView) Set(key string, val goja.Value) bool {
	w.live()
	w.put(key, val)
	return true
}

// put stores a value; what only this VM knows stays native until the container is settled.
func (w *objectView) put(key string, val goja.Value) {
	x, settled := w.s.vm.assigned(val, w.o)
	w.o.Set(key, x)
	if !settled && !w.dirty {
		w.dirty = true
		s := w.s.vm.cur
		s.dirty = append(s.dirty, w)
	}
}

// assigned returns what a slot of container c holds after val was assigned to
// it, and whether that is a value that may stay there.
func (v *vm) assigned(val goja.Value, c any) (x any, settled bool) {
	if g, ok := v.primitive(val); ok {
		return g, true
	}
	o, ok := val.(*goja.Object)
	if !ok {
		return v.toGo(val), true
	}
	stored := msg.Stored(c)
	switch o.ExportType() {
	case typeObjectView:
		if w := o.Export().(*objectView); w.s == v.cur && !stored && !msg.Stored(w.o) {
			return w.o, true
		}
	case typeArrayView:
		if w := o.Export().(*arrayView); w.s == v.cur && !stored && !msg.Stored(w.a) {
			return w.a, true
		}
	case typeHostView:
		return o.Export().(*hostView).h, !stored
	}
	return &native{vm: v, obj: o}, false
}

func (w *objectView) Has(key string) bool { return w.live().Has(key) }

func (w *objectView) Delete(key string) bool {
	w.live().Delete(key)
	return true
}

func (w *objectView) Keys() []string { return w.live().Keys() }

func (w *objectView) settle(x *exporter) {
	w.dirty = x.undo != nil
	for i := range w.o.Len() {
		k, was := w.o.At(i)
		now, changed := x.settled(was, w.o)
		if !changed {
			continue
		}
		w.o.Set(k, now)
		if x.undo != nil {
			x.undo = append(x.undo, func() { w.o.Set(k, was) })
		}
	}
}

// settled returns the Go value for what a slot of container c holds.
func (x *exporter) settled(was, c any) (now any, changed bool) {
	n, ok := was.(*native)
	if ok && n.vm == x.vm {
		now = x.object(n.obj)
	} else {
		now = was
	}
	if msg.Stored(c) {
		now = msg.CopyIn(now)
	}
	return now, now != was
}
