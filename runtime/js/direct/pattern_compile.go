package direct

import (
	"math"
	"strings"
	"sync"

	"sluice/runtime/msg"
)

// program is a compiled pattern.
type program struct {
	source, flags                                          string
	global, ignoreCase, multiline, dotAll, sticky, unicode bool

	start    node
	literal  string // the pattern is this text, of ASCII
	anchored bool   // it can only match at the beginning
	first    *firsts
	names    []string // of captures, "" for one without; that of the match comes first
	named    bool
	loops    int
	free     sync.Pool // of *matching
}

// firsts are the units that a match may begin with.
type firsts struct {
	ascii [2]uint64
	wide  bool // and all others
}

// compilePattern compiles a pattern; nil: it is none, or one for a VM.
func compilePattern(source, flags string) *program {
	p := &program{source: source}
	for i, f := range flags {
		at := map[rune]*bool{'g': &p.global, 'i': &p.ignoreCase, 'm': &p.multiline, 's': &p.dotAll, 'u': &p.unicode, 'y': &p.sticky}[f]
		if at == nil || strings.ContainsRune(flags[:i], f) {
			return nil
		}
		*at = true
	}
	for _, f := range "gimsuy" { // the order in which .flags has them
		if strings.ContainsRune(flags, f) {
			p.flags += string(f)
		}
	}
	if p.unicode && (p.ignoreCase || hasHalves(source)) {
		return nil
	}
	alternation, names, ok := parsePattern(p)
	if !ok {
		return nil
	}
	p.names = names
	for _, name := range names {
		p.named = p.named || name != ""
	}
	p.start = p.choice(alternation, accept{})
	p.analyse(alternation)
	return p
}

// analyse finds out how a match can begin.
func (p *program) analyse(alternation [][]*term) {
	f := &firsts{}
	if !p.begins(f, alternation) {
		p.first = f
	}
	if len(alternation) != 1 {
		return
	}
	sequence := alternation[0]
	p.anchored = len(sequence) > 0 && sequence[0].kind == begin && !p.multiline
	if l, ok := p.start.(*literalNode); ok && l.next == (accept{}) {
		p.literal = l.text
	}
}

// begins adds what an alternation can begin with; empty tells that it can match nothing, or be something unknown.
func (p *program) begins(f *firsts, alternation [][]*term) (empty bool) {
	for _, sequence := range alternation {
		skipped := true
		for _, t := range sequence {
			if !p.beginsTerm(f, t) && !(t.repeated && t.min == 0) {
				skipped = false
				break
			}
		}
		empty = empty || skipped
	}
	return empty
}

func (p *program) beginsTerm(f *firsts, t *term) (empty bool) {
	switch t.kind {
	case character1, oneOf:
		s := t.set
		if s == nil {
			s = newSet([][2]rune{{t.char, t.char}}, false, p.ignoreCase)
		}
		f.ascii[0] |= s.ascii[0]
		f.ascii[1] |= s.ascii[1]
		f.wide = true // what of it does not matter
		return false
	case plainGroup, capture:
		return p.begins(f, t.alternation)
	case backreference: // it may be to a capture of a lookahead
		f.ascii = [2]uint64{math.MaxUint64, math.MaxUint64}
	}
	return true
}

func (p *program) choice(alternation [][]*term, next node) node {
	if len(alternation) == 1 {
		return p.sequence(alternation[0], next)
	}
	var c choiceNode
	for _, sequence := range alternation {
		c = append(c, p.sequence(sequence, next))
	}
	return c
}

// sequence builds terms from the last to the first, since each knows what follows it.
func (p *program) sequence(terms []*term, next node) node {
	for i := len(terms) - 1; i >= 0; i-- {
		t := terms[i]
		if t.repeated {
			next = p.repeat(t, next)
			continue
		}
		if t.kind != character1 {
			next = p.once(t, next)
			continue
		}
		from := i
		for from > 0 && terms[from-1].kind == character1 && !terms[from-1].repeated {
			from--
		}
		next = p.literalOf(terms[from:i+1], next)
		i = from
	}
	return next
}

func (p *program) literalOf(terms []*term, next node) node {
	l := &literalNode{fold: p.ignoreCase, next: next}
	ascii := true
	for _, t := range terms {
		c := t.char
		if l.fold {
			c = upper(c)
		}
		ascii = ascii && c < 128
		l.chars = append(l.chars, c)
	}
	if ascii && !l.fold {
		l.text = string(l.chars)
	}
	return l
}

func (p *program) once(t *term, next node) node {
	switch t.kind {
	case character1:
		return p.literalOf([]*term{t}, next)
	case oneOf:
		return &setNode{t.set, next}
	case begin, end:
		return &placeNode{t.kind == end, p.multiline, next}
	case boundary:
		return &boundaryNode{t.negative, next}
	case plainGroup:
		return p.choice(t.alternation, next)
	case capture:
		return &openNode{t.group, p.choice(t.alternation, &closeNode{t.group, next})}
	case lookAhead:
		return &lookNode{t.negative, t.first, t.last, p.choice(t.alternation, accept{}), next}
	}
	return &backNode{t.group, p.ignoreCase, next}
}

func (p *program) repeat(t *term, next node) node {
	switch t.kind {
	case character1:
		return &spanNode{newSet([][2]rune{{t.char, t.char}}, false, p.ignoreCase), t.min, t.max, t.lazy, next}
	case oneOf:
		return &spanNode{t.set, t.min, t.max, t.lazy, next}
	}
	l := &loopNode{id: p.loops, min: t.min, max: t.max, lazy: t.lazy, first: t.first, last: t.last, next: next}
	p.loops++
	l.body = p.once(t, &turnNode{l})
	return l
}

// matching lends the state of a search in s, which release takes back.
func (p *program) matching(r *run, s string) *matching {
	m, _ := p.free.Get().(*matching)
	if m == nil {
		m = &matching{}
	}
	m.prepare(r, p, s)
	return m
}

func (p *program) release(m *matching) {
	m.text, m.units = "", nil
	p.free.Put(m)
}

// text is .source, in which what would end the pattern is escaped.
func (p *program) text() string {
	if p.source == "" {
		return "(?:)"
	}
	if !strings.ContainsAny(p.source, "/\n\r\u2028\u2029") {
		return p.source
	}
	var b []uint16
	class, escaped := false, false
	for _, u := range msg.ToUTF16(p.source) {
		ends := map[uint16]string{'\n': "n", '\r': "r", 0x2028: "u2028", 0x2029: "u2029"}[u]
		switch {
		case ends != "":
			if !escaped {
				b = append(b, '\\')
			}
			b = append(b, msg.ToUTF16(ends)...)
		case u == '/' && !escaped && !class:
			b = append(b, '\\', '/')
		default:
			b = append(b, u)
		}
		if !escaped {
			class = u == '[' || class && u != ']'
		}
		escaped = !escaped && u == '\\'
	}
	return msg.FromUTF16(b)
}
