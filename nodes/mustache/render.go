package mustache

import (
	"strings"
	"sync"

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
	r := renderers.Get().(*renderer)
	r.opt = opt
	r.views = append(r.views, view)
	err := r.render(t.tokens)
	text := string(r.out)
	r.release()
	return text, err
}

type renderer struct {
	out      []byte
	opt      Options
	views    []any // the sections' values, innermost last
	sections int
}

// renderers keeps the memory of out and views for the next rendering.
var renderers = sync.Pool{New: func() any { return new(renderer) }}

// mostKept bounds what one renderer keeps, in bytes and in views.
const mostKept = 64 << 10

func (r *renderer) release() {
	if cap(r.out) > mostKept || cap(r.views) > mostKept {
		return
	}
	clear(r.views[:cap(r.views)])
	*r = renderer{out: r.out[:0], views: r.views[:0]}
	renderers.Put(r)
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

var htmlEscapes = [...]string{
	"", "&amp;", "&lt;", "&gt;", "&quot;", "&#39;", "&#x2F;", "&#x60;", "&#x3D;",
}

// htmlEscape tells which of htmlEscapes stands for a byte.
var htmlEscape = [256]uint8{'&': 1, '<': 2, '>': 3, '"': 4, '\'': 5, '/': 6, '`': 7, '=': 8}

// AppendHTML appends s with the characters escaped that mustache.js escapes.
func AppendHTML(b []byte, s string) []byte {
	done := 0
	for i := range len(s) {
		if e := htmlEscape[s[i]]; e != 0 {
			b = append(append(b, s[done:i]...), htmlEscapes[e]...)
			done = i + 1
		}
	}
	return append(b, s[done:]...)
}

var jsonEscapes = strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\t", `\t`, "\r", `\r`, "\f", `\f`, "\b", `\b`)
