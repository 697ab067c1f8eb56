package yaml

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strings"

	"sluice/runtime/msg"
)

// writer writes values as js-yaml's dump does: indented by two, texts plain
// where they can be, else in single quotes, and folded at 80 columns.
type writer struct {
	refs  map[any]int // containers that occur more than once
	named map[any]bool
}

var errKind = errors.New("unacceptable kind of an object to dump")

// Dump writes a value as one document. It fails on values that YAML has no form for, such as functions.
func Dump(v any) (string, error) {
	w := &writer{refs: map[any]int{}, named: map[any]bool{}}
	if err := w.findRefs(v); err != nil {
		return "", err
	}
	text, ok, err := w.node(0, v, true, true, false)
	if err != nil || !ok {
		return "", err
	}
	return text + "\n", nil
}

// findRefs numbers the containers that are met again, in that order.
func (w *writer) findRefs(v any) error {
	seen := map[any]bool{}
	var visit func(v any, depth int) error
	visit = func(v any, depth int) error {
		if depth > msg.MaxDepth {
			return errKind
		}
		list, isList := v.(*msg.Array)
		o, isObject := v.(*msg.Object)
		if !isList && !isObject {
			return nil
		}
		if seen[v] {
			if _, ok := w.refs[v]; !ok {
				w.refs[v] = len(w.refs)
			}
			return nil
		}
		seen[v] = true
		if isList {
			for _, e := range list.All() {
				if err := visit(e, depth+1); err != nil {
					return err
				}
			}
			return nil
		}
		for _, e := range o.All() {
			if err := visit(e, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	return visit(v, 0)
}

// node writes one value. Compact means that the first line goes behind what is
// there; ok is false for undefined.
func (w *writer) node(level int, v any, block, compact, key bool) (text string, ok bool, err error) {
	switch v := v.(type) {
	case nil:
		return "null", true, nil
	case bool, float64:
		return primitive(v), true, nil
	case string:
		return scalarText(v, level, key, block), true, nil
	case *msg.Date:
		iso, ok := v.ISO()
		if !ok {
			return "", false, errKind
		}
		return iso, true, nil
	case *msg.TypedArray:
		if v.Kind == "Uint8Array" {
			return w.binary(v.B, level)
		}
	case *msg.Buffer:
		return w.binary(v.B, level)
	case *msg.Array, *msg.Object:
		return w.container(level, v, block, compact)
	}
	if v == msg.Undefined {
		return "", false, nil
	}
	return "", false, errKind
}

func primitive(v any) string {
	f, isNumber := v.(float64)
	switch {
	case !isNumber:
		return msg.ToString(v)
	case math.IsNaN(f):
		return ".nan"
	case math.IsInf(f, 1):
		return ".inf"
	case math.IsInf(f, -1):
		return "-.inf"
	case f == 0 && math.Signbit(f):
		return "-0.0"
	}
	text := msg.FormatNumber(f)
	if mantissa, exponent, ok := strings.Cut(text, "e"); ok && f != math.Trunc(f) && !strings.Contains(mantissa, ".") {
		return mantissa + ".e" + exponent
	}
	return text
}

func (w *writer) binary(b []byte, level int) (string, bool, error) {
	s, _ := msg.EncodeBytes(b, "base64")
	return "!!binary " + scalarText(s, level, false, true), true, nil
}

func (w *writer) container(level int, v any, block, compact bool) (string, bool, error) {
	ref, repeated := w.refs[v]
	if repeated && w.named[v] {
		return fmt.Sprintf("*ref_%d", ref), true, nil
	}
	if repeated {
		w.named[v] = true
		compact = false
	}
	var text string
	var err error
	list, isList := v.(*msg.Array)
	o, _ := v.(*msg.Object)
	switch {
	case isList && list.Len() > 0:
		text, err = w.sequence(level, list, compact)
	case isList:
		text = "[]"
	case o.Len() > 0:
		text, err = w.mapping(level, o, compact)
	default:
		text = "{}"
	}
	if repeated {
		space := ""
		if !strings.HasPrefix(text, "\n") {
			space = " "
		}
		text = fmt.Sprintf("&ref_%d%s%s", ref, space, text)
	}
	return text, true, err
}

func newLine(level int) string { return "\n" + strings.Repeat(" ", 2*level) }

func (w *writer) sequence(level int, list *msg.Array, compact bool) (string, error) {
	var b strings.Builder
	for _, v := range list.All() {
		if v == msg.Undefined {
			v = nil
		}
		text, _, err := w.node(level+1, v, true, true, false)
		if err != nil {
			return "", err
		}
		if !compact || b.Len() > 0 {
			b.WriteString(newLine(level))
		}
		b.WriteByte('-')
		if !strings.HasPrefix(text, "\n") {
			b.WriteByte(' ')
		}
		b.WriteString(text)
	}
	return b.String(), nil
}

func (w *writer) mapping(level int, o *msg.Object, compact bool) (string, error) {
	var b strings.Builder
	for key, v := range o.All() {
		name := scalarText(key, level+1, true, true)
		explicit := msg.UTF16Len(name) > 1024
		text, ok, err := w.node(level+1, v, true, explicit, false)
		if err != nil {
			return "", err
		}
		if !ok {
			continue
		}
		if !compact || b.Len() > 0 {
			b.WriteString(newLine(level))
		}
		if explicit {
			b.WriteString("? " + name + newLine(level))
		} else {
			b.WriteString(name)
		}
		b.WriteByte(':')
		if !strings.HasPrefix(text, "\n") {
			b.WriteByte(' ')
		}
		b.WriteString(text)
	}
	if b.Len() == 0 {
		return "{}", nil
	}
	return b.String(), nil
}

var (
	oldBooleans = []string{"y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "n", "N", "no", "No", "NO", "off", "Off", "OFF"}
	base60      = regexp.MustCompile(`^[-+]?[0-9_]+(?::[0-9_]+)+(?:\.[0-9_]*)?$`)
)

var escapes = map[rune]string{
	0: `\0`, 7: `\a`, 8: `\b`, 9: `\t`, 10: `\n`, 11: `\v`, 12: `\f`, 13: `\r`, 27: `\e`,
	'"': `\"`, '\\': `\\`, 0x85: `\N`, 0xa0: `\_`, 0x2028: `\L`, 0x2029: `\P`,
}
