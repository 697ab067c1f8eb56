package js

import "github.com/dop251/goja"

// A body is quiet if it makes no promises and keeps nothing of its message: it
// runs in the pool, or would but for the contexts it uses, in which it leaves no
// function. It is called the quick way, which keeps goja's stack, where
// goja.Callable runs the jobs and gives the stack up, to grow again in the next
// call. What the stack still refers to after the call are views, and those are
// cut off from their containers (see session.end), so that a VM keeps no message;
// one that called a body with node keeps that call, until its next.

// quick returns a function in the form in which JavaScript calls it: what it throws it panics with.
func quick(fn goja.Value) func(goja.FunctionCall) goja.Value {
	f, _ := fn.Export().(func(goja.FunctionCall) goja.Value)
	return f
}

// alone tells whether what runs can call no function of another body: none has
// put one into a store or a message. Such a function may leave jobs, and keep what it is given.
func (v *vm) alone() bool { return v.index != mainVM || !v.foreigns.Load() }

// bodyCall makes the arguments of a body in room that the VM keeps: goja copies them.
func (v *vm) bodyCall(this, m, node goja.Value) goja.FunctionCall {
	v.args = [2]goja.Value{m, node}
	return goja.FunctionCall{This: this, Arguments: v.args[:]}
}

// runJobs runs the promise jobs that Go code has left, as goja does when a call from outside is over.
func (v *vm) runJobs() {
	if !v.jobs {
		return
	}
	v.jobs = false
	if v.leave == nil {
		v.leave, _ = goja.AssertFunction(v.rt.ToValue(func(goja.FunctionCall) goja.Value { return v.undef }))
	}
	if _, err := v.leave(v.undef); err != nil {
		panic(err)
	}
}
