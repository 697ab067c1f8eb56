package direct

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
