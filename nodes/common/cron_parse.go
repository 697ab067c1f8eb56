package common

import (
	"errors"
	"fmt"
	"math/bits"
	"regexp"
	"strconv"
	"strings"
)

// schedule is a cron expression as cronosjs reads it: five to seven fields
// (seconds first, years last), names, ranges that wrap around, L, W and #.
type schedule struct {
	seconds, minutes, hours, months set
	days                            days
	years                           []item
}

// set is a set of small numbers.
type set uint64

func (s set) has(n int) bool { return s>>n&1 == 1 }

// from returns the least member that is at least n.
func (s set) from(n int) (int, bool) {
	if n > 63 {
		return 0, false
	}
	s = s >> n << n
	return bits.TrailingZeros64(uint64(s)), s != 0
}

// item is one entry of a field's list: *, 5, 5/2, 1-5 or 1-5/2.
type item struct {
	from, to, step int
	any            bool // *, also as */1
}

var (
	errCronFields = errors.New("Expression must have at least 5 fields, and no more than 7 fields")
	errCronItem   = errors.New("Field item invalid format")
	errCronValue  = errors.New("Field item out of valid value range")
	errCronRange  = errors.New("Field item range invalid, either value out of valid range or start greater than end in non wraparound field")
	errCronNth    = errors.New("Field item nth of month (#) invalid")
)

var cronNames = map[string]string{
	"@yearly": "0 0 0 1 1 * *", "@annually": "0 0 0 1 1 * *", "@monthly": "0 0 0 1 * * *",
	"@weekly": "0 0 0 * * 0 *", "@daily": "0 0 0 * * * *", "@midnight": "0 0 0 * * * *", "@hourly": "0 0 * * * * *",
}

var (
	monthNames = numbering(1, "jan feb mar apr may jun jul aug sep oct nov dec")
	dayNames   = numbering(0, "sun mon tue wed thu fri sat")
)

func numbering(first int, names string) *strings.Replacer {
	var pairs []string
	for i, name := range strings.Fields(names) {
		pairs = append(pairs, name, strconv.Itoa(first+i))
	}
	return strings.NewReplacer(pairs...)
}

const (
	firstYear = 1970
	lastYear  = 275759
)

func parseCron(text string) (*schedule, error) {
	text = strings.ToLower(strings.TrimSpace(text))
	if full, ok := cronNames[text]; ok {
		text = full
	}
	fields := strings.Fields(text)
	switch len(fields) {
	case 5:
		fields = append([]string{"0"}, append(fields, "*")...)
	case 6:
		fields = append(fields, "*")
	case 7:
	default:
		return nil, errCronFields
	}
	s := &schedule{}
	var err error
	for _, f := range []struct {
		set         *set
		text        string
		first, last int
	}{
		{&s.seconds, fields[0], 0, 59}, {&s.minutes, fields[1], 0, 59}, {&s.hours, fields[2], 0, 23},
		{&s.months, monthNames.Replace(fields[4]), 1, 12},
	} {
		if *f.set, err = parseSet(f.text, f.first, f.last, true); err != nil {
			return nil, err
		}
	}
	if s.days, err = parseDays(fields[3], dayNames.Replace(fields[5])); err != nil {
		return nil, err
	}
	for _, text := range strings.Split(fields[6], ",") {
		it, err := parseItem(text, 0, lastYear, false, nil)
		if err != nil {
			return nil, err
		}
		if text[0] == '*' {
			it.from = firstYear
		}
		s.years = append(s.years, it)
	}
	return s, nil
}

func parseSet(text string, first, last int, wraps bool) (set, error) {
	var s set
	for _, part := range strings.Split(text, ",") {
		it, err := parseItem(part, first, last, wraps, nil)
		if err != nil {
			return 0, err
		}
		s |= it.set(first, last)
	}
	return s, nil
}

var cronItem = regexp.MustCompile(`^(?:(\*)|([0-9]+)|([0-9]+)-([0-9]+))(?:/([1-9][0-9]*))?$`)

func parseItem(text string, first, last int, wraps bool, number func(int) int) (item, error) {
	m := cronItem.FindStringSubmatch(text)
	if m == nil {
		return item{}, fmt.Errorf("%w: %q", errCronItem, text)
	}
	value := func(s string) int {
		n, err := strconv.Atoi(s)
		if err != nil {
			n = last + 1 // too large a number is out of range
		}
		if number != nil {
			n = number(n)
		}
		return n
	}
	outside := func(n int) bool { return n < first || n > last }
	it := item{from: first, to: last, step: 1, any: m[1] != "" && (m[5] == "" || m[5] == "1")}
	if m[5] != "" {
		// Sunday's two numbers are no concern of a step.
		if n, err := strconv.Atoi(m[5]); err == nil {
			it.step = n
		} else {
			it.step = lastYear // too large a step never comes to a second number
		}
	}
	switch {
	case m[2] != "":
		if it.from = value(m[2]); outside(it.from) {
			return it, fmt.Errorf("%w: %q", errCronValue, text)
		}
		if m[5] == "" {
			it.to = it.from
		}
	case m[3] != "":
		it.from, it.to = value(m[3]), value(m[4])
		if outside(it.from) || outside(it.to) || it.to < it.from && !wraps {
			return it, fmt.Errorf("%w: %q", errCronRange, text)
		}
	}
	return it, nil
}

// set lists the numbers of an item of a field from first to last.
func (it item) set(first, last int) set {
	length := it.to - it.from
	if length < 0 {
		length += last - first + 1
	}
	var s set
	for i := 0; i <= length; i += it.step {
		s |= 1 << (first + (it.from-first+i)%(last-first+1))
	}
	return s
}

// days are the days a schedule names. A day of either field will do, but a field
// that is * counts only if the other is too.
type days struct {
	month       set // days of the month
	nearest     set // W: the weekday nearest to each
	last        bool
	lastWeekday bool
	week        set    // days of the week, Sunday is 0
	lastWeek    set    // L: the last such day of the month
	nth         [6]set // #: the n-th such day of the month
}

func parseDays(month, week string) (days, error) {
	var d days
	anyMonth, anyWeek, items := false, false, 0
	for _, text := range strings.Split(strings.ReplaceAll(month, "?", "*"), ",") {
		items++
		switch {
		case text == "l":
			d.last = true
			continue
		case text == "lw":
			d.lastWeekday = true
			continue
		}
		day, nearest := strings.CutSuffix(text, "w")
		it, err := parseItem(day, 1, 31, false, nil)
		switch {
		case err != nil:
			return d, err
		case nearest:
			d.nearest |= it.set(1, 31)
		case it.any:
			anyMonth = true
		default:
			d.month |= it.set(1, 31)
		}
	}
	sunday := func(n int) int {
		if n == 7 {
			return 0
		}
		return n
	}
	for _, text := range strings.Split(strings.ReplaceAll(week, "?", "*"), ",") {
		items++
		day, last := strings.CutSuffix(text, "l")
		nth := 0
		if at := strings.LastIndexByte(text, '#'); at >= 0 && !last {
			if len(text) != at+2 || text[at+1] < '1' || text[at+1] > '5' {
				return d, fmt.Errorf("%w: %q", errCronNth, text)
			}
			day, nth = text[:at], int(text[at+1]-'0')
		}
		it, err := parseItem(day, 0, 6, true, sunday)
		switch {
		case err != nil:
			return d, err
		case last:
			d.lastWeek |= it.set(0, 6)
		case nth > 0:
			d.nth[nth] |= it.set(0, 6)
		case it.any:
			anyWeek = true
		default:
			d.week |= it.set(0, 6)
		}
	}
	if anyMonth && anyWeek && items == 2 {
		d.week = 0x7F
	}
	return d, nil
}
