package direct

import "strings"

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
