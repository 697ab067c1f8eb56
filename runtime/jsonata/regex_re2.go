package jsonata

import (
	"regexp"
	"regexp/syntax"
	"strings"
)

// translateRE2 rewrites a JavaScript pattern for Go's engine, or returns nil if
// the two could differ on ASCII text. Left out are lookaround, backreferences,
// groups that are captured more than once (JavaScript forgets earlier rounds),
// line anchors, unusual escapes, and patterns that match the empty string.
func translateRE2(source, flags string) *regexp.Regexp {
	t := translator{src: source}
	if !t.alternatives(false) || t.at != len(source) {
		return nil
	}
	if strings.Contains(flags, "m") && t.anchored {
		return nil
	}
	text := t.out.String()
	if strings.Contains(flags, "i") {
		text = "(?i)" + text
	}
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil || minLength(tree) == 0 {
		return nil
	}
	re, err := regexp.Compile(text)
	if err != nil {
		return nil
	}
	return re
}

type translator struct {
	src      string
	at       int
	out      strings.Builder
	anchored bool
	captures int
}

func (t *translator) peek() byte {
	if t.at < len(t.src) {
		return t.src[t.at]
	}
	return 0
}

// copy takes n bytes over as they are.
func (t *translator) copy(n int) {
	t.out.WriteString(t.src[t.at : t.at+n])
	t.at += n
}

// alternatives translates up to a closing parenthesis or the end.
func (t *translator) alternatives(inGroup bool) bool {
	for t.at < len(t.src) {
		switch c := t.peek(); {
		case c == ')':
			return inGroup
		case c == '|':
			t.copy(1)
		case c == '^' || c == '$':
			t.anchored = true
			t.copy(1)
			if isQuantifier(t.peek()) {
				return false
			}
		default:
			before := t.captures
			if !t.atom() || !t.quantifier(t.captures > before) {
				return false
			}
		}
	}
	return !inGroup
}

func isQuantifier(c byte) bool { return c == '*' || c == '+' || c == '?' || c == '{' }

func (t *translator) atom() bool {
	switch c := t.peek(); {
	case c >= 0x80 || isQuantifier(c) || c == '}' || c == ']':
		return false
	case c == '.':
		t.at++
		t.out.WriteString(`[^\n\r]`)
		return true
	case c == '\\':
		return t.escape(false)
	case c == '[':
		return t.class()
	case c == '(':
		if strings.HasPrefix(t.src[t.at:], "(?:") {
			t.copy(3)
		} else if strings.HasPrefix(t.src[t.at:], "(?") {
			return false
		} else {
			t.captures++
			t.copy(1)
		}
		if !t.alternatives(true) {
			return false
		}
		t.copy(1)
		return true
	}
	t.copy(1)
	return true
}

func (t *translator) escape(inClass bool) bool {
	if t.at+1 >= len(t.src) {
		return false
	}
	switch c := t.src[t.at+1]; {
	case c == 's' && inClass:
		t.out.WriteString(`\t-\r `)
	case c == 's':
		t.out.WriteString(`[\t-\r ]`)
	case c == 'S' && !inClass:
		t.out.WriteString(`[^\t-\r ]`)
	case strings.IndexByte("dDwWnrtfv", c) >= 0, !inClass && (c == 'b' || c == 'B'):
		t.out.WriteString(t.src[t.at : t.at+2])
	case c == '/':
		t.out.WriteByte('/')
	case strings.IndexByte(`.*+?()[]{}|^$\-`, c) >= 0:
		t.out.WriteString(t.src[t.at : t.at+2])
	default:
		return false
	}
	t.at += 2
	return true
}

func (t *translator) class() bool {
	t.copy(1)
	if t.peek() == '^' {
		t.copy(1)
	}
	if t.peek() == ']' {
		return false // [] and [^] mean something else to Go
	}
	for t.at < len(t.src) {
		switch c := t.peek(); {
		case c == ']':
			t.copy(1)
			return true
		case c >= 0x80 || c == '[':
			return false
		case c == '\\':
			if !t.escape(true) {
				return false
			}
			// A class as the end of a range is no range to JavaScript.
			if t.peek() == '-' && strings.IndexByte("dDwWs", t.src[t.at-1]) >= 0 {
				return false
			}
		case c == '-' && strings.HasPrefix(t.src[t.at:], `-\`):
			return false
		default:
			t.copy(1)
		}
	}
	return false
}

func (t *translator) quantifier(captured bool) bool {
	switch c := t.peek(); c {
	case '*', '+', '?':
		t.copy(1)
	case '{':
		end := strings.IndexByte(t.src[t.at:], '}')
		if end < 2 || strings.Trim(t.src[t.at+1:t.at+end], "0123456789,") != "" || t.src[t.at+1] == ',' {
			return false
		}
		t.copy(end + 1)
	default:
		return true
	}
	if captured {
		return false
	}
	if t.peek() == '?' {
		t.copy(1)
	}
	return !isQuantifier(t.peek())
}

// minLength is the least number of characters that re matches, up to one.
func minLength(re *syntax.Regexp) int {
	switch re.Op {
	case syntax.OpLiteral:
		return min(len(re.Rune), 1)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return 1
	case syntax.OpCapture, syntax.OpPlus:
		return minLength(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return minLength(re.Sub[0])
		}
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			if minLength(sub) > 0 {
				return 1
			}
		}
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			if minLength(sub) == 0 {
				return 0
			}
		}
		return 1
	}
	return 0
}
