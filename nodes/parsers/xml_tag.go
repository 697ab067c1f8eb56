package parsers

import (
	"strings"

	"sluice/runtime/msg"
)

type xmlAttribute struct{ name, value string }

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
