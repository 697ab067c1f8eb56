package direct

import (
	"strings"

	"sluice/runtime/msg"
)

// term is a part of a pattern as it is written.
type term struct {
	kind        termKind
	char        rune
	set         *set
	alternation [][]*term // of a group or a look
	group       int       // of a capture or a backreference
	name        string    // of a backreference
	negative    bool      // a look or a boundary

	repeated, lazy bool
	min, max       int // max is -1 for any number
	first, last    int // the captures within
}

type termKind int

const (
	character1 termKind = iota // a character
	oneOf                      // one of a set
	begin                      // ^
	end                        // $
	boundary                   // \b, \B
	plainGroup
	capture
	lookAhead
	backreference
)

// patternParser reads a pattern. What it does not know, a mistake included, it refuses.
type patternParser struct {
	text                          []rune // UTF-16 units, code points with the flag u
	at                            int
	ignoreCase, dotAll, isUnicode bool
	captures, all                 int
	names                         []string // by capture, "" for none
	depth                         int
	broken                        bool
}

// Bounds of patterns.
const (
	maxPattern = 1 << 16 // characters
	maxRepeat  = 1 << 20
)

// parsePattern returns the alternatives of a pattern and the names of its captures; ok is false if it is refused.
func parsePattern(p *program) (alternation [][]*term, names []string, ok bool) {
	d := &patternParser{ignoreCase: p.ignoreCase, dotAll: p.dotAll, isUnicode: p.unicode, names: []string{""}}
	if len(p.source) > maxPattern {
		return nil, nil, false
	}
	if p.unicode {
		d.text = []rune(p.source)
	} else {
		for _, u := range msg.ToUTF16(p.source) {
			d.text = append(d.text, rune(u))
		}
	}
	d.all = d.count()
	alternation = d.disjunction()
	d.resolve(alternation)
	return alternation, d.names, !d.broken && d.at == len(d.text)
}

// count counts the captures.
func (d *patternParser) count() (n int) {
	class := false
	for i := 0; i < len(d.text); i++ {
		switch d.text[i] {
		case '\\':
			i++
		case '[':
			class = true
		case ']':
			class = false
		case '(':
			if class {
				break
			}
			rest := d.text[i+1:]
			if len(rest) == 0 || rest[0] != '?' || len(rest) > 2 && rest[1] == '<' && rest[2] != '=' && rest[2] != '!' {
				n++
			}
		}
	}
	return n
}

// resolve finds the captures that backreferences name.
func (d *patternParser) resolve(alternation [][]*term) {
	for _, sequence := range alternation {
		for _, t := range sequence {
			if t.kind == backreference && t.name != "" {
				for i, name := range d.names {
					if name == t.name {
						t.group = i
					}
				}
				if t.group == 0 {
					d.fail()
				}
			}
			d.resolve(t.alternation)
		}
	}
}

func (d *patternParser) fail() *term {
	d.broken = true
	d.at = len(d.text)
	return &term{}
}

// peek is the next character, -1 at the end.
func (d *patternParser) peek() rune {
	if d.at < len(d.text) {
		return d.text[d.at]
	}
	return -1
}

func (d *patternParser) take(s string) bool {
	for i, c := range s {
		if d.at+i >= len(d.text) || d.text[d.at+i] != c {
			return false
		}
	}
	d.at += len(s)
	return true
}

func (d *patternParser) disjunction() (alternation [][]*term) {
	if d.depth++; d.depth > 100 {
		d.fail()
		return nil
	}
	defer func() { d.depth-- }()
	for {
		var sequence []*term
		for c := d.peek(); c != -1 && c != '|' && c != ')'; c = d.peek() {
			sequence = append(sequence, d.quantified())
		}
		alternation = append(alternation, sequence)
		if !d.take("|") {
			return alternation
		}
	}
}

// quantified reads a term with its quantifier.
func (d *patternParser) quantified() *term {
	first := d.captures + 1
	t := d.term()
	low, high := 0, 0
	switch {
	case d.take("*"):
		low, high = 0, -1
	case d.take("+"):
		low, high = 1, -1
	case d.take("?"):
		low, high = 0, 1
	default:
		var ok bool
		if low, high, ok = d.braces(); !ok {
			return t
		}
	}
	switch t.kind {
	case begin, end, boundary, lookAhead:
		return d.fail()
	}
	t.repeated, t.lazy, t.min, t.max = true, d.take("?"), low, high
	t.first, t.last = first, d.captures
	return t
}

// braces reads {n}, {n,} or {n,m}; without the flag u anything else is no quantifier.
func (d *patternParser) braces() (low, high int, ok bool) {
	if d.peek() != '{' {
		return 0, 0, false
	}
	start := d.at
	d.at++
	low, ok = d.number()
	high = low
	if ok && d.take(",") {
		if high, ok = d.number(); !ok {
			high, ok = -1, true
		}
	}
	if !ok || !d.take("}") {
		d.at = start
		return 0, 0, false
	}
	if high >= 0 && high < low || low > maxRepeat || high > maxRepeat {
		d.fail()
	}
	return low, high, true
}

func (d *patternParser) number() (n int, ok bool) {
	for c := d.peek(); '0' <= c && c <= '9'; c = d.peek() {
		n, ok = min(n*10+int(c-'0'), maxRepeat+1), true
		d.at++
	}
	return n, ok
}

func (d *patternParser) term() *term {
	c := d.peek()
	d.at++
	switch c {
	case '^':
		return &term{kind: begin}
	case '$':
		return &term{kind: end}
	case '.':
		if d.dotAll {
			return d.setOf(nil, true)
		}
		return d.setOf(newlines, true)
	case '(':
		return d.groupTerm()
	case '[':
		return d.class()
	case '\\':
		return d.escape()
	case '*', '+', '?':
		return d.fail()
	case '{':
		d.at--
		if _, _, ok := d.braces(); ok || d.isUnicode {
			return d.fail()
		}
		d.at++
	case '}', ']':
		if d.isUnicode {
			return d.fail()
		}
	}
	return d.literal(c)
}

func (d *patternParser) setOf(ranges [][2]rune, negated bool) *term {
	return &term{kind: oneOf, set: newSet(ranges, negated, d.ignoreCase)}
}

func (d *patternParser) literal(c rune) *term {
	if d.ignoreCase && !isFoldable(c) {
		return d.fail()
	}
	return &term{kind: character1, char: c}
}

// groupTerm reads what follows a parenthesis.
func (d *patternParser) groupTerm() *term {
	t := &term{kind: capture}
	switch {
	case d.take("?:"):
		t.kind = plainGroup
	case d.take("?="):
		t.kind = lookAhead
	case d.take("?!"):
		t.kind, t.negative = lookAhead, true
	case d.take("?<"):
		name := d.groupName()
		for _, other := range d.names {
			if name == other {
				return d.fail()
			}
		}
		d.captures++
		t.group = d.captures
		d.names = append(d.names, name)
	case d.peek() == '?':
		return d.fail()
	default:
		d.captures++
		t.group = d.captures
		d.names = append(d.names, "")
	}
	t.first = d.captures + 1
	t.alternation = d.disjunction()
	t.last = d.captures
	if !d.take(")") {
		return d.fail()
	}
	return t
}

// groupName reads a name and the bracket behind it.
func (d *patternParser) groupName() string {
	var b strings.Builder
	for c := d.peek(); isWord(c) || c == '$'; c = d.peek() {
		b.WriteRune(c)
		d.at++
	}
	if b.Len() == 0 || '0' <= b.String()[0] && b.String()[0] <= '9' || !d.take(">") {
		d.fail()
	}
	return b.String()
}

func isWord(c rune) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_'
}
