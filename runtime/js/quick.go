package js

import "github.com/dop251/goja"

// A body is quiet if it leaves no promise jobs and keeps nothing of its message:
// it runs in the pool, or would but for the contexts it uses, in which it leaves
// no function. It is called the quick way, which keeps goja's stack, where
// goja.Callable runs the jobs and gives the stack up, to grow again in the next
// call. What the stack still refers to after the call are views, and those are
// cut off from their containers (see session.end).

// quick returns a function for Go code that JavaScript has not called. What it
// throws it panics with, as a function does that JavaScript calls.
func quick(fn goja.Value) func(goja.FunctionCall) goja.Value {
	f, _ := fn.Export().(func(goja.FunctionCall) goja.Value)
	return f
}

// mayBeQuick tells whether nothing that the body calls can leave jobs: what
// other bodies have put into a store may be functions.
func (f *Function) mayBeQuick(v *vm) bool { return v.index != mainVM || !v.foreigns.Load() }

// bodyCall makes the arguments of a body in room that the VM keeps: goja copies them.
func (v *vm) bodyCall(this, m, node goja.Value) goja.FunctionCall {
	v.args = [2]goja.Value{m, node}
	return goja.FunctionCall{This: this, Arguments: v.args[:]}
}
