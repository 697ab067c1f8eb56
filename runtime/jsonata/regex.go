package jsonata

import (
	"regexp"
	"strings"
	"time"

	"github.com/dlclark/regexp2/v2"

	"sluice/runtime/msg"
)

// pattern is a regular expression with JavaScript's meaning: it sees a string as
// UTF-16 units. Simple ones run on Go's linear engine over ASCII text (see
// translateRE2); the others, and other text, on a backtracking one with a time
// limit. A pattern is safe for concurrent use.
type pattern struct {
	source, flags string
	linear        *regexp.Regexp // nil if the pattern is not simple enough
	full          *regexp2.Regexp
}

const (
	// maxMatchTime ends a search that backtracks too much.
	maxMatchTime = time.Second
	// maxBacktrack bounds the memory of such a search, in machine words.
	maxBacktrack = 4 << 20
)

func newPattern(source, flags string) (*pattern, error) {
	options, canonical := regexp2.ECMAScript, "g"
	if strings.Contains(flags, "i") {
		options |= regexp2.IgnoreCase
		canonical += "i"
	}
	if strings.Contains(flags, "m") {
		options |= regexp2.Multiline
		canonical += "m"
	}
	if len(canonical) != len(flags)+1 { // a flag is there twice
		return nil, scriptError("SyntaxError", "Invalid flags supplied to RegExp constructor '"+flags+"g'")
	}
	full, err := regexp2.Compile(escapeUnits(source), options,
		regexp2.OptionMaintainCaptureOrder(), regexp2.OptionMaxBacktrackingStackSize(maxBacktrack))
	if err != nil {
		return nil, regexError(source, canonical, err)
	}
	full.MatchTimeout = maxMatchTime
	return &pattern{source: source, flags: flags, full: full, linear: translateRE2(source, flags)}, nil
}

// escapeUnits writes what is more than one unit as the escapes of its units.
func escapeUnits(source string) string {
	const hex = "0123456789ABCDEF"
	var b []byte
	for _, u := range msg.ToUTF16(source) {
		if u >= 0xD800 && u < 0xE000 {
			b = append(b, '\\', 'u', hex[u>>12], hex[u>>8&15], hex[u>>4&15], hex[u&15])
		} else {
			b = append(b, msg.FromUTF16([]uint16{u})...)
		}
	}
	return string(b)
}

// search is the search of one text for all matches of a pattern.
type search struct {
	re    *pattern
	text  string
	ascii bool
	units []rune  // UTF-16 units, made when the full engine needs them
	all   [][]int // every match of the linear engine, made when a second is asked for
}

func newSearch(re *pattern, text string) *search {
	s := &search{re: re, text: text, ascii: true}
	for i := range len(text) {
		if text[i] >= 0x80 {
			s.ascii = false
			break
		}
	}
	return s
}

// match is one match; offsets count UTF-16 units.
type match struct {
	search     *search
	ordinal    int
	start, end int
	text       string
	groups     []any // strings, or undefined for a group that took no part
}

// slice is the text from unit i to unit j, or to its end if j is negative.
func (s *search) slice(i, j int) string {
	if s.ascii {
		if j < 0 {
			return s.text[i:]
		}
		return s.text[i:j]
	}
	if j < 0 {
		j = msg.UTF16Len(s.text)
	}
	return msg.UTF16Slice(s.text, i, j)
}

func (s *search) length() int {
	if s.ascii {
		return len(s.text)
	}
	return msg.UTF16Len(s.text)
}

// first finds the first match at or behind unit at; nil if there is none.
func (s *search) first(at int) (*match, error) {
	if s.re.linear != nil && s.ascii && at == 0 {
		return s.found(s.re.linear.FindStringSubmatchIndex(s.text), 0), nil
	}
	return s.from(at)
}

// next finds the match behind m.
func (s *search) next(m *match) (*match, error) {
	if m.end >= s.length() {
		return nil, nil
	}
	if m.ordinal < 0 {
		return s.from(m.end)
	}
	if s.all == nil {
		s.all = s.re.linear.FindAllStringSubmatchIndex(s.text, -1)
	}
	if m.ordinal+1 >= len(s.all) {
		return nil, nil
	}
	return s.found(s.all[m.ordinal+1], m.ordinal+1), nil
}

func (s *search) found(at []int, ordinal int) *match {
	if at == nil {
		return nil
	}
	m := &match{search: s, ordinal: ordinal, start: at[0], end: at[1], text: s.text[at[0]:at[1]]}
	for i := 2; i < len(at); i += 2 {
		if at[i] < 0 {
			m.groups = append(m.groups, undefined)
		} else {
			m.groups = append(m.groups, s.text[at[i]:at[i+1]])
		}
	}
	return m
}

// from searches with the full engine.
func (s *search) from(at int) (*match, error) {
	if s.units == nil {
		for _, u := range msg.ToUTF16(s.text) {
			s.units = append(s.units, rune(u))
		}
	}
	if at > len(s.units) {
		return nil, nil
	}
	found, err := s.re.full.FindRunesMatchStartingAt(s.units, at)
	if err != nil {
		return nil, limitError("the regular expression /" + s.re.source + "/ takes too long on this text")
	}
	if found == nil {
		return nil, nil
	}
	m := &match{search: s, ordinal: -1, start: found.RuneIndex, end: found.RuneIndex + found.RuneLength}
	m.text = s.slice(m.start, m.end)
	for _, g := range found.Groups()[1:] {
		if len(g.Captures) == 0 {
			m.groups = append(m.groups, undefined)
		} else {
			m.groups = append(m.groups, s.slice(g.RuneIndex, g.RuneIndex+g.RuneLength))
		}
	}
	return m, nil
}

// matcher is the function that a regular expression stands for: it takes a
// string and gives its first match, with a function for the next one.
type matcher struct {
	pattern *pattern
	pos     int // where the expression has it
	site    site
}

var matcherParams = []string{"str", "fromIndex"}

func (r *matcher) apply(args []any) (any, error) {
	at := 0
	if f := msg.ToNumber(argAt(args, 1)); f > 0 {
		at = int(min(f, 1<<30))
	}
	s := newSearch(r.pattern, msg.ToString(argAt(args, 0)))
	m, err := s.first(at)
	return r.object(m), err
}

// object is a match as an expression sees it.
func (r *matcher) object(m *match) any {
	if m == nil {
		return undefined
	}
	return msg.NewObject(
		"match", m.text,
		"start", msg.Number(float64(m.start)),
		"end", msg.Number(float64(m.end)),
		"groups", msg.NewArray(m.groups...),
		"next", &msg.Func{Name: "next", Call: func(any, []any) (any, error) {
			n, err := r.next(m)
			return r.object(n), err
		}},
	)
}

// next is the match behind m. An empty one would come again and again.
func (r *matcher) next(m *match) (*match, error) {
	n, err := m.search.next(m)
	if err == nil && n != nil && n.text == "" {
		return nil, &Error{Code: "D1004", Position: r.pos, Token: undefined, Value: r.pattern.source}
	}
	return n, err
}
