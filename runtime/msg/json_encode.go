package msg

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// PlainForeign is implemented by a Foreign value that JSON shows, such as an instance
// of a class: JSONValue gives what JSON.stringify prints in its place (Undefined to leave
// it out). It must be comparable, and the same value each time it is met in a cycle. Other
// Foreign objects print as {}.
type PlainForeign interface {
	Foreign
	JSONValue() any
}

// Stringify is JSON.stringify(v, null, indent), where indent is the text of one level,
// of which ten characters count. ok is false where it gives undefined. The error is V8's
// *TypeError for cycles and BigInts, or a *RangeError for values nested deeper than MaxDepth.
// A toJSON method that a script gave an object is not called.
func Stringify(v any, indent string) (text string, ok bool, err error) {
	if UTF16Len(indent) > 10 {
		indent = UTF16Slice(indent, 0, 10)
	}
	e := newEncoder(indent)
	defer e.free()
	b, ok := e.value(nil, v, place{})
	if !ok {
		return "", false, e.err
	}
	return string(b), true, nil
}

// AppendJSON appends JSON.stringify(v) to b; what gives undefined is written as null.
// With an error, b holds the text up to it.
func AppendJSON(b []byte, v any) ([]byte, error) {
	e := newEncoder("")
	defer e.free()
	b, ok := e.value(b, v, place{})
	if !ok && e.err == nil {
		b = append(b, "null"...)
	}
	return b, e.err
}

// encoder prints one value. It knows the containers it is in, and where each is in
// its parent, to tell cycles.
type encoder struct {
	nesting[any]
	places []place
	indent string
	err    error
}

var encoders = sync.Pool{New: func() any { return new(encoder) }}

func newEncoder(indent string) *encoder {
	e, _ := encoders.Get().(*encoder)
	e.indent = indent
	return e
}

// free keeps the memory of e for another value, and nothing of this one.
func (e *encoder) free() {
	if cap(e.open) > fewOpen {
		return
	}
	open, places := e.open[:cap(e.open)], e.places[:cap(e.places)]
	clear(open)
	clear(places)
	*e = encoder{nesting: nesting[any]{open: open[:0]}, places: places[:0]}
	encoders.Put(e)
}

// place is a property of an object or an index of an array.
type place struct {
	key string
	at  int
}

// value appends v, which stands at p in its parent. Ok is false, and b as it was, if v is
// nothing that JSON shows; it is false after an error, too.
func (e *encoder) value(b []byte, v any, p place) (out []byte, ok bool) {
	switch v := v.(type) {
	case string:
		return appendString(b, v), true
	case float64:
		if v-v != 0 { // not finite
			return append(b, "null"...), true
		}
		return AppendNumber(b, v), true
	case bool:
		if v {
			return append(b, "true"...), true
		}
		return append(b, "false"...), true
	case nil:
		return append(b, "null"...), true
	case *Object: // before Host, for which it would pass
		return e.object(b, v, v, p)
	case *Array:
		return e.array(b, v, v, p)
	case undefined, *Func, Symbol, Host:
		return b, false
	case *Date:
		if s, ok := v.ISO(); ok {
			return appendString(b, s), true
		}
		return append(b, "null"...), true
	case *Buffer:
		o := bufferJSON(v)
		return e.object(b, o, o, p)
	case *TypedArray:
		o := typedArrayJSON(v)
		return e.object(b, o, o, p)
	case *Error:
		return e.object(b, v.Props, v, p)
	case *BigInt:
		e.err = &TypeError{"Do not know how to serialize a BigInt"}
		return b, false
	case PlainForeign:
		switch plain := v.JSONValue().(type) {
		case *Object:
			return e.object(b, plain, v, p)
		case *Array:
			return e.array(b, plain, v, p)
		case PlainForeign: // would be asked without end
		default:
			return e.value(b, plain, p)
		}
	case Foreign:
		if v.TypeOf() == "function" {
			return b, false
		}
	}
	return append(b, "{}"...), true
}

// object appends the fields of o, which are those of the value v.
func (e *encoder) object(b []byte, o *Object, v any, p place) (out []byte, ok bool) {
	if o.Len() == 0 {
		return append(b, "{}"...), true
	}
	if e.err = e.begin(v, p); e.err != nil {
		return b, false
	}
	b = append(b, '{')
	start := len(b)
	for i := range o.fields {
		f := &o.fields[i]
		before := len(b)
		if before > start {
			b = append(b, ',')
		}
		b = e.newline(b)
		b = append(appendString(b, f.key), ':')
		if e.indent != "" {
			b = append(b, ' ')
		}
		if s, ok := f.val.(string); ok { // as most values are
			b = appendString(b, s)
		} else if b, ok = e.value(b, f.val, place{key: f.key}); !ok {
			if e.err != nil {
				return b, false
			}
			b = b[:before]
		}
	}
	e.end()
	if len(b) > start {
		b = e.newline(b)
	}
	return append(b, '}'), true
}

// array appends the elements of a, which are those of the value v.
func (e *encoder) array(b []byte, a *Array, v any, p place) (out []byte, ok bool) {
	if a.Len() == 0 {
		return append(b, "[]"...), true
	}
	if e.err = e.begin(v, p); e.err != nil {
		return b, false
	}
	b = append(b, '[')
	for i, v := range a.elems {
		if i > 0 {
			b = append(b, ',')
		}
		b = e.newline(b)
		if b, ok = e.value(b, v, place{at: i}); !ok {
			if e.err != nil {
				return b, false
			}
			b = append(b, "null"...)
		}
	}
	e.end()
	b = e.newline(b)
	return append(b, ']'), true
}

func (e *encoder) newline(b []byte) []byte {
	if e.indent == "" {
		return b
	}
	return e.indented(b)
}

func (e *encoder) indented(b []byte) []byte {
	b = append(b, '\n')
	for range e.open {
		b = append(b, e.indent...)
	}
	return b
}

func (e *encoder) begin(v any, p place) error {
	if e.inside(v) {
		return e.cycle(v, p)
	}
	if e.tooDeep() {
		return errTooDeep
	}
	e.enter(v)
	e.places = append(e.places, p)
	return nil
}

func (e *encoder) end() {
	e.leave()
	e.places = e.places[:len(e.places)-1]
}

// cycle is V8's error for a value that contains itself: v, which the walk is inside
// of, was met again at p.
func (e *encoder) cycle(v any, p place) error {
	start := slices.Index(e.open, v)
	ring, places := e.open[start:], append(e.places[start:], p)
	var b strings.Builder
	b.WriteString("Converting circular structure to JSON\n    --> starting at " + class(v))
	for i := 1; i < len(ring); i++ {
		switch {
		case i <= 2 || i == len(ring)-1: // V8 shows the first two steps and the last
			b.WriteString("\n    |     " + places[i].in(ring[i-1]) + " -> " + class(ring[i]))
		case i == 3:
			b.WriteString("\n    |     ...")
		}
	}
	b.WriteString("\n    --- " + places[len(ring)].in(ring[len(ring)-1]) + " closes the circle")
	return &TypeError{b.String()}
}

func (p place) in(parent any) string {
	if _, ok := parent.(*Array); ok {
		return fmt.Sprintf("index %d", p.at)
	}
	if p.key == "" {
		return "<anonymous>"
	}
	return "property '" + p.key + "'"
}

func class(v any) string {
	name := "Object"
	switch v.(type) {
	case *Array:
		name = "Array"
	case *Error:
		name = "Error"
	}
	return "object with constructor '" + name + "'"
}

// bufferJSON is Buffer.prototype.toJSON.
func bufferJSON(buf *Buffer) *Object {
	data := make([]any, len(buf.B))
	for i, c := range buf.B {
		data[i] = Number(float64(c))
	}
	return NewObject("type", "Buffer", "data", &Array{elems: data})
}

func typedArrayJSON(t *TypedArray) *Object {
	o := &Object{}
	for i := range t.Len() {
		o.Set(FormatNumber(float64(i)), t.At(i))
	}
	return o
}
