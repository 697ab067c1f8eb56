package direct

import (
	"bytes"

	"sluice/runtime/msg"
)

// Buffers are made and read here; to write into one is a VM's.

var bufferFunctions = map[string]static{
	"Buffer.from": bufferFrom,
	"Buffer.isBuffer": func(_ *run, args []value) value {
		v := arg(args, 0)
		if _, ok := v.any.(msg.Foreign); ok {
			bailout("a question about a special object")
		}
		_, ok := v.any.(*msg.Buffer)
		return boolean(ok)
	},
	"Buffer.isEncoding": func(_ *run, args []value) value {
		s, ok := arg(args, 0).any.(string)
		return boolean(ok && isEncoding(s))
	},
	"Buffer.byteLength": func(_ *run, args []value) value {
		switch x := arg(args, 0).any.(type) {
		case *msg.Buffer:
			return num(float64(len(x.B)))
		case string:
			switch arg(args, 1).any {
			case msg.Undefined, "utf8", "utf-8":
				return num(float64(len(x))) // half a character has as many bytes as U+FFFD
			}
		}
		bailout("the length of what is no text")
		return undefined
	},
	"Buffer.concat": func(r *run, args []value) value {
		list, ok := arg(args, 0).any.(*msg.Array)
		if !ok || !arg(args, 1).isUndefined() {
			bailout("a list of buffers in a special way")
		}
		var all []byte
		for _, x := range list.All() {
			b, ok := x.(*msg.Buffer)
			if !ok {
				bailout("a list of what are no buffers")
			}
			r.fits(len(all) + len(b.B))
			all = append(all, b.B...)
		}
		return buffer(all)
	},
	"Buffer.compare": func(_ *run, args []value) value {
		return num(float64(bytes.Compare(bytesOf(arg(args, 0)), bytesOf(arg(args, 1)))))
	},
}

func buffer(b []byte) value { return value{any: &msg.Buffer{B: b}} }

func bytesOf(v value) []byte {
	b, ok := v.any.(*msg.Buffer)
	if !ok {
		bailout("what is no buffer")
	}
	return b.B
}

// fits charges for n bytes.
func (r *run) fits(n int) {
	if n > maxText {
		bailout("a very large buffer")
	}
	r.charge(n)
}

func isEncoding(s string) bool {
	_, ok := msg.EncodeBytes(nil, s)
	return ok
}

// encoding is an argument that names one.
func encoding(v value) string {
	if v.isUndefined() {
		return "utf8"
	}
	s, ok := v.any.(string)
	if !ok || !isEncoding(s) {
		bailout("an unknown encoding")
	}
	return s
}

// bufferFrom is Buffer.from of text, of a buffer, of numbers, and of what JSON makes of a buffer.
func bufferFrom(r *run, args []value) value {
	switch x := arg(args, 0).any.(type) {
	case string:
		r.fits(2 * len(x))
		b, _ := msg.DecodeText(x, encoding(arg(args, 1)))
		return buffer(b)
	case *msg.Buffer:
		r.fits(len(x.B))
		return buffer(bytes.Clone(x.B))
	case *msg.Array:
		return r.bufferOf(x)
	case *msg.Object:
		if x == nil || x.Bare() || x.Has("valueOf") || x.Has("length") || x.Has("buffer") || x.Value("type") != "Buffer" {
			break
		}
		if data, ok := x.Value("data").(*msg.Array); ok {
			return r.bufferOf(data)
		}
	}
	bailout("a buffer of a special object")
	return undefined
}

// bufferOf makes a buffer of the low bytes of numbers.
func (r *run) bufferOf(list *msg.Array) value {
	r.fits(list.Len())
	b := make([]byte, list.Len())
	for i, x := range list.All() {
		v := of(x)
		if !v.isPrimitive() {
			bailout("a buffer of objects")
		}
		b[i] = byte(toInt32(r.toNumber(v)))
	}
	return buffer(b)
}
