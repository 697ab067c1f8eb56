package js

import (
	"fmt"

	"github.com/dop251/goja"

	"sluice/runtime/msg"
)

// send passes on what a body sent or returned, by the rules of sendResults in
// Node-RED's 10-function.js: every message gets the id, what is no message is
// an error of its own, and only the first message is cloned, if at all.
func (s *session) send(val goja.Value, id any, cloneFirst bool) {
	if val == nil || val == s.vm.undef || val == s.vm.null {
		return
	}
	if !cloneFirst && s.sendOwn(val, id) {
		return
	}
	b := &sending{s: s, x: &exporter{vm: s.vm, copy: s.fn.c.retains}, id: id, cloneFirst: cloneFirst}
	if o, ok := val.(*goja.Object); ok && o.ClassName() == "Array" {
		s.vm.each(o, b.output)
	} else {
		b.output(0, val)
	}
	if b.count > 0 {
		s.emit(func(c Call) { c.Send(b.outs) })
	}
}

// sendOwn is send for the commonest end of a body: it returns its message.
func (s *session) sendOwn(val goja.Value, id any) bool {
	if val != goja.Value(s.ownView) || s.own.o != s.m || s.fn.c.retains || s.vm.turn != s || s.sent > 0 || msg.Stored(s.m) {
		return false
	}
	s.settle()
	s.share()
	s.m.Set(msg.ID, id)
	s.sent++
	out := &struct {
		outs [1][]*msg.Object
		list [1]*msg.Object
	}{list: [1]*msg.Object{s.m}}
	out.outs[0] = out.list[:]
	s.call.Send(out.outs[:])
	return true
}

// sending is one send under way.
type sending struct {
	s          *session
	x          *exporter
	id         any
	cloneFirst bool
	outs       [][]*msg.Object
	count      int
}

func (b *sending) output(_ int, val goja.Value) {
	b.outs = append(b.outs, nil)
	if val == nil || !val.ToBoolean() {
		return
	}
	if o, ok := val.(*goja.Object); ok && o.ClassName() == "Array" {
		b.s.vm.each(o, b.message)
		return
	}
	b.message(0, val)
}

func (b *sending) message(_ int, val goja.Value) {
	v := b.s.vm
	if val == nil || val == v.undef || val == v.null {
		return
	}
	o, ok := val.(*goja.Object)
	if kind := v.typeName(val); !ok || kind != "" {
		b.s.emit(func(c Call) { c.Error("Function tried to send a message of type "+kind, nil) })
		return
	}
	m := b.export(o)
	m.Set(msg.ID, b.id)
	if s := b.s; s.sent >= maxOutputs {
		v.throwLimit("RangeError", CodeOutputs, fmt.Sprintf("one call sends more than %d messages: send an array as one message and split it", maxOutputs))
	}
	b.s.sent++
	b.count++
	last := len(b.outs) - 1
	b.outs[last] = append(b.outs[last], m)
}

// typeName is the type of what cannot be a message, "" of what can.
func (v *vm) typeName(val goja.Value) string {
	o, ok := val.(*goja.Object)
	switch {
	case !ok && goja.IsString(val):
		return "string"
	case !ok && goja.IsNumber(val):
		return "number"
	case !ok && goja.IsBigInt(val):
		return "bigint"
	case !ok && (val == v.t || val == v.f):
		return "boolean"
	case !ok:
		return "symbol"
	case isCallable(o):
		return "function"
	case o.ClassName() == "Array":
		return "Array"
	case v.isBuffer(o):
		return "Buffer"
	}
	return ""
}

// export returns the message for an object, as a copy where one must be made.
func (b *sending) export(o *goja.Object) *msg.Object {
	s := b.s
	clone := b.count == 0 && b.cloneFirst
	if o.ExportType() != typeObjectView {
		if !clone {
			s.settle() // what it holds of views leaves as it is
			s.share()
			return b.x.message(o)
		}
		var m *msg.Object
		s.settled(func() { m = (&exporter{vm: s.vm, copy: true}).message(o) })
		return m
	}
	w := o.Export().(*objectView)
	if clone || s.fn.c.retains || w.s != s || msg.Stored(w.o) {
		var m *msg.Object
		s.settled(func() {
			if clone {
				m = msg.CloneMessage(w.o)
			} else { // for safety's sake: req and res keep their places
				m = msg.Clone(w.o).(*msg.Object)
			}
		})
		return m
	}
	s.settle()
	s.share()
	return w.o
}

// message exports a native object, an instance of a class included.
func (x *exporter) message(o *goja.Object) *msg.Object {
	if m, ok := x.object(o).(*msg.Object); ok {
		return m
	}
	return x.plain(o)
}

// share notes that containers have left without a copy, which bodies that may keep them do not allow.
func (s *session) share() { s.shared = s.shared || !s.fn.c.retains }
