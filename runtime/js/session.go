package js

import (
	"github.com/dop251/goja"

	"sluice/runtime/msg"
)

// session is one call of a function body together with its promises and
// timers, or one run of setup or cleanup code. It takes the VM in turns.
//
// Containers of the message are seen through views. A native object that is
// assigned into one stays what it is until the end of the turn, since the body
// may go on writing to it; its container is noted as dirty, and leave turns
// what is in the dirty ones into Go values. A container leaves the session
// that brought it without a copy; from any other session only a copy leaves,
// so that two events never share one.
type session struct {
	vm    *vm
	fn    *Function
	call  Call
	m     *msg.Object // the message of the call; nil in setup and cleanup code
	sent  int         // messages sent so far
	msgID any         // _msgid as the call began

	own     objectView // of m
	ownView *goja.Object

	seen  views
	dirty []container
	sets  []pendingSet
	late  []func(Call) // operations on the call from a turn that is not its own
	copy  *nativeCopy  // in a body that runs on native copies

	closing bool // this is cleanup code
	shared  bool // containers have left without a copy: later events must not touch them
	done    bool
	ended   func(error) // replaces the call's Done in setup code
	hold    Hold
	held    int // what hold is kept for
}

// container is a view whose slots may hold native objects.
type container interface{ settle(*exporter) }

// leave makes Go values of what the turn has left in containers and stores.
func (s *session) leave() error {
	s.flushSets()
	s.settle()
	return nil
}

// settle empties the list of dirty containers for good.
func (s *session) settle() {
	if len(s.dirty) == 0 {
		return
	}
	x := &exporter{vm: s.vm}
	for len(s.dirty) > 0 {
		d := s.dirty
		s.dirty = nil
		for _, c := range d {
			c.settle(x)
		}
	}
}

// settled runs f while the dirty containers hold Go values, then gives them
// their native objects back, since the body still writes to those. It tells
// whether JSON of them needs goja (see exporter.odd).
func (s *session) settled(f func()) (odd bool) {
	if len(s.dirty) == 0 {
		s.vm.deep(f)
		return false
	}
	dirty := append([]container(nil), s.dirty...)
	x := &exporter{vm: s.vm, undo: []func(){}}
	s.dirty = nil
	for _, c := range dirty {
		c.settle(x)
	}
	defer func() {
		for i := len(x.undo) - 1; i >= 0; i-- {
			x.undo[i]()
		}
		s.dirty = dirty
	}()
	s.vm.deep(f)
	return x.odd
}

// end gives back what the session holds, once neither body nor timers can run any more.
func (s *session) end() {
	if s.hold != nil {
		return
	}
	if s.fn.c.quiet && s.vm.alone() {
		s.seen.objects.each(cut)
		s.seen.arrays.each(cut)
		if s.m = nil; !s.fn.c.node {
			s.call = s.fn.over
		}
	}
	s.vm.spare = views{objects: s.seen.objects.reset(), arrays: s.seen.arrays.reset(), others: s.seen.others.reset()}
	s.seen = views{}
}

// cut parts a view from its container. Nothing of a quiet body asks for it any
// more, but the VM's stack may still refer to it, and to the session.
func cut(o *goja.Object) {
	switch w := o.Export().(type) {
	case *objectView:
		w.o = goneObject
	case *arrayView:
		w.a = goneArray
	}
}

// emit passes an operation to the call; from a turn of another event it waits for one of its own.
func (s *session) emit(f func(Call)) {
	if s.vm.turn == s {
		f(s.call)
		return
	}
	s.late = append(s.late, f)
	if len(s.late) > 1 {
		return
	}
	hold := s.call.Hold()
	s.vm.after = append(s.vm.after, func() {
		if hold == nil { // what a function does that outlives its event is an event of the node's own
			s.fn.node.Event(s.flush)
			return
		}
		hold.Do(func() {
			defer hold.Release()
			s.flush(s.call)
		})
	})
}

// flush carries out the operations that wait for a turn.
func (s *session) flush(c Call) {
	s.vm.mu.Lock()
	defer s.vm.unlock()
	late := s.late
	s.late = nil
	s.vm.turn = s
	defer func() { s.vm.turn = nil }()
	for _, f := range late {
		f(c)
	}
}

// keep holds the call open for a timer or a promise until release.
func (s *session) keep() {
	if s.hold == nil {
		if s.hold = s.call.Hold(); s.hold == nil {
			s.hold = eventHold{s.fn.node}
		}
		s.fn.held[s] = struct{}{}
	}
	s.held++
}

func (s *session) release() {
	if s.held--; s.held == 0 {
		s.letGo()
	}
}

// letGo releases the call, whatever it is held for.
func (s *session) letGo() {
	if s.hold != nil {
		s.vm.after = append(s.vm.after, s.hold.Release)
		s.hold = nil
		delete(s.fn.held, s)
	}
}

// complete completes the call's message once.
func (s *session) complete(err error) {
	if s.done {
		return
	}
	s.done = true
	if s.ended != nil {
		s.ended(err)
		return
	}
	if s.vm.turn == s {
		s.call.Done(err)
		return
	}
	s.emit(func(c Call) { c.Done(err) })
}
