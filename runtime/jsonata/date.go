package jsonata

import "math"

// Dates are milliseconds since 1970 UTC, NaN for an invalid one, as in
// JavaScript. Only UTC is needed here: zones are offsets added before.

const (
	msPerDay  = 86_400_000
	msPerWeek = 7 * msPerDay
	maxDate   = 8.64e15
)

// timeClip is what the constructor of Date makes of a number.
func timeClip(ms float64) float64 {
	if !(math.Abs(ms) <= maxDate) {
		return math.NaN()
	}
	return math.Trunc(ms) + 0
}

func floorMod(a, b float64) float64 { return a - b*math.Floor(a/b) }

// civil splits a valid date into year, month (0 to 11) and day of the month, by
// the days-from-civil algorithm: years begin in March, eras have 400 of them.
func civil(ms float64) (year, month, day int) {
	z := int(math.Floor(ms/msPerDay)) + 719468
	era := z / 146097
	if z < 0 {
		era = (z - 146096) / 146097
	}
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = doy - (153*mp+2)/5 + 1
	month = mp + 2
	year = yoe + era*400
	if month > 11 {
		month -= 12
		year++
	}
	return year, month, day
}

// daysFromCivil is the inverse, for any month: 12 is January of the next year.
func daysFromCivil(year, month, day float64) float64 {
	year += math.Floor(month / 12)
	m := int(floorMod(month, 12))
	y := int(year)
	if m < 2 {
		y--
	}
	era := y / 400
	if y < 0 {
		era = (y - 399) / 400
	}
	yoe := y - era*400
	doy := (153*((m+10)%12)+2)/5 + 1 - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return float64(era*146097+doe-719468) + day - 1
}

// utc is Date.UTC: fractions are cut, years 0 to 99 mean 1900 to 1999.
func utc(year, month, day, hour, minute, second, ms float64) float64 {
	for _, f := range []*float64{&year, &month, &day, &hour, &minute, &second, &ms} {
		if math.IsNaN(*f) || math.Abs(*f) > 1e12 {
			return math.NaN()
		}
		*f = math.Trunc(*f)
	}
	if year >= 0 && year <= 99 {
		year += 1900
	}
	if math.Abs(year) > 400_000 || math.Abs(month) > 5_000_000 {
		return math.NaN()
	}
	return timeClip(daysFromCivil(year, month, day)*msPerDay + hour*3_600_000 + minute*60_000 + second*1000 + ms)
}

// startOfFirstWeek is the Monday of the week that holds the first Thursday of a
// month: week 1 of the year if that is January, after ISO 8601.
func startOfFirstWeek(year, month int) float64 {
	first := utc(float64(year), float64(month), 1, 0, 0, 0, 0)
	day := isoWeekday(first)
	if day > 4 {
		return first + (8-day)*msPerDay
	}
	return first - (day-1)*msPerDay
}

// isoWeekday is 1 for Monday to 7 for Sunday.
func isoWeekday(ms float64) float64 { return floorMod(math.Floor(ms/msPerDay)+3, 7) + 1 }

// dateComponent is the value of one component specifier of a picture for a
// date; NaN if the date is invalid or the component is no number.
func dateComponent(ms float64, component byte) float64 {
	if math.IsNaN(ms) {
		return ms
	}
	year, month, day := civil(ms)
	startOfDay := func(y int) float64 { return utc(float64(y), float64(month), float64(day), 0, 0, 0, 0) }
	nextYear, nextMonth := year, month+1
	if month == 11 {
		nextYear, nextMonth = year+1, 0
	}
	lastYear, lastMonth := year, month-1
	if month == 0 {
		lastYear, lastMonth = year-1, 11
	}
	switch component {
	case 'Y':
		return float64(year)
	case 'M':
		return float64(month + 1)
	case 'D':
		return float64(day)
	case 'd':
		return (startOfDay(year)-utc(float64(year), 0, 1, 0, 0, 0, 0))/msPerDay + 1
	case 'F':
		return isoWeekday(ms)
	case 'W':
		return weekNumber(startOfDay(year), 52, startOfFirstWeek(year, 0), startOfFirstWeek(year+1, 0), startOfFirstWeek(year-1, 0))
	case 'w':
		return weekNumber(startOfDay(year), 4, startOfFirstWeek(year, month), startOfFirstWeek(nextYear, nextMonth), startOfFirstWeek(lastYear, lastMonth))
	case 'X': // the year that the week belongs to
		switch {
		case ms < startOfFirstWeek(year, 0):
			return float64(year - 1)
		case ms >= startOfFirstWeek(year+1, 0):
			return float64(year + 1)
		}
		return float64(year)
	case 'x': // the month that the week belongs to
		switch {
		case ms < startOfFirstWeek(year, month):
			return float64(lastMonth + 1)
		case ms >= startOfFirstWeek(nextYear, nextMonth):
			return float64(nextMonth + 1)
		}
		return float64(month + 1)
	case 'H':
		return math.Floor(floorMod(ms, msPerDay) / 3_600_000)
	case 'h':
		return math.Mod(math.Floor(floorMod(ms, msPerDay)/3_600_000)+11, 12) + 1
	case 'm':
		return math.Floor(floorMod(ms, 3_600_000) / 60_000)
	case 's':
		return math.Floor(floorMod(ms, 60_000) / 1000)
	case 'f':
		return floorMod(ms, 1000)
	}
	return math.NaN()
}

// weekNumber counts weeks from first; days behind the usual number of weeks may
// be in the next period's first, days before it are in the last period's.
func weekNumber(today, usual, first, next, last float64) float64 {
	week := (today-first)/msPerWeek + 1
	if week > usual {
		if today >= next {
			week = 1
		}
	} else if week < 1 {
		week = (today-last)/msPerWeek + 1
	}
	return math.Floor(week)
}
