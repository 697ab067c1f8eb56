package js

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/dlclark/regexp2/v2"
	"github.com/dop251/goja"
	"github.com/dop251/goja/parser"

	"sluice/runtime/msg"
)

// goja knows neither of the flags d and v, and tells of a match only where it
// begins. Patterns with one of them are therefore matched here, by the engine
// that goja uses for patterns that need backtracking (see prelude/regexp.js).

// foreignFlags tells whether flags are not all goja's.
func foreignFlags(flags string) bool { return strings.ContainsAny(flags, "dv") }

// finder finds the matches of one pattern. Only who holds the VM uses it.
type finder struct {
	source, flags string
	re            *regexp2.Regexp
	native        *goja.Object // what goja makes of it, to be copied
	points        bool         // it matches characters, not UTF-16 units
	around        []int        // of each group, the group that it is reset with; 0: none

	last   goja.String // what was searched last
	runes  []rune
	starts []int // of each of runes, in units; nil: the same
}

var plainFlags = regexp.MustCompile(`^[dgimsuvy]*$`)

// newFinder compiles a pattern; the error is a SyntaxError's text.
func newFinder(source, flags string) (*finder, error) {
	f := &finder{source: source, flags: flags, points: strings.ContainsAny(flags, "uv")}
	seen := map[rune]bool{}
	for _, c := range flags {
		if seen[c] || !plainFlags.MatchString(flags) || seen['u'] && c == 'v' || seen['v'] && c == 'u' {
			return nil, fmt.Errorf("Invalid flags supplied to RegExp constructor '%s'", flags) //nolint:staticcheck // V8's words
		}
		seen[c] = true
	}
	text := source
	var err error
	switch {
	case seen['v']:
		text, err = expandSets(source, seen['i'])
	case seen['u']:
		text = expandProperties(source)
	}
	if err == nil {
		text = spelled(text, f.points)
		if _, e := parser.TransformRegExp(text, seen['s'], f.points); e != nil {
			if _, other := e.(parser.RegexpErrorIncompatible); !other { //nolint:errorlint // that is how goja gives it
				err = e
			}
		}
	}
	if err == nil {
		options := regexp2.ECMAScript
		for flag, option := range map[rune]regexp2.RegexOptions{'m': regexp2.Multiline, 's': regexp2.Singleline, 'i': regexp2.IgnoreCase,
			'u': regexp2.Unicode, 'v': regexp2.Unicode} {
			if seen[flag] {
				options |= option
			}
		}
		f.re, err = regexp2.Compile(text, options)
	}
	if err != nil {
		return nil, fmt.Errorf("Invalid regular expression: /%s/%s: %s", source, flags, v8Pattern(err)) //nolint:staticcheck // V8's words
	}
	f.around = resets(text)
	return f, nil
}

// v8Pattern gives the commonest errors of patterns V8's words.
func v8Pattern(err error) string {
	t := strings.TrimPrefix(err.Error(), "error parsing regexp: ")
	for part, words := range map[string]string{"missing closing )": "Unterminated group", "unterminated [] set": "Unterminated character class",
		"missing argument to repetition operator": "Nothing to repeat", "nested": "Nothing to repeat", "unexpected )": "Unmatched ')'",
		"range in reverse order": "Range out of order in character class", "reference to undefined group": "Invalid named reference"} {
		if strings.Contains(t, part) {
			return words
		}
	}
	return t
}

// spelled writes surrogates so that the engine reads them: as characters, or
// where it matches units, as two of them.
func spelled(pattern string, points bool) string {
	var b strings.Builder
	units := msg.ToUTF16(pattern)
	for i := 0; i < len(units); i++ {
		c := rune(units[i])
		if c == '\\' && i+1 < len(units) {
			if m := pairEscape.FindString(string(utf16.Decode(units[i+1 : min(i+12, len(units))]))); m != "" && points {
				n, _ := (&sets{text: m}).characterEscape(m)
				b.WriteRune(n)
				i += len(m)
				continue
			}
			i++
			if d := rune(units[i]); !utf16.IsSurrogate(d) {
				b.WriteByte('\\')
				b.WriteRune(d)
				continue
			}
			c = rune(units[i])
		}
		switch {
		case !utf16.IsSurrogate(c):
			b.WriteRune(c)
		case points && i+1 < len(units) && utf16.DecodeRune(c, rune(units[i+1])) != '\uFFFD':
			i++
			b.WriteRune(utf16.DecodeRune(c, rune(units[i])))
		default:
			fmt.Fprintf(&b, `\u%04x`, c)
		}
	}
	return b.String()
}

// resets returns of each group that captures the one that it stands in, with
// which it forgets what it captured when that is entered again. What looks
// around stands in none: it may capture before and behind.
func resets(pattern string) []int {
	around := []int{0}
	var open []int // groups that are open
	class := false
	inside := func() int {
		if len(open) == 0 {
			return 0
		}
		return open[len(open)-1]
	}
	for i := 0; i < len(pattern); i++ {
		switch c, rest := pattern[i], pattern[i+1:]; {
		case c == '\\':
			i++
		case class:
			class = c != ']'
		case c == '[':
			class = true
		case c == ')' && len(open) > 0:
			open = open[:len(open)-1]
		case c != '(':
		case strings.HasPrefix(rest, "?:"):
			open = append(open, inside())
		case strings.HasPrefix(rest, "?") && (!strings.HasPrefix(rest, "?<") || strings.HasPrefix(rest, "?<=") || strings.HasPrefix(rest, "?<!")):
			open = append(open, 0)
		default:
			open = append(open, len(around))
			around = append(around, 0)
			if len(open) > 1 {
				around[len(around)-1] = open[len(open)-2]
			}
		}
	}
	return around
}

// names returns the names of groups by number, "" for none.
func (f *finder) names() []string {
	list := make([]string, len(f.around))
	for i := range list {
		if name := f.re.GroupNameFromNumber(i); name != "" && !digits.MatchString(name) {
			list[i] = name
		}
	}
	return list
}

var digits = regexp.MustCompile(`^\d+$`)

// find returns where the first match from a place on is: start and end of it
// and of each group, in UTF-16 units; -1, -1 for a group without a match; nil for no match.
func (f *finder) find(s goja.String, from int) ([]int, error) {
	f.read(s)
	for f.starts != nil && from > 0 && from < s.Length() && isLow(s.CharAt(from)) && isHigh(s.CharAt(from-1)) {
		from-- // a character is matched whole
	}
	m, err := f.re.FindRunesMatchStartingAt(f.runes, f.index(from))
	if m == nil || err != nil {
		return nil, err
	}
	found := make([]int, 0, 2*len(f.around))
	for i, g := range m.Groups() {
		start, end := -1, -1
		if len(g.Captures) > 0 {
			start, end = f.unit(g.RuneIndex), f.unit(g.RuneIndex+g.RuneLength)
		}
		if p := 0; i < len(f.around) {
			if p = f.around[i]; p > 0 && start < found[2*p] {
				start, end = -1, -1
			}
		}
		found = append(found, start, end)
	}
	return found, nil
}

func isHigh(c uint16) bool { return c >= 0xD800 && c < 0xDC00 }
func isLow(c uint16) bool  { return c >= 0xDC00 && c < 0xE000 }

// read takes a text apart, unless it is the last one.
func (f *finder) read(s goja.String) {
	if f.last != nil && f.last.SameAs(s) {
		return
	}
	n := s.Length()
	f.last, f.runes, f.starts = s, make([]rune, 0, n), nil
	for i := 0; i < n; i++ {
		c := s.CharAt(i)
		if f.points && isHigh(c) && i+1 < n && isLow(s.CharAt(i+1)) {
			if f.starts == nil {
				f.starts = make([]int, i, n)
				for j := range f.starts {
					f.starts[j] = j
				}
			}
			f.runes, f.starts = append(f.runes, utf16.DecodeRune(rune(c), rune(s.CharAt(i+1)))), append(f.starts, i)
			i++
			continue
		}
		if f.runes = append(f.runes, rune(c)); f.starts != nil {
			f.starts = append(f.starts, i)
		}
	}
	if f.starts != nil {
		f.starts = append(f.starts, n)
	}
}

// unit is where a rune begins.
func (f *finder) unit(i int) int {
	if f.starts == nil {
		return i
	}
	return f.starts[i]
}

// index is the reverse of unit.
func (f *finder) index(unit int) int {
	if f.starts == nil {
		return unit
	}
	i, _ := slices.BinarySearch(f.starts, unit)
	return i
}

// maxFinders bounds the compiled patterns that a VM keeps.
const maxFinders = 200

// newRegExp makes the object of a pattern, as new RegExp(source, flags) does.
func (v *vm) newRegExp(source, flags goja.Value) *goja.Object {
	if !foreignFlags(flags.String()) {
		return v.construct("RegExp", source, flags)
	}
	v.provide([]string{needMissing})
	return v.call(v.prelude("regexp").Get("make"), v.undef, source, flags).(*goja.Object)
}

// regexpHost is the Go side of prelude/regexp.js.
func (v *vm) regexpHost() host {
	finders := map[string]*finder{}
	return host{
		// compile returns an object for a pattern, its function that finds, its groups' names, and its source as a literal has it.
		"compile": func(c goja.FunctionCall) goja.Value {
			source, flags := text(c.Argument(0)), c.Argument(1).String()
			f := finders[flags+"/"+source]
			if f == nil {
				var err error
				if f, err = newFinder(source, flags); err != nil {
					v.throwf("SyntaxError", "%s", err.Error())
				}
				if len(finders) >= maxFinders {
					clear(finders)
				}
				finders[flags+"/"+source] = f
			}
			if f.native == nil {
				f.native = v.construct("RegExp", v.str(f.re.String()), v.str(strings.NewReplacer("d", "", "v", "u").Replace(flags)))
			}
			find := v.rt.ToValue(func(c goja.FunctionCall) goja.Value {
				return v.findPattern(f, c.Argument(0).ToString().(goja.String), int(c.Argument(1).ToInteger()))
			})
			return v.array([]goja.Value{v.construct("RegExp", f.native), find, v.strings(f.names()), v.str(literalSource(source))})
		},
	}
}

func (v *vm) findPattern(f *finder, s goja.String, from int) goja.Value {
	found, err := f.find(s, from)
	if err != nil {
		v.tooSlow("/"+f.source+"/"+f.flags, s.Length())
	}
	if found == nil {
		return v.null
	}
	list := make([]goja.Value, len(found))
	for i, n := range found {
		list[i] = v.rt.ToValue(n)
	}
	return v.array(list)
}

// literalSource is a pattern as it could stand between slashes.
func literalSource(source string) string {
	if source == "" {
		return "(?:)"
	}
	var b strings.Builder
	class, escaped := false, false
	for _, c := range source {
		name := map[rune]string{'\n': "n", '\r': "r", '\u2028': "u2028", '\u2029': "u2029"}[c]
		if name == "" {
			name = string(c)
		}
		if !escaped && (c == '/' && !class || name != string(c)) {
			b.WriteByte('\\')
		}
		b.WriteString(name)
		switch {
		case escaped:
			escaped = false
		case c == '\\':
			escaped = true
		default:
			class = c == '[' || class && c != ']'
		}
	}
	return b.String()
}
