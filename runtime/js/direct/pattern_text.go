package direct

// Methods of texts that take a pattern.

// reset is what a method does with the index of a pattern that looks at the whole text.
func (p *pattern) reset() {
	if p.lastIndex != 0 { // a pattern that is used by several runs has none
		p.lastIndex = 0
	}
}

// patternFor is the pattern of an argument, which is one or its text.
func (r *run) patternFor(args []value, flags string) *pattern {
	v := arg(args, 0)
	if p, ok := v.any.(*pattern); ok {
		return p
	}
	if v.isUndefined() {
		return r.patternOf("", flags)
	}
	return r.patternOf(r.toText(v), flags)
}

func matchText(r *run, this value, args []value) value {
	s, p := this.any.(string), r.patternFor(args, "")
	if !p.global {
		return r.matchOnce(p, s)
	}
	p.reset()
	m := p.matching(r, s)
	var list []any
	for at := 0; p.find(r, m, at, p.sticky); at = m.after() {
		if len(list) == maxElements {
			bailout("a very long array")
		}
		list = append(list, piece(m.cut(m.caps[0], m.caps[1])).any)
	}
	p.release(m)
	if list == nil {
		return null
	}
	return r.arrayOf(list)
}

func search(r *run, this value, args []value) value {
	p := r.patternFor(args, "")
	m := p.matching(r, this.any.(string))
	i := -1
	if p.find(r, m, 0, p.sticky) {
		i = m.caps[0]
	}
	p.release(m)
	return num(float64(i))
}

// matches is what matchAll returns. It goes on where it was each time it is asked.
type matches struct {
	of    *program
	input string
	m     *matching // nil at the end
	at    int
}

func matchAll(r *run, this value, args []value) value {
	p, s := r.patternFor(args, "g"), this.any.(string)
	if !p.global {
		bailout("matchAll with a pattern for one match")
	}
	if p.lastIndex != 0 {
		bailout("matchAll from within a text")
	}
	return value{any: &matches{of: p.program, input: s, m: p.matching(r, s)}}
}

// each calls f with the matches, until it returns false.
func (l *matches) each(r *run, f func(value) bool) {
	for l.m != nil {
		m := l.m
		if !l.of.find(r, m, l.at, l.of.sticky) {
			l.m = nil
			l.of.release(m)
			return
		}
		l.at = m.after()
		if !f(value{any: r.newMatch(l.of, m, l.input)}) {
			l.m = nil
		}
	}
}

func (r *run) replacePattern(p *pattern, this value, with replacement) value {
	s := this.any.(string)
	var m *matching
	if p.global {
		p.reset()
		m = p.matching(r, s)
		if !p.find(r, m, 0, p.sticky) {
			p.release(m)
			return this
		}
	} else if m = r.exec(p, s); m == nil {
		return this
	}
	buf := r.buf // nested ones take another
	r.buf = nil
	b := buf[:0]
	pos := 0
	for {
		from, to := m.caps[0], m.caps[1]
		b = r.appendText(b, m.cut(pos, from))
		switch {
		case with.plain:
			b = r.appendText(b, with.text)
		case with.f != nil:
			b = r.appendText(b, r.toText(r.callForMatch(with.f, p.program, m, this)))
		default:
			b = r.expand(b, with.text, &captured{before: m.cut(0, from), match: m.cut(from, to), after: m.cut(to, m.n), of: p.program, m: m})
		}
		pos = to
		if !p.global || !p.find(r, m, m.after(), p.sticky) {
			break
		}
	}
	b = r.appendText(b, m.cut(pos, m.n))
	p.release(m)
	s = string(b)
	r.buf = b
	return text(s)
}

// callForMatch calls the function that makes a replacement.
func (r *run) callForMatch(f callable, p *program, m *matching, s value) value {
	base := len(r.args)
	for i := 0; i < len(m.caps); i += 2 {
		v := undefined
		if m.caps[i] >= 0 {
			v = piece(m.cut(m.caps[i], m.caps[i+1]))
		}
		r.args = append(r.args, v)
	}
	r.args = append(r.args, num(float64(m.caps[0])), s)
	if p.named {
		r.args = append(r.args, r.newMatch(p, m, s.any.(string)).named())
	}
	v := f.call(r, r.args[base:len(r.args):len(r.args)])
	r.args = r.args[:base]
	return v
}

func (r *run) splitPattern(p *pattern, this value, limit int) value {
	if limit == 0 {
		return r.arrayOf(nil)
	}
	m := p.matching(r, this.any.(string))
	list := []any{}
	add := func(x any) bool {
		if len(list) == maxElements {
			bailout("a very long array")
		}
		list = append(list, x)
		return len(list) < limit
	}
	pos := 0
	if m.n == 0 && p.find(r, m, 0, true) {
		p.release(m)
		return r.arrayOf(nil)
	}
	more := true
	for at := 0; more && at < m.n && p.find(r, m, at, false) && m.caps[0] < m.n; {
		if m.caps[1] == pos { // an empty match where the last one ended
			at = m.after()
			continue
		}
		more = add(piece(m.cut(pos, m.caps[0])).any)
		for i := 2; more && i < len(m.caps); i += 2 {
			x := undefined.any
			if m.caps[i] >= 0 {
				x = piece(m.cut(m.caps[i], m.caps[i+1])).any
			}
			more = add(x)
		}
		pos = m.caps[1]
		at = pos
	}
	if more {
		add(piece(m.cut(pos, m.n)).any)
	}
	p.release(m)
	return r.arrayOf(list)
}
