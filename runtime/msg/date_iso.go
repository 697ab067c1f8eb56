package msg

// iso reads YYYY[-MM[-DD]][THH:mm[:ss[.sss]][Z or an offset]].
func (p *dateParser) iso() bool {
	if !p.isoDate() {
		return false
	}
	if p.peek().isWord("t") {
		p.at++
		if !p.isoTime() || p.peek().kind != dateEnd {
			p.failed = true
			return false
		}
	} else if p.peek().kind != dateEnd {
		return false
	} else {
		p.zone.set(0)
	}
	p.isISO = true
	return true
}

func (p *dateParser) isoDate() bool {
	if sign, ok := p.peek().sign(); ok {
		year := dateToken{}
		if p.at+1 < len(p.tokens) {
			year = p.tokens[p.at+1]
		}
		if !year.in(6, 0, 999_999) {
			return false
		}
		p.at += 2
		if sign < 0 && year.n == 0 {
			return false
		}
		p.day = append(p.day, sign*year.n)
	} else if p.peek().in(4, 0, 9999) {
		p.day = append(p.day, p.next().n)
	} else {
		return false
	}
	for _, most := range []int{12, 31} {
		if !p.skip('-') {
			break
		}
		n, ok := p.fixed(1, most)
		if !ok {
			return false
		}
		p.day = append(p.day, n)
	}
	return true
}

func (p *dateParser) isoTime() bool {
	hour, ok := p.fixed(0, 24)
	if !ok {
		return false
	}
	most := 59
	if hour == 24 { // 24:00:00.000 only
		most = 0
	}
	p.clock = append(p.clock, hour)
	if !p.skip(':') {
		return false
	}
	minute, ok := p.fixed(0, most)
	if !ok {
		return false
	}
	p.clock = append(p.clock, minute)
	if p.skip(':') {
		second, ok := p.fixed(0, most)
		if !ok {
			return false
		}
		p.clock = append(p.clock, second)
		if p.skip('.') {
			if t := p.peek(); t.kind != dateNumber || hour == 24 && t.n > 0 {
				return false
			}
			p.clock = append(p.clock, p.next().millis())
		}
	}
	return p.isoZone()
}

func (p *dateParser) isoZone() bool {
	if p.peek().isWord("z") {
		p.at++
		p.zone.set(0)
		return true
	}
	sign, ok := p.peek().sign()
	if !ok {
		return true
	}
	p.at++
	p.zone.sign = sign
	if t := p.peek(); t.in(4, 0, 9999) {
		if t.n/100 > 23 || t.n%100 > 59 {
			p.at++
			return false
		}
		p.at++
		p.zone.hour, p.zone.minute, p.zone.hasHour, p.zone.hasMinute = t.n/100, t.n%100, true, true
		return true
	}
	if p.zone.hour, ok = p.fixed(0, 23); !ok {
		return false
	}
	p.zone.hasHour = true
	if !p.skip(':') {
		return false
	}
	if p.zone.minute, ok = p.fixed(0, 59); !ok {
		return false
	}
	p.zone.hasMinute = true
	return true
}
