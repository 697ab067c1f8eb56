package js

import (
	"context"

	"github.com/dop251/goja"

	"sluice/runtime/msg"
)

// Close ends the function: the On Stop code runs, timers are cleared, close
// listeners are called, and those that take a done function are waited for until
// ctx ends. Messages that still wait are dropped.
func (f *Function) Close(ctx context.Context, removed bool) {
	waits := f.beginClose(removed)
	for range cap(waits) {
		select {
		case <-waits:
			continue
		case <-ctx.Done():
			f.node.Log("error", "Close timed out") // Node-RED's words
		}
		break
	}
	f.vm.mu.Lock()
	defer f.vm.unlock()
	f.endClose()
}

// beginClose calls the listeners. The channel it returns has room for as many
// calls of done as are to be waited for.
func (f *Function) beginClose(removed bool) (waits chan struct{}) {
	f.vm.mu.Lock()
	defer f.vm.unlock()
	if f.closing || f.state == closed {
		return nil
	}
	f.closing = true
	s := f.session(orphan{f.node}, nil)
	s.closing = true
	report := func(err error) {
		if err = f.vm.failure(err, s); err != nil {
			f.node.Log("error", err.Error())
		}
	}
	if f.main != nil && f.main.cleanup != nil {
		f.vm.run(s, func() error {
			_, err := f.main.cleanup(f.main.this, f.vm.nodeObject(s))
			return err
		}, report)
	}
	f.timers.close()
	n := 0
	for _, l := range f.closers {
		if l.Get("length").ToInteger() > 0 {
			n++
		}
	}
	waits = make(chan struct{}, n)
	for _, l := range f.closers {
		var args []goja.Value // as Node-RED: (), (done) or (removed, done)
		switch l.Get("length").ToInteger() {
		case 0:
		case 1:
			args = []goja.Value{f.done(waits)}
		default:
			args = []goja.Value{f.vm.rt.ToValue(removed), f.done(waits)}
		}
		f.vm.run(s, func() error {
			f.vm.call(l, f.vm.nodeObject(s), args...)
			return nil
		}, func(err error) {
			report(err)
			if len(args) > 0 {
				args[len(args)-1].Export().(func(goja.FunctionCall) goja.Value)(goja.FunctionCall{})
			}
		})
	}
	return waits
}

// done is the function that a listener calls when it has closed what it has to.
func (f *Function) done(waits chan<- struct{}) goja.Value {
	called := false
	return f.vm.rt.ToValue(func(goja.FunctionCall) goja.Value {
		if !called {
			called = true
			waits <- struct{}{}
		}
		return f.vm.undef
	})
}

func (f *Function) endClose() {
	if f.state == closed {
		return
	}
	f.timers.close() // a listener may have started some
	f.state = closed
	f.gone.Store(true)
	close(f.closed)
	if f.cancel != nil {
		f.cancel()
	}
	for s := range f.held {
		s.letGo() // what it awaited cannot come any more
	}
	for _, w := range f.waiting {
		f.vm.after = append(f.vm.after, w.hold.Release)
	}
	f.waiting = nil
	if f.status.Load() {
		f.node.Status(new(msg.Object))
	}
}
