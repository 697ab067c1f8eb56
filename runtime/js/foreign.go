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
	f := &msg.Func{Call: n.Invoke}
	return v.cur.view(n, func() *goja.Object { return v.funcObject(f) })
}
