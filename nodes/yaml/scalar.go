package yaml

import (
	"regexp"
	"strconv"
	"strings"

	"sluice/runtime/msg"
)

var unprintable = regexp.MustCompile(`[\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x84\x86-\x9F\x{FFFE}\x{FFFF}]`)

// plainText returns a part of a plain or block text.
func (r *reader) plainText(from, to int) string {
	s := r.text[from:to]
	if unprintable.MatchString(s) {
		r.fail("the stream contains non-printable characters")
	}
	return s
}

// quotedText returns a part of a quoted text.
func (r *reader) quotedText(from, to int) string {
	s := r.text[from:to]
	for i := range len(s) {
		if s[i] < 0x20 && s[i] != '\t' {
			r.fail("expected valid JSON character")
		}
	}
	return s
}

// folded is what line breaks within a text stand for.
func folded(breaks int) string {
	if breaks == 1 {
		return " "
	}
	return strings.Repeat("\n", max(0, breaks-1))
}

func (r *reader) plain(n *node, indent int, flow bool) bool {
	c := r.peek(0)
	if c == 0 || endsToken(c) || isFlow(c) || strings.IndexByte("#&*!|>'\"%@`", c) >= 0 {
		return false
	}
	if next := r.peek(1); (c == '?' || c == '-') && (endsToken(next) || flow && isFlow(next)) {
		return false
	}
	var b strings.Builder
	from, to := r.at.pos, r.at.pos
	breaks := 0 // read but not yet part of the text
	for c = r.peek(0); c != 0; c = r.peek(0) {
		next := r.peek(1)
		if c == ':' && (endsToken(next) || flow && isFlow(next)) ||
			c == '#' && endsToken(r.peek(-1)) || c != ':' && c != '#' && (r.atSeparator() || flow && isFlow(c)) {
			break
		}
		if isBreak(c) {
			before := r.at
			before.pos = to
			lines := r.skipSpace(false)
			if r.at.indent < indent {
				before.tab = r.at.tab
				r.at = before
				break
			}
			breaks = lines
			continue
		}
		if breaks > 0 {
			b.WriteString(r.plainText(from, to))
			b.WriteString(folded(breaks))
			from, to, breaks = r.at.pos, r.at.pos, 0
		}
		r.at.pos++
		if !isSpace(c) {
			to = r.at.pos
		}
	}
	b.WriteString(r.plainText(from, to))
	if b.Len() == 0 {
		return false
	}
	n.value, n.kind = b.String(), "scalar"
	if n.tag == "" {
		n.tag = "?"
	}
	return true
}

func (r *reader) singleQuoted(n *node) {
	r.quoted(n, '\'', "single", func(b *strings.Builder) bool {
		r.at.pos++
		if r.peek(0) != '\'' {
			return true
		}
		b.WriteByte('\'')
		r.at.pos++
		return false
	})
}

func (r *reader) doubleQuoted(n *node) {
	r.quoted(n, '"', "double", func(b *strings.Builder) bool {
		if r.peek(0) == '"' {
			r.at.pos++
			return true
		}
		r.escape(b)
		return false
	})
}

// quoted reads a quoted text. special is called at its quote, and at a backslash of
// double quotes; it tells whether the text has ended.
func (r *reader) quoted(n *node, quote byte, name string, special func(b *strings.Builder) bool) {
	var b strings.Builder
	r.at.pos++
	from, to := r.at.pos, r.at.pos
	for c := r.peek(0); c != 0; c = r.peek(0) {
		switch {
		case c == quote || c == '\\' && quote == '"':
			b.WriteString(r.quotedText(from, r.at.pos))
			if special(&b) {
				n.value, n.kind = msg.FromUTF16(msg.ToUTF16(b.String())), "scalar"
				return
			}
			from, to = r.at.pos, r.at.pos
		case isBreak(c):
			b.WriteString(r.quotedText(from, to))
			b.WriteString(folded(r.skipSpace(false)))
			from, to = r.at.pos, r.at.pos
		case r.atSeparator():
			r.fail("unexpected end of the document within a " + name + " quoted scalar")
		default:
			r.at.pos++
			if !isSpace(c) {
				to = r.at.pos
			}
		}
	}
	r.fail("unexpected end of the stream within a " + name + " quoted scalar")
}

var unescapes = map[byte]string{
	'0': "\x00", 'a': "\a", 'b': "\b", 't': "\t", '\t': "\t", 'n': "\n", 'v': "\v", 'f': "\f", 'r': "\r",
	'e': "\x1b", ' ': " ", '"': `"`, '/': "/", '\\': `\`, 'N': "\u0085", '_': "\u00a0", 'L': "\u2028", 'P': "\u2029",
}

// escape reads what a backslash begins.
func (r *reader) escape(b *strings.Builder) {
	r.at.pos++
	c := r.peek(0)
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
	text, simple := unescapes[c]
	switch {
	case isBreak(c):
		r.skipSpace(false)
	case simple:
		b.WriteString(text)
		r.at.pos++
	case digits > 0:
		from := r.at.pos + 1
		for range digits {
			r.at.pos++
			if c := r.peek(0) | 0x20; !('0' <= r.peek(0) && r.peek(0) <= '9' || 'a' <= c && c <= 'f') {
				r.fail("expected hexadecimal character")
			}
		}
		r.at.pos++
		code, _ := strconv.ParseUint(r.text[from:r.at.pos], 16, 32)
		if code > 0xffff {
			b.WriteRune(rune(code))
		} else {
			b.WriteString(msg.FromUTF16([]uint16{uint16(code)}))
		}
	default:
		r.fail("unknown escape sequence")
	}
}

// blockHeader reads what follows "|" or ">": how the text ends and is indented.
func (r *reader) blockHeader() (chomp byte, width int) {
	for {
		r.at.pos++
		switch c := r.peek(0); {
		case c == '+' || c == '-':
			if chomp != 0 {
				r.fail("repeat of a chomping mode identifier")
			}
			chomp = c
		case c == '0':
			r.fail("bad explicit indentation width of a block scalar; it cannot be less than one")
		case '1' <= c && c <= '9':
			if width > 0 {
				r.fail("repeat of an indentation width identifier")
			}
			width = int(c - '0')
		default:
			if isSpace(c) {
				for isSpace(r.peek(0)) {
					r.at.pos++
				}
				if r.peek(0) == '#' {
					r.skipLine()
				}
			}
			return chomp, width
		}
	}
}

func (r *reader) blockScalar(n *node, indent int) {
	folding := r.peek(0) == '>'
	chomp, width := r.blockHeader()
	known := width > 0
	if known {
		indent += width - 1
	}
	var b strings.Builder
	empty, content, more := 0, false, false
	for r.peek(0) != 0 {
		r.lineBreak()
		r.at.indent = 0
		for (!known || r.at.indent < indent) && r.peek(0) == ' ' {
			r.at.indent++
			r.at.pos++
		}
		if !known && r.at.indent > indent {
			indent = r.at.indent
		}
		c := r.peek(0)
		if isBreak(c) {
			empty++
			continue
		}
		if !known && indent == 0 {
			r.fail("missing indentation for block scalar")
		}
		if r.at.indent < indent {
			switch {
			case chomp == '+' && content:
				b.WriteString(strings.Repeat("\n", 1+empty))
			case chomp == '+':
				b.WriteString(strings.Repeat("\n", empty))
			case chomp == 0 && content:
				b.WriteByte('\n')
			}
			break
		}
		breaks := empty
		if content {
			breaks++
		}
		switch {
		case !folding:
		case isSpace(c):
			more = true // lines that are indented further are not folded
		case more:
			more = false
			breaks = empty + 1
		case empty == 0 && content:
			b.WriteByte(' ')
			breaks = 0
		default:
			breaks = empty
		}
		b.WriteString(strings.Repeat("\n", breaks))
		content, known, empty = true, true, 0
		from := r.at.pos
		r.skipLine()
		b.WriteString(r.plainText(from, r.at.pos))
	}
	n.value, n.kind = b.String(), "scalar"
}
