package parsers

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"sluice/runtime/msg"
)

// xmlScanner reads XML as the npm package sax does in its strict mode, whose rules
// and errors flows see through xml2js: entities are those of HTML, a document type
// is skipped, of equal attributes the first counts, and text may hold "]]>".
type xmlScanner struct {
	text  string
	pos   int
	width int // of the character taken last

	// What is called for the parts of the document. Reading ends with the root element.
	open func(name string, attributes []xmlAttribute)
	data func(text string, cdata bool)
	end  func()

	tags    []string
	pending strings.Builder // text up to the next markup
}

var (
	xmlNameStart = regexp.MustCompile(`^[:_A-Za-z\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{2FF}\x{370}-\x{37D}\x{37F}-\x{1FFF}\x{200C}-\x{200D}\x{2070}-\x{218F}\x{2C00}-\x{2FEF}\x{3001}-\x{D7FF}\x{F900}-\x{FDCF}\x{FDF0}-\x{FFFD}]$`)
	xmlNameBody  = regexp.MustCompile(`^[:_A-Za-z\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{2FF}\x{370}-\x{37D}\x{37F}-\x{1FFF}\x{200C}-\x{200D}\x{2070}-\x{218F}\x{2C00}-\x{2FEF}\x{3001}-\x{D7FF}\x{F900}-\x{FDCF}\x{FDF0}-\x{FFFD}\x{B7}\x{300}-\x{36F}\x{203F}-\x{2040}.\d-]$`)
)

func isNameStart(r rune) bool {
	if r < utf8.RuneSelf {
		return r == ':' || r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
	}
	return xmlNameStart.MatchString(string(r))
}

func isNameBody(r rune) bool {
	if r < utf8.RuneSelf {
		return isNameStart(r) || r == '.' || r == '-' || '0' <= r && r <= '9'
	}
	return xmlNameBody.MatchString(string(r))
}

func isXMLSpace(r rune) bool { return r == ' ' || r == '\n' || r == '\r' || r == '\t' }

const endOfText rune = -1

// next takes a character. Half of a surrogate pair, which is no character of XML,
// stands for itself.
func (s *xmlScanner) next() rune {
	if s.pos >= len(s.text) {
		s.width = 0
		return endOfText
	}
	r, n := utf8.DecodeRuneInString(s.text[s.pos:])
	if r == utf8.RuneError && n == 1 {
		r = 0xd800
	}
	s.pos += n
	s.width = n
	return r
}

// fail is an error at the character taken last, worded as sax does.
func (s *xmlScanner) fail(message string) error { return s.failAt(message, false) }

func (s *xmlScanner) failAt(message string, atEnd bool) error {
	read := s.text[:s.pos]
	column := msg.UTF16Len(read[strings.LastIndexByte(read, '\n')+1:])
	ch := ""
	if !atEnd && read != "" {
		_, n := utf8.DecodeLastRuneInString(read)
		ch = read[len(read)-n:]
	}
	return &msg.Error{Name: "Error", Message: fmt.Sprintf("%s\nLine: %d\nColumn: %d\nChar: %s", message, strings.Count(read, "\n"), column, ch)}
}

// ended is the error of a document that breaks off.
func (s *xmlScanner) ended() error {
	s.pos = len(s.text)
	if len(s.tags) > 0 {
		return s.failAt("Unclosed root tag", true)
	}
	return s.failAt("Unexpected end", true)
}

// scan reads the document up to the end of its root element.
func (s *xmlScanner) scan() error {
	s.text = strings.TrimPrefix(s.text, "\ufeff")
	first := true
	for {
		i := strings.IndexAny(s.text[s.pos:], "<&")
		if len(s.tags) == 0 { // nothing but space may come before the root
			for i := s.pos; i < len(s.text) && s.text[i] != '<'; i++ {
				if !isXMLSpace(rune(s.text[i])) {
					s.pos = i
					s.next()
					if first {
						return s.fail("Non-whitespace before first tag.")
					}
					return s.fail("Text data outside of root node.")
				}
			}
		}
		if i < 0 {
			s.pos = len(s.text)
			if len(s.tags) > 0 {
				return s.ended()
			}
			return nil
		}
		if i > 0 && len(s.tags) > 0 {
			s.pending.WriteString(s.text[s.pos : s.pos+i])
		}
		s.pos += i
		first = false
		if s.next() == '&' {
			value, err := s.entity()
			if err != nil {
				return err
			}
			s.pending.WriteString(value)
			continue
		}
		if s.pending.Len() > 0 {
			s.data(s.pending.String(), false)
			s.pending.Reset()
		}
		if done, err := s.markup(); done || err != nil {
			return err
		}
	}
}

// markup reads what follows a "<".
func (s *xmlScanner) markup() (done bool, err error) {
	r := s.next()
	for isXMLSpace(r) {
		r = s.next()
	}
	switch {
	case r == endOfText:
		return false, s.ended()
	case r == '!':
		return false, s.declaration()
	case r == '?':
		return false, s.skipPast("?>")
	case r == '/':
		return s.closeTag()
	case isNameStart(r):
		return s.openTag(s.pos - s.width)
	}
	return false, s.fail("Unencoded <")
}

func (s *xmlScanner) skipPast(end string) error {
	i := strings.Index(s.text[s.pos:], end)
	if i < 0 {
		return s.ended()
	}
	s.pos += i + len(end)
	return nil
}

// declaration reads a comment, a CDATA section or a document type.
func (s *xmlScanner) declaration() error {
	rest := s.text[s.pos:]
	switch {
	case strings.HasPrefix(rest, "--"):
		s.pos += 2
		if err := s.skipPast("--"); err != nil {
			return err
		}
		if r := s.next(); r == endOfText {
			return s.ended()
		} else if r != '>' {
			return s.fail("Malformed comment")
		}
		return nil
	case len(rest) >= 7 && strings.EqualFold(rest[:7], "[CDATA["):
		s.pos += 7
		from := s.pos
		if err := s.skipPast("]]>"); err != nil {
			return err
		}
		if text := s.text[from : s.pos-3]; text != "" && len(s.tags) > 0 {
			s.data(text, true)
		}
		return nil
	case len(rest) >= 7 && strings.EqualFold(rest[:7], "DOCTYPE"):
		s.pos += 7
		if len(s.tags) > 0 {
			return s.fail("Inappropriately located doctype declaration")
		}
		return s.doctype()
	}
	return s.skipPast(">")
}

// doctype skips a document type with what it declares, so that nothing expands.
func (s *xmlScanner) doctype() error {
	inside := false
	for {
		switch r := s.next(); {
		case r == endOfText:
			return s.ended()
		case r == '"' || r == '\'':
			if err := s.skipPast(string(r)); err != nil {
				return err
			}
		case r == '[':
			inside = true
		case r == ']':
			inside = false
		case r == '<' && inside && strings.HasPrefix(s.text[s.pos:], "!--"):
			if err := s.skipPast("-->"); err != nil {
				return err
			}
		case r == '>' && !inside:
			return nil
		}
	}
}
