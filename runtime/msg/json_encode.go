package msg

import (
	"fmt"
	"strings"
)

// PlainForeign is implemented by a Foreign value that JSON shows: JSONValue gives
// what JSON.stringify prints in its place (Undefined to leave it out). Other Foreign
// objects print as {}.
type PlainForeign interface{ JSONValue() any }

// Stringify is JSON.stringify(v, null, indent), where indent is the text of one level,
// of which ten characters count. ok is false where it gives undefined. The error is V8's
// *TypeError for cycles and BigInts, or a *RangeError for values nested deeper than MaxDepth.
func Stringify(v any, indent string) (text string, ok bool, err error) {
	if UTF16Len(indent) > 10 {
		indent = UTF16Slice(indent, 0, 10)
	}
	e := encoder{indent: indent}
	if skipped(v) {
		return "", false, nil
	}
	b, err := e.value(nil, v, "")
	if err != nil || len(b) == 0 {
		return "", false, err
	}
	return string(b), true, nil
}

// AppendJSON appends JSON.stringify(v) to b; what gives undefined is written as null.
// With an error, b holds the text up to it.
func AppendJSON(b []byte, v any) ([]byte, error) {
	e := encoder{}
	return e.element(b, v, 0)
}

// encoder prints one value. It knows the containers it is in, to find cycles: by
// search while they are few, by an index beyond.
type encoder struct {
	indent string
	open   []openContainer
	index  map[any]bool
}

type openContainer struct {
	v   any
	key string // where in its parent it is
	at  int    // the same, if the parent is an array
}

const fewOpen = 32

// skipped tells whether JSON.stringify gives undefined for v.
func skipped(v any) bool {
	switch v := v.(type) {
	case *Object, *Array, string, float64, bool, nil: // an *Object would pass for a Host
		return false
	case undefined, *Func, Host:
		return true
	case PlainForeign:
		return v.JSONValue() == Undefined
	case Foreign:
		return v.TypeOf() == "function"
	}
	return false
}

// value appends v, which is not skipped. Key is where it stands in its parent.
func (e *encoder) value(b []byte, v any, key string) ([]byte, error) {
	switch v := v.(type) {
	case string:
		return appendString(b, v), nil
	case float64:
		if v-v != 0 { // not finite
			return append(b, "null"...), nil
		}
		return AppendNumber(b, v), nil
	case bool:
		if v {
			return append(b, "true"...), nil
		}
		return append(b, "false"...), nil
	case nil:
		return append(b, "null"...), nil
	case *Object:
		return e.object(b, v, v, key, 0)
	case *Array:
		return e.array(b, v, key, 0)
	case *Date:
		if s, ok := v.ISO(); ok {
			return appendString(b, s), nil
		}
		return append(b, "null"...), nil
	case *Buffer:
		return e.value(b, bufferJSON(v), key)
	case *TypedArray:
		return e.value(b, typedArrayJSON(v), key)
	case *Error:
		return e.object(b, v.Props, v, key, 0)
	case *BigInt:
		return b, &TypeError{"Do not know how to serialize a BigInt"}
	case PlainForeign:
		return e.value(b, v.JSONValue(), key)
	}
	return append(b, "{}"...), nil
}

// element appends an array's element, for which null stands where it is skipped.
func (e *encoder) element(b []byte, v any, at int) ([]byte, error) {
	switch v := v.(type) {
	case *Object:
		return e.object(b, v, v, "", at)
	case *Array:
		return e.array(b, v, "", at)
	}
	if skipped(v) {
		return append(b, "null"...), nil
	}
	return e.value(b, v, "")
}

// object appends the fields of o, which are those of the value v.
func (e *encoder) object(b []byte, o *Object, v any, key string, at int) ([]byte, error) {
	if o.Len() == 0 {
		return append(b, "{}"...), nil
	}
	if err := e.enter(v, key, at); err != nil {
		return b, err
	}
	start := len(b)
	b = append(b, '{')
	empty := true
	for i := range o.fields {
		f := &o.fields[i]
		switch f.val.(type) {
		case string, float64:
		default:
			if skipped(f.val) {
				if fn, ok := f.val.(*Func); ok && f.key == "toJSON" {
					e.leave()
					return e.toJSON(b[:start], fn, v, key, at)
				}
				continue
			}
		}
		if !empty {
			b = append(b, ',')
		}
		empty = false
		b = e.newline(b)
		b = appendString(b, f.key)
		b = append(b, ':')
		if e.indent != "" {
			b = append(b, ' ')
		}
		var err error
		if b, err = e.value(b, f.val, f.key); err != nil {
			return b, err
		}
	}
	e.leave()
	if !empty {
		b = e.newline(b)
	}
	return append(b, '}'), nil
}

// toJSON appends what the object's own method gives for it.
func (e *encoder) toJSON(b []byte, fn *Func, v any, key string, at int) ([]byte, error) {
	if n := len(e.open); n > 0 {
		if _, ok := e.open[n-1].v.(*Array); ok {
			key = FormatNumber(float64(at))
		}
	}
	plain, err := fn.Call(v, []any{key})
	if err != nil {
		return b, err
	}
	if plain == v { // the method would be asked again without end
		return append(b, "{}"...), nil
	}
	return e.element(b, plain, at)
}

func (e *encoder) array(b []byte, a *Array, key string, at int) ([]byte, error) {
	if a.Len() == 0 {
		return append(b, "[]"...), nil
	}
	if err := e.enter(a, key, at); err != nil {
		return b, err
	}
	b = append(b, '[')
	for i, v := range a.elems {
		if i > 0 {
			b = append(b, ',')
		}
		b = e.newline(b)
		var err error
		if b, err = e.element(b, v, i); err != nil {
			return b, err
		}
	}
	e.leave()
	b = e.newline(b)
	return append(b, ']'), nil
}

func (e *encoder) newline(b []byte) []byte {
	if e.indent == "" {
		return b
	}
	b = append(b, '\n')
	for range e.open {
		b = append(b, e.indent...)
	}
	return b
}

func (e *encoder) enter(v any, key string, at int) error {
	n := len(e.open)
	if e.index == nil {
		for i := range e.open {
			if e.open[i].v == v {
				return e.cycle(i, key, at)
			}
		}
	} else if e.index[v] {
		for i := range e.open {
			if e.open[i].v == v {
				return e.cycle(i, key, at)
			}
		}
	}
	if n >= MaxDepth {
		return errTooDeep
	}
	e.open = append(e.open, openContainer{v, key, at})
	switch {
	case e.index != nil:
		e.index[v] = true
	case n >= fewOpen:
		e.index = make(map[any]bool, 2*n)
		for i := range e.open {
			e.index[e.open[i].v] = true
		}
	}
	return nil
}

func (e *encoder) leave() {
	last := len(e.open) - 1
	if e.index != nil {
		delete(e.index, e.open[last].v)
	}
	e.open[last].v = nil
	e.open = e.open[:last]
}

// cycle is V8's error for a value that contains itself: it starts at open[start]
// and key closes it.
func (e *encoder) cycle(start int, key string, at int) error {
	place := func(parent any, key string, at int) string {
		if _, ok := parent.(*Array); ok {
			return fmt.Sprintf("index %d", at)
		}
		if key == "" {
			return "<anonymous>"
		}
		return fmt.Sprintf("property '%s'", key)
	}
	class := func(v any) string {
		switch v.(type) {
		case *Array:
			return "Array"
		case *Error:
			return "Error"
		}
		return "Object"
	}
	var b strings.Builder
	ring := e.open[start:]
	fmt.Fprintf(&b, "Converting circular structure to JSON\n    --> starting at object with constructor '%s'", class(ring[0].v))
	line := func(i int) {
		fmt.Fprintf(&b, "\n    |     %s -> object with constructor '%s'",
			place(ring[i-1].v, ring[i].key, ring[i].at), class(ring[i].v))
	}
	// V8 shows the first two steps and the last, and leaves out those between.
	for i := 1; i < len(ring); i++ {
		switch {
		case i <= 2 || i == len(ring)-1:
			line(i)
		case i == 3:
			b.WriteString("\n    |     ...")
		}
	}
	fmt.Fprintf(&b, "\n    --- %s closes the circle", place(ring[len(ring)-1].v, key, at))
	return &TypeError{b.String()}
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

// jsonPlain tells which bytes stand for themselves in a JSON string. 0xED may begin a
// lone surrogate.
var jsonPlain = func() (table [256]bool) {
	for c := range table {
		table[c] = c >= 0x20 && c != '"' && c != '\\' && c != 0xED
	}
	return table
}()

const hexDigits = "0123456789abcdef"

// appendString appends s in quotes. Lone surrogates are escaped (well-formed JSON.stringify).
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if jsonPlain[c] {
			continue
		}
		if c == 0xED && !isSurrogate(s[i:]) {
			continue
		}
		b = append(b, s[start:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\b':
			b = append(b, `\b`...)
		case '\t':
			b = append(b, `\t`...)
		case '\n':
			b = append(b, `\n`...)
		case '\f':
			b = append(b, `\f`...)
		case '\r':
			b = append(b, `\r`...)
		case 0xED:
			r, _ := decodeRune(s[i:])
			b = append(b, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
			i += 2
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		start = i + 1
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}
