package js

import (
	"context"

	"github.com/dop251/goja"

	"sluice/runtime/msg"
)

// maxBackground bounds what one function has under way outside its VM.
const maxBackground = 1000

// background runs work on a goroutine of its own, with nothing locked; what it
// returns is run in a turn of the session, whose event stays open until then.
// The context ends with the function, or when cancel is called.
func (s *session) background(work func(context.Context) func()) (cancel context.CancelFunc) {
	f := s.fn
	if f.underWay >= maxBackground {
		s.vm.throwf("RangeError", "more than %d requests of this node are under way", maxBackground)
	}
	if f.ctx == nil {
		f.ctx, f.cancel = context.WithCancel(context.Background())
	}
	ctx, cancel := context.WithCancel(f.ctx)
	s.keep()
	f.underWay++
	hold := s.hold
	s.vm.after = append(s.vm.after, func() {
		go func() {
			defer cancel()
			done := work(ctx)
			hold.Do(func() {
				s.again(func() error {
					f.underWay--
					defer s.release()
					done()
					return nil
				})
			})
		}()
	})
	return cancel
}

// Expression is a JSONata expression that has been made ready. It is evaluated with nothing locked.
type Expression func(input any) (any, error)

// prepareJSONata is RED.util.prepareJSONataExpression: an object to be given to evaluateJSONata.
func (v *vm) prepareJSONata(c goja.FunctionCall) goja.Value {
	if v.opts.JSONata == nil {
		v.throwf("Error", "JSONata cannot be evaluated here: use a change node")
	}
	x, err := v.opts.JSONata(v.cur.fn.node, text(c.Argument(0).ToString()))
	if err != nil {
		v.throw(err)
	}
	return v.rt.ToValue(&opaque{x})
}

// evaluateJSONata evaluates an expression for a copy of a message and calls back.
func (v *vm) evaluateJSONata(c goja.FunctionCall) goja.Value {
	o, _ := c.Argument(0).Export().(*opaque)
	if o == nil {
		v.throwf("TypeError", "expr.evaluate is not a function")
	}
	x, done := o.value.(Expression), c.Argument(2)
	if !isCallable(done) {
		v.throwf("Error", "Calls to RED.util.evaluateJSONataExpression must include a callback.")
	}
	var in any
	v.cur.settled(func() { in = msg.Clone((&exporter{vm: v, copy: true}).value(c.Argument(1))) })
	v.cur.background(func(context.Context) func() {
		r, err := x(in)
		if err == nil {
			r = msg.Clone(r)
		}
		return func() {
			if err != nil {
				v.call(done, v.undef, v.thrown(err))
				return
			}
			v.call(done, v.undef, v.null, v.toJS(r))
		}
	})
	return v.undef
}
