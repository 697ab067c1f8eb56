package js

import (
	"github.com/dop251/goja"

	"sluice/runtime/msg"
)

// fromPool is what the main VM makes of a value of a pooled VM that has left
// with a message after all, such as msg.f = msg.payload.trim: a function that
// runs where it was made, on copies of its arguments; else the fields.
// Pooled VMs never call into others, so that no two wait for each other.
func (v *vm) fromPool(n *native) goja.Value {
	switch {
	case v.index != mainVM || n.owner == nil:
		return v.undef
	case !n.fn:
		return v.toJS(n.plain)
	}
	fn, _ := goja.AssertFunction(n.obj)
	f := &msg.Func{Call: func(this any, args []any) (any, error) {
		return n.owner.invoke(n.vm, fn, this, args, func(r goja.Value) any { return (&exporter{vm: n.vm, copy: true}).value(r) })
	}}
	return v.cur.view(n, func() *goja.Object { return v.funcObject(f) })
}

// invoke calls a function of v for another VM, under v's lock and limits. The
// arguments are copied. A promise counts for what it has settled to by the
// end of the call.
func (f *Function) invoke(v *vm, fn goja.Callable, this any, args []any, export func(goja.Value) any) (out any, failure error) {
	v.mu.Lock()
	defer v.unlock()
	s := f.sessionIn(v, orphan{f.node}, nil)
	v.run(s, func() error {
		in := &importer{vm: v, memo: map[any]*goja.Object{}}
		vals := make([]goja.Value, len(args))
		for i, a := range args {
			vals[i] = in.value(a)
		}
		r, err := fn(in.value(this), vals...)
		if err != nil {
			return err
		}
		if r.ExportType() == typePromise {
			p := r.Export().(*goja.Promise)
			delete(v.rejected, p)
			if p.State() == goja.PromiseStateRejected {
				return v.thrownBy(p.Result(), nil)
			}
			r = p.Result()
		}
		out = export(r)
		return nil
	}, func(err error) { failure = v.failure(err, s) })
	return out, failure
}
