package js

import (
	"github.com/dop251/goja"
)

func (v *vm) bufferClass() goja.Value { return v.undef }

func (v *vm) newBuffer(b []byte) *goja.Object {
	return v.construct("Uint8Array", v.rt.ToValue(v.rt.NewArrayBuffer(b)))
}

func (v *vm) isBuffer(o *goja.Object) bool { return false }
