package msg

import (
	"math"
	"time"
)

// ParseDate is Date.parse: milliseconds since 1970, or NaN. It takes ECMAScript's ISO
// form, and where a text is not of that form, what V8 has long accepted: the parts
// of a date in many orders, months by name, am and pm, zones as GMT+hhmm or US names,
// anything in parentheses. Times without a zone are in loc; a date alone in ISO form is UTC.
func ParseDate(s string, loc *time.Location) float64 {
	if ms, ok := printedISO(s); ok {
		return ms
	}
	p := dateParser{tokens: dateTokens(s)}
	if !p.iso() && (p.failed || !p.legacy()) {
		return math.NaN()
	}
	return p.result(loc)
}

var monthWords = map[string]int{
	"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6,
	"jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}

var zoneHours = map[string]int{
	"ut": 0, "utc": 0, "z": 0, "gmt": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5,
	"mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}

// dateParser collects the parts of a date. What the ISO form has read before it
// gives up counts for the legacy form, which goes on from there.
type dateParser struct {
	tokens []dateToken
	at     int

	isISO    bool
	failed   bool // the legacy form cannot follow
	day      []int
	month    int   // by name, or 0
	clock    []int // hour, minute, second, millisecond
	noonHour int   // 0 for am, 12 for pm, -1 for neither
	zone     dateZone
}

type dateZone struct {
	sign         int // 0 for none
	hour, minute int
	hasHour      bool
	hasMinute    bool
}

func (z *dateZone) set(hours int) {
	*z = dateZone{sign: 1, hour: hours, hasHour: true, hasMinute: true}
	if hours < 0 {
		z.sign, z.hour = -1, -hours
	}
}

func (z *dateZone) isUTC() bool {
	return z.hasHour && z.hasMinute && z.hour == 0 && z.minute == 0
}

func (p *dateParser) peek() dateToken {
	if p.at < len(p.tokens) {
		return p.tokens[p.at]
	}
	return dateToken{}
}

func (p *dateParser) next() dateToken {
	t := p.peek()
	p.at++
	return t
}

func (p *dateParser) skip(c rune) bool {
	if p.peek().isSymbol(c) {
		p.at++
		return true
	}
	return false
}

// fixed reads a number of two digits between lo and hi.
func (p *dateParser) fixed(lo, hi int) (int, bool) {
	if !p.peek().in(2, lo, hi) {
		return 0, false
	}
	return p.next().n, true
}

// legacy reads the remaining tokens by V8's rules of thumb.
func (p *dateParser) legacy() bool {
	hasNumber := len(p.day) > 0
	for t := p.next(); t.kind != dateEnd; t = p.next() {
		sign, isSign := t.sign()
		switch {
		case t.kind == dateNumber:
			hasNumber = true
			if !p.number(t) {
				return false
			}
		case t.kind == dateWord:
			if !p.word(t, hasNumber) {
				return false
			}
		case isSign && (p.zone.isUTC() || len(p.clock) > 0):
			hasNumber = true
			if !p.offset(sign) {
				return false
			}
		case (isSign || t.isSymbol(')')) && hasNumber:
			return false
		}
	}
	return true
}

// number places a number by what follows it and what is there already.
func (p *dateParser) number(t dateToken) bool {
	switch {
	case p.skip(':'):
		if p.skip(':') { // hour::second
			if len(p.clock) > 0 {
				return false
			}
			p.clock = append(p.clock, t.n, 0)
			return true
		}
		if len(p.clock) == 4 {
			return false
		}
		p.clock = append(p.clock, t.n)
		p.skip('.')
		return true
	case p.skip('.') && p.expectsTime(t.n):
		p.clock = append(p.clock, t.n)
		if p.peek().kind != dateNumber {
			return false
		}
		p.endClock(p.next().millis())
		return true
	case p.zone.hasHour && !p.zone.hasMinute && t.n < 60:
		p.zone.minute, p.zone.hasMinute = t.n, true
		return true
	case p.expectsTime(t.n):
		p.endClock(t.n)
		next := p.peek()
		_, isSign := next.sign()
		return next.kind == dateEnd || next.kind == dateSpace || isSign || next.isWord("z")
	}
	if len(p.day) == 3 {
		return false
	}
	p.day = append(p.day, t.n)
	p.skip('-')
	return true
}

// expectsTime tells whether n can be the next part of a time that has begun.
func (p *dateParser) expectsTime(n int) bool {
	switch len(p.clock) {
	case 1, 2:
		return n < 60
	case 3:
		return n < 1000
	}
	return false
}

func (p *dateParser) endClock(n int) {
	if len(p.clock) < 4 {
		p.clock = append(p.clock, n)
	}
	for len(p.clock) < 4 {
		p.clock = append(p.clock, 0)
	}
}

func (p *dateParser) word(t dateToken, hasNumber bool) bool {
	if m, ok := monthWords[t.word]; ok && t.length >= 3 {
		p.month = m
		p.skip('-')
		return true
	}
	if t.length <= 3 {
		if (t.word == "am" || t.word == "pm") && len(p.clock) > 0 {
			p.noonHour = 1 // am
			if t.word == "pm" {
				p.noonHour = 13
			}
			return true
		}
		if hours, ok := zoneHours[t.word]; ok && hasNumber {
			p.zone.set(hours)
			return true
		}
	}
	// Other words may come before the first number only, and not right before it.
	return !hasNumber && p.peek().kind != dateNumber
}

// offset reads what follows a sign after a time or UTC: h, hh, hmm, hhmm or hh:mm.
func (p *dateParser) offset(sign int) bool {
	p.zone.sign = sign
	n, length := 0, 0
	if t := p.peek(); t.kind == dateNumber {
		n, length = t.n, t.length
		p.at++
	}
	switch {
	case p.peek().isSymbol(':'):
		p.zone.hour, p.zone.hasHour, p.zone.hasMinute = n, true, false
	case length == 1 || length == 2:
		p.zone.hour, p.zone.minute, p.zone.hasHour, p.zone.hasMinute = n, 0, true, true
	case length == 3 || length == 4:
		p.zone.hour, p.zone.minute, p.zone.hasHour, p.zone.hasMinute = n/100, n%100, true, true
	default:
		return false
	}
	return true
}

// result puts the parts together.
func (p *dateParser) result(loc *time.Location) float64 {
	year, month, day, ok := p.date()
	ofDay, okClock := p.timeOfDay()
	if !ok || !okClock {
		return math.NaN()
	}
	ms := utcMs(year, month, day, ofDay)
	if z := p.zone; z.sign != 0 {
		ms -= float64(z.sign) * (float64(z.hour)*3600e3 + float64(z.minute)*60e3)
	} else if math.Abs(ms) <= 2*maxDateMs {
		ms = LocalToUTC(ms, loc)
	}
	return TimeClip(ms)
}

// date tells year, month and day apart. A number that can be a day is one where
// the order allows; years of two digits lie between 1950 and 2049.
func (p *dateParser) date() (year, month, day int, ok bool) {
	if len(p.day) == 0 {
		return 0, 0, 0, false
	}
	c := append(p.day, 1, 1)[:3]
	isDay := func(n int) bool { return n >= 1 && n <= 31 }
	switch {
	case p.month > 0 && !isDay(c[0]):
		year, month, day = c[0], p.month, c[1]
	case p.month > 0:
		year, month, day = c[1], p.month, c[0]
	case p.isISO || !isDay(c[0]):
		year, month, day = c[0], c[1], c[2]
	default:
		year, month, day = c[2], c[0], c[1]
	}
	if !p.isISO {
		if year >= 0 && year <= 49 {
			year += 2000
		} else if year >= 50 && year <= 99 {
			year += 1900
		}
	}
	return year, month, day, month >= 1 && month <= 12 && isDay(day)
}

// timeOfDay returns the milliseconds since midnight.
func (p *dateParser) timeOfDay() (float64, bool) {
	c := append(p.clock, 0, 0, 0, 0)[:4]
	hour := c[0]
	if p.noonHour > 0 {
		if hour > 12 {
			return 0, false
		}
		hour = hour%12 + p.noonHour - 1
	}
	inDay := hour <= 23 && c[1] <= 59 && c[2] <= 59 && c[3] <= 999
	midnight := hour == 24 && c[1]+c[2]+c[3] == 0
	return float64(hour)*3600e3 + float64(c[1])*60e3 + float64(c[2])*1e3 + float64(c[3]), inDay || midnight
}
