package msg

// printedISO reads what ISO prints of years of four digits, without its milliseconds
// too: most dates are of this form. ok is false for all others.
func printedISO(s string) (ms float64, ok bool) {
	const form = "0000-00-00T00:00:00.000Z"
	if len(s) != len(form) && len(s) != len("0000-00-00T00:00:00Z") {
		return 0, false
	}
	var parts [7]int // year, month, day, hour, minute, second, millisecond
	part := 0
	for i := range len(s) - 1 {
		switch {
		case form[i] != '0' && s[i] != form[i]:
			return 0, false
		case form[i] != '0':
			part++
		case s[i] < '0' || s[i] > '9':
			return 0, false
		default:
			parts[part] = 10*parts[part] + int(s[i]-'0')
		}
	}
	month, day, hour, minute, second := parts[1], parts[2], parts[3], parts[4], parts[5]
	if s[len(s)-1] != 'Z' || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59 {
		return 0, false
	}
	return utcMs(parts[0], month, day, float64((hour*60+minute)*60+second)*1000+float64(parts[6])), true
}

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
