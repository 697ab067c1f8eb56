package direct

import (
	"strings"

	"sluice/runtime/msg"
)

// matching is the state of one search. Patterns go back over what they have tried,
// as ECMAScript prescribes; one that does so for too long is left to a VM, which has its limits.
type matching struct {
	text    string   // if it is ASCII, else
	units   []uint16 // the text
	n       int      // units in all
	pairs   bool     // two surrogates are one character
	caps    []int    // bounds of the captures, after those of the match; -1 for none
	open    []int    // where captures begin that have not ended
	turns   []turn   // of repetitions under way
	saved   []int    // captures, to be restored
	left    int      // steps
	depth   int
	storage []uint16 // for units
}

// turn is where a repetition is.
type turn struct{ count, from int }

// Bounds of one match.
const (
	maxSteps = 100_000 // and some for each unit of the text
	maxTurns = 2000    // of what is not one character, within each other
)

func (m *matching) step() {
	if m.left--; m.left < 0 {
		bailout("a pattern that tries much")
	}
}

// char is the character at unit i, and how many units it has.
func (m *matching) char(i int) (c rune, n int) {
	if m.units == nil {
		return rune(m.text[i]), 1
	}
	c = rune(m.units[i])
	if m.pairs && c&^0x3FF == 0xD800 && i+1 < m.n && m.units[i+1]&^0x3FF == 0xDC00 {
		return 0x10000 + (c-0xD800)<<10 + rune(m.units[i+1]) - 0xDC00, 2
	}
	return c, 1
}

// before is the index of the character that ends at i, not below from.
func (m *matching) before(i, from int) int {
	if m.pairs && m.units != nil && i-2 >= from && m.units[i-1]&^0x3FF == 0xDC00 && m.units[i-2]&^0x3FF == 0xD800 {
		return i - 2
	}
	return i - 1
}

func (m *matching) isNewline(i int) bool {
	c, _ := m.char(i)
	return c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029
}

func (m *matching) isWordAt(i int) bool {
	if i < 0 || i >= m.n {
		return false
	}
	c, _ := m.char(i)
	return isWord(c)
}

// prepare makes m ready for a text.
func (m *matching) prepare(r *run, p *program, s string) {
	m.text, m.units, m.n, m.pairs = s, nil, len(s), p.unicode
	if !r.isASCII(s) {
		if len(s) < longText {
			m.storage = appendUnits(m.storage[:0], s)
			m.units = m.storage
		} else {
			m.units = r.wide(s)
		}
		m.n = len(m.units)
	}
	if n := 2 * (len(p.names)); len(m.caps) < n {
		m.caps, m.open, m.turns = make([]int, n), make([]int, n/2), make([]turn, p.loops)
	}
}

// find looks for a match at unit from or, unless it must stick to that, later. Its
// bounds and those of captures are m.caps.
func (p *program) find(r *run, m *matching, from int, sticky bool) bool {
	if from > m.n {
		return false
	}
	if p.literal != "" && m.units == nil && !sticky {
		i := strings.Index(m.text[from:], p.literal)
		r.charge(m.n - from)
		m.caps[0], m.caps[1] = from+i, from+i+len(p.literal)
		return i >= 0
	}
	for k := range m.caps {
		m.caps[k] = -1
	}
	budget := maxSteps + 8*m.n
	m.left = budget
	m.depth, m.saved = 0, m.saved[:0]
	at := from
	for ; at <= m.n; at++ {
		if !sticky && p.first != nil {
			if at = p.candidate(m, at); at < 0 {
				break
			}
		}
		m.left--
		if end := p.start.match(m, at); end >= 0 {
			m.caps[0], m.caps[1] = at, end
			r.charge(at - from + 16*(budget-m.left))
			return true
		}
		if sticky || p.anchored {
			break
		}
		if at < m.n {
			_, n := m.char(at)
			at += n - 1
		}
	}
	r.charge(m.n - from + 16*(budget-m.left))
	return false
}

// candidate is the next unit, from at, with which a match may begin; -1 if there is none.
func (p *program) candidate(m *matching, at int) int {
	f := p.first
	if m.units == nil {
		for i := at; i < len(m.text); i++ {
			if c := m.text[i]; f.ascii[c>>6]&(1<<(c&63)) != 0 {
				return i
			}
		}
		return -1
	}
	for i := at; i < m.n; i++ {
		if c := m.units[i]; c >= 128 && f.wide || c < 128 && f.ascii[c>>6]&(1<<(c&63)) != 0 {
			if i > at && m.pairs && m.before(i+1, at) < i {
				continue // the second half of a character
			}
			return i
		}
	}
	return -1
}

// cut is the text between two units of what is searched.
func (m *matching) cut(i, j int) string {
	if m.units == nil {
		return m.text[i:j]
	}
	return msg.FromUTF16(m.units[i:j])
}

// after is where the search goes on after the match: an empty one is not found again.
func (m *matching) after() int {
	at := m.caps[1]
	if at == m.caps[0] {
		if at >= m.n {
			return at + 1
		}
		_, n := m.char(at)
		at += n
	}
	return at
}
