package js

import (
	"slices"
	"strconv"

	"github.com/dop251/goja"
)

// timerView is the Timeout that setTimeout returns.
type timerView struct {
	ts *timers
	t  *timer
}

func (w *timerView) Get(string) goja.Value       { return nil }
func (w *timerView) Set(string, goja.Value) bool { return true }
func (w *timerView) Has(string) bool             { return false }
func (w *timerView) Delete(string) bool          { return true }
func (w *timerView) Keys() []string              { return nil }

func (v *vm) timerObject(ts *timers, t *timer) *goja.Object {
	if v.timerProto == nil {
		v.timerProto = v.makeTimerProto()
	}
	o := v.rt.NewDynamicObject(&timerView{ts, t})
	o.SetPrototype(v.timerProto)
	return o
}

func timerOf(val goja.Value) *timerView {
	if o, ok := val.(*goja.Object); ok {
		w, _ := o.Export().(*timerView)
		return w
	}
	return nil
}

func (v *vm) makeTimerProto() *goja.Object {
	p := v.rt.NewObject()
	for _, name := range []string{"ref", "unref"} {
		p.Set(name, func(c goja.FunctionCall) goja.Value { return c.This })
	}
	p.Set("hasRef", func(goja.FunctionCall) goja.Value { return v.t })
	p.Set("close", func(c goja.FunctionCall) goja.Value {
		if w := timerOf(c.This); w != nil {
			w.ts.clear(w.t)
		}
		return c.This
	})
	p.SetSymbol(goja.SymToPrimitive, func(c goja.FunctionCall) goja.Value {
		if w := timerOf(c.This); w != nil {
			return v.rt.ToValue(w.t.id)
		}
		return v.undef
	})
	return p
}

// timerFunction is setTimeout and its like for one node.
func (f *Function) timerFunction(name string) func(goja.FunctionCall) goja.Value {
	ts := &f.timers
	rest := func(c goja.FunctionCall, n int) []goja.Value {
		return slices.Clone(c.Arguments[min(n, len(c.Arguments)):])
	}
	switch name {
	case "setTimeout":
		return func(c goja.FunctionCall) goja.Value {
			return ts.add(f.vm.applied(c.Argument(0)), delay(c.Argument(1)), 0, rest(c, 2))
		}
	case "setInterval":
		return func(c goja.FunctionCall) goja.Value {
			d := delay(c.Argument(1))
			return ts.add(f.vm.applied(c.Argument(0)), d, d, rest(c, 2))
		}
	case "setImmediate":
		return func(c goja.FunctionCall) goja.Value {
			fn := c.Argument(0)
			if !isCallable(fn) {
				f.vm.badType(`"callback" argument`, "of type function", fn)
			}
			return ts.add(fn, 0, 0, rest(c, 1))
		}
	}
	return func(c goja.FunctionCall) goja.Value {
		if w := timerOf(c.Argument(0)); w != nil {
			w.ts.clear(w.t)
		} else if id, err := strconv.ParseInt(c.Argument(0).String(), 10, 64); err == nil && ts.byID[id] != nil {
			ts.clear(ts.byID[id])
		}
		return f.vm.undef
	}
}

// applied is fn as setTimeout and setInterval of function nodes call it: what is no function is noticed when its
// time comes, because theirs wrap it (10-function.js, func.apply).
func (v *vm) applied(fn goja.Value) goja.Value {
	if isCallable(fn) {
		return fn
	}
	return v.rt.ToValue(func(goja.FunctionCall) goja.Value {
		if goja.IsUndefined(fn) || goja.IsNull(fn) {
			return v.throwf("TypeError", "Cannot read properties of %s (reading 'apply')", fn)
		}
		return v.throwf("TypeError", "func.apply is not a function")
	})
}
