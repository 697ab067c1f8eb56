package js

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// goja parses and compiles by recursion, and Go ends the process where a stack
// grows too large. How deep a text nests is therefore known before it is parsed:
// brackets, prefixes and what else nests to the right count fully, chains such as
// 1+1+1 little, as V8 refuses the former from some thousands on.

const (
	maxNesting = 2500
	maxChain   = 10_000 // of operators one after the other

	nests = maxChain / maxNesting // what nesting counts for, where a chain's operator counts 1

	flatText     = 8 << 10  // no text up to this length nests dangerously
	doubtfulText = 64 << 10 // one up to this length neither, though it may nest too much for V8
)

// errNesting is what V8 throws.
var errNesting = errors.New("RangeError: Maximum call stack size exceeded")

// checkNesting returns errNesting for a text that nests too deeply to be parsed.
func checkNesting(text string) error {
	if len(text) <= flatText {
		return nil
	}
	if n := (&nesting{text: text}); n.deep() {
		return errNesting
	}
	return nil
}

// nesting goes through the tokens of a text.
type nesting struct {
	text   string
	at     int
	last   operand
	dot    bool // the last token was . or ?.
	word   string
	levels []level
	opened [128]int // of levels, by closer
	depth  int      // of all levels
	doubt  bool
}

// level is what stands between two brackets.
type level struct {
	weight  int  // of the operators since the last statement or element
	control bool // these are the parentheses of if, for, while or with
	quoted  bool // this is ${…}
	closer  byte
}

// operand says what a token is to the one behind it.
type operand int

const (
	operator operand = iota
	value            // an operand ends
	unclear          // one may end: } or a word that is an operator in some places
)

func (n *nesting) deep() bool {
	n.levels = []level{{}}
	for n.at < len(n.text) {
		n.token()
		if n.depth > maxChain {
			return true
		}
	}
	return n.doubt && len(n.text) > doubtfulText
}

func (n *nesting) add(weight int) {
	n.levels[len(n.levels)-1].weight += weight
	n.depth += weight
}

// next begins a statement or element.
func (n *nesting) next() {
	l := &n.levels[len(n.levels)-1]
	n.depth -= l.weight
	l.weight = 0
}

func (n *nesting) open(l level) {
	n.add(nests)
	n.levels = append(n.levels, l)
	n.opened[l.closer]++
	n.last = operator
}

// closed ends the level that c closes, and those in it that nothing closes. A c
// without one closes nothing: goja reports it and goes on where it was.
func (n *nesting) closed(c byte) (l level) {
	if n.opened[c] == 0 {
		return l
	}
	for n.levels[len(n.levels)-1].closer != c {
		n.pop()
	}
	return n.pop()
}

func (n *nesting) pop() (l level) {
	n.next()
	if last := len(n.levels) - 1; last > 0 {
		l = n.levels[last]
		n.opened[l.closer]--
		n.levels = n.levels[:last]
		n.add(-min(nests-1, n.levels[last-1].weight)) // it stays a link of a chain
	}
	return l
}

func (n *nesting) token() {
	c := n.text[n.at]
	dot := n.dot
	n.dot = false
	switch {
	case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f':
		n.at++
		n.dot = dot
	case isWordByte(c):
		n.name(dot)
	case c == '"' || c == '\'':
		n.str(c)
	case c == '`':
		n.at++
		n.add(1)
		n.template()
	case c == '/':
		n.slash()
	default:
		n.at++
		n.sign(c)
	}
}

func isWordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '$' || c == '#' || c == '\\' || c >= utf8.RuneSelf
}

var (
	controlWords = setOf("if", "for", "while", "with")
	prefixWords  = setOf("typeof", "void", "delete", "new", "else", "do", "return", "throw", "case", "extends", "function", "class")
	inlineWords  = setOf("in", "instanceof")
	goesOn       = setOf("in", "instanceof", "else", "catch", "finally", "of", "as", "from")
	unclearWords = setOf("await", "yield", "of", "let", "async", "get", "set", "static")
)

func (n *nesting) name(property bool) {
	start := n.at
	for n.at < len(n.text) && isWordByte(n.text[n.at]) {
		n.at++
	}
	w := n.text[start:n.at]
	if strings.ContainsAny(w, "\u2028\u2029\u00a0\ufeff\\") { // white space to goja, or a word in disguise
		n.doubt = true
	}
	ended := n.last == value || n.word == "}"
	n.word, n.last = w, value
	if ended && !property && !goesOn[w] { // two operands: a statement has ended
		n.next()
	}
	switch {
	case property:
		n.word = ""
	case inlineWords[w]:
		n.add(1)
		n.last = operator
	case controlWords[w], prefixWords[w]:
		n.add(nests)
		n.last = operator
	case unclearWords[w]:
		n.add(nests)
		n.last = unclear
	}
}

func (n *nesting) str(quote byte) {
	for n.at++; n.at < len(n.text); n.at++ {
		switch c := n.text[n.at]; c {
		case '\\':
			n.at++
			if strings.HasPrefix(n.text[min(n.at, len(n.text)):], "\r\n") {
				n.at++
			}
		case quote, '\n', '\r':
			n.at++
			n.last, n.word = value, ""
			return
		}
	}
}

// template goes on to the end of a template's text, or into its ${.
func (n *nesting) template() {
	for ; n.at < len(n.text); n.at++ {
		switch c := n.text[n.at]; {
		case c == '\\':
			n.at++
		case c == '`':
			n.at++
			n.last, n.word = value, ""
			return
		case c == '$' && strings.HasPrefix(n.text[n.at:], "${"):
			n.at += 2
			n.open(level{quoted: true, closer: '}'})
			return
		}
	}
}

func (n *nesting) slash() {
	rest := n.text[n.at:]
	switch {
	case strings.HasPrefix(rest, "//"):
		if end := strings.IndexAny(rest, "\n\r\u2028\u2029"); end >= 0 {
			n.at += end
		} else {
			n.at = len(n.text)
		}
	case strings.HasPrefix(rest, "/*"):
		if end := strings.Index(rest[2:], "*/"); end >= 0 {
			n.at += end + 4
		} else {
			n.at = len(n.text)
		}
	case n.last == operator:
		n.pattern()
	default:
		n.doubt = n.doubt || n.last == unclear
		n.at++
		n.add(1)
		n.last, n.word = operator, ""
	}
}

func (n *nesting) pattern() {
	class := false
	for n.at++; n.at < len(n.text); n.at++ {
		switch c := n.text[n.at]; {
		case c == '\\':
			n.at++
		case c == '[':
			class = true
		case c == ']':
			class = false
		case c == '/' && !class, c == '\n', c == '\r':
			n.at++
			n.last, n.word = value, ""
			return
		}
	}
}

func (n *nesting) sign(c byte) {
	was, before := n.last, n.word
	n.last, n.word = operator, ""
	switch c {
	case '(':
		n.open(level{control: controlWords[before], closer: ')'})
	case '[':
		n.open(level{closer: ']'})
	case '{':
		n.open(level{closer: '}'})
	case ')':
		if n.last = value; n.closed(c).control {
			n.last = operator
		}
	case ']':
		n.closed(c)
		n.last = value
	case '}':
		if n.closed(c).quoted {
			n.template()
			return
		}
		n.last, n.word = unclear, "}"
	case ';', ',':
		n.next()
	case '.':
		n.add(1)
		n.dot = !strings.HasPrefix(n.text[n.at:], "..")
	case '+', '-':
		if n.at < len(n.text) && n.text[n.at] == c { // ++ and --
			n.at++
			if n.last = was; was == value && before != "++" {
				n.word = "++"
				return
			}
			if was == value { // behind a++ another ++ begins an expression
				was, n.last = operator, operator
			}
		}
		n.add(n.weigh(was == operator))
	case '=':
		equal := strings.HasPrefix(n.text[n.at:], "=")
		n.add(n.weigh(!equal))
	case '*':
		n.add(n.weigh(strings.HasPrefix(n.text[n.at:], "*")))
	case '!', '~':
		n.add(n.weigh(!strings.HasPrefix(n.text[n.at:], "=")))
	default:
		n.add(1)
	}
}

func (n *nesting) weigh(nested bool) int {
	if nested {
		return nests
	}
	return 1
}
