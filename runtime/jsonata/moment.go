package jsonata

import (
	"math"
	"time"

	"sluice/runtime/msg"
)

// moment is the part of a moment object (moment.js 2.30 with moment-timezone, in
// English) that expressions use: parsing, formatting, arithmetic, comparison,
// zones. Methods that change a moment change it in place and return it, as
// there. An expression cannot return one: its result is a date.
type moment struct {
	t     time.Time // in the zone that the moment shows
	valid bool
}

// newMoment is moment(input, format, …); locales and strict parsing are ignored.
func newMoment(args []any) (any, error) {
	return parseMoment(argAt(args, 0), argAt(args, 1), time.Local), nil
}

func momentAt(ms float64, loc *time.Location) *moment {
	ms = timeClip(ms)
	if math.IsNaN(ms) {
		return &moment{}
	}
	return &moment{t: time.UnixMilli(int64(ms)).In(loc), valid: true}
}

func (m *moment) ms() float64 {
	if !m.valid {
		return math.NaN()
	}
	return float64(m.t.UnixMilli())
}

func (m *moment) date() *msg.Date { return &msg.Date{Ms: m.ms()} }

// iso is what JSON has for a moment.
func (m *moment) iso() any {
	s, ok := m.date().ISO()
	if !ok {
		return nil
	}
	return s
}

// Get, Set, Delete and Keys make a moment an object with methods.
func (m *moment) Get(key string) (any, bool) {
	method, ok := momentMethods[key]
	if !ok {
		return nil, false
	}
	return &msg.Func{Name: key, Call: func(this any, args []any) (any, error) {
		if other, ok := this.(*moment); ok {
			return method(other, args)
		}
		return method(m, args)
	}}, true
}

func (*moment) Set(string, any) {}
func (*moment) Delete(string)   {}
func (*moment) Keys() []string  { return nil }

type momentMethod func(m *moment, args []any) (any, error)

// momentMethods is filled in by init: some methods make moments.
var momentMethods map[string]momentMethod

func init() {
	momentMethods = map[string]momentMethod{
		"format": func(m *moment, args []any) (any, error) {
			picture, ok := argAt(args, 0).(string)
			if !ok {
				picture = "YYYY-MM-DDTHH:mm:ssZ"
				if m.t.Location() == time.UTC {
					picture = "YYYY-MM-DDTHH:mm:ss[Z]"
				}
			}
			return m.format(picture), nil
		},
		"toISOString": func(m *moment, args []any) (any, error) {
			if m.valid && argAt(args, 0) == true {
				return m.format("YYYY-MM-DD[T]HH:mm:ss.SSSZ"), nil
			}
			return m.iso(), nil
		},
		"toJSON":   func(m *moment, _ []any) (any, error) { return m.iso(), nil },
		"toString": func(m *moment, _ []any) (any, error) { return m.format("ddd MMM DD YYYY HH:mm:ss [GMT]ZZ"), nil },
		"toDate":   func(m *moment, _ []any) (any, error) { return m.date(), nil },
		"valueOf":  func(m *moment, _ []any) (any, error) { return msg.Number(m.ms()), nil },
		"unix":     func(m *moment, _ []any) (any, error) { return msg.Number(math.Floor(m.ms() / 1000)), nil },
		"clone":    func(m *moment, _ []any) (any, error) { c := *m; return &c, nil },
		"isValid":  func(m *moment, _ []any) (any, error) { return m.valid, nil },
		"utc":      func(m *moment, _ []any) (any, error) { m.t = m.t.UTC(); return m, nil },
		"local":    func(m *moment, _ []any) (any, error) { m.t = m.t.Local(); return m, nil },
		"locale": func(m *moment, args []any) (any, error) {
			if len(args) == 0 {
				return "en", nil
			}
			return m, nil
		},
		"utcOffset": momentUTCOffset,
		"tz":        momentTZ,
		"add":       func(m *moment, args []any) (any, error) { return m.add(args, 1) },
		"subtract":  func(m *moment, args []any) (any, error) { return m.add(args, -1) },
		"startOf":   func(m *moment, args []any) (any, error) { m.startOf(unitOf(argAt(args, 0))); return m, nil },
		"endOf":     func(m *moment, args []any) (any, error) { m.endOf(unitOf(argAt(args, 0))); return m, nil },
		"diff":      momentDiff,
		"isBefore":  comparison(func(a, b float64) bool { return a < b }, "end"),
		"isAfter":   comparison(func(a, b float64) bool { return a > b }, "start"),
		"isSame":    comparison(func(a, b float64) bool { return a == b }, "same"),
		"isBetween": momentIsBetween,
		"fromNow":   func(m *moment, args []any) (any, error) { return humanize(m, momentNow(), argAt(args, 0) == true), nil },
		"from": func(m *moment, args []any) (any, error) {
			return humanize(m, m.other(argAt(args, 0)), argAt(args, 1) == true), nil
		},
		"toNow": func(m *moment, args []any) (any, error) { return humanize(momentNow(), m, argAt(args, 0) == true), nil },
		"to": func(m *moment, args []any) (any, error) {
			return humanize(m.other(argAt(args, 0)), m, argAt(args, 1) == true), nil
		},
		"daysInMonth":   momentNumber(func(m *moment) float64 { return float64(daysIn(m.t.Year(), m.t.Month())) }),
		"isLeapYear":    func(m *moment, _ []any) (any, error) { return daysIn(m.t.Year(), time.February) == 29, nil },
		"isoWeek":       momentNumber(func(m *moment) float64 { _, w := m.t.ISOWeek(); return float64(w) }),
		"isoWeekYear":   momentNumber(func(m *moment) float64 { y, _ := m.t.ISOWeek(); return float64(y) }),
		"week":          momentNumber(func(m *moment) float64 { _, w := m.week(); return float64(w) }),
		"weekYear":      momentNumber(func(m *moment) float64 { y, _ := m.week(); return float64(y) }),
		"weekday":       momentNumber(func(m *moment) float64 { return float64(m.t.Weekday()) }),
		"isDST":         func(m *moment, _ []any) (any, error) { return m.t.IsDST(), nil },
		"get":           func(m *moment, args []any) (any, error) { return m.get(unitOf(argAt(args, 0))), nil },
		"set":           func(m *moment, args []any) (any, error) { return m.set(unitOf(argAt(args, 0)), argAt(args, 1)), nil },
		"isSameOrAfter": nil, "isSameOrBefore": nil,
	}
	momentMethods["isSameOrAfter"] = either("isSame", "isAfter")
	momentMethods["isSameOrBefore"] = either("isSame", "isBefore")
	for _, name := range []string{
		"year", "years", "quarter", "month", "months", "date", "dates", "day", "days", "isoWeekday", "dayOfYear", "hour", "hours",
		"minute", "minutes", "second", "seconds", "millisecond", "milliseconds",
	} {
		unit := unitOf(name)
		switch name {
		case "date", "dates":
			unit = "date"
		case "day", "days":
			unit = "weekday"
		}
		momentMethods[name] = func(m *moment, args []any) (any, error) {
			if v := argAt(args, 0); v != undefined {
				return m.set(unit, v), nil
			}
			return m.get(unit), nil
		}
	}
}

func momentNow() *moment { return momentAt(float64(time.Now().UnixMilli()), time.Local) }

func momentNumber(f func(*moment) float64) momentMethod {
	return func(m *moment, _ []any) (any, error) {
		if !m.valid {
			return math.NaN(), nil
		}
		return msg.Number(f(m)), nil
	}
}

// other is an argument that stands for a moment, in the zone of m.
func (m *moment) other(v any) *moment {
	if o, ok := v.(*moment); ok {
		return o
	}
	return parseMoment(v, undefined, m.t.Location())
}

// momentUTCOffset reads or sets the offset in minutes; small numbers are hours.
func momentUTCOffset(m *moment, args []any) (any, error) {
	v := argAt(args, 0)
	if v == undefined {
		if !m.valid {
			return math.NaN(), nil
		}
		_, offset := m.t.Zone()
		return msg.Number(float64(offset / 60)), nil
	}
	minutes := msg.ToNumber(v)
	if s, ok := v.(string); ok {
		minutes, _ = parseOffset(s)
	} else if math.Abs(minutes) < 16 {
		minutes *= 60
	}
	if !math.IsNaN(minutes) && math.Abs(minutes) < 24*60 {
		m.t = m.t.In(time.FixedZone("", int(minutes)*60))
	}
	return m, nil
}

func momentTZ(m *moment, args []any) (any, error) {
	name, ok := argAt(args, 0).(string)
	if !ok {
		return m.t.Location().String(), nil
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, scriptError("Error", "$moment: unknown time zone "+name)
	}
	m.t = m.t.In(loc)
	return m, nil
}

// comparison compares with another moment: by the millisecond, or if a unit is
// given, by the start or the end of that unit around m.
func comparison(holds func(a, b float64) bool, edge string) momentMethod {
	return func(m *moment, args []any) (any, error) {
		o := m.other(argAt(args, 0))
		if !m.valid || !o.valid {
			return false, nil
		}
		unit := unitOf(argAt(args, 1))
		if unit == "" || unit == "millisecond" {
			return holds(m.ms(), o.ms()), nil
		}
		start, end := *m, *m
		start.startOf(unit)
		end.endOf(unit)
		switch edge {
		case "end":
			return holds(end.ms(), o.ms()), nil
		case "start":
			return holds(start.ms(), o.ms()), nil
		}
		return start.ms() <= o.ms() && o.ms() <= end.ms(), nil
	}
}

func either(a, b string) momentMethod {
	return func(m *moment, args []any) (any, error) {
		if v, err := momentMethods[a](m, args); v == true || err != nil {
			return v, err
		}
		return momentMethods[b](m, args)
	}
}

func momentIsBetween(m *moment, args []any) (any, error) {
	unit := argAt(args, 2)
	after, err := momentMethods["isAfter"](m, []any{argAt(args, 0), unit})
	if err != nil || after == false {
		return after, err
	}
	return momentMethods["isBefore"](m, []any{argAt(args, 1), unit})
}
