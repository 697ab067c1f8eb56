package js

import (
	"fmt"
	"math"
	"reflect"
	"strings"

	"github.com/dop251/goja"

	"sluice/runtime/msg"
)

// Buffer: an own class on top of goja's Uint8Array, with all byte work in Go.
// A Buffer shares its bytes with the msg.Buffer it was made from.

var typeBytes = reflect.TypeFor[[]byte]()

// bufferClass returns the constructor, made at first use.
func (v *vm) bufferClass() *goja.Object {
	if v.buffer != nil {
		return v.buffer
	}
	array := v.class("Uint8Array")
	v.bufferProto = v.rt.CreateObject(array.Get("prototype").(*goja.Object))
	v.buffer = v.rt.ToValue(func(c goja.ConstructorCall) *goja.Object {
		if n := c.Argument(0); goja.IsNumber(n) {
			return v.newBuffer(make([]byte, v.size(n, "size")))
		}
		return v.bufferFrom(c.Argument(0), c.Argument(1), c.Argument(2))
	}).(*goja.Object)
	v.buffer.SetPrototype(array)
	v.buffer.DefineDataProperty("name", v.rt.ToValue("Buffer"), goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	v.buffer.DefineDataProperty("prototype", v.bufferProto, goja.FLAG_FALSE, goja.FLAG_FALSE, goja.FLAG_FALSE)
	v.bufferProto.DefineDataProperty("constructor", v.buffer, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	v.buffer.Set("poolSize", 65536)
	for name, f := range bufferStatics {
		define(v, v.buffer, name, 2, func(c goja.FunctionCall) goja.Value { return f(v, c) })
	}
	for name, f := range bufferMethods {
		define(v, v.bufferProto, name, 2, func(c goja.FunctionCall) goja.Value { return f(v, v.bytesOf(c.This, "this"), c) })
	}
	for name, n := range numberFields {
		v.defineNumber(name, n)
	}
	return v.buffer
}

func (v *vm) newBuffer(b []byte) *goja.Object {
	v.bufferClass()
	o := v.construct("Uint8Array", v.rt.ToValue(v.rt.NewArrayBuffer(b)))
	o.SetPrototype(v.bufferProto)
	return o
}

func (v *vm) isBuffer(o *goja.Object) bool {
	if v.bufferProto == nil || o.ExportType() != typeBytes {
		return false
	}
	for p := o.Prototype(); p != nil; p = p.Prototype() {
		if p == v.bufferProto {
			return true
		}
	}
	return false
}

// codeError is one of Node's errors that carry a code.
func (v *vm) codeError(class, code, format string, args ...any) goja.Value {
	e := v.newError(class, sprintf(format, args...))
	e.Set("code", code)
	panic(e)
}

// badType is Node's ERR_INVALID_ARG_TYPE.
func (v *vm) badType(name, want string, got goja.Value) goja.Value {
	return v.codeError("TypeError", "ERR_INVALID_ARG_TYPE", "The %s must be %s. Received %s", name, want, v.received(got))
}

// received describes a value as Node's errors do.
func (v *vm) received(x goja.Value) string {
	o, ok := x.(*goja.Object)
	switch {
	case x == v.undef, x == v.null:
		return x.String()
	case goja.IsString(x):
		t := text(x)
		if len(t) > 28 {
			t = t[:25] + "..."
		}
		return "type string ('" + t + "')"
	case ok && isCallable(o):
		if n := o.Get("name"); n != nil && n.String() != "" {
			return "function " + n.String()
		}
		return "function "
	case ok:
		if c, ok := o.Get("constructor").(*goja.Object); ok {
			return "an instance of " + c.Get("name").String()
		}
		return "[Object: null prototype] {}"
	case goja.IsNumber(x):
		return "type number (" + x.String() + ")"
	case goja.IsBigInt(x):
		return "type bigint (" + x.String() + "n)"
	case x == v.t, x == v.f:
		return "type boolean (" + x.String() + ")"
	}
	return "type symbol (" + x.String() + ")"
}

// outOfRange is Node's ERR_OUT_OF_RANGE.
func (v *vm) outOfRange(name, want string, got float64) goja.Value {
	return v.codeError("RangeError", "ERR_OUT_OF_RANGE", `The value of "%s" is out of range. It must be %s. Received %s`,
		name, want, separated(got))
}

// separated prints large integers in groups of three, as Node's errors do.
func separated(f float64) string {
	t := msg.FormatNumber(f)
	if f != math.Trunc(f) || math.Abs(f) <= 1<<32 || math.Abs(f) >= 1e21 {
		return t
	}
	sign := ""
	if t[0] == '-' {
		sign, t = "-", t[1:]
	}
	var b strings.Builder
	for i, d := range t {
		if i > 0 && (len(t)-i)%3 == 0 {
			b.WriteByte('_')
		}
		b.WriteRune(d)
	}
	return sign + b.String()
}

// maxBuffer bounds one allocation by a body.
const maxBuffer = 1 << 30

func (v *vm) size(n goja.Value, name string) int {
	f := n.ToFloat()
	if !goja.IsNumber(n) {
		v.badType(fmt.Sprintf("%q argument", name), "of type number", n)
	}
	if !(f >= 0 && f <= maxBuffer) {
		v.outOfRange(name, ">= 0 && <= 9007199254740991", f) // Node's bound, as its text says
	}
	return int(f)
}

// bytesOf returns the bytes of a Buffer or typed array.
func (v *vm) bytesOf(x goja.Value, name string) []byte {
	b, ok := v.viewBytes(x)
	if !ok {
		v.badType(fmt.Sprintf("%q argument", name), "an instance of Buffer or Uint8Array", x)
	}
	return b
}

// viewBytes returns the bytes behind a typed array, DataView or ArrayBuffer.
func (v *vm) viewBytes(x goja.Value) ([]byte, bool) {
	o, ok := x.(*goja.Object)
	if !ok {
		return nil, false
	}
	if t := o.ExportType(); t == typeBytes {
		return o.Export().([]byte), true
	} else if t == reflect.TypeFor[goja.ArrayBuffer]() {
		return o.Export().(goja.ArrayBuffer).Bytes(), true
	}
	if t, ok := v.bytes(o); ok {
		return t.(*msg.TypedArray).B, true
	}
	return nil, false
}

// encoding reads an encoding argument; undefined is utf8.
func (v *vm) encoding(x goja.Value) string {
	if x == nil || x == v.undef || x == v.null {
		return "utf8"
	}
	e := x.String()
	if e == "" {
		return "utf8"
	}
	if !isEncoding(e) {
		v.codeError("TypeError", "ERR_UNKNOWN_ENCODING", "Unknown encoding: %s", e)
	}
	return e
}

func isEncoding(e string) bool {
	_, ok := msg.EncodeBytes(nil, e)
	return ok
}

// decode turns an argument's text into bytes.
func (v *vm) decode(x, enc goja.Value) []byte {
	b, _ := msg.DecodeText(text(x), v.encoding(enc))
	return b
}

// clampIndex is how Node reads start and end arguments: undefined is def, the rest is cut to 0..n.
func clampIndex(x goja.Value, def, n int) int {
	if x == nil || goja.IsUndefined(x) {
		return def
	}
	f := x.ToFloat()
	switch {
	case !(f > 0): // NaN too
		return 0
	case f > float64(n):
		return n
	}
	return int(f)
}

// relativeIndex is clampIndex for slice, where negative counts from the end.
func relativeIndex(x goja.Value, def, n int) int {
	if x == nil || goja.IsUndefined(x) {
		return def
	}
	if f := math.Trunc(x.ToFloat()); f < 0 {
		return max(0, n+int(math.Max(f, -float64(n))))
	}
	return clampIndex(x, def, n)
}
