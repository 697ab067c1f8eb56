package js

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/dop251/goja"

	"sluice/runtime/inspect"
	"sluice/runtime/msg"
)

// bufferMethods are the methods that deal in bytes and text; b is the Buffer's.
var bufferMethods map[string]func(v *vm, b []byte, c goja.FunctionCall) goja.Value

func init() {
	bufferMethods = map[string]func(v *vm, b []byte, c goja.FunctionCall) goja.Value{
		"toString":       bufferText,
		"toLocaleString": bufferText,
		"toJSON": func(v *vm, b []byte, _ goja.FunctionCall) goja.Value {
			o := v.rt.NewObject()
			data := make([]any, len(b))
			for i, x := range b {
				data[i] = int(x)
			}
			o.Set("type", "Buffer")
			o.Set("data", v.rt.NewArray(data...))
			return o
		},
		"equals": func(v *vm, b []byte, c goja.FunctionCall) goja.Value {
			return v.rt.ToValue(bytes.Equal(b, v.bytesOf(c.Argument(0), "otherBuffer")))
		},
		"compare": func(v *vm, b []byte, c goja.FunctionCall) goja.Value {
			t := v.bytesOf(c.Argument(0), "target")
			from, to := clampIndex(c.Argument(1), 0, len(t)), clampIndex(c.Argument(2), len(t), len(t))
			at, end := clampIndex(c.Argument(3), 0, len(b)), clampIndex(c.Argument(4), len(b), len(b))
			return v.rt.ToValue(bytes.Compare(b[at:max(at, end)], t[from:max(from, to)]))
		},
		"copy": func(v *vm, b []byte, c goja.FunctionCall) goja.Value {
			t := v.bytesOf(c.Argument(0), "target")
			at := clampIndex(c.Argument(1), 0, len(t))
			from, to := clampIndex(c.Argument(2), 0, len(b)), clampIndex(c.Argument(3), len(b), len(b))
			return v.rt.ToValue(copy(t[at:], b[from:max(from, to)]))
		},
		"fill": func(v *vm, b []byte, c goja.FunctionCall) goja.Value {
			off, end, enc := c.Argument(1), c.Argument(2), c.Argument(3)
			if goja.IsString(off) {
				off, end, enc = v.undef, v.undef, off
			} else if goja.IsString(end) {
				end, enc = v.undef, end
			}
			from := v.offset(off, "offset", 0, len(b))
			to := v.offset(end, "end", len(b), len(b))
			if from < to {
				v.fill(b[from:to], c.Argument(0), enc)
			}
			return c.This
		},
		"indexOf":     func(v *vm, b []byte, c goja.FunctionCall) goja.Value { return v.rt.ToValue(v.find(b, c, false)) },
		"lastIndexOf": func(v *vm, b []byte, c goja.FunctionCall) goja.Value { return v.rt.ToValue(v.find(b, c, true)) },
		"includes":    func(v *vm, b []byte, c goja.FunctionCall) goja.Value { return v.rt.ToValue(v.find(b, c, false) >= 0) },
		"slice":       bufferSlice,
		"subarray":    bufferSlice,
		"write":       bufferWrite,
		"swap16":      func(v *vm, b []byte, c goja.FunctionCall) goja.Value { return v.swap(b, 2, c.This) },
		"swap32":      func(v *vm, b []byte, c goja.FunctionCall) goja.Value { return v.swap(b, 4, c.This) },
		"swap64":      func(v *vm, b []byte, c goja.FunctionCall) goja.Value { return v.swap(b, 8, c.This) },
		"inspect":     func(v *vm, b []byte, _ goja.FunctionCall) goja.Value { return v.str(inspect.Bytes(b)) },
	}
	for name, enc := range map[string]string{"utf8": "utf8", "latin1": "latin1", "ascii": "ascii", "hex": "hex",
		"base64": "base64", "base64url": "base64url", "ucs2": "utf16le"} {
		bufferMethods[name+"Slice"] = func(v *vm, b []byte, c goja.FunctionCall) goja.Value {
			return v.encode(b, enc, c.Argument(0), c.Argument(1))
		}
		bufferMethods[name+"Write"] = func(v *vm, b []byte, c goja.FunctionCall) goja.Value {
			return bufferWrite(v, b, goja.FunctionCall{Arguments: []goja.Value{c.Argument(0), c.Argument(1), c.Argument(2), v.rt.ToValue(enc)}})
		}
	}
}

func bufferText(v *vm, b []byte, c goja.FunctionCall) goja.Value {
	return v.encode(b, v.encoding(c.Argument(0)), c.Argument(1), c.Argument(2))
}

func (v *vm) encode(b []byte, enc string, start, end goja.Value) goja.Value {
	from, to := clampIndex(start, 0, len(b)), clampIndex(end, len(b), len(b))
	s, _ := msg.EncodeBytes(b[from:max(from, to)], enc)
	return v.str(s)
}

// offset checks an offset argument that Node does not cut to size.
func (v *vm) offset(x goja.Value, name string, def, n int) int {
	if x == v.undef {
		return def
	}
	if !goja.IsNumber(x) {
		v.badType(fmt.Sprintf("%q argument", name), "of type number", x)
	}
	f := x.ToFloat()
	if f != float64(int(f)) {
		v.outOfRange(name, "an integer", f)
	}
	if f < 0 || f > float64(n) {
		v.outOfRange(name, fmt.Sprintf(">= 0 && <= %d", n), f)
	}
	return int(f)
}

// bufferSlice shares the bytes, as both slice and subarray of a Buffer do.
func bufferSlice(v *vm, b []byte, c goja.FunctionCall) goja.Value {
	from := relativeIndex(c.Argument(0), 0, len(b))
	to := max(from, relativeIndex(c.Argument(1), len(b), len(b)))
	o := c.This.(*goja.Object)
	r := v.construct("Uint8Array", o.Get("buffer"), v.rt.ToValue(int(o.Get("byteOffset").ToInteger())+from), v.rt.ToValue(to-from))
	r.SetPrototype(v.bufferProto)
	return r
}

// bufferWrite is buf.write(text[, offset[, length]][, encoding]). It writes whole characters only.
func bufferWrite(v *vm, b []byte, c goja.FunctionCall) goja.Value {
	if !goja.IsString(c.Argument(0)) {
		v.codeError("TypeError", "ERR_INVALID_ARG_TYPE", "argument must be a string")
	}
	off, n, enc := c.Argument(1), c.Argument(2), c.Argument(3)
	if goja.IsString(off) {
		off, n, enc = v.undef, v.undef, off
	} else if goja.IsString(n) {
		n, enc = v.undef, n
	}
	at := v.offset(off, "offset", 0, len(b))
	room := clampIndex(n, len(b)-at, len(b)-at)
	name := strings.ToLower(v.encoding(enc))
	data := v.decode(c.Argument(0), enc)
	if len(data) > room {
		data = data[:room]
		switch name {
		case "utf8", "utf-8":
			data = wholeRunes(data, v.decode(c.Argument(0), enc))
		case "utf16le", "utf-16le", "ucs2", "ucs-2":
			data = data[:len(data)&^1]
		}
	}
	return v.rt.ToValue(copy(b[at:], data))
}

// wholeRunes cuts the part of a character at the end of a prefix of whole.
func wholeRunes(prefix, whole []byte) []byte {
	n := len(prefix)
	for n > 0 && n < len(whole) && whole[n]&0xC0 == 0x80 {
		n--
	}
	return prefix[:n]
}

// find is indexOf and lastIndexOf: of a number, text or bytes.
func (v *vm) find(b []byte, c goja.FunctionCall, last bool) int {
	off, enc := c.Argument(1), c.Argument(2)
	if goja.IsString(off) {
		off, enc = v.undef, off
	}
	var what []byte
	switch x := c.Argument(0); {
	case goja.IsString(x):
		what = v.decode(x, enc)
	case goja.IsNumber(x):
		what = []byte{byte(msg.ToInt32(x.ToFloat()))}
	default:
		u, ok := v.viewBytes(x)
		if !ok {
			v.badType(`"value" argument`, "one of type number or string or an instance of Buffer or Uint8Array", x)
		}
		what = u
	}
	f := off.ToFloat()
	if f != f { // undefined, NaN
		f = 0
		if last {
			f = float64(len(b))
		}
	}
	if f < 0 {
		f += float64(len(b))
	}
	if last {
		if f < 0 {
			return -1
		}
		end := min(len(b), int(min(f, float64(len(b))))+len(what))
		return bytes.LastIndex(b[:end], what)
	}
	from := int(max(0, min(f, float64(len(b)))))
	if i := bytes.Index(b[from:], what); i >= 0 {
		return from + i
	}
	return -1
}

func (v *vm) swap(b []byte, n int, this goja.Value) goja.Value {
	if len(b)%n != 0 {
		v.codeError("RangeError", "ERR_INVALID_BUFFER_SIZE", "Buffer size must be a multiple of %d-bits", 8*n)
	}
	for i := 0; i < len(b); i += n {
		for j, k := i, i+n-1; j < k; j, k = j+1, k-1 {
			b[j], b[k] = b[k], b[j]
		}
	}
	return this
}
