package flows

import (
	"fmt"
	"strconv"
	"unicode/utf8"
)

// maxDepth bounds nesting in a flow file, so that hostile text cannot exhaust the stack.
const maxDepth = 10_000

// scanner checks JSON text in one pass and finds where things lie in it. It exists
// because neither a byte offset per property nor repeated keys can be had from the
// usual readers, and both are needed to keep foreign bytes and JavaScript's meaning.
type scanner struct {
	s     string
	pos   int
	depth int

	repeated bool     // an object had a key twice since this was last cleared
	keys     []string // of the objects now open, innermost last
}

type syntaxError struct {
	offset int
	msg    string
}

func (e *syntaxError) Error() string { return e.msg }

func (sc *scanner) fail(format string, args ...any) error {
	return &syntaxError{sc.pos, fmt.Sprintf(format, args...)}
}

// unexpected says what stands where want should.
func (sc *scanner) unexpected(want string) error {
	if sc.pos >= len(sc.s) {
		return sc.fail("the text ends where %s should follow", want)
	}
	r, _ := utf8.DecodeRuneInString(sc.s[sc.pos:])
	return sc.fail("found %s where %s should stand", strconv.QuoteRune(r), want)
}

func (sc *scanner) space() {
	for sc.pos < len(sc.s) {
		switch sc.s[sc.pos] {
		case ' ', '\t', '\n', '\r':
			sc.pos++
		default:
			return
		}
	}
}

// peek returns the next byte, 0 at the end of the text.
func (sc *scanner) peek() byte {
	if sc.pos < len(sc.s) {
		return sc.s[sc.pos]
	}
	return 0
}

// value passes one value; white space before it must be gone.
func (sc *scanner) value() error {
	switch c := sc.peek(); {
	case c == '"':
		_, err := sc.str()
		return err
	case c == '{':
		return sc.object(nil)
	case c == '[':
		return sc.array(sc.value)
	case c == '-', '0' <= c && c <= '9':
		return sc.number()
	case c == 't':
		return sc.word("true")
	case c == 'f':
		return sc.word("false")
	case c == 'n':
		return sc.word("null")
	}
	return sc.unexpected("a value")
}

func (sc *scanner) word(w string) error {
	if len(sc.s)-sc.pos >= len(w) && sc.s[sc.pos:sc.pos+len(w)] == w {
		sc.pos += len(w)
		return nil
	}
	return sc.unexpected("a value")
}

func (sc *scanner) digits() bool {
	from := sc.pos
	for sc.pos < len(sc.s) && '0' <= sc.s[sc.pos] && sc.s[sc.pos] <= '9' {
		sc.pos++
	}
	return sc.pos > from
}

func (sc *scanner) number() error {
	if sc.peek() == '-' {
		sc.pos++
	}
	if sc.peek() == '0' {
		sc.pos++
	} else if !sc.digits() {
		return sc.unexpected("a digit")
	}
	if sc.peek() == '.' {
		sc.pos++
		if !sc.digits() {
			return sc.unexpected("a digit")
		}
	}
	if c := sc.peek(); c == 'e' || c == 'E' {
		sc.pos++
		if c := sc.peek(); c == '+' || c == '-' {
			sc.pos++
		}
		if !sc.digits() {
			return sc.unexpected("a digit")
		}
	}
	return nil
}

// str passes a string and says whether it holds escapes.
func (sc *scanner) str() (escaped bool, err error) {
	if sc.peek() != '"' {
		return false, sc.unexpected("a string")
	}
	start := sc.pos
	for sc.pos++; sc.pos < len(sc.s); sc.pos++ {
		switch c := sc.s[sc.pos]; {
		case c == '"':
			sc.pos++
			return escaped, nil
		case c < ' ':
			return false, sc.fail("a string holds an unescaped control character")
		case c == '\\':
			escaped = true
			if err := sc.escape(); err != nil {
				return false, err
			}
		}
	}
	sc.pos = start
	return false, sc.fail("this string never ends")
}

// escape passes an escape up to its last byte.
func (sc *scanner) escape() error {
	sc.pos++
	switch sc.peek() {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return nil
	case 'u':
		for range 4 {
			sc.pos++
			if !isHex(sc.peek()) {
				return sc.unexpected("a hexadecimal digit")
			}
		}
		return nil
	}
	return sc.unexpected(`an escape such as \n`)
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func (sc *scanner) open() error {
	if sc.depth++; sc.depth > maxDepth {
		return sc.fail("values are nested more than %d deep", maxDepth)
	}
	sc.pos++
	return nil
}

// array passes an array, calling element at the start of each.
func (sc *scanner) array(element func() error) error {
	if err := sc.open(); err != nil {
		return err
	}
	sc.space()
	if sc.peek() == ']' {
		sc.pos++
		sc.depth--
		return nil
	}
	for {
		sc.space()
		if err := element(); err != nil {
			return err
		}
		sc.space()
		switch sc.peek() {
		case ',':
			sc.pos++
		case ']':
			sc.pos++
			sc.depth--
			return nil
		default:
			return sc.unexpected("a comma or ]")
		}
	}
}

// object passes an object and, if property is given, hands it each key and value.
func (sc *scanner) object(property func(key, value string)) error {
	if err := sc.open(); err != nil {
		return err
	}
	base := len(sc.keys)
	defer func() { sc.keys = sc.keys[:base] }()
	var many map[string]bool // instead of a search, once there are many keys
	sc.space()
	if sc.peek() == '}' {
		sc.pos++
		sc.depth--
		return nil
	}
	for {
		sc.space()
		if sc.peek() != '"' {
			return sc.unexpected("a property name in double quotes")
		}
		start := sc.pos
		escaped, err := sc.str()
		if err != nil {
			return err
		}
		key := sc.s[start+1 : sc.pos-1]
		if escaped {
			key = unquote(sc.s[start:sc.pos])
		}
		many = sc.note(key, base, many)
		sc.space()
		if sc.peek() != ':' {
			return sc.unexpected("a colon")
		}
		sc.pos++
		sc.space()
		start = sc.pos
		if err := sc.value(); err != nil {
			return err
		}
		if property != nil {
			property(key, sc.s[start:sc.pos])
		}
		sc.space()
		switch sc.peek() {
		case ',':
			sc.pos++
		case '}':
			sc.pos++
			sc.depth--
			return nil
		default:
			return sc.unexpected("a comma or }")
		}
	}
}

// note remembers a key of the object whose keys begin at base and marks a repetition.
func (sc *scanner) note(key string, base int, many map[string]bool) map[string]bool {
	const few = 32
	open := sc.keys[base:]
	if many == nil && len(open) == few {
		many = make(map[string]bool, 2*few)
		for _, k := range open {
			many[k] = true
		}
	}
	if many != nil {
		sc.repeated = sc.repeated || many[key]
		many[key] = true
		return many
	}
	for _, k := range open {
		if k == key {
			sc.repeated = true
			break
		}
	}
	sc.keys = append(sc.keys, key)
	return nil
}
