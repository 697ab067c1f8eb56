package jsonata

import (
	"math"
	"strconv"
	"strings"

	"sluice/runtime/msg"
)

// token is one lexical unit. Its position is the UTF-16 offset of the text's
// next unread character, because that is where npm jsonata's lexer stands when
// it makes a token.
type token struct {
	kind kind
	text string // operator, name, variable (without $), string
	val  any
	re   *pattern
	pos  int
}

// lexer splits a text into tokens. Whether / divides or begins a regular
// expression depends on the place, which only the parser knows.
type lexer struct {
	src string
	at  int // byte offset

	// One known pair of byte and UTF-16 offsets, so that positions cost
	// time linear in the text.
	knownByte, knownUnit int
}

func (l *lexer) offset(at int) int {
	if at < l.knownByte {
		return msg.UTF16Len(l.src[:at])
	}
	l.knownUnit += msg.UTF16Len(l.src[l.knownByte:at])
	l.knownByte = at
	return l.knownUnit
}

func (l *lexer) peek(i int) byte {
	if l.at+i < len(l.src) {
		return l.src[l.at+i]
	}
	return 0
}

func (l *lexer) fail(code string, at int, tok any) error {
	return &Error{Code: code, Position: l.offset(at), Token: tok, Value: msg.Undefined}
}

// isOperatorByte tells whether c ends a name.
func isOperatorByte(c byte) bool {
	return strings.IndexByte(".[]{}(),@#;:?+-*/%|=<>^&!~", c) >= 0
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\v' || c == '\r' }

// next returns the next token; its kind is kindEnd behind the last one. After
// an operand (infix) a slash is an operator.
func (l *lexer) next(infix bool) (token, error) {
	if err := l.skipSpace(); err != nil {
		return token{}, err
	}
	if l.at >= len(l.src) {
		return token{kind: kindEnd}, nil
	}
	c := l.src[l.at]
	if c == '/' && !infix {
		l.at++
		re, err := l.regex()
		return l.token(token{kind: kindRegex, re: re}), err
	}
	switch two := l.src[l.at:min(l.at+2, len(l.src))]; two {
	case "..", ":=", "!=", ">=", "<=", "**", "~>", "?:", "??":
		l.at += 2
		return l.token(token{kind: kindOperator, text: two}), nil
	}
	switch {
	case isOperatorByte(c):
		l.at++
		return l.token(token{kind: kindOperator, text: l.src[l.at-1 : l.at]}), nil
	case c == '"' || c == '\'':
		s, err := l.str(c)
		return l.token(token{kind: kindString, text: s, val: s}), err
	case c >= '0' && c <= '9':
		return l.number()
	case c == '`':
		end := strings.IndexByte(l.src[l.at+1:], '`')
		if end < 0 {
			return token{}, l.fail("S0105", len(l.src), msg.Undefined)
		}
		name := l.src[l.at+1 : l.at+1+end]
		l.at += end + 2
		return l.token(token{kind: kindName, text: name}), nil
	}
	return l.name(), nil
}

func (l *lexer) token(t token) token {
	t.pos = l.offset(l.at)
	return t
}

// skipSpace also skips comments.
func (l *lexer) skipSpace() error {
	for l.at < len(l.src) {
		switch {
		case isSpace(l.src[l.at]):
			l.at++
		case l.src[l.at] == '/' && l.peek(1) == '*':
			end := strings.Index(l.src[l.at+2:], "*/")
			if end < 0 {
				return l.fail("S0106", l.at, msg.Undefined)
			}
			l.at += end + 4
		default:
			return nil
		}
	}
	return nil
}

func (l *lexer) name() token {
	start := l.at
	for l.at < len(l.src) {
		if c := l.src[l.at]; isSpace(c) || isOperatorByte(c) {
			break
		}
		l.at++
	}
	name := l.src[start:l.at]
	if strings.HasPrefix(name, "$") {
		return l.token(token{kind: kindVariable, text: name[1:]})
	}
	switch name {
	case "and", "or", "in":
		return l.token(token{kind: kindOperator, text: name})
	case "true":
		return l.token(token{kind: kindValue, text: name, val: true})
	case "false":
		return l.token(token{kind: kindValue, text: name, val: false})
	case "null":
		return l.token(token{kind: kindValue, text: name, val: nil})
	}
	return l.token(token{kind: kindName, text: name})
}

func (l *lexer) number() (token, error) {
	end := l.at
	digits := func() bool {
		start := end
		for end < len(l.src) && l.src[end] >= '0' && l.src[end] <= '9' {
			end++
		}
		return end > start
	}
	if l.src[end] == '0' {
		end++ // "007" is three numbers, and so a syntax error
	} else {
		digits()
	}
	if whole := end; end < len(l.src) && l.src[end] == '.' {
		end++
		if !digits() {
			end = whole
		}
	}
	if mantissa := end; end < len(l.src) && (l.src[end] == 'e' || l.src[end] == 'E') {
		end++
		if end < len(l.src) && (l.src[end] == '+' || l.src[end] == '-') {
			end++
		}
		if !digits() {
			end = mantissa
		}
	}
	text := l.src[l.at:end]
	f, _ := strconv.ParseFloat(text, 64)
	if math.IsInf(f, 0) {
		return token{}, l.fail("S0102", l.at, text)
	}
	l.at = end
	return l.token(token{kind: kindNumber, text: text, val: msg.Number(f)}), nil
}

// str reads the string literal that begins with quote.
func (l *lexer) str(quote byte) (string, error) {
	l.at++
	var b strings.Builder
	for l.at < len(l.src) {
		c := l.src[l.at]
		switch c {
		case quote:
			l.at++
			return joinSurrogates(b.String()), nil
		case '\\':
			l.at++
			switch e := l.peek(0); e {
			case '"', '\\', '/':
				b.WriteByte(e)
			case 'b':
				b.WriteByte('\b')
			case 'f':
				b.WriteByte('\f')
			case 'n':
				b.WriteByte('\n')
			case 'r':
				b.WriteByte('\r')
			case 't':
				b.WriteByte('\t')
			case 'u':
				// Fewer than four digits pass at the very end of the text, as in the
				// original; the literal is then unterminated anyway.
				hex := l.src[l.at+1 : min(l.at+5, len(l.src))]
				u, err := strconv.ParseUint(hex, 16, 16)
				if err != nil {
					return "", l.fail("S0104", l.at, msg.Undefined)
				}
				b.WriteString(msg.FromUTF16([]uint16{uint16(u)}))
				l.at += len(hex)
			default:
				// The token is one UTF-16 unit, and empty at the end of the text.
				tok := ""
				if u, ok := msg.UTF16At(l.src[l.at:min(l.at+4, len(l.src))], 0); ok {
					tok = msg.FromUTF16([]uint16{u})
				}
				return "", l.fail("S0103", l.at, tok)
			}
		default:
			b.WriteByte(c)
		}
		l.at++
	}
	return "", l.fail("S0101", len(l.src), msg.Undefined)
}

// regex reads the rest of a regular expression. A slash within any kind of
// bracket does not end it.
func (l *lexer) regex() (*pattern, error) {
	start := l.at
	depth := 0
	for ; l.at < len(l.src); l.at++ {
		c := l.src[l.at]
		if c == '/' && depth == 0 && !l.escaped() {
			source := l.src[start:l.at]
			if source == "" {
				return nil, l.fail("S0301", l.at, msg.Undefined)
			}
			l.at++
			flags := l.at
			for l.peek(0) == 'i' || l.peek(0) == 'm' {
				l.at++
			}
			return newPattern(source, l.src[flags:l.at])
		}
		// Only the byte before counts here, so \\( opens no bracket.
		if l.src[l.at-1] != '\\' {
			switch c {
			case '(', '[', '{':
				depth++
			case ')', ']', '}':
				depth--
			}
		}
	}
	return nil, l.fail("S0302", len(l.src), msg.Undefined)
}

// escaped tells whether an odd number of backslashes stand before this byte.
func (l *lexer) escaped() bool {
	n := 0
	for l.at-1-n >= 0 && l.src[l.at-1-n] == '\\' {
		n++
	}
	return n%2 == 1
}
