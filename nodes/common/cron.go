package common

import "time"

// next returns the first time after the given one that the schedule names, in
// the zone of that time. ok is false if there is none within 400 years.
//
// Where clocks change it follows cronosjs: what falls into the hour that is
// skipped comes once, at its end; the hour that repeats is served the first time only.
func (s *schedule) next(after time.Time) (next time.Time, ok bool) {
	zone := after.Location()
	wall := wallOf(after)
	start := wall.Truncate(time.Second).Add(time.Second)
	if wallOf(after.Add(-time.Hour)).Equal(wall) {
		start = wall.Truncate(time.Hour).Add(time.Hour)
	}
	found, ok := s.nextWall(start)
	if !ok {
		return time.Time{}, false
	}
	next = instant(found, zone)
	if instant(found.Add(time.Hour), zone).Equal(next) {
		next = instant(found.Truncate(time.Hour), zone)
	}
	return next, true
}

// wallOf returns what a clock on the wall shows, as a time in UTC.
func wallOf(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// instant returns when a clock on the wall shows the given time. Of two such
// times it is the first; for none, what the clock would show had it not been changed.
func instant(wall time.Time, zone *time.Location) time.Time {
	at := func(around time.Duration) (t time.Time, fits bool) {
		_, offset := wall.Add(around).In(zone).Zone()
		t = wall.Add(-time.Duration(offset) * time.Second).In(zone)
		_, there := t.Zone()
		return t, there == offset
	}
	before, fits := at(-26 * time.Hour) // no zone is further from UTC
	if fits {
		return before
	}
	if after, fits := at(26 * time.Hour); fits {
		return after
	}
	return before
}

// nextWall returns the first time at or after start, both on the wall.
func (s *schedule) nextWall(start time.Time) (time.Time, bool) {
	for year := start.Year(); year <= start.Year()+400; year++ {
		if !s.inYear(year) {
			continue
		}
		for month := time.January; month <= time.December; month++ {
			end := time.Date(year, month+1, 1, 0, 0, 0, 0, time.UTC)
			if !s.months.has(int(month)) || !end.After(start) {
				continue
			}
			if t, ok := s.inMonth(year, month, start); ok {
				return t, true
			}
		}
	}
	return time.Time{}, false
}

func (s *schedule) inYear(year int) bool {
	for _, it := range s.years {
		if it.from <= year && year <= it.to && (year-it.from)%it.step == 0 {
			return true
		}
	}
	return false
}

func (s *schedule) inMonth(year int, month time.Month, start time.Time) (time.Time, bool) {
	days := s.days.of(year, month)
	for day, ok := days.from(1); ok; day, ok = days.from(day + 1) {
		t := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
		if !t.AddDate(0, 0, 1).After(start) {
			continue
		}
		if start.After(t) {
			t = start
		}
		if t, ok := s.inDay(t); ok {
			return t, true
		}
	}
	return time.Time{}, false
}

// inDay returns the first time of t's day that is not before t.
func (s *schedule) inDay(t time.Time) (time.Time, bool) {
	hour, minute, second := t.Clock()
	year, month, day := t.Date()
	for h, ok := s.hours.from(hour); ok; h, ok = s.hours.from(h + 1) {
		if h > hour {
			minute, second = 0, 0
		}
		for m, ok := s.minutes.from(minute); ok; m, ok = s.minutes.from(m + 1) {
			if m > minute {
				second = 0
			}
			if sec, ok := s.seconds.from(second); ok {
				return time.Date(year, month, day, h, m, sec, 0, time.UTC), true
			}
		}
	}
	return time.Time{}, false
}

// of returns the days of one month.
func (d *days) of(year int, month time.Month) set {
	first := int(time.Date(year, month, 1, 0, 0, 0, 0, time.UTC).Weekday())
	length := time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
	weekday := func(day int) int { return (day + first - 1) % 7 }
	out := d.month
	if d.last {
		out |= 1 << length
	}
	if d.lastWeekday {
		out |= 1 << nearestWeekday(length, length, weekday)
	}
	for day, ok := d.nearest.from(1); ok; day, ok = d.nearest.from(day + 1) {
		out |= 1 << nearestWeekday(min(day, length), length, weekday)
	}
	for day := 1; day <= length; day++ {
		w := weekday(day)
		if d.week.has(w) || d.lastWeek.has(w) && day+7 > length || d.nth[(day+6)/7].has(w) {
			out |= 1 << day
		}
	}
	return out & (1<<(length+1) - 1)
}

// nearestWeekday returns the weekday nearest to a day, within its month.
func nearestWeekday(day, length int, weekday func(int) int) int {
	switch weekday(day) {
	case int(time.Sunday):
		if day++; day > length {
			day -= 3
		}
	case int(time.Saturday):
		if day--; day < 1 {
			day += 3
		}
	}
	return day
}
