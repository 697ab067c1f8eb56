// Package moment formats times by moment.js's tokens in its English locale, as
// typed inputs of type date and JSONata's $moment use them. It parses nothing.
package moment

import (
	"fmt"
	"strings"
	"time"
)

// Format writes t, in its own location, by the tokens of layout. What stands in
// brackets, or after a backslash, stands for itself.
func Format(t time.Time, layout string) string {
	var b strings.Builder
	for len(layout) > 0 {
		if text, rest, ok := literal(layout); ok {
			b.WriteString(text)
			layout = rest
			continue
		}
		token := tokenOf(layout)
		b.WriteString(format(t, token))
		layout = layout[len(token):]
	}
	return b.String()
}

func literal(layout string) (text, rest string, ok bool) {
	switch layout[0] {
	case '[':
		if end := strings.IndexByte(layout, ']'); end > 0 {
			return layout[1:end], layout[end+1:], true
		}
	case '\\':
		if len(layout) > 1 {
			n := len(tokenOf(layout[1:]))
			return layout[1 : 1+n], layout[1+n:], true
		}
	}
	return "", layout, false
}

// tokens stand longest first among those that share a beginning.
var tokens = []string{
	"YYYYYY", "YYYYY", "YYYY", "YY", "Y", "Qo", "Q", "MMMM", "MMM", "MM", "Mo", "M", "DDDD", "DDDo", "DDD", "DD", "Do", "D",
	"dddd", "ddd", "dd", "do", "d", "E", "e", "GGGGG", "GGGG", "GG", "ggggg", "gggg", "gg", "WW", "Wo", "W", "ww", "wo", "w",
	"Hmmss", "Hmm", "HH", "H", "hmmss", "hmm", "hh", "h", "kk", "k", "mm", "m", "ss", "s",
	"SSSSSSSSS", "SSSSSSSS", "SSSSSSS", "SSSSSS", "SSSSS", "SSSS", "SSS", "SS", "S", "ZZ", "Z", "A", "a", "X", "x",
	"LLLL", "LLL", "LL", "LTS", "LT", "L", "llll", "lll", "ll", "l", "NNNNN", "NNNN", "NNN", "NN", "N", "zz", "z",
}

// tokenOf returns the token that layout begins with, or its first character.
func tokenOf(layout string) string {
	for _, token := range tokens {
		if strings.HasPrefix(layout, token) {
			return token
		}
	}
	for i := range layout {
		if i > 0 {
			return layout[:i]
		}
	}
	return layout
}

// layouts are the tokens that Go's own layouts express.
var layouts = map[string]string{
	"YYYY": "2006", "YY": "06", "MMMM": "January", "MMM": "Jan", "MM": "01", "M": "1", "DDDD": "002", "DD": "02", "D": "2",
	"dddd": "Monday", "ddd": "Mon", "HH": "15", "hh": "03", "h": "3", "mm": "04", "m": "4", "ss": "05", "s": "5",
	"hmm": "304", "hmmss": "30405", "A": "PM", "a": "pm", "Z": "-07:00", "ZZ": "-0700",
	"LT": "3:04 PM", "LTS": "3:04:05 PM", "L": "01/02/2006", "LL": "January 2, 2006",
	"LLL": "January 2, 2006 3:04 PM", "LLLL": "Monday, January 2, 2006 3:04 PM",
	"l": "1/2/2006", "ll": "Jan 2, 2006", "lll": "Jan 2, 2006 3:04 PM", "llll": "Mon, Jan 2, 2006 3:04 PM",
}

func format(t time.Time, token string) string {
	if layout, ok := layouts[token]; ok {
		return t.Format(layout)
	}
	if n, width, ok := number(t, token); ok {
		return fmt.Sprintf("%0*d", width, n)
	}
	if strings.HasSuffix(token, "o") {
		if n, _, ok := number(t, strings.TrimSuffix(token, "o")); ok {
			return ordinal(n)
		}
	}
	switch token {
	case "dd":
		return t.Format("Mon")[:2]
	case "H":
		return fmt.Sprint(t.Hour())
	case "Hmm", "Hmmss":
		return fmt.Sprint(t.Hour()) + t.Format(strings.NewReplacer("H", "", "mm", "04", "ss", "05").Replace(token))
	case "N", "NN", "NNN", "NNNNN":
		return "AD"
	case "NNNN":
		return "Anno Domini"
	case "z", "zz":
		if t.Location() == time.Local {
			return "" // moment knows the names of zones that were asked for only
		}
		name, _ := t.Zone()
		return name
	case "YYYYYY":
		return fmt.Sprintf("%+07d", t.Year())
	}
	if strings.Trim(token, "S") == "" { // milliseconds are all that a JavaScript date has
		return fmt.Sprintf("%09d", t.Nanosecond()/1e6*1e6)[:len(token)]
	}
	return token
}

// number is the value of a token that prints as a number of at least width digits.
func number(t time.Time, token string) (n, width int, ok bool) {
	isoYear, isoWeek := t.ISOWeek()
	year, week := localWeek(t)
	switch token {
	case "Y":
		return t.Year(), 1, true
	case "YYYYY":
		return t.Year(), 5, true
	case "Q":
		return (int(t.Month())-1)/3 + 1, 1, true
	case "M":
		return int(t.Month()), 1, true
	case "D":
		return t.Day(), 1, true
	case "DDD":
		return t.YearDay(), 1, true
	case "d", "e":
		return int(t.Weekday()), 1, true
	case "E":
		return (int(t.Weekday())+6)%7 + 1, 1, true
	case "GG":
		return isoYear % 100, 2, true
	case "GGGG", "GGGGG":
		return isoYear, len(token), true
	case "gg":
		return year % 100, 2, true
	case "gggg", "ggggg":
		return year, len(token), true
	case "W", "WW":
		return isoWeek, len(token), true
	case "w", "ww":
		return week, len(token), true
	case "k", "kk":
		return (t.Hour()+23)%24 + 1, len(token), true
	case "X":
		return int(t.Unix()), 1, true
	case "x":
		return int(t.UnixMilli()), 1, true
	}
	return 0, 0, false
}

// localWeek counts weeks that begin on Sunday; the first holds January 1.
func localWeek(t time.Time) (year, week int) {
	saturday := t.AddDate(0, 0, 6-int(t.Weekday()))
	if saturday.Year() > t.Year() {
		return saturday.Year(), 1
	}
	first := time.Date(t.Year(), 1, 1, 0, 0, 0, 0, t.Location())
	return t.Year(), (t.YearDay()-1+int(first.Weekday()))/7 + 1
}

func ordinal(n int) string {
	suffix := "th"
	if n%100/10 != 1 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return fmt.Sprint(n) + suffix
}
