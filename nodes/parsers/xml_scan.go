package parsers

import (
	"encoding/xml"
	"fmt"
	"regexp"
	"strconv"
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

type xmlAttribute struct{ name, value string }

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

func (s *xmlScanner) openTag(from int) (done bool, err error) {
	r := s.next()
	for isNameBody(r) {
		r = s.next()
	}
	if r == endOfText {
		return false, s.ended()
	}
	name := s.text[from : s.pos-s.width]
	if r != '>' && r != '/' && !isXMLSpace(r) {
		return false, s.fail("Invalid character in tag name")
	}
	attributes, closed, err := s.attributes(r)
	if err != nil {
		return false, err
	}
	if len(s.tags) >= msg.MaxDepth {
		return false, s.fail("Too many nested elements")
	}
	s.tags = append(s.tags, name)
	s.open(name, attributes)
	if closed {
		return s.pop(), nil
	}
	return false, nil
}

// attributes reads up to the end of a tag; r is the character taken last.
func (s *xmlScanner) attributes(r rune) (list []xmlAttribute, closed bool, err error) {
	for {
		switch {
		case r == endOfText:
			return nil, false, s.ended()
		case isXMLSpace(r):
		case r == '>':
			return list, false, nil
		case r == '/':
			if r = s.next(); r == endOfText {
				return nil, false, s.ended()
			} else if r != '>' {
				return nil, false, s.fail("Forward-slash in opening tag not followed by >")
			}
			return list, true, nil
		case isNameStart(r):
			a, err := s.attribute(s.pos - s.width)
			if err != nil {
				return nil, false, err
			}
			if !hasAttribute(list, a.name) {
				list = append(list, a)
			}
			if r = s.next(); isNameStart(r) {
				return nil, false, s.fail("No whitespace between attributes")
			}
			continue
		default:
			return nil, false, s.fail("Invalid attribute name")
		}
		r = s.next()
	}
}

func hasAttribute(list []xmlAttribute, name string) bool {
	for _, a := range list {
		if a.name == name {
			return true
		}
	}
	return false
}

func (s *xmlScanner) attribute(from int) (a xmlAttribute, err error) {
	r := s.next()
	for isNameBody(r) {
		r = s.next()
	}
	if r == endOfText {
		return a, s.ended()
	}
	a.name = s.text[from : s.pos-s.width]
	if r == '>' {
		return a, s.fail("Attribute without value")
	}
	if r != '=' && !isXMLSpace(r) {
		return a, s.fail("Invalid attribute name")
	}
	for isXMLSpace(r) {
		r = s.next()
	}
	if r == endOfText {
		return a, s.ended()
	}
	if r != '=' {
		return a, s.fail("Attribute without value")
	}
	quote := s.next()
	for isXMLSpace(quote) {
		quote = s.next()
	}
	if quote == endOfText {
		return a, s.ended()
	}
	if quote != '"' && quote != '\'' {
		return a, s.fail("Unquoted attribute value")
	}
	a.value, err = s.quoted(byte(quote))
	return a, err
}

// quoted reads the value of an attribute up to its quote.
func (s *xmlScanner) quoted(quote byte) (string, error) {
	stops := string(quote) + "&"
	value := ""
	for {
		i := strings.IndexAny(s.text[s.pos:], stops)
		if i < 0 {
			return "", s.ended()
		}
		value += s.text[s.pos : s.pos+i]
		s.pos += i + 1
		if s.text[s.pos-1] == quote {
			return value, nil
		}
		e, err := s.entity()
		if err != nil {
			return "", err
		}
		value += e
	}
}

func (s *xmlScanner) closeTag() (done bool, err error) {
	r := s.next()
	for isXMLSpace(r) {
		r = s.next()
	}
	if r == endOfText {
		return false, s.ended()
	}
	if !isNameStart(r) {
		return false, s.fail("Invalid tagname in closing tag.")
	}
	from := s.pos - s.width
	for isNameBody(r) {
		r = s.next()
	}
	if r == endOfText {
		return false, s.ended()
	}
	name := s.text[from : s.pos-s.width]
	if r != '>' && !isXMLSpace(r) {
		return false, s.fail("Invalid tagname in closing tag")
	}
	for isXMLSpace(r) {
		r = s.next()
	}
	if r == endOfText {
		return false, s.ended()
	}
	if r != '>' {
		return false, s.fail("Invalid characters in closing tag")
	}
	if len(s.tags) == 0 {
		return false, s.fail("Unmatched closing tag: " + name)
	}
	if s.tags[len(s.tags)-1] != name {
		return false, s.fail("Unexpected close tag")
	}
	return s.pop(), nil
}

// pop closes the innermost element and tells whether it is the root.
func (s *xmlScanner) pop() (done bool) {
	s.tags = s.tags[:len(s.tags)-1]
	s.end()
	return len(s.tags) == 0
}

// entity reads what follows a "&".
func (s *xmlScanner) entity() (string, error) {
	from := s.pos
	for {
		r := s.next()
		switch {
		case r == endOfText:
			return "", s.ended()
		case r == ';':
			if value, ok := xmlEntity(s.text[from : s.pos-1]); ok {
				return value, nil
			}
			return "", s.fail("Invalid character entity")
		case r != '#' && !isNameStart(r) && (s.pos-s.width == from || !isNameBody(r)):
			return "", s.fail("Invalid character in entity name")
		}
	}
}

// xmlEntity is the text that an entity stands for. The names are those of HTML 4.
func xmlEntity(name string) (string, bool) {
	lower := strings.ToLower(name)
	for _, name := range [...]string{name, lower} {
		if name == "apos" {
			return "'", true
		}
		if value, ok := xml.HTMLEntity[name]; ok {
			return value, true
		}
	}
	digits, ok := strings.CutPrefix(lower, "#")
	if !ok {
		return "", false
	}
	base := 10
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 21)
	if err != nil || !isXMLChar(rune(n)) {
		return "", false
	}
	return string(rune(n)), true
}

// isXMLChar is the production Char of XML 1.0.
func isXMLChar(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || 0x20 <= r && r <= 0xd7ff || 0xe000 <= r && r <= 0xfffd || 0x10000 <= r && r <= 0x10ffff
}
