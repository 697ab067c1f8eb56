package msg

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// maxDateMs is how far from 1970 a Date can be (ECMAScript's TimeClip).
const maxDateMs = 8.64e15

// NewDate makes a Date of t, to the millisecond.
func NewDate(t time.Time) *Date { return &Date{TimeClip(float64(t.UnixMilli()))} }

// TimeClip is ECMAScript's: what a Date holds of ms milliseconds since 1970, whole
// ones, NaN if it cannot be so far from 1970.
func TimeClip(ms float64) float64 {
	if math.Abs(ms) <= maxDateMs {
		return math.Trunc(ms) + 0 // + 0 makes -0 0
	}
	return math.NaN()
}

// Valid tells whether d is a point in time.
func (d *Date) Valid() bool { return math.Abs(d.Ms) <= maxDateMs }

// Time returns the point in time of a valid date.
func (d *Date) Time() time.Time { return time.UnixMilli(int64(d.Ms)) }

// ISO is toISOString; ok is false for an invalid date.
func (d *Date) ISO() (s string, ok bool) {
	if !d.Valid() {
		return "", false
	}
	t := d.Time().UTC()
	year, month, day := t.Date()
	if year < 0 || year > 9999 {
		return fmt.Sprintf("%+07d", year) + t.Format("-01-02T15:04:05.000Z"), true
	}
	hour, minute, second := t.Clock()
	b := []byte("0000-00-00T00:00:00.000Z") // what Format needs much longer for
	for _, part := range [...]struct{ end, n int }{{4, year}, {7, int(month)}, {10, day}, {13, hour}, {16, minute}, {19, second}, {23, t.Nanosecond() / 1e6}} {
		for i, n := part.end-1, part.n; n > 0; i, n = i-1, n/10 {
			b[i] += byte(n % 10)
		}
	}
	return string(b), true
}

// Format is Date.prototype.toString in loc: "Thu Jan 01 1970 00:00:00 GMT+0000
// (Coordinated Universal Time)". The name of the zone is English and long where
// it is known, else as the zone database has it.
func (d *Date) Format(loc *time.Location) string {
	if !d.Valid() {
		return "Invalid Date"
	}
	t := d.Time().In(loc)
	year := fmt.Sprintf("%04d", t.Year())
	if t.Year() < 0 {
		year = fmt.Sprintf("%05d", t.Year())
	}
	return t.Format("Mon Jan 02 ") + year + t.Format(" 15:04:05 GMT-0700 (") + zoneName(t) + ")"
}

// zoneNames has the long names of the common zones, which V8 takes from ICU.
var zoneNames = map[string]string{
	"UTC": "Coordinated Universal Time", "GMT": "Greenwich Mean Time",
	"BST": "British Summer Time", "WET": "Western European Standard Time", "WEST": "Western European Summer Time",
	"CET": "Central European Standard Time", "CEST": "Central European Summer Time",
	"EET": "Eastern European Standard Time", "EEST": "Eastern European Summer Time", "MSK": "Moscow Standard Time",
	"EST": "Eastern Standard Time", "EDT": "Eastern Daylight Time",
	"CDT": "Central Daylight Time",
	"MST": "Mountain Standard Time", "MDT": "Mountain Daylight Time",
	"PST": "Pacific Standard Time", "PDT": "Pacific Daylight Time",
	"JST": "Japan Standard Time", "KST": "Korean Standard Time",
	"AEST": "Australian Eastern Standard Time", "AEDT": "Australian Eastern Daylight Time",
}

func zoneName(t time.Time) string {
	abbr, offset := t.Zone()
	switch {
	case t.Unix() < 0: // V8 takes the name of a recent year with the same calendar
		year := 2023
		if t.AddDate(0, 0, 366-t.YearDay()).Year() == t.Year() { // a leap year
			year = 2024
		}
		return zoneName(time.Date(year, t.Month(), t.Day(), t.Hour(), t.Minute(), 0, 0, t.Location()))
	case abbr == "CST" && offset < 0:
		return "Central Standard Time"
	case abbr == "CST":
		return "China Standard Time"
	case abbr == "IST" && offset == 19800:
		return "India Standard Time"
	case strings.HasPrefix(abbr, "+") || strings.HasPrefix(abbr, "-"):
		return t.Format("GMT-07:00")
	}
	if long, ok := zoneNames[abbr]; ok {
		return long
	}
	return abbr
}

// utcMs returns the milliseconds since 1970 of a date and time of day in UTC; day
// may lie outside the month.
func utcMs(year, month, day int, ofDay float64) float64 {
	days := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Unix() / 86400
	return float64(days)*86400e3 + ofDay
}

// LocalToUTC takes the offset of loc from milliseconds since 1970 by its clocks. Where
// these change, the offset before the change holds (ECMAScript's UTC(t)). local must be
// finite, and at most some days further from 1970 than a Date can be.
func LocalToUTC(local float64, loc *time.Location) float64 {
	offset := func(ms float64) float64 {
		_, s := time.UnixMilli(int64(ms)).In(loc).Zone()
		return float64(s) * 1000
	}
	before, after := offset(local-86400e3), offset(local+86400e3)
	if offset(local-before) == before || offset(local-after) != after {
		return local - before
	}
	return local - after
}
