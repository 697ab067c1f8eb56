// Package yaml reads and writes YAML as the npm package js-yaml 4 does: it takes and
// refuses the same texts, in the same words, and prints values the same way. It
// reads one document of a text, and knows the types of JSON and of YAML 1.2's core
// with js-yaml's additions; none of a program's own.
package yaml

import (
	"strings"

	"sluice/runtime/msg"
)

// reader reads one YAML document. It takes and refuses what js-yaml does, and
// at the same places, since flows see js-yaml's errors.
type reader struct {
	text      string
	at        place
	handles   map[string]string // of tags
	anchors   map[string]any
	depth     int
	mergeWork int
}

// place is a place in the text.
type place struct {
	pos, line, lineStart int
	indent               int // of the line
	tab                  int // where the line's first tab is, or -1
}

// node is what has been read: a value with what was written about it.
type node struct {
	value  any
	tag    string // "?" for a plain text, "" for none
	anchor string
	kind   string // scalar, sequence or mapping; "" for nothing
}

// Bounds of js-yaml, which keep a small text from becoming a large value.
const (
	maxDepth = 100
	maxMerge = 10_000
)

type context int

const (
	flowIn context = iota + 1
	flowOut
	blockIn
	blockOut
)

// Load reads a text. It gives Undefined for a text without a document.
func Load(text string) (v any, err error) {
	if text != "" && !strings.HasSuffix(text, "\n") && !strings.HasSuffix(text, "\r") {
		text += "\n"
	}
	r := &reader{text: strings.TrimPrefix(text, "\ufeff")}
	r.at.tab = -1
	defer func() {
		switch p := recover().(type) {
		case nil:
		case *loadError:
			v, err = nil, p
		default:
			panic(p)
		}
	}()
	if i := strings.IndexByte(r.text, 0); i >= 0 {
		r.at.pos = i
		r.text = r.text[:len(r.text)-1] // shown without the last line break
		r.fail("null byte is not allowed in input")
	}
	for r.peek(0) == ' ' {
		r.at.indent++
		r.at.pos++
	}
	documents := 0
	for v = msg.Undefined; r.at.pos < len(r.text); documents++ {
		v = r.document()
	}
	if documents > 1 {
		return nil, &loadError{"expected a single document in the stream, but found more"}
	}
	return v, nil
}

func (r *reader) fail(reason string) {
	panic(errorAt(reason, r.text, r.at.pos, r.at.line, r.at.lineStart))
}

// peek returns a byte ahead, 0 behind the end.
func (r *reader) peek(n int) byte {
	if r.at.pos+n < len(r.text) && r.at.pos+n >= 0 {
		return r.text[r.at.pos+n]
	}
	return 0
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' }
func isBreak(c byte) bool { return c == '\n' || c == '\r' }
func isFlow(c byte) bool  { return c == ',' || c == '[' || c == ']' || c == '{' || c == '}' }

// endsToken tells whether c parts tokens. The end of the text does not, as in js-yaml.
func endsToken(c byte) bool { return isSpace(c) || isBreak(c) }

func (r *reader) lineBreak() {
	switch c := r.peek(0); {
	case c == '\r' && r.peek(1) == '\n':
		r.at.pos += 2
	case isBreak(c):
		r.at.pos++
	default:
		r.fail("a line break is expected")
	}
	r.at.line++
	r.at.lineStart = r.at.pos
	r.at.tab = -1
}

// skipSpace skips space, comments and line breaks, and returns how many of these.
func (r *reader) skipSpace(comments bool) (breaks int) {
	for {
		for isSpace(r.peek(0)) {
			if r.peek(0) == '\t' && r.at.tab < 0 {
				r.at.tab = r.at.pos
			}
			r.at.pos++
		}
		if comments && r.peek(0) == '#' {
			r.skipLine()
		}
		if !isBreak(r.peek(0)) {
			return breaks
		}
		r.lineBreak()
		breaks++
		r.at.indent = 0
		for r.peek(0) == ' ' {
			r.at.indent++
			r.at.pos++
		}
	}
}

// skipLine skips up to the end of the line.
func (r *reader) skipLine() {
	if i := strings.IndexAny(r.text[r.at.pos:], "\r\n"); i >= 0 {
		r.at.pos += i
	} else {
		r.at.pos = len(r.text)
	}
}

// word reads up to the end of a token.
func (r *reader) word(flow bool) string {
	from := r.at.pos
	for c := r.peek(0); c != 0 && !endsToken(c) && !(flow && isFlow(c)); c = r.peek(0) {
		r.at.pos++
	}
	return r.text[from:r.at.pos]
}

// atSeparator tells whether a document ends here, at the beginning of a line.
func (r *reader) atSeparator() bool {
	c := r.peek(0)
	return r.at.pos == r.at.lineStart && (c == '-' || c == '.') && r.peek(1) == c && r.peek(2) == c &&
		(r.peek(3) == 0 || endsToken(r.peek(3)))
}

func (r *reader) document() any {
	r.handles, r.anchors = map[string]string{}, map[string]any{}
	directives := r.directives()
	r.skipSpace(true)
	if r.at.indent == 0 && strings.HasPrefix(r.text[r.at.pos:], "---") {
		r.at.pos += 3
		r.skipSpace(true)
	} else if directives {
		r.fail("directives end mark is expected")
	}
	n, _ := r.node(r.at.indent-1, blockOut, false, true)
	r.skipSpace(true)
	if r.atSeparator() {
		if r.peek(0) == '.' {
			r.at.pos += 3
			r.skipSpace(true)
		}
		return n.value
	}
	if r.at.pos < len(r.text) {
		r.fail("end of the stream or a document separator is expected")
	}
	return n.value
}

func (r *reader) directives() (found bool) {
	version := false
	for {
		r.skipSpace(true)
		if r.at.indent > 0 || r.peek(0) != '%' {
			return found
		}
		found = true
		r.at.pos++
		name := r.word(false)
		if name == "" {
			r.fail("directive name must not be less than one character in length")
		}
		var args []string
		for !isBreak(r.peek(0)) && r.peek(0) != 0 {
			for isSpace(r.peek(0)) {
				r.at.pos++
			}
			if r.peek(0) == '#' {
				r.skipLine()
			} else if arg := r.word(false); arg != "" {
				args = append(args, arg)
			}
		}
		if r.peek(0) != 0 {
			r.lineBreak()
		}
		switch name {
		case "YAML":
			r.version(args, version)
			version = true
		case "TAG":
			r.handle(args)
		}
	}
}

func (r *reader) version(args []string, again bool) {
	switch {
	case again:
		r.fail("duplication of %YAML directive")
	case len(args) != 1:
		r.fail("YAML directive accepts exactly one argument")
	}
	major, minor, ok := strings.Cut(args[0], ".")
	if !ok || strings.Trim(major+minor, "0123456789") != "" || major == "" || minor == "" {
		r.fail("ill-formed argument of the YAML directive")
	}
	if strings.TrimLeft(major, "0") != "1" {
		r.fail("unacceptable YAML version of the document")
	}
}

func (r *reader) handle(args []string) {
	if len(args) != 2 {
		r.fail("TAG directive accepts exactly two arguments")
	}
	if !isTagHandle(args[0]) {
		r.fail("ill-formed tag handle (first argument) of the TAG directive")
	}
	if _, ok := r.handles[args[0]]; ok {
		r.fail(`there is a previously declared suffix for "` + args[0] + `" tag handle`)
	}
	r.handles[args[0]] = args[1]
}

func isTagHandle(s string) bool {
	return s == "!" || len(s) >= 2 && s[0] == '!' && s[len(s)-1] == '!' &&
		strings.Trim(strings.ToLower(s[1:len(s)-1]), "abcdefghijklmnopqrstuvwxyz-") == ""
}
