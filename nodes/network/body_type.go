package network

import (
	"regexp"
	"slices"
	"strings"
)

// mediaType is a Content-Type as npm's content-type reads it.
type mediaType struct {
	name   string      // lower case: "text/html"
	params [][2]string // names in lower case
}

var (
	typeParam = regexp.MustCompile("^; *([!#$%&'*+.^_`|~0-9A-Za-z-]+) *= *" +
		`("(?:[\x{0b} !\x{23}-\x{5b}\x{5d}-\x{7e}\x{80}-\x{ff}]|\\[\x{0b}\x{20}-\x{ff}])*"|` + "[!#$%&'*+.^_`|~0-9A-Za-z-]+) *")
	typeText  = regexp.MustCompile(`^[\x{0b}\x{20}-\x{7e}\x{80}-\x{ff}]+$`)
	quotePair = regexp.MustCompile(`\\([\x{0b}\x{20}-\x{ff}])`)
)

func parseMediaType(header string) (mediaType, error) {
	name, rest, more := strings.Cut(header, ";")
	t := mediaType{name: strings.ToLower(strings.TrimSpace(name))}
	if main, sub, _ := strings.Cut(t.name, "/"); !isToken(main) || !isToken(sub) {
		return t, typeErrorf("invalid media type")
	}
	if !more {
		return t, nil
	}
	for rest = ";" + rest; rest != ""; {
		m := typeParam.FindStringSubmatch(rest)
		if m == nil {
			return t, typeErrorf("invalid parameter format")
		}
		value := m[2]
		if value[0] == '"' {
			value = quotePair.ReplaceAllString(value[1:len(value)-1], "$1")
		}
		t.set(strings.ToLower(m[1]), value)
		rest = rest[len(m[0]):]
	}
	return t, nil
}

// isRegistrable tells whether npm's media-typer takes the name of a type (RFC 6838,
// 4.2), which is less than two tokens.
func isRegistrable(name string) bool {
	main, sub, _ := strings.Cut(name, "/")
	return isRestricted(main, "!#$&^_-") && isRestricted(sub, "!#$&^_.+-")
}

func isRestricted(name, marks string) bool {
	for i := range len(name) {
		c := name[i]
		if !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || i > 0 && strings.IndexByte(marks, c) >= 0) {
			return false
		}
	}
	return 0 < len(name) && len(name) <= 127
}

func (t *mediaType) get(param string) string {
	for _, p := range t.params {
		if p[0] == param {
			return p[1]
		}
	}
	return ""
}

func (t *mediaType) set(param, value string) {
	for i := range t.params {
		if t.params[i][0] == param {
			t.params[i][1] = value
			return
		}
	}
	t.params = append(t.params, [2]string{param, value})
}

func (t *mediaType) format() (string, error) {
	params := slices.Clone(t.params)
	slices.SortFunc(params, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	s := t.name
	for _, p := range params {
		value := p[1]
		if !isToken(value) {
			if value != "" && !typeText.MatchString(value) {
				return "", typeErrorf("invalid parameter value")
			}
			value = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
		}
		s += "; " + p[0] + "=" + value
	}
	return s, nil
}

// withCharset returns a Content-Type with the given charset.
func withCharset(header, charset string) (string, error) {
	switch header {
	case typeHTML, typeJSON, typePlain:
		return header, nil
	}
	t, err := parseMediaType(header)
	if err != nil {
		return "", err
	}
	t.set("charset", charset)
	return t.format()
}

var charsetParam = regexp.MustCompile(`;\s*charset\s*=`)

func hasCharset(header string) bool { return charsetParam.MatchString(header) }

// charsetOfType is the charset that Express adds to a type, or "".
func charsetOfType(header string) string {
	name, _, _ := strings.Cut(header, ";")
	if strings.HasPrefix(name, "text/") || strings.HasPrefix(name, "application/javascript") || strings.HasPrefix(name, "application/json") {
		return "utf-8"
	}
	return ""
}
