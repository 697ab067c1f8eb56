package runtime

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/dlclark/regexp2/v2"

	"sluice/runtime/msg"
)

// pathPattern is an Express 4 path made ready, after path-to-regexp 0.1.13. It
// matches the path as it was sent, still percent-encoded, without regard to
// case and with or without one slash at the end.
type pathPattern struct {
	pathOptions
	text    string
	literal bool // no special characters: matched by comparison
	params  []string
	linear  *regexp.Regexp
	back    *regexp2.Regexp // where linear cannot say it: lookahead, back references
}

// pathOptions are Express's settings for routing; Node-RED sets neither.
type pathOptions struct {
	sensitive bool // case matters
	strict    bool // a slash at the end matters
}

// maxPatternLen bounds a pattern; compiling a regular expression multiplies its size.
const maxPatternLen = 2048

// backtrackLimit bounds one match of a pattern that needs backtracking.
const backtrackLimit = 100 * time.Millisecond

// compilePath reads a pattern. A fault in it is the author's, in JavaScript's terms.
func compilePath(pattern string, o pathOptions) (pathPattern, error) {
	p := pathPattern{text: pattern, pathOptions: o}
	if len(pattern) > maxPatternLen {
		return p, fmt.Errorf("it is longer than %d characters", maxPatternLen)
	}
	if !strings.ContainsAny(pattern, `\:*()[]{}+?^$|`) {
		p.literal = true
		return p, nil
	}
	source, keys := translatePath(pattern, o.strict)
	p.params = groupNames(source, keys)
	flags, options := "(?i)", regexp2.ECMAScript|regexp2.IgnoreCase
	if o.sensitive {
		flags, options = "", regexp2.ECMAScript
	}
	var err error
	if p.linear, err = regexp.Compile(flags + source); err == nil {
		if p.linear.NumSubexp() > len(p.params) {
			return p, errors.New("a bracket in it cannot be told from a group")
		}
		return p, nil
	}
	p.back, err = regexp2.Compile(source, options)
	if err != nil {
		return p, fmt.Errorf("invalid regular expression %s: %w", source, err)
	}
	p.back.MatchTimeout = backtrackLimit
	return p, nil
}

// pathKey is a named parameter and where in the regular expression it begins.
type pathKey struct {
	name string
	at   int
}

var pathToken = regexp.MustCompile(`\\.|(/)?(\.)?:(\w+)(\(.*?\))?(\*)?(\?)?|[.*]|/\(`)

// translatePath turns a pattern into a regular expression, and tells where its
// named parameters are.
func translatePath(pattern string, strict bool) (source string, keys []pathKey) {
	var out strings.Builder
	// before is the text since the last separator: a parameter that follows it
	// may not contain it. pos is where path-to-regexp believes it has read to,
	// which after an escape or a dot is not the end of that token.
	before, pos, copied := "", 0, 0
	for _, m := range pathToken.FindAllStringSubmatchIndex(pattern, -1) {
		group := func(i int) string {
			if m[2*i] < 0 {
				return ""
			}
			return pattern[m[2*i]:m[2*i+1]]
		}
		start, token := m[0], group(0)
		out.WriteString(pattern[copied:start])
		copied = m[1]
		switch {
		case token[0] == '\\':
			before += token
			pos += 2
			out.WriteString(token)
			continue
		case token == ".":
			before += `\.`
			pos++
			out.WriteString(`\.`)
			continue
		}
		slash, dot := group(1), group(2)
		if slash != "" || dot != "" {
			before = ""
		} else if pos < start {
			before += pattern[pos:start]
		}
		pos = copied
		switch token {
		case "*":
			before = ""
			out.WriteString("(.*)")
			continue
		case "/(":
			before += "/"
			out.WriteString("/(?:")
			continue
		}
		if dot != "" {
			dot = `\.`
		}
		keys = append(keys, pathKey{group(3), out.Len()})
		out.WriteString("(?:" + dot + slash + captureOf(group(4), before, dot))
		if group(5) != "" {
			out.WriteString("((?:[/" + dot + "].+?)?)")
		}
		out.WriteString(")" + group(6))
		before = ""
	}
	out.WriteString(pattern[copied:])
	source = out.String()
	if !strict {
		source = strings.TrimSuffix(source, "/") + "/?"
	}
	return "^" + source + "$", shift(keys)
}

// shift moves keys by the anchor in front of the expression.
func shift(keys []pathKey) []pathKey {
	for i := range keys {
		keys[i].at++
	}
	return keys
}

var starOrEscape = regexp.MustCompile(`\\.|\*`)

// captureOf is the group of a parameter: its own expression, or one segment up
// to the separator and the text that stands before it.
func captureOf(own, before, dot string) string {
	switch {
	case own != "":
		// Only the first star is a wildcard, and only if no escape comes before it.
		if at := starOrEscape.FindStringIndex(own); at != nil && own[at[0]] == '*' {
			return own[:at[0]] + "(.*)" + own[at[1]:]
		}
		return own
	case before == "":
		return "([^/" + dot + "]+?)"
	}
	if char, ok := oneChar(before); ok { // the same without lookahead
		return "([^/" + char + "]+?)"
	}
	return "((?:(?!/|" + before + ").)+?)"
}

// oneChar returns the character that a piece of expression stands for, ready
// for a character class, if it is exactly one.
func oneChar(s string) (string, bool) {
	if len(s) == 2 && s[0] == '\\' && !isWord(s[1]) {
		return s, true
	}
	if len(s) == 1 && s[0] < 0x80 && !strings.Contains(`.*+?^$|()[]{}\`, s) {
		return `\x` + fmt.Sprintf("%02x", s[0]), true
	}
	return "", false
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

var groupStart = regexp.MustCompile(`\\.|\((?:\?<(.*?)>)?`)

// groupNames names the capturing groups of an expression: a key is the first
// group at or after its place, the others are counted from 0. As in
// path-to-regexp, brackets inside character classes pass for groups.
func groupNames(source string, keys []pathKey) []string {
	var names []string
	unnamed := 0
	for _, at := range groupStart.FindAllStringIndex(source, -1) {
		if source[at[0]] == '\\' || strings.HasPrefix(source[at[1]:], "?") {
			continue
		}
		if len(keys) > 0 && keys[0].at <= at[0] {
			names = append(names, keys[0].name)
			keys = keys[1:]
			continue
		}
		names = append(names, msg.FormatNumber(float64(unnamed)))
		unnamed++
	}
	return names
}

// match tells whether the pattern matches a path. undecodable is the first
// parameter whose percent-encoding is broken.
func (p *pathPattern) match(path string) (params *msg.Object, undecodable string, ok bool) {
	switch {
	case p.literal:
		return nil, "", p.matchLiteral(path)
	case p.linear != nil:
		m := p.linear.FindStringSubmatchIndex(path)
		if m == nil {
			return nil, "", false
		}
		params = &msg.Object{}
		for i, name := range p.params {
			if 2*i+3 >= len(m) {
				break
			}
			value, set := "", m[2*i+2] >= 0
			if set {
				value = path[m[2*i+2]:m[2*i+3]]
			}
			if !setParam(params, name, value, set) {
				return nil, value, true
			}
		}
		return params, "", true
	}
	m, err := p.back.FindStringMatch(path)
	if err != nil || m == nil {
		return nil, "", false
	}
	params = &msg.Object{}
	for i, g := range m.Groups() {
		if i == 0 || i > len(p.params) {
			continue
		}
		value, set := "", len(g.Captures) > 0
		if set {
			value = g.String()
		}
		if !setParam(params, p.params[i-1], value, set) {
			return nil, value, true
		}
	}
	return params, "", true
}

// setParam sets a parameter; a group that took no part leaves an earlier value of the same name.
func setParam(params *msg.Object, name, value string, set bool) bool {
	if !set {
		if !params.Has(name) {
			params.Set(name, msg.Undefined)
		}
		return true
	}
	decoded, ok := DecodeURIComponent(value)
	if ok {
		params.Set(name, decoded)
	}
	return ok
}

// matchLiteral compares a path with a pattern that has no special characters.
func (p *pathPattern) matchLiteral(path string) bool {
	same := strings.EqualFold
	if p.sensitive {
		same = func(a, b string) bool { return a == b }
	}
	base := p.base()
	return path == base || same(path, base) || !p.strict && strings.HasSuffix(path, "/") && same(path[:len(path)-1], base)
}

// base is a literal pattern without the slash at its end that a path may lack.
func (p *pathPattern) base() string {
	if p.strict {
		return p.text
	}
	return strings.TrimSuffix(p.text, "/")
}

// prefix returns the leading segments that every path matching the pattern
// begins with, lower-cased: the pattern can be filed under them.
func (p *pathPattern) prefix() []string {
	if strings.ContainsAny(p.text, `|\`) {
		return nil
	}
	segments := strings.Split(strings.ToLower(p.text), "/")
	if segments[0] != "" {
		return nil
	}
	segments = segments[1:]
	n := 0
	for n < len(segments)-1 && !strings.ContainsAny(segments[n], `:*()[]{}+?^$`) && !quantifies(segments[n+1]) {
		n++
	}
	return segments[:n]
}

// quantifies tells whether a segment begins with a quantifier, which then
// applies to the slash before it.
func quantifies(segment string) bool {
	return segment != "" && strings.IndexByte("?+*{", segment[0]) >= 0
}
