package parsers

import (
	"encoding/xml"
	"strconv"
	"strings"
)

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
