package msg

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

func invalidPath(format string, args ...any) *PathError {
	return &PathError{Code: "INVALID_EXPR", Message: fmt.Sprintf(format, args...)}
}

// ParsePath compiles an expression. Its *PathError has Node-RED's code and
// wording; positions count UTF-16 code units.
func ParsePath(text string) (Path, error) {
	steps, err := parsePath(text, 0)
	if err != nil {
		return Path{}, err
	}
	return Path{text: text, steps: steps}, nil
}

// pathParser reads an expression from left to right. Node-RED's reader is looser
// than the expressions it means to accept (a"b" and a['b'.c are refused, a..b is,
// a.b]c only outside brackets); every such rule is kept.
type pathParser struct {
	text  string
	start int // of the name being read
	inBox bool
	steps []step
	depth int
}

// maxPathDepth bounds references inside references.
const maxPathDepth = 100

func parsePath(text string, depth int) ([]step, *PathError) {
	if text == "" {
		return nil, invalidPath("Invalid property expression: zero-length")
	}
	p := pathParser{text: text, depth: depth}
	for i := 0; i < len(text); {
		var err *PathError
		switch c := text[i]; c {
		case '\'', '"':
			i, err = p.quoted(i)
		case '.':
			i, err = p.dot(i)
		case '[':
			i, err = p.open(i)
		case ']':
			i, err = p.close(i)
		case ' ':
			err = p.unexpected(i)
		default:
			i++
		}
		if err != nil {
			return nil, err
		}
	}
	if p.inBox {
		return nil, invalidPath("Invalid property expression: unterminated expression")
	}
	if p.start < len(text) {
		p.name(text[p.start:])
	}
	return p.steps, nil
}

func (p *pathParser) name(s string) { p.steps = append(p.steps, step{key: s}) }

// nameOrInteger adds what is all digits as an integer.
func (p *pathParser) nameOrInteger(s string) {
	if digits(s) < len(s) {
		p.name(s)
		return
	}
	n := ParseInt(s, 10)
	p.steps = append(p.steps, step{key: FormatNumber(n), integer: true, index: n})
}

// pos turns a byte offset into JavaScript's position.
func (p *pathParser) pos(i int) int { return UTF16Len(p.text[:i]) }

// char returns the character at i as V8 prints text[i]: one code unit.
func (p *pathParser) char(i int) string {
	if i >= len(p.text) {
		return "undefined"
	}
	u, _ := UTF16At(p.text[i:], 0)
	return FromUTF16([]uint16{u})
}

func (p *pathParser) unexpected(i int) *PathError {
	c := p.char(i)
	if c == " " && p.text[i] == ' ' {
		c = "' '"
	}
	return invalidPath("Invalid property expression: unexpected %s at position %d", c, p.pos(i))
}

func (p *pathParser) quoted(i int) (int, *PathError) {
	if i != p.start {
		return 0, p.unexpected(i)
	}
	start := i + 1
	n := strings.IndexByte(p.text[start:], p.text[i])
	switch {
	case n < 0:
		return 0, invalidPath("Invalid property expression: unterminated expression")
	case n == 0:
		return 0, invalidPath("Invalid property expression: zero-length string at position %d", p.pos(start))
	}
	p.name(p.text[start : start+n])
	after := start + n + 1
	switch end := after == len(p.text); {
	case p.inBox && (end || p.text[after] != ']'):
		return 0, invalidPath("Invalid property expression: unexpected array expression at position %d", p.pos(start))
	case !p.inBox && !end && p.text[after] != '[' && p.text[after] != '.':
		return 0, invalidPath("Invalid property expression: unexpected %s expression at position %d", p.char(after), p.pos(after))
	}
	p.start = after
	return after, nil
}

func (p *pathParser) dot(i int) (int, *PathError) {
	if i == 0 {
		return 0, p.unexpected(0)
	}
	if p.start != i {
		p.nameOrInteger(p.text[p.start:i])
	}
	if i == len(p.text)-1 {
		return 0, invalidPath("Invalid property expression: unterminated expression")
	}
	if !isPathStart(p.text[i+1:]) {
		return 0, invalidPath("Invalid property expression: unexpected %s at position %d", p.char(i+1), p.pos(i+1))
	}
	p.start = i + 1
	return i + 1, nil
}

// isPathStart tells whether s begins with a letter of ASCII, a digit, $ or _.
func isPathStart(s string) bool {
	c := s[0]
	return c == '$' || c == '_' || c < utf8.RuneSelf && digitValue(c) < 36
}

func (p *pathParser) open(i int) (int, *PathError) {
	if i == 0 {
		return 0, p.unexpected(0)
	}
	if p.start != i {
		p.name(p.text[p.start:i])
	}
	rest := p.text[i+1:]
	switch {
	case rest == "":
		return 0, invalidPath("Invalid property expression: unterminated expression")
	case strings.HasPrefix(rest, "msg.") || strings.HasPrefix(rest, "msg["):
		return p.reference(i)
	case rest[0] != '"' && rest[0] != '\'' && digits(rest[:1]) == 0:
		return 0, invalidPath("Invalid property expression: unexpected %s at position %d", p.char(i+1), p.pos(i+1))
	}
	p.start = i + 1
	p.inBox = true
	return i + 1, nil
}

// reference reads [msg.x] from the bracket at i on. As in Node-RED a bracket
// counts even inside quotes.
func (p *pathParser) reference(i int) (int, *PathError) {
	for j, open := i+1, 1; j < len(p.text); j++ {
		switch p.text[j] {
		case '[':
			open++
		case ']':
			open--
		}
		if open > 0 {
			continue
		}
		s := step{pos: p.pos(i + 1)}
		if p.depth >= maxPathDepth {
			return 0, s.refError()
		}
		expr := p.text[i+1 : j]
		steps, err := parsePath(strings.TrimPrefix(expr, "msg."), p.depth+1)
		if err != nil {
			return 0, s.refError()
		}
		s.ref = &Path{text: expr, steps: steps}
		p.steps = append(p.steps, s)
		p.inBox = false
		p.start = j + 1
		return j + 1, nil
	}
	return 0, invalidPath("Invalid property expression: unmatched '[' at position %d", p.pos(i))
}

// refError is Node-RED's error for a reference that does not compile or is undefined.
func (s *step) refError() *PathError {
	return invalidPath("Invalid expression started at position %d", s.pos)
}

func (p *pathParser) close(i int) (int, *PathError) {
	if !p.inBox {
		return 0, p.unexpected(i)
	}
	if p.start != i {
		s := p.text[p.start:i]
		if digits(s) < len(s) {
			return 0, invalidPath("Invalid property expression: unexpected array expression at position %d", p.pos(p.start))
		}
		p.nameOrInteger(s)
	}
	p.start = i + 1
	p.inBox = false
	return i + 1, nil
}
