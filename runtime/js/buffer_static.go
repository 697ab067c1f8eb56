package js

import (
	"bytes"
	"strconv"

	"github.com/dop251/goja"

	"sluice/runtime/msg"
)

// bufferStatics are the functions of the class.
var bufferStatics map[string]func(*vm, goja.FunctionCall) goja.Value

func init() {
	bufferStatics = map[string]func(*vm, goja.FunctionCall) goja.Value{
		"from": func(v *vm, c goja.FunctionCall) goja.Value {
			return v.bufferFrom(c.Argument(0), c.Argument(1), c.Argument(2))
		},
		"alloc": func(v *vm, c goja.FunctionCall) goja.Value {
			b := make([]byte, v.size(c.Argument(0), "size"))
			if fill := c.Argument(1); fill != v.undef && len(b) > 0 {
				v.fill(b, fill, c.Argument(2))
			}
			return v.newBuffer(b)
		},
		"allocUnsafe":     allocate,
		"allocUnsafeSlow": allocate,
		"isBuffer": func(v *vm, c goja.FunctionCall) goja.Value {
			o, ok := c.Argument(0).(*goja.Object)
			return v.rt.ToValue(ok && v.isBuffer(o))
		},
		"isEncoding": func(v *vm, c goja.FunctionCall) goja.Value {
			e := c.Argument(0)
			return v.rt.ToValue(goja.IsString(e) && e.String() != "" && isEncoding(e.String()))
		},
		"byteLength": func(v *vm, c goja.FunctionCall) goja.Value {
			if b, ok := v.viewBytes(c.Argument(0)); ok {
				return v.rt.ToValue(len(b))
			}
			if !goja.IsString(c.Argument(0)) {
				v.badType(`"string" argument`, "of type string or an instance of Buffer or ArrayBuffer", c.Argument(0))
			}
			e := c.Argument(1)
			if goja.IsString(e) && !isEncoding(e.String()) {
				e = v.undef // as Node: an unknown encoding counts as utf8 here
			}
			return v.rt.ToValue(len(v.decode(c.Argument(0), e)))
		},
		"compare": func(v *vm, c goja.FunctionCall) goja.Value {
			return v.rt.ToValue(bytes.Compare(v.bytesOf(c.Argument(0), "buf1"), v.bytesOf(c.Argument(1), "buf2")))
		},
		"concat": bufferConcat,
		"copyBytesFrom": func(v *vm, c goja.FunctionCall) goja.Value {
			return v.newBuffer(bytes.Clone(v.bytesOf(c.Argument(0), "view")))
		},
	}
}

func allocate(v *vm, c goja.FunctionCall) goja.Value {
	return v.newBuffer(make([]byte, v.size(c.Argument(0), "size")))
}

func bufferConcat(v *vm, c goja.FunctionCall) goja.Value {
	list, ok := c.Argument(0).(*goja.Object)
	if !ok || list.ClassName() != "Array" {
		v.badType(`"list" argument`, "an instance of Array", c.Argument(0))
	}
	var out []byte
	i := 0
	v.each(list, func(_ int, x goja.Value) {
		b, ok := v.viewBytes(x)
		if !ok {
			v.badType(`"list[`+strconv.Itoa(i)+`]" argument`, "an instance of Buffer or Uint8Array", x)
		}
		out = append(out, b...)
		i++
	})
	if n := c.Argument(1); n != v.undef {
		want := v.size(n, "length")
		out = append(out, make([]byte, max(0, want-len(out)))...)[:want]
	}
	return v.newBuffer(out)
}

// bufferFrom is Buffer.from: text, bytes to copy, an ArrayBuffer to share, an array, or what JSON made of a Buffer.
func (v *vm) bufferFrom(x, a, b goja.Value) *goja.Object {
	if goja.IsString(x) {
		return v.newBuffer(v.decode(x, a))
	}
	o, ok := x.(*goja.Object)
	if !ok || isCallable(o) {
		v.badType("first argument", "of type string or an instance of Buffer, ArrayBuffer, or Array or an Array-like Object", x)
	}
	if ab, ok := o.Export().(goja.ArrayBuffer); ok && o.ExportType() != typeObjectMap {
		whole := ab.Bytes()
		from := clampIndex(a, 0, len(whole))
		n := clampIndex(b, len(whole)-from, len(whole)-from)
		r := v.construct("Uint8Array", o, v.rt.ToValue(from), v.rt.ToValue(n))
		r.SetPrototype(v.bufferProto)
		return r
	}
	if t := o.ExportType(); t == typeBytes {
		return v.newBuffer(bytes.Clone(o.Export().([]byte)))
	}
	if p, ok := o.Get("valueOf").(*goja.Object); ok && o.ClassName() == "String" && isCallable(p) {
		return v.bufferFrom(v.rt.ToValue(text(o.ToString())), a, b)
	}
	if data, ok := o.Get("data").(*goja.Object); ok && o.Get("type").String() == "Buffer" {
		o = data
	}
	n := o.Get("length")
	if n == nil || !goja.IsNumber(n) {
		v.badType("first argument", "of type string or an instance of Buffer, ArrayBuffer, or Array or an Array-like Object", x)
	}
	out := make([]byte, v.size(v.rt.ToValue(max(0, n.ToInteger())), "size"))
	for i := range out {
		if e := o.Get(strconv.Itoa(i)); e != nil {
			out[i] = byte(msg.ToInt32(e.ToFloat()))
		}
	}
	return v.newBuffer(out)
}

// fill repeats a number, text or bytes over b.
func (v *vm) fill(b []byte, x, enc goja.Value) {
	var unit []byte
	if goja.IsString(x) {
		unit = v.decode(x, enc)
		if len(unit) == 0 && x.String() != "" {
			v.codeError("TypeError", "ERR_INVALID_ARG_VALUE", "The argument 'value' is invalid. Received '%s'", x)
		}
	} else if u, ok := v.viewBytes(x); ok {
		unit = u
		if len(unit) == 0 {
			v.codeError("TypeError", "ERR_INVALID_ARG_VALUE", "The argument 'value' is invalid. Received <Buffer >")
		}
	} else {
		unit = []byte{byte(msg.ToInt32(x.ToFloat()))}
	}
	if len(unit) == 0 {
		unit = []byte{0}
	}
	for i := 0; i < len(b); i += len(unit) {
		copy(b[i:], unit)
	}
}
