package jsonata

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"sluice/runtime/msg"
)

// isoMoment are the ISO 8601 forms that moment knows: calendar, week and ordinal
// dates.
var isoMoment = regexp.MustCompile(`^\s*([+-]\d{6}|\d{4})(?:-?W(\d\d)(?:-?(\d))?|-?(\d{3})|-?(\d\d)(?:-?(\d\d))?)?(?:[T ](\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?)?\s*$`)

// parseMoment makes a moment of what moment() takes. A time without a zone is
// in loc.
func parseMoment(v, format any, loc *time.Location) *moment {
	switch v := v.(type) {
	case float64:
		if format == undefined {
			return momentAt(v, loc)
		}
		return parseFormat(msg.FormatNumber(v), format, loc)
	case *msg.Date:
		return momentAt(v.Ms, loc)
	case *moment:
		c := *v
		return &c
	case *msg.Array:
		return momentOfParts(v, loc)
	case *msg.Object:
		return momentOfObject(v, loc)
	case string:
		if format != undefined {
			return parseFormat(v, format, loc)
		}
		return parseISO(v, loc)
	}
	if v == undefined {
		return momentAt(float64(time.Now().UnixMilli()), loc)
	}
	return &moment{}
}

func momentOfParts(a *msg.Array, loc *time.Location) *moment {
	part := [7]int{0, 0, 1}
	for i := range min(a.Len(), len(part)) {
		f := msg.ToNumber(a.At(i))
		if math.IsNaN(f) || math.Abs(f) > 1e6 {
			return &moment{}
		}
		part[i] = int(f)
	}
	return newLocal(part[0], part[1]+1, part[2], part[3], part[4], part[5], part[6], loc)
}

func momentOfObject(o *msg.Object, loc *time.Location) *moment {
	now := time.Now().In(loc)
	m := &moment{t: time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, loc), valid: true}
	for k, v := range o.All() {
		unit := unitOf(k)
		if unit == "day" {
			unit = "date"
		}
		m.set(unit, v)
	}
	return m
}

// newLocal is a moment of its parts, which must be in range.
func newLocal(year, month, day, hour, minute, second, ms int, loc *time.Location) *moment {
	if month < 1 || month > 12 || day < 1 || day > daysIn(year, time.Month(month)) || minute > 59 || second > 59 || ms > 999 ||
		hour > 24 || hour == 24 && minute+second+ms > 0 || hour < 0 || minute < 0 || second < 0 || ms < 0 {
		return &moment{}
	}
	return &moment{t: time.Date(year, time.Month(month), day, hour, minute, second, ms*1e6, loc), valid: true}
}

func parseISO(s string, loc *time.Location) *moment {
	p := isoMoment.FindStringSubmatch(s)
	if p == nil {
		return momentAt(msg.ParseDate(s, time.Local), loc)
	}
	num := func(i, missing int) int {
		if p[i] == "" {
			return missing
		}
		n, _ := strconv.Atoi(p[i])
		return n
	}
	ms, _ := strconv.Atoi((p[10] + "000")[:3])
	zone := loc
	if p[11] != "" {
		offset, _ := parseOffset(p[11])
		zone = time.FixedZone("", int(offset)*60)
	}
	m := newLocal(num(1, 0), num(5, 1), num(6, 1), num(7, 0), num(8, 0), num(9, 0), ms, zone)
	switch {
	case p[2] != "": // week 1 holds January 4
		m.set("date", 4.0)
		m.set("isoWeekday", float64(num(3, 1)+7*(num(2, 1)-1)))
	case p[4] != "":
		m.set("dayOfYear", float64(num(4, 1)))
	}
	m.t = m.t.In(loc)
	return m
}

var offsetText = regexp.MustCompile(`([+-])(\d\d):?(\d\d)?`)

// parseOffset reads an offset from UTC in minutes.
func parseOffset(s string) (float64, bool) {
	if strings.EqualFold(s, "Z") {
		return 0, true
	}
	p := offsetText.FindStringSubmatch(s)
	if p == nil {
		return math.NaN(), false
	}
	hours, _ := strconv.Atoi(p[2])
	minutes, _ := strconv.Atoi(p[3])
	n := float64(hours*60 + minutes)
	if p[1] == "-" {
		n = -n
	}
	return n, true
}

// momentToken is one element of a moment format, longest first.
var momentToken = regexp.MustCompile(`\[([^\[\]]*)\]|\\.|Mo|MMMM|MMM|MM|M|Qo|Q|Do|DDDo|DDDD|DDD|DD|D|do|dddd|ddd|dd|d|e|E|` +
	`wo|ww|w|Wo|WW|W|YYYYYY|YYYYY|YYYY|YY|Y|gggg|gg|GGGG|GG|A|a|HH|H|hh|h|kk|k|mm|m|ss|s|S{1,9}|zz|z|ZZ|Z|X|x|` +
	`LTS|LT|LLLL|LLL|LL|L|llll|lll|ll|l`)

var longFormats = map[string]string{
	"LT": "h:mm A", "LTS": "h:mm:ss A", "L": "MM/DD/YYYY", "LL": "MMMM D, YYYY", "LLL": "MMMM D, YYYY h:mm A",
	"LLLL": "dddd, MMMM D, YYYY h:mm A", "l": "M/D/YYYY", "ll": "MMM D, YYYY", "lll": "MMM D, YYYY h:mm A",
	"llll": "ddd, MMM D, YYYY h:mm A",
}

// parseFormat reads a text by a format, or by the first of several that fits.
// As moment does when it is not strict, it passes over what does not belong.
func parseFormat(s string, format any, loc *time.Location) *moment {
	if list, ok := asArray(format); ok {
		for i := range list.Len() {
			if m := parseFormat(s, list.At(i), loc); m.valid {
				return m
			}
		}
		return &moment{}
	}
	r := formatReader{rest: s, loc: loc, year: math.MinInt, month: -1, day: -1}
	picture := msg.ToString(format)
	for long, tokens := range longFormats {
		if picture == long {
			picture = tokens
		}
	}
	at := 0
	for _, span := range momentToken.FindAllStringIndex(picture, -1) {
		r.literal(picture[at:span[0]])
		token := picture[span[0]:span[1]]
		at = span[1]
		if token[0] == '[' || token[0] == '\\' {
			r.literal(strings.Trim(token, `[]\`))
			continue
		}
		r.read(token)
	}
	return r.moment()
}

type formatReader struct {
	rest string
	loc  *time.Location
	some bool // anything was read
	bad  bool

	year, month, day, yearDay, hour, minute, second, ms int

	half  string // AM or PM
	epoch *moment
}

// literal passes over text of the format where the input has it.
func (r *formatReader) literal(text string) {
	if i := strings.Index(r.rest, text); i == 0 {
		r.rest = r.rest[len(text):]
	}
}

var (
	digitsText = regexp.MustCompile(`\d+`)
	numberText = regexp.MustCompile(`[+-]?\d+(\.\d+)?`)
	wordText   = regexp.MustCompile(`[A-Za-z]+`)
	zoneText   = regexp.MustCompile(`Z|[+-]\d\d:?\d\d`)
)

// find takes the next piece of the input that re matches.
func (r *formatReader) find(re *regexp.Regexp, most int) (string, bool) {
	at := re.FindStringIndex(r.rest)
	if at == nil {
		return "", false
	}
	end := at[1]
	if most > 0 {
		end = min(end, at[0]+most)
	}
	text := r.rest[at[0]:end]
	r.rest = r.rest[end:]
	r.some = true
	return text, true
}

func (r *formatReader) number(to *int, most int) {
	if text, ok := r.find(digitsText, most); ok {
		*to, _ = strconv.Atoi(text)
	}
}

func (r *formatReader) read(token string) {
	switch token {
	case "YYYY", "Y", "YYYYY", "YYYYYY":
		r.number(&r.year, max(4, len(token)))
	case "YY":
		r.number(&r.year, 2)
		if r.year >= 0 && r.year <= 99 {
			r.year += 1900
			if r.year <= 1968 {
				r.year += 100
			}
		}
	case "M", "MM", "Mo":
		r.number(&r.month, 2)
	case "MMM", "MMMM":
		if text, ok := r.find(wordText, 0); ok {
			r.bad = true
			for i, name := range monthNames {
				if len(text) >= 3 && strings.HasPrefix(strings.ToLower(name), strings.ToLower(text)) {
					r.month, r.bad = i+1, false
				}
			}
		}
	case "D", "DD", "Do":
		r.number(&r.day, 2)
		if token == "Do" && len(r.rest) >= 2 {
			r.rest = strings.TrimLeft(r.rest, "stndrh")
		}
	case "DDD", "DDDD":
		r.number(&r.yearDay, 3)
	case "dd", "ddd", "dddd":
		r.find(wordText, 0)
	case "H", "HH", "h", "hh", "k", "kk":
		r.number(&r.hour, 2)
	case "m", "mm":
		r.number(&r.minute, 2)
	case "s", "ss":
		r.number(&r.second, 2)
	case "A", "a":
		if text, ok := r.find(wordText, 2); ok {
			r.half = strings.ToUpper(text)
		}
	case "Z", "ZZ":
		if text, ok := r.find(zoneText, 0); ok {
			offset, _ := parseOffset(text)
			r.loc = time.FixedZone("", int(offset)*60)
		}
	case "X", "x":
		if text, ok := r.find(numberText, 0); ok {
			f, _ := strconv.ParseFloat(text, 64)
			if token == "X" {
				f *= 1000
			}
			r.epoch = momentAt(f, r.loc)
		}
	default:
		if token[0] == 'S' {
			if text, ok := r.find(digitsText, len(token)); ok {
				r.ms, _ = strconv.Atoi((text + "000")[:3])
			}
		}
	}
}

func (r *formatReader) moment() *moment {
	if r.bad || !r.some {
		return &moment{}
	}
	if r.epoch != nil {
		return r.epoch
	}
	if r.half != "" {
		if r.hour > 12 {
			return &moment{}
		}
		r.hour %= 12
		if strings.HasPrefix(r.half, "P") {
			r.hour += 12
		}
	}
	// What comes before the first part given is that of today.
	now := time.Now().In(r.loc)
	year, month, day := r.year, r.month, r.day
	if year == math.MinInt {
		year = now.Year()
		if month < 0 && r.yearDay == 0 {
			month = int(now.Month())
			if day < 0 {
				day = now.Day()
			}
		}
	}
	if r.yearDay > 0 {
		m := newLocal(year, 1, 1, r.hour, r.minute, r.second, r.ms, r.loc)
		m.set("dayOfYear", float64(r.yearDay))
		return m
	}
	if month < 0 {
		month = 1
	}
	if day < 0 {
		day = 1
	}
	m := newLocal(year, month, day, r.hour, r.minute, r.second, r.ms, r.loc)
	m.t = m.t.In(time.Local)
	return m
}
