package redact

import (
	"encoding/base64"
	"strings"
)

// looks masks what looks like a secret. It goes over s once; at the few characters
// that can end a telling name or prefix it looks back for that and forward for the value.
func looks(s string) string {
	var spans [][2]int
	for i := 0; i < len(s); i++ {
		var from, to int
		switch s[i] {
		case ':':
			if i+2 < len(s) && isSlash(s[i+1]) && isSlash(s[i+2]) {
				from, to = userinfo(s, i+3)
			} else {
				from, to = headerValue(s, i)
			}
		case '=':
			from, to = parameter(s, i)
		case '_', '-':
			from, to = token(s, i)
		case 'y':
			if i > 0 && s[i-1] == 'e' {
				from, to = jsonWebToken(s, i-1)
			}
		case ' ', '\t':
			from, to = scheme(s, i)
		}
		if from < to {
			spans = append(spans, [2]int{from, to})
			i = max(i, to-1)
		}
	}
	return mask(s, spans)
}

// URL masks, in a text that holds URLs, their user and password and the values of
// parameters whose names say that they are secret. The rest, path and host too, stays.
func URL(s string) string {
	var spans [][2]int
	for i := 0; i < len(s); i++ {
		var from, to int
		switch {
		case s[i] == '=':
			from, to = parameter(s, i)
		case s[i] == ':' && i+2 < len(s) && isSlash(s[i+1]) && isSlash(s[i+2]):
			from, to = userinfo(s, i+3)
		}
		if from < to {
			spans = append(spans, [2]int{from, to})
			i = to - 1
		}
	}
	return mask(s, spans)
}

func isSlash(c byte) bool { return c == '/' || c == '\\' }

// userinfo is what stands before the @ of a URL whose authority begins at i.
func userinfo(s string, i int) (from, to int) {
	end := i
	for end < len(s) && strings.IndexByte("/\\?# \t\r\n\"'<>", s[end]) < 0 {
		end++
	}
	return i, i + strings.LastIndexByte(s[i:end], '@') // empty where there is none
}

// maxName bounds how far a name is looked for.
const maxName = 100

// nameBefore returns where the name that ends at end begins.
func nameBefore(s string, end int) int {
	i := end
	for i > 0 && end-i < maxName && (isWordByte(s[i-1]) || s[i-1] == '-') {
		i--
	}
	return i
}

func isWordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// parameter is the value of a secret parameter, of a query, a form or a list of
// name=value, whose equals sign is at i.
func parameter(s string, i int) (from, to int) {
	begin := nameBefore(s, i)
	name := s[begin:i]
	inQuery := begin > 0 && strings.IndexByte("?&#", s[begin-1]) >= 0
	ofDigest := name == "response" || name == "cnonce"
	if !IsSecretName(name) && !(inQuery && queryNames[strings.ToLower(name)]) && !ofDigest {
		return 0, 0
	}
	from = i + 1
	if from < len(s) && s[from] == '"' {
		from++
		to = closing(s, from, '"')
	} else {
		to = from
		for to < len(s) && strings.IndexByte("&# \t\r\n\"'<>", s[to]) < 0 {
			to++
		}
	}
	if ofDigest && (to-from < 16 || strings.Trim(s[from:to], "0123456789abcdef") != "") {
		return 0, 0
	}
	return from, to
}

// closing returns where the quote that closes the text from i on is, or the end of s.
func closing(s string, i int, quote byte) int {
	for ; i < len(s); i++ {
		switch s[i] {
		case quote:
			return i
		case '\\':
			i++
		}
	}
	return len(s)
}

// headerValue is the value of a header line, or of a property in JSON, whose colon
// is at i and whose name says that it is secret. Without quotes a name has to be a
// header's, with a hyphen or a known one: "no token: it has expired" is a sentence.
func headerValue(s string, i int) (from, to int) {
	end := i
	for end > 0 && i-end < 8 && (s[end-1] == ' ' || s[end-1] == '\t') {
		end--
	}
	quoted := end > 0 && (s[end-1] == '"' || s[end-1] == '\'')
	if quoted {
		end--
		if end > 0 && s[end-1] == '\\' { // JSON within JSON
			end--
		}
	}
	name := s[nameBefore(s, end):end]
	if !IsSecretName(name) || !quoted && !isHeaderName(name) {
		return 0, 0
	}
	for from = i + 1; from < len(s) && (s[from] == ' ' || s[from] == '\t'); from++ {
	}
	rest := s[from:]
	switch {
	case rest == "":
		return 0, 0
	case strings.HasPrefix(rest, `\"`):
		if n := strings.Index(rest[2:], `\"`); n >= 0 {
			return from + 2, from + 2 + n
		}
		return from + 2, len(s)
	case rest[0] == '"' || rest[0] == '\'':
		return from + 1, closing(s, from+1, rest[0])
	case quoted && rest[0] == '[':
		if n := strings.IndexByte(rest, ']'); n >= 0 {
			return from + 1, from + n
		}
		return from + 1, len(s)
	case quoted && strings.IndexByte("0123456789-{tfn", rest[0]) >= 0:
		return 0, 0 // a number, true, false, null, or an object whose own names tell
	}
	if n := strings.IndexAny(rest, "\r\n\"'"); n >= 0 {
		return from, from + n
	}
	return from, len(s)
}

// isHeaderName tells names that only a header has from words of a sentence.
func isHeaderName(name string) bool {
	switch strings.ToLower(name) {
	case "authorization", "cookie", "apikey", "api_key":
		return true
	}
	return strings.IndexByte(name, '-') > 0
}

// prefixes are those of sluice's tokens, of FlowFuse's, and of services whose
// tokens say what they are. Each ends in the character that looks stops at.
var prefixes = []struct {
	text string
	min  int // characters that follow
}{
	{"sluh_", 20}, {"slua_", 20}, {"slus_", 20}, {"sluw_", 20}, {"ffhttp_", 20},
	{"ghp_", 20}, {"gho_", 20}, {"ghu_", 20}, {"ghs_", 20}, {"ghr_", 20}, {"github_pat_", 20}, {"glpat-", 20},
	{"sk_live_", 10}, {"sk_test_", 10}, {"rk_live_", 10}, {"sk-", 20}, {"xoxb-", 10}, {"xoxp-", 10}, {"xapp-", 10},
}

// token is a token whose prefix ends at i.
func token(s string, i int) (from, to int) {
	for _, p := range prefixes {
		from = i + 1 - len(p.text)
		if from < 0 || s[from] != p.text[0] || s[from:i+1] != p.text || from > 0 && isWordByte(s[from-1]) {
			continue
		}
		for to = i + 1; to < len(s) && (isWordByte(s[to]) || s[to] == '-'); to++ {
		}
		if to-i-1 >= p.min {
			return from, to
		}
	}
	return 0, 0
}

// jsonWebToken is a header that begins with {" in base64, and one part or more behind it.
func jsonWebToken(s string, i int) (from, to int) {
	if i > 0 && isWordByte(s[i-1]) {
		return 0, 0
	}
	dots, part := 0, i
	for to = i; to < len(s); to++ {
		if s[to] == '.' && dots < 4 && to-part >= 4 {
			dots++
			part = to + 1
		} else if !isWordByte(s[to]) && s[to] != '-' {
			break
		}
	}
	if dots == 0 || to-i < 24 {
		return 0, 0
	}
	return i, to
}

// scheme is what follows the name of an authentication scheme that ends at i, if it
// can be credentials: "Basic authentication" and "the bearer token" are ordinary words.
func scheme(s string, i int) (from, to int) {
	basic := i >= 5 && s[i-1]|0x20 == 'c' && strings.EqualFold(s[i-5:i], "basic")
	bearer := i >= 6 && s[i-1]|0x20 == 'r' && strings.EqualFold(s[i-6:i], "bearer")
	if !basic && !bearer {
		return 0, 0
	}
	for from = i; from < len(s) && (s[from] == ' ' || s[from] == '\t'); from++ {
	}
	for to = from; to < len(s) && (isWordByte(s[to]) || strings.IndexByte(".~+/-", s[to]) >= 0); to++ {
	}
	for to < len(s) && s[to] == '=' {
		to++
	}
	value := s[from:to]
	if bearer && len(value) >= 6 && (len(value) >= 20 || strings.ContainsAny(value, "0123456789+/~")) {
		return from, to
	}
	if basic && len(value) <= maxLiteral {
		if plain, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(value, "=")); err == nil && strings.IndexByte(string(plain), ':') >= 0 {
			return from, to
		}
	}
	return 0, 0
}
