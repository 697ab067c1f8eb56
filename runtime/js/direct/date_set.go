package direct

import (
	"math"
	"time"

	"sluice/runtime/msg"
)

const (
	msPerDay = 86400e3
	lastDate = 8.64e15 // milliseconds since 1970 that a date can be away
)

// clock tells by which clocks a date is read.
type clock bool

const (
	local clock = false // those of time.Local
	utc   clock = true
)

// shows is what the clocks show, as milliseconds since 1970.
func (c clock) shows(ms float64) float64 {
	if c == utc {
		return ms
	}
	_, seconds := time.UnixMilli(int64(ms)).Zone()
	return ms + float64(seconds)*1000
}

// date is the time that the clocks show as ms.
func (c clock) date(ms float64) float64 {
	const beyond = 30 * msPerDay // V8's bound for what the offset is then taken from
	if !(math.Abs(ms) <= lastDate+beyond) {
		return math.NaN()
	}
	if c == local && time.Local != time.UTC {
		ms = msg.LocalToUTC(ms, time.Local)
	}
	return msg.TimeClip(ms)
}

// dateParts are year, month from 0, day from 1, hour, minute, second, millisecond.
type dateParts [7]float64

// partsOf takes a time apart, in milliseconds since 1970 by some clock.
func partsOf(ms float64) dateParts {
	t := time.UnixMilli(int64(ms)).UTC()
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	return dateParts{float64(year), float64(month - 1), float64(day), float64(hour), float64(minute), float64(second), float64(t.Nanosecond() / 1e6)}
}

// ms puts parts together, which may lie outside of their ranges: ECMAScript's MakeDate,
// with V8's bounds. The result is NaN if a part is no finite number.
func (p dateParts) ms() float64 {
	for i := range p {
		if p[i]-p[i] != 0 {
			return math.NaN()
		}
		p[i] = math.Trunc(p[i])
	}
	const maxYear, maxMonth = 1e6, 1e7
	if math.Abs(p[0]) > maxYear || math.Abs(p[1]) > maxMonth {
		return math.NaN()
	}
	first := time.Date(int(p[0]), time.Month(int(p[1])+1), 1, 0, 0, 0, 0, time.UTC)
	days := float64(first.Unix()/(msPerDay/1000)) + p[2] - 1
	return days*msPerDay + (p[3]*3600e3 + p[4]*60e3 + p[5]*1e3 + p[6])
}

// dateSetter returns the method that sets parts from one to the last that may be given.
func dateSetter(c clock, from, to int) method {
	return func(r *run, this value, args []value) value {
		given := [len(dateParts{})]float64{}
		n := min(max(len(args), 1), to-from)
		for i := range n {
			given[i] = r.toNumber(arg(args, i))
		}
		ms := this.any.(*msg.Date).Ms
		switch {
		case ms == ms:
			ms = c.shows(ms)
		case from == 0:
			ms = 0 // a year makes an invalid date valid
		default:
			return nan
		}
		p := partsOf(ms)
		copy(p[from:], given[:n])
		return r.setDate(this, c.date(p.ms()))
	}
}

// setYear is the old method, for years of two digits.
func setYear(r *run, this value, args []value) value {
	return setFullYear(r, this, []value{num(fullYear(r.toNumber(arg(args, 0))))})
}

var setFullYear = dateSetter(local, 0, 3)

func (r *run) setDate(this value, ms float64) value {
	d := this.any.(*msg.Date)
	r.note(change{kind: reset, date: d, was: d.Ms})
	d.Ms = ms
	return num(ms)
}
