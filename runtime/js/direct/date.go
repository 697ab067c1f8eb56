package direct

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"sluice/runtime/msg"
)

var dateFunctions = map[string]static{
	"Date.now":   func(*run, []value) value { return num(float64(time.Now().UnixMilli())) },
	"Date.parse": func(r *run, args []value) value { return num(msg.ParseDate(r.toText(arg(args, 0)), time.Local)) },
	"Date.UTC": func(r *run, args []value) value {
		if len(args) == 0 {
			return nan
		}
		return num(msg.TimeClip(r.dateParts(args).ms()))
	},
}

// dateText is what Date gives when it is called without new.
func dateText(*run, []value) value { return text(msg.NewDate(time.Now()).Format(time.Local)) }

// newDate is new Date(…).
func newDate(r *run, args []value) value {
	d := &msg.Date{}
	switch len(args) {
	case 0:
		d.Ms = float64(time.Now().UnixMilli())
	case 1:
		d.Ms = r.dateOf(args[0])
	default:
		d.Ms = local.date(r.dateParts(args).ms())
	}
	return value{any: d}
}

// dateOf is what new Date makes of one argument.
func (r *run) dateOf(v value) float64 {
	if d, ok := v.any.(*msg.Date); ok {
		return d.Ms
	}
	v = r.toPrimitive(v)
	if s, ok := v.any.(string); ok {
		return msg.ParseDate(s, time.Local)
	}
	return msg.TimeClip(r.toNumber(v))
}

// dateParts are the arguments of Date.UTC, and of new Date where there are several.
func (r *run) dateParts(args []value) dateParts {
	p := dateParts{0, 0, 1}
	for i := range args[:min(len(args), len(p))] {
		p[i] = r.toNumber(args[i])
	}
	p[0] = fullYear(p[0])
	return p
}

// fullYear takes years of two digits for those of 1900 to 1999.
func fullYear(year float64) float64 {
	if y := math.Trunc(year); y >= 0 && y <= 99 {
		return 1900 + y
	}
	return year
}

// dateMethods are get…, set… and what prints a date.
var dateMethods = func() map[string]method {
	all := map[string]method{
		"getTime": dateValue, "valueOf": dateValue,
		"getTimezoneOffset": dateGetter(local, func(t time.Time) int {
			_, seconds := t.Zone()
			return -seconds / 60
		}),
		"getYear": dateGetter(local, func(t time.Time) int { return t.Year() - 1900 }),
		"setYear": setYear,
		"setTime": func(r *run, this value, args []value) value {
			return r.setDate(this, msg.TimeClip(r.toNumber(arg(args, 0))))
		},
		"toISOString": isoText,
		"toJSON": func(r *run, this value, args []value) value {
			if !this.any.(*msg.Date).Valid() {
				return null
			}
			return isoText(r, this, args)
		},
		"toString":           datePrinter(func(t string) string { return t }),
		"toDateString":       datePrinter(func(t string) string { return t[:clockAt(t)-1] }),
		"toTimeString":       datePrinter(func(t string) string { return t[clockAt(t):] }),
		"toUTCString":        utcText,
		"toGMTString":        utcText,
		"toLocaleString":     localeDate(true, true),
		"toLocaleDateString": localeDate(true, false),
		"toLocaleTimeString": localeDate(false, true),
	}
	for _, zone := range []struct {
		name  string
		clock clock
	}{{"", local}, {"UTC", utc}} {
		for name, get := range map[string]func(time.Time) int{
			"FullYear": time.Time.Year, "Date": time.Time.Day, "Hours": time.Time.Hour, "Minutes": time.Time.Minute, "Seconds": time.Time.Second,
			"Month":        func(t time.Time) int { return int(t.Month()) - 1 },
			"Day":          func(t time.Time) int { return int(t.Weekday()) },
			"Milliseconds": func(t time.Time) int { return t.Nanosecond() / 1e6 },
		} {
			all["get"+zone.name+name] = dateGetter(zone.clock, get)
		}
		for name, parts := range map[string][2]int{"FullYear": {0, 3}, "Month": {1, 3}, "Date": {2, 3}, "Hours": {3, 7},
			"Minutes": {4, 7}, "Seconds": {5, 7}, "Milliseconds": {6, 7}} {
			all["set"+zone.name+name] = dateSetter(zone.clock, parts[0], parts[1])
		}
	}
	return all
}()

func dateValue(_ *run, this value, _ []value) value { return num(this.any.(*msg.Date).Ms) }

// dateGetter returns the method for what get reads off a calendar and clock.
func dateGetter(c clock, get func(time.Time) int) method {
	return func(_ *run, this value, _ []value) value {
		d := this.any.(*msg.Date)
		if !d.Valid() {
			return nan
		}
		t := d.Time()
		if c == utc {
			t = t.UTC()
		}
		return num(float64(get(t)))
	}
}

func isoText(_ *run, this value, _ []value) value {
	s, ok := this.any.(*msg.Date).ISO()
	if !ok {
		bailout("the ISO form of an invalid date")
	}
	return text(s)
}

// datePrinter returns the method for a part of what toString prints.
func datePrinter(part func(string) string) method {
	return func(_ *run, this value, _ []value) value {
		d := this.any.(*msg.Date)
		t := d.Format(time.Local)
		if !d.Valid() {
			return text(t)
		}
		return text(part(t))
	}
}

// clockAt is where in a date's text the time of day begins.
func clockAt(t string) int { return strings.IndexByte(t, ':') - 2 }

func utcText(_ *run, this value, _ []value) value {
	d := this.any.(*msg.Date)
	if !d.Valid() {
		return text("Invalid Date")
	}
	t := d.Time().UTC()
	year := fmt.Sprintf("%04d", t.Year())
	if t.Year() < 0 {
		year = fmt.Sprintf("%05d", t.Year())
	}
	return text(t.Format("Mon, 02 Jan ") + year + t.Format(" 15:04:05 GMT"))
}

// localeDate returns toLocaleString and its like, for American English.
func localeDate(date, clock bool) method {
	return func(_ *run, this value, args []value) value {
		if !plainLocale(args) {
			bailout("a date in a special form")
		}
		d := this.any.(*msg.Date)
		if !d.Valid() {
			return text("Invalid Date")
		}
		t := d.Time()
		year, month, day := t.Date()
		if year < 1 {
			bailout("a date before Christ")
		}
		var b []byte
		if date {
			b = strconv.AppendInt(b, int64(month), 10)
			b = strconv.AppendInt(append(b, '/'), int64(day), 10)
			b = strconv.AppendInt(append(b, '/'), int64(year), 10)
		}
		if date && clock {
			b = append(b, ", "...)
		}
		if clock {
			b = t.AppendFormat(b, "3:04:05 PM")
		}
		return text(string(b))
	}
}

// plainLocale tells whether the arguments of toLocaleString ask for American English without options.
func plainLocale(args []value) bool {
	l := arg(args, 0)
	return (l.isUndefined() || l.any == "en-US") && arg(args, 1).isUndefined()
}
