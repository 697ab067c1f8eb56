package jsonata

import (
	"math"
	"strings"
	"time"

	"sluice/runtime/msg"
)

var momentUnits = map[string]string{
	"y": "year", "M": "month", "Q": "quarter", "w": "week", "W": "isoWeek", "d": "day", "D": "date", "h": "hour",
	"m": "minute", "s": "second", "ms": "millisecond", "E": "isoWeekday", "DDD": "dayOfYear", "e": "weekday",
	"isoweek": "isoWeek", "isoweekday": "isoWeekday", "dayofyear": "dayOfYear",
}

// unitOf is the name of a unit that may be written short or in the plural.
func unitOf(v any) string {
	name, ok := v.(string)
	if !ok {
		return ""
	}
	if unit, ok := momentUnits[name]; ok {
		return unit
	}
	name = strings.TrimSuffix(strings.ToLower(name), "s")
	if unit, ok := momentUnits[name]; ok {
		return unit
	}
	return name
}

func daysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// addMonths moves by whole months; a day that the month lacks becomes its last.
func addMonths(t time.Time, n int) time.Time {
	first := time.Date(t.Year(), t.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	day := min(t.Day(), daysIn(first.Year(), first.Month()))
	return time.Date(first.Year(), first.Month(), day, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location())
}

// add takes a number and a unit, or an object of them.
func (m *moment) add(args []any, sign float64) (any, error) {
	if o, ok := argAt(args, 0).(*msg.Object); ok {
		for unit, n := range o.All() {
			m.shift(sign*msg.ToNumber(n), unitOf(unit))
		}
		return m, nil
	}
	n, unit := argAt(args, 0), unitOf(argAt(args, 1))
	if unit == "" {
		unit = "millisecond"
	}
	m.shift(sign*msg.ToNumber(n), unit)
	return m, nil
}

// maxShift keeps moments within the range of dates.
const maxShift = 2 * maxDate

func (m *moment) shift(n float64, unit string) {
	if !m.valid || math.IsNaN(n) || math.Abs(n) > maxShift {
		return
	}
	round := func(f float64) int { return int(math.Copysign(math.Round(math.Abs(f)), f)) }
	months, days, ms := 0, 0, 0.0
	switch unit {
	case "year":
		months = round(n * 12)
	case "quarter":
		months = round(n * 3)
	case "month":
		months = round(n)
	case "week", "isoWeek":
		days = round(n * 7)
	case "day", "date":
		days = round(n)
	case "hour":
		ms = n * 3_600_000
	case "minute":
		ms = n * 60_000
	case "second":
		ms = n * 1000
	case "millisecond":
		ms = n
	}
	if months > 4_000_000 || months < -4_000_000 || days > 100_000_000 || days < -100_000_000 {
		m.valid = false
		return
	}
	if months != 0 {
		m.t = addMonths(m.t, months)
	}
	if days != 0 {
		m.t = m.t.AddDate(0, 0, days)
	}
	moved := momentAt(float64(m.t.UnixMilli())+math.Trunc(ms), m.t.Location())
	m.t, m.valid = moved.t, moved.valid
}

func (m *moment) startOf(unit string) {
	if !m.valid {
		return
	}
	year, month, day := m.t.Date()
	hour, minute, second := m.t.Clock()
	switch unit {
	case "year":
		month, day, hour, minute, second = time.January, 1, 0, 0, 0
	case "quarter":
		month, day, hour, minute, second = (month-1)/3*3+1, 1, 0, 0, 0
	case "month":
		day, hour, minute, second = 1, 0, 0, 0
	case "week":
		day, hour, minute, second = day-int(m.t.Weekday()), 0, 0, 0
	case "isoWeek":
		day, hour, minute, second = day-(int(m.t.Weekday())+6)%7, 0, 0, 0
	case "day", "date":
		hour, minute, second = 0, 0, 0
	case "hour":
		minute, second = 0, 0
	case "minute":
		second = 0
	case "second":
	default:
		return
	}
	if unit == "hour" || unit == "minute" || unit == "second" {
		// By subtraction: the hour may be one that a change of clocks repeats.
		m.t = m.t.Add(time.Date(year, month, day, hour, minute, second, 0, time.UTC).Sub(
			time.Date(year, month, day, m.t.Hour(), m.t.Minute(), m.t.Second(), m.t.Nanosecond(), time.UTC)))
		return
	}
	m.t = time.Date(year, month, day, hour, minute, second, 0, m.t.Location())
}

func (m *moment) endOf(unit string) {
	if unit == "" || unit == "millisecond" {
		return
	}
	m.startOf(unit)
	m.shift(1, unit)
	m.shift(-1, "millisecond")
}

// week is the week of the year as counted in English: weeks begin on Sunday,
// and the first one holds January 1.
func (m *moment) week() (year, week int) {
	saturday := m.t.AddDate(0, 0, 6-int(m.t.Weekday()))
	return saturday.Year(), (saturday.YearDay()-1)/7 + 1
}

func (m *moment) get(unit string) any {
	if !m.valid {
		return math.NaN()
	}
	n := 0
	switch unit {
	case "year":
		n = m.t.Year()
	case "quarter":
		n = (int(m.t.Month())-1)/3 + 1
	case "month":
		n = int(m.t.Month()) - 1
	case "date":
		n = m.t.Day()
	case "day", "weekday":
		n = int(m.t.Weekday())
	case "isoWeekday":
		n = (int(m.t.Weekday())+6)%7 + 1
	case "dayOfYear":
		n = m.t.YearDay()
	case "week":
		_, n = m.week()
	case "isoWeek":
		_, n = m.t.ISOWeek()
	case "hour":
		n = m.t.Hour()
	case "minute":
		n = m.t.Minute()
	case "second":
		n = m.t.Second()
	case "millisecond":
		n = m.t.Nanosecond() / 1e6
	default:
		return undefined
	}
	return msg.Number(float64(n))
}

// set changes one part; a number beyond its range carries over.
func (m *moment) set(unit string, v any) *moment {
	f := msg.ToNumber(v)
	if !m.valid || math.IsNaN(f) || math.Abs(f) > 1e8 {
		return m
	}
	n := int(f)
	year, month, day := m.t.Date()
	hour, minute, second := m.t.Clock()
	ms := m.t.Nanosecond() / 1e6
	switch unit {
	case "year":
		m.t = addMonths(m.t, (n-year)*12)
		return m
	case "quarter":
		m.t = addMonths(m.t, (n-((int(month)-1)/3+1))*3)
		return m
	case "month":
		m.t = addMonths(m.t, n-(int(month)-1))
		return m
	case "date":
		day = n
	case "day", "weekday":
		day += n - int(m.t.Weekday())
	case "isoWeekday":
		day += n - ((int(m.t.Weekday())+6)%7 + 1)
	case "dayOfYear":
		day += n - m.t.YearDay()
	case "hour":
		hour = n
	case "minute":
		minute = n
	case "second":
		second = n
	case "millisecond":
		ms = n
	}
	m.t = time.Date(year, month, day, hour, minute, second, ms*1e6, m.t.Location())
	return m
}

// momentDiff is the time from another moment to m in a unit, cut to a whole
// number unless the third argument is true.
func momentDiff(m *moment, args []any) (any, error) {
	o := m.other(argAt(args, 0))
	if !m.valid || !o.valid {
		return math.NaN(), nil
	}
	ms := m.ms() - o.ms()
	_, zone := m.t.Zone()
	_, otherZone := o.t.In(m.t.Location()).Zone()
	calendar := ms + float64(zone-otherZone)*1000 // days count by the calendar, not by 24 hours
	var d float64
	switch unitOf(argAt(args, 1)) {
	case "year":
		d = monthDiff(m.t, o.t.In(m.t.Location())) / 12
	case "quarter":
		d = monthDiff(m.t, o.t.In(m.t.Location())) / 3
	case "month":
		d = monthDiff(m.t, o.t.In(m.t.Location()))
	case "week":
		d = calendar / msPerWeek
	case "day":
		d = calendar / msPerDay
	case "hour":
		d = ms / 3_600_000
	case "minute":
		d = ms / 60_000
	case "second":
		d = ms / 1000
	default:
		d = ms
	}
	if argAt(args, 2) != true {
		d = math.Trunc(d) + 0
	}
	return msg.Number(d), nil
}

// monthDiff counts the months from b to a, the rest as a part of the month that
// it lies in.
func monthDiff(a, b time.Time) float64 {
	if a.Day() < b.Day() {
		return -monthDiff(b, a)
	}
	whole := (b.Year()-a.Year())*12 + int(b.Month()) - int(a.Month())
	anchor := addMonths(a, whole)
	var rest float64
	if b.Before(anchor) {
		rest = float64(b.Sub(anchor)) / float64(anchor.Sub(addMonths(a, whole-1)))
	} else {
		rest = float64(b.Sub(anchor)) / float64(addMonths(a, whole+1).Sub(anchor))
	}
	return -(float64(whole) + rest) + 0
}
