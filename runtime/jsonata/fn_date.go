package jsonata

import (
	"math"
	"regexp"
	"strings"
	"time"

	"sluice/runtime/msg"
)

var dateFunctions = []builtin{
	{"now", "<s?s?:s>", "picture timezone", func(e *evaluation, _ *call, args []any) (any, error) {
		return boxedText(formatDate(e.now, argAt(args, 0), argAt(args, 1)))
	}},
	{"millis", "<:n>", "", func(e *evaluation, _ *call, _ []any) (any, error) {
		return msg.Number(e.now), nil
	}},
	{"fromMillis", "<n-s?s?:s>", "millis picture timezone", func(_ *evaluation, _ *call, args []any) (any, error) {
		ms, ok := argAt(args, 0).(float64)
		if !ok {
			return undefined, nil
		}
		return boxedText(formatDate(ms, argAt(args, 1), argAt(args, 2)))
	}},
	{"toMillis", "<s-s?:n>", "timestamp picture", fnToMillis},
}

var isoTimestamp = regexp.MustCompile(`^\d{4}(-[01]\d)?(-[0-3]\d)?(T[0-2]\d:[0-5]\d:[0-5]\d)?(\.\d+)?([+-][0-2]\d:?[0-5]\d|Z)?$`)

func fnToMillis(e *evaluation, _ *call, args []any) (any, error) {
	text, ok := argAt(args, 0).(string)
	if !ok {
		return undefined, nil
	}
	if picture, ok := argAt(args, 1).(string); ok {
		return e.parseDate(text, picture)
	}
	if !isoTimestamp.MatchString(text) {
		return nil, newError("D3110", text)
	}
	return msg.Number(msg.ParseDate(text, time.Local)), nil
}

// parseDate reads a date by a picture; undefined if the text does not fit.
func (e *evaluation) parseDate(text, picture string) (any, error) {
	parts, err := newDatePicture(picture)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	readers := make([]func(string) (float64, error), len(parts))
	for i, p := range parts {
		re, read, err := p.reader()
		if err != nil {
			return nil, err
		}
		b.WriteString("(" + re + ")")
		readers[i] = read
	}
	re, err := regexp.Compile("(?i)^" + b.String() + "$")
	if err != nil {
		return nil, scriptError("SyntaxError", "Invalid regular expression: /^"+b.String()+"$/i")
	}
	found := re.FindStringSubmatch(text)
	if found == nil {
		return undefined, nil
	}
	c := make(components)
	for i, p := range parts {
		if readers[i] == nil {
			continue
		}
		if c[p.component], err = readers[i](found[i+1]); err != nil {
			return nil, err
		}
	}
	if len(c) == 0 {
		return undefined, nil
	}
	ms, err := c.date(e.now)
	return msg.Number(ms), err
}

// reader is a regular expression for what a part matches, and how to read it.
func (p *datePart) reader() (re string, read func(string) (float64, error), err error) {
	switch {
	case p.component == 0:
		return regexp.QuoteMeta(p.literal), nil, nil
	case p.component == 'Z' || p.component == 'z':
		sep := ""
		if p.integer.regular > 0 {
			sep = p.integer.separators[0].char
			re = sep + "[0-9]+"
		}
		re = "[-+][0-9]+" + re
		prefix := 0
		if p.component == 'z' {
			re, prefix = "GMT"+re, len("GMT")
		}
		return re, func(s string) (float64, error) { return zoneMinutes(s[prefix:], sep), nil }, nil
	case p.component == 'f':
		return "[0-9]+", func(s string) (float64, error) {
			return msg.ParseFloat("0."+s[:min(len(s), 3)]) * 1000, nil
		}, nil
	case p.integer != nil:
		re, err = p.integer.pattern()
		return re, p.integer.parse, err
	}
	names := make(map[string]float64)
	switch p.component {
	case 'M', 'x':
		for i, name := range monthNames {
			names[p.shorten(name)] = float64(i + 1)
		}
	case 'F':
		for i, name := range dayNames[1:] {
			names[p.shorten(name)] = float64(i + 1)
		}
	case 'P':
		names = map[string]float64{"am": 0, "AM": 0, "pm": 1, "PM": 1}
	default:
		return "", nil, newError("D3133", string(p.component))
	}
	return "[a-zA-Z]+", func(s string) (float64, error) {
		if v, ok := names[s]; ok {
			return v, nil
		}
		return absent, nil
	}, nil
}

// absent marks a component that was named but not understood.
var absent = math.Inf(-1)

func (p *datePart) shorten(name string) string {
	if p.width != nil && p.width.hasMax && p.width.max > 0 {
		return name[:min(int(p.width.max), len(name))]
	}
	return name
}

// zoneMinutes reads +hh, +hhmm or, with a separator, +hh:mm. Minutes add to the
// hours even west of Greenwich, as in the original.
func zoneMinutes(s, sep string) float64 {
	if sep != "" {
		hours, minutes, _ := strings.Cut(s, sep)
		return msg.ParseInt(hours, 0)*60 + msg.ParseInt(minutes, 0)
	}
	if len(s) <= 3 {
		return msg.ParseInt(s, 0) * 60
	}
	return msg.ParseInt(s[:3], 0)*60 + msg.ParseInt(s[3:], 0)
}

// components are the values that were read, by component specifier.
type components map[byte]float64

// given tells whether a component has a value other than zero.
func (c components) given(component byte) bool {
	v := c[component]
	return v != 0 && v != absent && !math.IsNaN(v)
}

// fits tells whether those given of all are among those of a set, and there is
// one at least.
func (c components) fits(all, set string) bool {
	some := false
	for i := range len(all) {
		if !c.given(all[i]) {
			continue
		}
		if strings.IndexByte(set, all[i]) < 0 {
			return false
		}
		some = true
	}
	return some
}

const (
	dateParts = "YXMxWwdD"
	timeParts = "PHhmsf"
)

// date makes a date of what was read. What is missing before the first value
// comes from now, what is missing behind the last is the least possible, and a
// gap in between is an error.
func (c components) date(now float64) (float64, error) {
	byMonth := c.fits(dateParts, "YMD")
	byDay := !byMonth && c.fits(dateParts, "Yd")
	byMonthWeek := c.fits(dateParts, "XxwF")
	byWeek := !byMonthWeek && c.fits(dateParts, "XW")
	halfDays := !c.fits(timeParts, "Hmsf") && c.fits(timeParts, "Phmsf")

	order := "YMD"
	switch {
	case byDay:
		order = "YD"
	case byMonthWeek:
		order = "XxwF"
	case byWeek:
		order = "XWF"
	}
	if halfDays {
		order += "Phmsf"
	} else {
		order += "Hmsf"
	}
	started, ended := false, false
	for i := range len(order) {
		part := order[i]
		if v, ok := c[part]; ok && v != absent {
			if started = true; ended {
				return 0, newError("D3136", undefined)
			}
			continue
		}
		switch {
		case !started:
			c[part] = dateComponent(now, part)
		case part == 'M' || part == 'D' || part == 'd':
			c[part] = 1
			ended = true
		default:
			c[part] = 0
			ended = true
		}
	}
	if c['M'] > 0 {
		c['M']--
	} else {
		c['M'] = 0
	}
	if byDay {
		day := utc(c.value('Y'), 0, 1, 0, 0, 0, 0) + (c.value('d')-1)*msPerDay
		if day = timeClip(day); math.IsNaN(day) {
			return day, nil
		}
		_, month, dom := civil(day)
		c['M'], c['D'] = float64(month), float64(dom)
	}
	if byMonthWeek || byWeek {
		return 0, newError("D3136", undefined) // weeks can be written, not read
	}
	if halfDays {
		h := c.value('h')
		if h == 12 {
			h = 0
		}
		if c['P'] == 1 {
			h += 12
		}
		c['H'] = h
	}
	ms := utc(c.value('Y'), c.value('M'), c.value('D'), c.value('H'), c.value('m'), c.value('s'), c.value('f'))
	if c.given('Z') {
		ms -= c['Z'] * 60_000
	} else if c.given('z') {
		ms -= c['z'] * 60_000
	}
	return ms, nil
}

// value is a component, NaN if there is none.
func (c components) value(part byte) float64 {
	if v, ok := c[part]; ok && v != absent {
		return v
	}
	return math.NaN()
}
