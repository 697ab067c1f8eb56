package mustache

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Compile parses a template. Its error is an *Error.
func Compile(text string) (*Template, error) {
	p := &parser{text: text, left: "{{", right: "}}"}
	if err := p.parse(); err != nil {
		return nil, err
	}
	tokens, _ := nest(p.tokens)
	return &Template{tokens: tokens, partials: p.partials}, nil
}

type parser struct {
	text        string
	pos         int
	left, right string // the tags, which {{= =}} changes
	tokens      []token
	sections    []string // names of the sections that are open
	partials    bool

	// A line that has a tag which prints nothing, and else only white space,
	// leaves no trace: neither its spaces nor its line break are printed.
	spaces []int // tokens on the current line that are white space
	silent bool  // the line has a tag
	shows  bool  // the line shows something
}

func (p *parser) parse() error {
	for p.pos < len(p.text) {
		at := strings.Index(p.text[p.pos:], p.left)
		if at < 0 {
			p.addText(p.text[p.pos:])
			p.pos = len(p.text)
			break
		}
		p.addText(p.text[p.pos : p.pos+at])
		p.pos += at
		p.silent = true
		if err := p.tag(); err != nil {
			return err
		}
	}
	p.endLine()
	if n := len(p.sections); n > 0 {
		return errorf(p.text, p.pos, "Unclosed section %s", quote(p.sections[n-1]))
	}
	return nil
}

// addText adds text in runs of white space and of everything else.
func (p *parser) addText(s string) {
	for s != "" {
		n := strings.IndexFunc(s, func(r rune) bool { return !isSpace(r) })
		if n < 0 {
			n = len(s)
		}
		if n > 0 {
			if line := strings.IndexByte(s[:n], '\n'); line >= 0 {
				n = line + 1
			}
			p.spaces = append(p.spaces, len(p.tokens))
			p.tokens = append(p.tokens, token{kind: textToken, text: s[:n]})
			if s[n-1] == '\n' {
				p.endLine()
			}
			s = s[n:]
			continue
		}
		if n = strings.IndexFunc(s, isSpace); n < 0 {
			n = len(s)
		}
		p.shows = true
		p.tokens = append(p.tokens, token{kind: textToken, text: s[:n]})
		s = s[n:]
	}
}

func (p *parser) endLine() {
	if p.silent && !p.shows {
		for _, i := range p.spaces {
			p.tokens[i].text = ""
		}
	}
	p.spaces, p.silent, p.shows = p.spaces[:0], false, false
}

// tag reads one tag, which begins at p.pos.
func (p *parser) tag() error {
	start := p.pos
	p.pos += len(p.left)
	p.skipSpace()
	sigil := byte(0)
	if p.pos < len(p.text) && strings.IndexByte("#^/>{&=!", p.text[p.pos]) >= 0 {
		sigil = p.text[p.pos]
		p.pos++
	}
	p.skipSpace()
	var name string
	switch sigil {
	case '=':
		name = p.until("=")
		p.take("=")
		p.until(p.right)
	case '{':
		name = p.until("}" + p.right)
		p.take("}")
		p.until(p.right)
	default:
		name = p.until(p.right)
	}
	if !p.take(p.right) {
		return errorf(p.text, p.pos, "Unclosed tag")
	}
	return p.addTag(sigil, name, start)
}

func (p *parser) addTag(sigil byte, name string, start int) error {
	t := token{text: name, path: dotted(name)}
	switch sigil {
	case 0:
		t.kind, p.shows = nameToken, true
	case '{', '&':
		t.kind, p.shows = rawToken, true
	case '#', '^':
		t.kind = sectionToken
		if sigil == '^' {
			t.kind = invertedToken
		}
		p.sections = append(p.sections, name)
	case '/':
		n := len(p.sections)
		if n == 0 {
			return errorf(p.text, start, "Unopened section %s", quote(name))
		}
		if open := p.sections[n-1]; open != name {
			return errorf(p.text, start, "Unclosed section %s", quote(open))
		}
		p.sections = p.sections[:n-1]
		t.kind = closeToken
	case '=':
		return p.setTags(name)
	case '>':
		p.partials = true
		return nil
	case '!':
		return nil
	}
	p.tokens = append(p.tokens, t)
	return nil
}

func (p *parser) setTags(value string) error {
	tags := strings.FieldsFunc(value, isSpace)
	if len(tags) < 2 {
		return &Error{"Invalid tags: " + value}
	}
	p.left, p.right = tags[0], tags[1]
	return nil
}

func (p *parser) skipSpace() {
	p.pos = len(p.text) - len(strings.TrimLeftFunc(p.text[p.pos:], isSpace))
}

// until goes to the white space before the next mark, or to the end, and
// returns what it passed.
func (p *parser) until(mark string) string {
	rest := p.text[p.pos:]
	if at := strings.Index(rest, mark); at >= 0 {
		rest = strings.TrimRightFunc(rest[:at], isSpace)
	}
	p.pos += len(rest)
	return rest
}

// take passes white space and mark if they come next.
func (p *parser) take(mark string) bool {
	rest := strings.TrimLeftFunc(p.text[p.pos:], isSpace)
	if !strings.HasPrefix(rest, mark) {
		return false
	}
	p.pos = len(p.text) - len(rest) + len(mark)
	return true
}

// nest joins neighbouring texts and moves what is inside of sections there. It
// returns what follows the end of its own section.
func nest(flat []token) (tree, rest []token) {
	for len(flat) > 0 {
		t := flat[0]
		flat = flat[1:]
		switch t.kind {
		case closeToken:
			return tree, flat
		case textToken:
			n := 0
			for n < len(flat) && flat[n].kind == textToken {
				n++
			}
			if n > 0 {
				t.text = joined(t.text, flat[:n])
				flat = flat[n:]
			}
			if t.text == "" {
				continue
			}
		case sectionToken, invertedToken:
			t.inside, flat = nest(flat)
		}
		tree = append(tree, t)
	}
	return tree, nil
}

func joined(first string, more []token) string {
	var b strings.Builder
	b.WriteString(first)
	for i := range more {
		b.WriteString(more[i].text)
	}
	return b.String()
}

// dotted returns the parts of a name with a dot behind its first character, else nil.
func dotted(name string) []string {
	if strings.IndexByte(name, '.') > 0 {
		return strings.Split(name, ".")
	}
	return nil
}

func quote(name string) string { return `"` + name + `"` }

// isSpace tells what \s matches in JavaScript.
func isSpace(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return r == ' ' || r >= '\t' && r <= '\r'
	case r == '\u2028', r == '\u2029', r == '\uFEFF':
		return true
	}
	return unicode.Is(unicode.Zs, r)
}
