package jsonata

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// momentToken is one element of a moment format, longest first.
var momentToken = regexp.MustCompile(`\[([^\[\]]*)\]|\\.|Mo|MMMM|MMM|MM|M|Qo|Q|Do|DDDo|DDDD|DDD|DD|D|do|dddd|ddd|dd|d|e|E|` +
	`wo|ww|w|Wo|WW|W|YYYYYY|YYYYY|YYYY|YY|Y|gggg|gg|GGGG|GG|A|a|HH|H|hh|h|kk|k|mm|m|ss|s|S{1,9}|zz|z|ZZ|Z|X|x|` +
	`LTS|LT|LLLL|LLL|LL|L|llll|lll|ll|l`)

var longFormats = map[string]string{
	"LT": "h:mm A", "LTS": "h:mm:ss A", "L": "MM/DD/YYYY", "LL": "MMMM D, YYYY", "LLL": "MMMM D, YYYY h:mm A",
	"LLLL": "dddd, MMMM D, YYYY h:mm A", "l": "M/D/YYYY", "ll": "MMM D, YYYY", "lll": "MMM D, YYYY h:mm A",
	"llll": "ddd, MMM D, YYYY h:mm A",
}

func (m *moment) format(picture string) string {
	if !m.valid {
		return "Invalid date"
	}
	return momentToken.ReplaceAllStringFunc(picture, func(token string) string {
		switch token[0] {
		case '[':
			return token[1 : len(token)-1]
		case '\\':
			return token[1:]
		}
		if long, ok := longFormats[token]; ok {
			return m.format(long)
		}
		return m.token(token)
	})
}

func ordinal(n int) string {
	suffix := "th"
	if n/10%10 != 1 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return strconv.Itoa(n) + suffix
}

func (m *moment) token(token string) string {
	t := m.t
	if token[0] == 'S' {
		return fmt.Sprintf("%09d", t.Nanosecond())[:len(token)]
	}
	twelve := (t.Hour()+11)%12 + 1
	isoYear, isoWeek := t.ISOWeek()
	weekYear, week := m.week()
	pad := func(n, width int) string { return fmt.Sprintf("%0*d", width, n) }
	switch token {
	case "M":
		return strconv.Itoa(int(t.Month()))
	case "Mo":
		return ordinal(int(t.Month()))
	case "MM":
		return pad(int(t.Month()), 2)
	case "MMM":
		return t.Month().String()[:3]
	case "MMMM":
		return t.Month().String()
	case "Q":
		return strconv.Itoa((int(t.Month())-1)/3 + 1)
	case "Qo":
		return ordinal((int(t.Month())-1)/3 + 1)
	case "D":
		return strconv.Itoa(t.Day())
	case "Do":
		return ordinal(t.Day())
	case "DD":
		return pad(t.Day(), 2)
	case "DDD":
		return strconv.Itoa(t.YearDay())
	case "DDDo":
		return ordinal(t.YearDay())
	case "DDDD":
		return pad(t.YearDay(), 3)
	case "d", "e":
		return strconv.Itoa(int(t.Weekday()))
	case "do":
		return ordinal(int(t.Weekday()))
	case "dd":
		return t.Weekday().String()[:2]
	case "ddd":
		return t.Weekday().String()[:3]
	case "dddd":
		return t.Weekday().String()
	case "E":
		return strconv.Itoa((int(t.Weekday())+6)%7 + 1)
	case "w":
		return strconv.Itoa(week)
	case "wo":
		return ordinal(week)
	case "ww":
		return pad(week, 2)
	case "W":
		return strconv.Itoa(isoWeek)
	case "Wo":
		return ordinal(isoWeek)
	case "WW":
		return pad(isoWeek, 2)
	case "YY":
		return pad(t.Year()%100, 2)
	case "YYYY", "Y":
		return pad(t.Year(), 4)
	case "YYYYY":
		return pad(t.Year(), 5)
	case "YYYYYY":
		return fmt.Sprintf("%+07d", t.Year())
	case "gg":
		return pad(weekYear%100, 2)
	case "gggg":
		return pad(weekYear, 4)
	case "GG":
		return pad(isoYear%100, 2)
	case "GGGG":
		return pad(isoYear, 4)
	case "A", "a":
		half := "AM"
		if t.Hour() >= 12 {
			half = "PM"
		}
		if token == "a" {
			half = strings.ToLower(half)
		}
		return half
	case "H":
		return strconv.Itoa(t.Hour())
	case "HH":
		return pad(t.Hour(), 2)
	case "h":
		return strconv.Itoa(twelve)
	case "hh":
		return pad(twelve, 2)
	case "k":
		return strconv.Itoa((t.Hour()+23)%24 + 1)
	case "kk":
		return pad((t.Hour()+23)%24+1, 2)
	case "m":
		return strconv.Itoa(t.Minute())
	case "mm":
		return pad(t.Minute(), 2)
	case "s":
		return strconv.Itoa(t.Second())
	case "ss":
		return pad(t.Second(), 2)
	case "Z":
		return t.Format("-07:00")
	case "ZZ":
		return t.Format("-0700")
	case "z", "zz":
		if t.Location() == time.Local {
			return "" // moment knows the names of zones that were asked for only
		}
		name, _ := t.Zone()
		return name
	case "X":
		return strconv.FormatInt(t.Unix(), 10)
	case "x":
		return strconv.FormatInt(t.UnixMilli(), 10)
	}
	return token
}

// humanize says in words how far m is from base, with its direction unless bare.
func humanize(m, base *moment, bare bool) string {
	if !m.valid || !base.valid {
		return "Invalid date"
	}
	ms := m.ms() - base.ms()
	seconds := math.Round(math.Abs(ms) / 1000)
	minutes := math.Round(math.Abs(ms) / 60_000)
	hours := math.Round(math.Abs(ms) / 3_600_000)
	days := math.Round(math.Abs(ms) / msPerDay)
	months := math.Round(math.Abs(ms) / msPerDay * 4800 / 146097)
	years := math.Round(math.Abs(ms) / msPerDay * 400 / 146097)
	var text string
	switch {
	case seconds <= 44:
		text = "a few seconds"
	case minutes <= 1:
		text = "a minute"
	case minutes < 45:
		text = fmt.Sprintf("%g minutes", minutes)
	case hours <= 1:
		text = "an hour"
	case hours < 22:
		text = fmt.Sprintf("%g hours", hours)
	case days <= 1:
		text = "a day"
	case days < 26:
		text = fmt.Sprintf("%g days", days)
	case months <= 1:
		text = "a month"
	case months < 11:
		text = fmt.Sprintf("%g months", months)
	case years <= 1:
		text = "a year"
	default:
		text = fmt.Sprintf("%g years", years)
	}
	switch {
	case bare:
		return text
	case ms > 0:
		return "in " + text
	}
	return text + " ago"
}
