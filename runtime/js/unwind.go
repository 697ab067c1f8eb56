package js

import (
	"reflect"
	"unsafe"

	"github.com/dop251/goja"
)

// goja does not unwind async functions and generators when a call is interrupted
// or too deep: their frames stay on its stacks, and count against every later call
// until none is possible. Nothing that it exports can take them off, so its fields
// are put back to what they were when nothing ran.

// stacks are goja's fields that say where a VM is.
var stacks = []string{"prg", "pc", "sp", "sb", "args", "stash", "privEnv", "newTarget", "result", "callStack", "iterStack", "refStack", "tryStack", "curAsyncRunner"}

// idleState is what the fields hold while nothing runs.
type idleState map[string]reflect.Value

func idleOf(rt *goja.Runtime) idleState {
	idle := idleState{}
	for _, name := range stacks {
		f := vmField(rt, name)
		idle[name] = reflect.New(f.Type()).Elem()
		idle[name].Set(f)
	}
	return idle
}

// vmField is a field of goja's that can be set. It panics if there is none, as in a newer goja.
func vmField(rt *goja.Runtime, name string) reflect.Value {
	return settable(reflect.ValueOf(rt).Elem().FieldByName("vm").Elem().FieldByName(name))
}

func settable(f reflect.Value) reflect.Value {
	return reflect.NewAt(f.Type(), unsafe.Pointer(f.UnsafeAddr())).Elem() //nolint:gosec // see above
}

// unwind makes the VM one in which nothing runs, and nothing waits to be run.
func (v *vm) unwind() {
	for _, name := range stacks {
		f := vmField(v.rt, name)
		if f.Kind() == reflect.Slice {
			f.Clear()
		}
		f.Set(v.idle[name])
	}
	settable(reflect.ValueOf(v.rt).Elem().FieldByName("jobQueue")).SetZero()
	v.rt.ClearInterrupt()
}

// stopped tells whether err ended code that could not catch it.
func stopped(err error) bool {
	switch err.(type) {
	case *goja.InterruptedError, *goja.StackOverflowError, *broken:
		return true
	}
	return false
}
