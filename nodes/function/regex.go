package function

import (
	"fmt"
	"strings"
	"time"

	"github.com/dlclark/regexp2/v2"

	"sluice/runtime"
)

// matchLimit bounds one match of a regular expression that backtracks without end.
const matchLimit = 2 * time.Second

// compileRegExp is new RegExp(source, flags) for the flags i, m, s and g. Its
// error is V8's.
func compileRegExp(source, flags string) (*regexp2.Regexp, error) {
	options := regexp2.RegexOptions(regexp2.ECMAScript)
	for _, f := range flags {
		switch f {
		case 'i':
			options |= regexp2.IgnoreCase
		case 'm':
			options |= regexp2.Multiline
		case 's':
			options |= regexp2.Singleline
		}
	}
	re, err := regexp2.Compile(source, options)
	if err != nil {
		return nil, fmt.Errorf("Invalid regular expression: /%s/%s: %s", source, flags, runtime.RegexpReason(err))
	}
	re.MatchTimeout = matchLimit
	return re, nil
}

// pattern is what String.prototype.replace looks for: every match of a regular
// expression, every occurrence of a text, or the first one.
type pattern struct {
	re   *regexp2.Regexp
	text string
	once bool
}

// replace is s.replace(pattern, replacement), with $1, $& and so on.
func (p *pattern) replace(s, replacement string) (string, error) {
	plain := !strings.Contains(replacement, "$")
	if p.re == nil {
		n := -1
		if p.once {
			n = 1
		}
		if plain {
			return strings.Replace(s, p.text, replacement, n), nil
		}
		return p.replaceText(s, replacement, n), nil
	}
	var b strings.Builder
	done := 0
	m, err := p.re.FindStringMatch(s)
	for ; m != nil && err == nil; m, err = p.re.FindNextMatch(m) {
		at, n := m.ByteRange()
		b.WriteString(s[done:at])
		if plain {
			b.WriteString(replacement)
		} else {
			expand(&b, replacement, s, at, at+n, m)
		}
		done = at + n
	}
	b.WriteString(s[done:])
	return b.String(), err
}

func (p *pattern) replaceText(s, replacement string, n int) string {
	var b strings.Builder
	done := 0
	for ; n != 0; n-- {
		at := strings.Index(s[done:], p.text)
		if at < 0 || p.text == "" && done >= len(s) && done > 0 {
			break
		}
		at += done
		b.WriteString(s[done:at])
		expand(&b, replacement, s, at, at+len(p.text), nil)
		done = at + len(p.text)
		if p.text == "" { // matches before every character, and at the end
			if done == len(s) {
				break
			}
			next := strings.IndexFunc(s[done+1:], func(rune) bool { return true })
			if next < 0 {
				next = len(s) - done - 1
			}
			b.WriteString(s[done : done+1+next])
			done += 1 + next
		}
	}
	b.WriteString(s[done:])
	return b.String()
}

// expand writes a replacement for the match s[at:end], after ECMAScript's
// GetSubstitution. m holds the groups; nil for a text, which has none.
func expand(b *strings.Builder, replacement, s string, at, end int, m *regexp2.Match) {
	for {
		i := strings.IndexByte(replacement, '$')
		if i < 0 || i+1 == len(replacement) {
			b.WriteString(replacement)
			return
		}
		b.WriteString(replacement[:i])
		replacement = replacement[i:]
		n := 2
		switch c := replacement[1]; {
		case c == '$':
			b.WriteByte('$')
		case c == '&':
			b.WriteString(s[at:end])
		case c == '`':
			b.WriteString(s[:at])
		case c == '\'':
			b.WriteString(s[end:])
		case '0' <= c && c <= '9' && m != nil:
			n = expandGroup(b, replacement, m)
		case c == '<' && m != nil:
			n = expandName(b, replacement, m)
		default:
			n = 1
			b.WriteByte('$')
		}
		replacement = replacement[n:]
	}
}

// expandGroup writes the group that $n or $nn names and returns how much of the
// replacement that is; with no such group, the dollar stands for itself.
func expandGroup(b *strings.Builder, replacement string, m *regexp2.Match) int {
	for digits := 2; digits > 0; digits-- {
		group := 0
		if len(replacement) <= digits {
			continue
		}
		for _, c := range []byte(replacement[1 : 1+digits]) {
			if c < '0' || c > '9' {
				group = -1
				break
			}
			group = group*10 + int(c-'0')
		}
		if group > 0 && group < m.GroupCount() {
			b.WriteString(m.GroupByNumber(group).String())
			return 1 + digits
		}
	}
	b.WriteByte('$')
	return 1
}

func expandName(b *strings.Builder, replacement string, m *regexp2.Match) int {
	end := strings.IndexByte(replacement, '>')
	named := false
	for _, g := range m.Groups() {
		named = named || g.Name != "" && (g.Name[0] < '0' || g.Name[0] > '9')
	}
	if end < 0 || !named {
		b.WriteByte('$')
		return 1
	}
	if g := m.GroupByName(replacement[2:end]); g != nil {
		b.WriteString(g.String())
	}
	return end + 1
}
