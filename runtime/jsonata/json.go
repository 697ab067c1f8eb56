package jsonata

import (
	"math"
	"strconv"
	"strings"

	"sluice/runtime/msg"
)

// toString is $string: JSON, but a string stays as it is and a function becomes
// an empty one.
func toString(v any, pretty bool) (string, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case float64:
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return "", newError("D3001", v)
		}
	case *sequence:
		if v.wrapper {
			return toString(v.items[0], pretty)
		}
	}
	if isFunction(v) {
		return "", nil
	}
	indent := ""
	if pretty {
		indent = "  "
	}
	text, _, err := jsonText(v, indent, true)
	return text, err
}

// jsonText is JSON.stringify. With short, numbers are cut to 15 digits and
// functions become empty strings, as $string has it.
func jsonText(v any, indent string, short bool) (text string, ok bool, err error) {
	w := jsonWriter{indent: indent, short: short}
	if w.absent(v) {
		return "", false, nil
	}
	b, err := w.value(nil, v, 0)
	return string(b), err == nil, err
}

type jsonWriter struct {
	indent string
	short  bool
	open   []any // containers being written: one of them within itself is an error
}

// enter notes that container v begins.
func (w *jsonWriter) enter(v any) error {
	for _, o := range w.open {
		if o == v {
			if _, _, err := msg.Stringify(w.open[0], ""); err != nil {
				return typeError(err.Error())
			}
			return typeError("Converting circular structure to JSON")
		}
	}
	w.open = append(w.open, v)
	return nil
}

func (w *jsonWriter) leave() { w.open = w.open[:len(w.open)-1] }

// absent tells whether v has no JSON: an object leaves it out.
func (w *jsonWriter) absent(v any) bool {
	switch v := v.(type) {
	case *msg.Object, *moment:
		return false
	case msg.Host:
		return true // req, res and the like stay out of JSON
	default:
		return v == undefined || isFunction(v) && !w.short
	}
}

func (w *jsonWriter) value(b []byte, v any, depth int) ([]byte, error) {
	if depth > maxWalk {
		return nil, typeError("Converting circular structure to JSON")
	}
	if err := checkString(len(b)); err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case nil:
		return append(b, "null"...), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	case float64:
		if w.short {
			if math.IsInf(v, 0) {
				return nil, newError("D1001", v)
			}
			v = shorten(v)
		}
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return append(b, "null"...), nil
		}
		return msg.AppendNumber(b, v), nil
	case *msg.Object:
		return w.object(b, v, depth)
	case *moment:
		return w.value(b, v.iso(), depth)
	case *msg.Buffer:
		data := msg.NewArray()
		for _, c := range v.B {
			data.Append(msg.Number(float64(c)))
		}
		return w.object(b, msg.NewObject("type", "Buffer", "data", data), depth)
	case *msg.Array, *sequence:
		a, _ := asArray(v)
		return w.array(b, a, depth)
	}
	if w.absent(v) {
		return append(b, "null"...), nil // an item of an array
	}
	if isFunction(v) {
		return append(b, `""`...), nil
	}
	return msg.AppendJSON(b, v)
}

// shorten cuts a number to 15 significant digits.
func shorten(f float64) float64 {
	if f == math.Trunc(f) || math.IsNaN(f) {
		return f
	}
	var buf [32]byte
	short, _ := strconv.ParseFloat(string(strconv.AppendFloat(buf[:0], f, 'e', 14, 64)), 64)
	return short
}

func (w *jsonWriter) newline(b []byte, depth int) []byte {
	if w.indent == "" {
		return b
	}
	return append(append(b, '\n'), strings.Repeat(w.indent, depth)...)
}

func (w *jsonWriter) object(b []byte, o *msg.Object, depth int) ([]byte, error) {
	if err := w.enter(o); err != nil {
		return nil, err
	}
	defer w.leave()
	b = append(b, '{')
	first := true
	var err error
	for k, v := range o.All() {
		if w.absent(v) {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = w.newline(b, depth+1)
		if b, err = msg.AppendJSON(b, k); err != nil {
			return nil, err
		}
		b = append(b, ':')
		if w.indent != "" {
			b = append(b, ' ')
		}
		if b, err = w.value(b, v, depth+1); err != nil {
			return nil, err
		}
	}
	if !first {
		b = w.newline(b, depth)
	}
	return append(b, '}'), nil
}

func (w *jsonWriter) array(b []byte, a array, depth int) (_ []byte, err error) {
	if err := w.enter(a); err != nil {
		return nil, err
	}
	defer w.leave()
	b = append(b, '[')
	for i := range a.Len() {
		if i > 0 {
			b = append(b, ',')
		}
		b = w.newline(b, depth+1)
		if b, err = w.value(b, a.At(i), depth+1); err != nil {
			return nil, err
		}
	}
	if a.Len() > 0 {
		b = w.newline(b, depth)
	}
	return append(b, ']'), nil
}
