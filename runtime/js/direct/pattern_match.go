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
	maxSteps = 100_000
	maxTurns = 2000 // of what is not one character, within each other
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

// node is a part of a pattern together with all that follows it. match returns where
// the whole ends that begins at unit i, or -1; then m is as it was.
type node interface {
	match(m *matching, i int) int
}

type accept struct{}

func (accept) match(_ *matching, i int) int { return i }

// literalNode is a text.
type literalNode struct {
	text  string // "" if it is not ASCII or has no case
	chars []rune // upper if it has no case
	fold  bool
	next  node
}

func (l *literalNode) match(m *matching, i int) int {
	if m.units == nil && l.text != "" {
		if !strings.HasPrefix(m.text[i:], l.text) {
			return -1
		}
		return l.next.match(m, i+len(l.text))
	}
	for _, want := range l.chars {
		if i >= m.n {
			return -1
		}
		c, n := m.char(i)
		if l.fold {
			c = upper(c)
		}
		if c != want {
			return -1
		}
		i += n
	}
	return l.next.match(m, i)
}

type setNode struct {
	set  *set
	next node
}

func (s *setNode) match(m *matching, i int) int {
	if i >= m.n {
		return -1
	}
	c, n := m.char(i)
	if !s.set.has(c) {
		return -1
	}
	return s.next.match(m, i+n)
}

// spanNode is a repeated character.
type spanNode struct {
	set      *set
	min, max int
	lazy     bool
	next     node
}

func (s *spanNode) match(m *matching, i int) int {
	if s.lazy {
		return s.matchLazy(m, i)
	}
	from, count, least := i, 0, i
	if m.units == nil {
		n := m.n
		if s.max >= 0 {
			n = min(n, i+s.max)
		}
		for i < n && s.set.has(rune(m.text[i])) {
			i++
		}
		count, least = i-from, from+s.min
	} else {
		for i < m.n && count != s.max {
			c, n := m.char(i)
			if !s.set.has(c) {
				break
			}
			i += n
			if count++; count <= s.min {
				least = i
			}
		}
	}
	if count < s.min {
		return -1
	}
	m.left -= (i - from) / 16
	for {
		m.step()
		if end := s.next.match(m, i); end >= 0 {
			return end
		}
		if i <= least {
			return -1
		}
		i = m.before(i, from)
	}
}

func (s *spanNode) matchLazy(m *matching, i int) int {
	for count := 0; ; count++ {
		m.step()
		if count >= s.min {
			if end := s.next.match(m, i); end >= 0 {
				return end
			}
		}
		if i >= m.n || count == s.max {
			return -1
		}
		c, n := m.char(i)
		if !s.set.has(c) {
			return -1
		}
		i += n
	}
}

// placeNode is ^ or $.
type placeNode struct {
	end, multiline bool
	next           node
}

func (p *placeNode) match(m *matching, i int) int {
	ok := i == 0
	if p.end {
		ok = i == m.n
	}
	if !ok && p.multiline {
		if p.end {
			ok = m.isNewline(i)
		} else {
			ok = m.isNewline(i - 1)
		}
	}
	if !ok {
		return -1
	}
	return p.next.match(m, i)
}

type boundaryNode struct {
	negative bool
	next     node
}

func (b *boundaryNode) match(m *matching, i int) int {
	if (m.isWordAt(i-1) != m.isWordAt(i)) == b.negative {
		return -1
	}
	return b.next.match(m, i)
}

type openNode struct {
	group int
	next  node
}

func (o *openNode) match(m *matching, i int) int {
	was := m.open[o.group]
	m.open[o.group] = i
	end := o.next.match(m, i)
	if end < 0 {
		m.open[o.group] = was
	}
	return end
}

type closeNode struct {
	group int
	next  node
}

func (c *closeNode) match(m *matching, i int) int {
	bounds := m.caps[2*c.group : 2*c.group+2]
	from, to, began := bounds[0], bounds[1], m.open[c.group]
	bounds[0], bounds[1] = began, i
	end := c.next.match(m, i)
	if end < 0 {
		bounds[0], bounds[1], m.open[c.group] = from, to, began
	}
	return end
}

type choiceNode []node

func (c choiceNode) match(m *matching, i int) int {
	for _, n := range c {
		m.step()
		if end := n.match(m, i); end >= 0 {
			return end
		}
	}
	return -1
}

// loopNode repeats what is more than one character. Its body goes on at turnNode.
type loopNode struct {
	id, min, max int
	lazy         bool
	first, last  int // the captures within, which begin anew each time
	body, next   node
}

func (l *loopNode) match(m *matching, i int) int {
	was := m.turns[l.id]
	m.turns[l.id] = turn{0, i}
	end := l.turn(m, i)
	if end < 0 {
		m.turns[l.id] = was
	}
	return end
}

func (l *loopNode) turn(m *matching, i int) int {
	m.step()
	now := m.turns[l.id]
	if l.lazy && now.count >= l.min {
		if end := l.leave(m, i); end >= 0 {
			return end
		}
	}
	if now.count != l.max {
		if end := l.again(m, i, now); end >= 0 {
			return end
		}
	}
	if !l.lazy && now.count >= l.min {
		return l.leave(m, i)
	}
	return -1
}

func (l *loopNode) leave(m *matching, i int) int {
	now := m.turns[l.id]
	end := l.next.match(m, i)
	if end < 0 {
		m.turns[l.id] = now
	}
	return end
}

func (l *loopNode) again(m *matching, i int, now turn) int {
	if m.depth++; m.depth > maxTurns {
		bailout("a pattern that repeats much")
	}
	base := len(m.saved)
	within := m.caps[2*l.first : 2*l.last+2]
	m.saved = append(m.saved, within...)
	for k := range within {
		within[k] = -1
	}
	m.turns[l.id] = turn{now.count + 1, i}
	end := l.body.match(m, i)
	if end < 0 {
		copy(within, m.saved[base:])
		m.turns[l.id] = now
	}
	m.saved = m.saved[:base]
	m.depth--
	return end
}

type turnNode struct{ loop *loopNode }

func (t *turnNode) match(m *matching, i int) int {
	now := m.turns[t.loop.id]
	if i == now.from && now.count > t.loop.min {
		return -1 // a turn that matches nothing
	}
	end := t.loop.turn(m, i)
	if end < 0 {
		m.turns[t.loop.id] = now
	}
	return end
}

// lookNode is a lookahead.
type lookNode struct {
	negative    bool
	first, last int
	body, next  node
}

func (l *lookNode) match(m *matching, i int) int {
	within := m.caps[2*l.first : 2*l.last+2]
	base := len(m.saved)
	m.saved = append(m.saved, within...)
	found := l.body.match(m, i) >= 0
	end := -1
	if found && l.negative {
		copy(within, m.saved[base:])
	}
	if found != l.negative {
		end = l.next.match(m, i)
	}
	if end < 0 {
		copy(within, m.saved[base:])
	}
	m.saved = m.saved[:base]
	return end
}

type backNode struct {
	group int
	fold  bool
	next  node
}

func (b *backNode) match(m *matching, i int) int {
	from, to := m.caps[2*b.group], m.caps[2*b.group+1]
	if from < 0 {
		return b.next.match(m, i)
	}
	n := to - from
	if i+n > m.n {
		return -1
	}
	m.left -= n / 16
	for k := range n {
		c, _ := m.char(from + k)
		d, _ := m.char(i + k)
		if c != d && !(b.fold && upper(c) == upper(d)) {
			return -1
		}
	}
	return b.next.match(m, i+n)
}

// prepare makes m ready for a text.
func (m *matching) prepare(p *program, s string) {
	m.text, m.units, m.n, m.pairs = s, nil, len(s), p.unicode
	if !isASCII(s) {
		m.storage = appendUnits(m.storage[:0], s)
		m.units, m.n = m.storage, len(m.storage)
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
	m.left = maxSteps
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
			r.charge(at - from + 16*(maxSteps-m.left))
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
	r.charge(m.n - from + 16*(maxSteps-m.left))
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
