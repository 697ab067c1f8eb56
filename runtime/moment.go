package runtime

import (
	"fmt"
	"strings"
	"time"
)

// formatMoment formats a time by moment.js's tokens (the English locale), which
// a typed input of type "date" may hold. [text] stands for itself.
func formatMoment(t time.Time, format string) string {
	var b strings.Builder
	for len(format) > 0 {
		if format[0] == '[' {
			if end := strings.IndexByte(format, ']'); end > 0 {
				b.WriteString(format[1:end])
				format = format[end+1:]
				continue
			}
		}
		token := momentToken(format)
		b.WriteString(formatToken(t, token))
		format = format[len(token):]
	}
	return b.String()
}

// momentTokens stand longest first among those that share a beginning.
var momentTokens = []string{
	"YYYYYY", "YYYYY", "YYYY", "YY", "Y", "Qo", "Q", "MMMM", "MMM", "MM", "Mo", "M", "DDDD", "DDDo", "DDD", "DD", "Do", "D",
	"dddd", "ddd", "dd", "do", "d", "E", "e", "GGGG", "GG", "WW", "Wo", "W", "ww", "wo", "w", "HH", "H", "hh", "h", "kk", "k", "mm", "m",
	"SSSSSSSSS", "SSSSSSSS", "SSSSSSS", "SSSSSS", "SSSSS", "SSSS", "SSS", "SS", "S", "ss", "s", "ZZ", "Z", "A", "a", "X", "x",
	"LLLL", "LLL", "LL", "LTS", "LT", "L", "zz", "z",
}

func momentToken(format string) string {
	for _, token := range momentTokens {
		if strings.HasPrefix(format, token) {
			return token
		}
	}
	for i := range format {
		if i > 0 {
			return format[:i]
		}
	}
	return format
}

// momentLayouts are the tokens that Go's own layouts express.
var momentLayouts = map[string]string{
	"YYYY": "2006", "YY": "06", "MMMM": "January", "MMM": "Jan", "MM": "01", "M": "1", "DDDD": "002", "DD": "02", "D": "2",
	"dddd": "Monday", "ddd": "Mon", "HH": "15", "hh": "03", "h": "3", "mm": "04", "m": "4", "ss": "05", "s": "5",
	"A": "PM", "a": "pm", "Z": "-07:00", "ZZ": "-0700",
	"LT": "3:04 PM", "LTS": "3:04:05 PM", "L": "01/02/2006", "LL": "January 2, 2006",
	"LLL": "January 2, 2006 3:04 PM", "LLLL": "Monday, January 2, 2006 3:04 PM",
}

func formatToken(t time.Time, token string) string {
	if layout, ok := momentLayouts[token]; ok {
		return t.Format(layout)
	}
	isoYear, isoWeek := t.ISOWeek()
	quarter := (int(t.Month())-1)/3 + 1
	localWeek := func() int { // weeks begin on Sunday; the first holds January 1
		first := time.Date(t.Year(), 1, 1, 0, 0, 0, 0, t.Location())
		week := (t.YearDay()-1+int(first.Weekday()))/7 + 1
		next := time.Date(t.Year()+1, 1, 1, 0, 0, 0, 0, t.Location())
		if t.AddDate(0, 0, 6-int(t.Weekday())).Before(next) {
			return week
		}
		return 1
	}
	switch token {
	case "YYYYY", "YYYYYY":
		return fmt.Sprintf("%0*d", len(token), t.Year())
	case "Y":
		return fmt.Sprint(t.Year())
	case "Q":
		return fmt.Sprint(quarter)
	case "Qo":
		return ordinal(quarter)
	case "Mo":
		return ordinal(int(t.Month()))
	case "DDD":
		return fmt.Sprint(t.YearDay())
	case "DDDo":
		return ordinal(t.YearDay())
	case "Do":
		return ordinal(t.Day())
	case "dd":
		return t.Format("Mon")[:2]
	case "d", "e":
		return fmt.Sprint(int(t.Weekday()))
	case "do":
		return ordinal(int(t.Weekday()))
	case "E":
		return fmt.Sprint((int(t.Weekday())+6)%7 + 1)
	case "GGGG":
		return fmt.Sprintf("%04d", isoYear)
	case "GG":
		return fmt.Sprintf("%02d", isoYear%100)
	case "W":
		return fmt.Sprint(isoWeek)
	case "WW":
		return fmt.Sprintf("%02d", isoWeek)
	case "Wo":
		return ordinal(isoWeek)
	case "w":
		return fmt.Sprint(localWeek())
	case "ww":
		return fmt.Sprintf("%02d", localWeek())
	case "wo":
		return ordinal(localWeek())
	case "H":
		return fmt.Sprint(t.Hour())
	case "k", "kk":
		return fmt.Sprintf("%0*d", len(token), (t.Hour()+23)%24+1)
	case "X":
		return fmt.Sprint(t.Unix())
	case "x":
		return fmt.Sprint(t.UnixMilli())
	case "z", "zz":
		return ""
	}
	if strings.Trim(token, "S") == "" {
		return fmt.Sprintf("%09d", t.Nanosecond()/1e6*1e6)[:len(token)]
	}
	return token
}

func ordinal(n int) string {
	switch {
	case n%100/10 == 1:
		return fmt.Sprintf("%dth", n)
	case n%10 == 1:
		return fmt.Sprintf("%dst", n)
	case n%10 == 2:
		return fmt.Sprintf("%dnd", n)
	case n%10 == 3:
		return fmt.Sprintf("%drd", n)
	}
	return fmt.Sprintf("%dth", n)
}
