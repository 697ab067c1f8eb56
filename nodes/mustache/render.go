package mustache

import (
	"strings"

	"sluice/runtime/msg"
)

// Options change how names are looked up.
type Options struct {
	// Missing gives the value of a name that is in no view, or whose value there is
	// undefined. Without it such a name renders nothing.
	Missing func(name string) (any, error)
	// EscapeJSON escapes texts for a JSON string, as Node-RED's template node does
	// for JSON output: outside of sections only, and not the double quote, which the
	// HTML escape takes care of.
	EscapeJSON bool
}

// Limits on what one rendering may cost: a few nested sections over a list
// multiply without end. maxOutput is V8's limit on the length of a string.
const (
	maxOutput   = 1<<29 - 24
	maxSections = 1 << 26
)

var (
	errOutput   = &msg.RangeError{Message: "Invalid string length"}
	errSections = &Error{"the template's sections repeat more than 67,108,864 times"}
)

// Render renders the template over a view. An error is one of Missing's, or the
// TypeError of a name looked up in null.
func (t *Template) Render(view any, opt Options) (string, error) {
	if len(t.tokens) == 1 && t.tokens[0].kind == textToken {
		return t.tokens[0].text, nil
	}
	b, err := t.Append(make([]byte, 0, t.size+t.size/2), view, opt)
	return string(b), err
}

// Append appends what Render gives to b.
func (t *Template) Append(b []byte, view any, opt Options) ([]byte, error) {
	r := renderer{out: b, opt: opt}
	r.views = append(r.stack[:0], view)
	err := r.render(t.tokens)
	return r.out, err
}

type renderer struct {
	out      []byte
	opt      Options
	views    []any // the sections' values, innermost last
	stack    [8]any
	sections int
}

func (r *renderer) render(tokens []token) error {
	for i := range tokens {
		t := &tokens[i]
		if t.kind == textToken {
			r.out = append(r.out, t.text...)
			continue
		}
		v, err := r.lookup(t)
		if err != nil {
			return err
		}
		switch t.kind {
		case nameToken:
			r.appendValue(v, true)
		case rawToken:
			r.appendValue(v, false)
		case sectionToken:
			err = r.section(t, v)
		case invertedToken:
			if list, ok := v.(*msg.Array); ok && list.Len() == 0 || !msg.ToBool(v) {
				err = r.render(t.inside)
			}
		}
		if err != nil {
			return err
		}
		if len(r.out) > maxOutput {
			return errOutput
		}
	}
	return nil
}

func (r *renderer) section(t *token, v any) error {
	if !msg.ToBool(v) {
		return nil
	}
	switch v := v.(type) {
	case *msg.Array:
		for i := 0; i < v.Len(); i++ {
			if err := r.inside(t, v.At(i)); err != nil {
				return err
			}
		}
		return nil
	case bool, *msg.BigInt:
		r.sections++
		return r.render(t.inside)
	}
	return r.inside(t, v)
}

func (r *renderer) inside(t *token, view any) error {
	if r.sections++; r.sections > maxSections {
		return errSections
	}
	r.views = append(r.views, view)
	err := r.render(t.inside)
	r.views = r.views[:len(r.views)-1]
	return err
}

func (r *renderer) appendValue(v any, escape bool) {
	switch v := v.(type) {
	case nil:
	case float64:
		r.out = msg.AppendNumber(r.out, v)
	case string:
		if escape {
			r.out = AppendHTML(r.out, v)
		} else {
			r.out = append(r.out, v...)
		}
	default:
		if v != msg.Undefined {
			r.appendValue(msg.ToString(v), escape)
		}
	}
}

var htmlEscapes = [256]string{
	'&': "&amp;", '<': "&lt;", '>': "&gt;", '"': "&quot;", '\'': "&#39;",
	'/': "&#x2F;", '`': "&#x60;", '=': "&#x3D;",
}

// AppendHTML appends s with the characters escaped that mustache.js escapes.
func AppendHTML(b []byte, s string) []byte {
	done := 0
	for i := 0; i < len(s); i++ {
		if e := htmlEscapes[s[i]]; e != "" {
			b = append(append(b, s[done:i]...), e...)
			done = i + 1
		}
	}
	return append(b, s[done:]...)
}

var jsonEscapes = strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\t", `\t`, "\r", `\r`, "\f", `\f`, "\b", `\b`)
