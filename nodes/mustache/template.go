// Package mustache renders Mustache templates over message values exactly as
// mustache.js 4.2.0 does, down to its white space rules and error texts.
//
// It knows no partials: Node-RED passes none, so their tags render nothing.
package mustache

import (
	"fmt"

	"sluice/runtime/msg"
)

// Template is a compiled template. It may be rendered by several goroutines at once.
type Template struct {
	tokens   []token
	partials bool
}

type kind uint8

const (
	textToken kind = iota
	nameToken      // {{name}}: HTML-escaped
	rawToken       // {{{name}}} or {{&name}}
	sectionToken
	invertedToken
	closeToken // only while parsing
)

type token struct {
	kind   kind
	text   string   // the text, or the name between the tags
	path   []string // the parts of a dotted name
	inside []token  // of a section
}

// Error is a fault of a template's text, in the words of mustache.js.
type Error struct{ Message string }

func (e *Error) Error() string { return e.Message }

// errorf makes an Error that names a place in text, which mustache.js counts in UTF-16 units.
func errorf(text string, at int, format string, args ...any) error {
	return &Error{fmt.Sprintf(format, args...) + fmt.Sprintf(" at %d", msg.UTF16Len(text[:at]))}
}

// HasPartials tells whether the template has a partial tag, {{>name}}.
func (t *Template) HasPartials() bool { return t.partials }

// Literal tells whether the template has no tags at all.
func (t *Template) Literal() bool {
	for i := range t.tokens {
		if t.tokens[i].kind != textToken {
			return false
		}
	}
	return !t.partials
}
