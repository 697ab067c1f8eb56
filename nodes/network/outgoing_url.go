package network

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

// webURL is a URL as the WHATWG URL standard reads it, which is how Node's
// new URL does: "http://127.1/a b" is http://127.0.0.1/a%20b. net/url follows
// RFC 3986 and refuses much of what flows contain. Only http and https are
// taken apart; of any other scheme just the name is kept.
type webURL struct {
	scheme             string // without the colon
	username, password string // still percent-encoded
	host               string // serialised: lower case, punycode, IPv6 in brackets
	port               string // "" for the scheme's default
	path               string
	query, fragment    string // without ? and #
	hasQuery, hasFrag  bool
}

var errInvalidURL = errors.New("Invalid URL")

// parseWebURL reads input, relative to base if that is not nil.
func parseWebURL(input string, base *webURL) (*webURL, error) {
	input = cleanURL(input)
	u := &webURL{}
	scheme, rest, ok := cutScheme(input)
	if !ok {
		if base == nil {
			return nil, errInvalidURL
		}
		return u, u.parseRelative(input, base)
	}
	u.scheme = scheme
	if !u.isHTTP() {
		return u, nil
	}
	if base != nil && base.scheme == scheme && slashes(rest) < 2 {
		return u, u.parseRelative(rest, base) // "http:next", as old as the web
	}
	return u, u.parseAuthority(strings.TrimLeft(rest, `/\`))
}

func (u *webURL) isHTTP() bool { return u.scheme == "http" || u.scheme == "https" }

// cleanURL drops what browsers ignore: surrounding controls and spaces, tabs and line ends anywhere.
func cleanURL(s string) string {
	s = strings.TrimFunc(s, func(r rune) bool { return r <= ' ' })
	if strings.ContainsAny(s, "\t\r\n") {
		s = strings.NewReplacer("\t", "", "\r", "", "\n", "").Replace(s)
	}
	return s
}

func cutScheme(s string) (scheme, rest string, ok bool) {
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c|0x20 >= 'a' && c|0x20 <= 'z':
		case i > 0 && (c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.'):
		case i > 0 && c == ':':
			return strings.ToLower(s[:i]), s[i+1:], true
		default:
			return "", s, false
		}
	}
	return "", s, false
}

// slashes counts the slashes, of either kind, that s begins with, up to two.
func slashes(s string) int {
	n := 0
	for n < 2 && n < len(s) && (s[n] == '/' || s[n] == '\\') {
		n++
	}
	return n
}

func (u *webURL) parseRelative(s string, base *webURL) error {
	u.scheme = base.scheme
	if slashes(s) == 2 {
		return u.parseAuthority(strings.TrimLeft(s, `/\`))
	}
	u.username, u.password, u.host, u.port = base.username, base.password, base.host, base.port
	switch {
	case s == "" || s[0] == '#':
		u.path, u.query, u.hasQuery = base.path, base.query, base.hasQuery
		u.parseTail(s)
	case s[0] == '?':
		u.path = base.path
		u.parseTail(s)
	case s[0] == '/' || s[0] == '\\':
		u.parsePath(nil, s)
	default:
		var dir []string
		if i := strings.LastIndexByte(base.path, '/'); i > 0 {
			dir = strings.Split(base.path[1:i], "/")
		}
		u.parsePath(dir, "/"+s)
	}
	return nil
}

func (u *webURL) parseAuthority(s string) error {
	end := strings.IndexAny(s, `/\?#`)
	if end < 0 {
		end = len(s)
	}
	authority, rest := s[:end], s[end:]
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		user, password, _ := strings.Cut(authority[:at], ":")
		u.username, u.password = encodeURLPart(user, &userinfoSet), encodeURLPart(password, &userinfoSet)
		authority = authority[at+1:]
	}
	host, port := authority, ""
	if colon := strings.LastIndexByte(authority, ':'); colon >= 0 && strings.LastIndexByte(authority, ']') < colon {
		host, port = authority[:colon], authority[colon+1:]
	}
	if port != "" {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || port[0] == '+' {
			return errInvalidURL
		}
		if u.port = strconv.FormatUint(n, 10); u.port == u.defaultPort() {
			u.port = ""
		}
	}
	var err error
	if u.host, err = parseURLHost(host); err != nil {
		return err
	}
	u.parsePath(nil, rest)
	return nil
}

func (u *webURL) defaultPort() string {
	if u.scheme == "https" {
		return "443"
	}
	return "80"
}

// parsePath reads a path that is empty or begins with a slash, below the
// directories of dir, and what follows the path.
func (u *webURL) parsePath(dir []string, s string) {
	end := strings.IndexAny(s, "?#")
	if end < 0 {
		end = len(s)
	}
	path, rest := s[:end], s[end:]
	u.parseTail(rest)
	if len(dir) == 0 && len(path) > 0 && isPlainPath(path) {
		u.path = path
		return
	}
	path = strings.ReplaceAll(path, `\`, "/")
	segments := dir
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i, part := range parts {
		last := i == len(parts)-1
		switch dotSegment(part) {
		case 1:
			if last {
				segments = append(segments, "")
			}
		case 2:
			if len(segments) > 0 {
				segments = segments[:len(segments)-1]
			}
			if last {
				segments = append(segments, "")
			}
		default:
			segments = append(segments, encodeURLPart(part, &pathSet))
		}
	}
	u.path = "/" + strings.Join(segments, "/")
}

// isPlainPath tells whether a path needs no work, as nearly all do.
func isPlainPath(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= utf8.RuneSelf || c == '\\' || pathSet.has(c) {
			return false
		}
		if c == '/' && i+1 < len(s) && (s[i+1] == '.' || s[i+1] == '%') {
			return false // perhaps a dot segment
		}
	}
	return s[0] == '/'
}

// dotSegment tells whether a path segment is "." (1) or ".." (2), in any spelling.
func dotSegment(s string) int {
	dots := 0
	for s != "" {
		switch {
		case s[0] == '.':
			s = s[1:]
		case len(s) >= 3 && strings.EqualFold(s[:3], "%2e"):
			s = s[3:]
		default:
			return 0
		}
		if dots++; dots > 2 {
			return 0
		}
	}
	return dots
}

// parseTail reads what follows the path: a query and a fragment, or nothing.
func (u *webURL) parseTail(s string) {
	if before, fragment, ok := strings.Cut(s, "#"); ok {
		u.fragment, u.hasFrag = encodeURLPart(fragment, &fragmentSet), true
		s = before
	}
	if s != "" {
		u.query, u.hasQuery = encodeURLPart(s[1:], &querySet), true
	}
}

// hostPort is the host and, unless it is the scheme's default, the port.
func (u *webURL) hostPort() string {
	if u.port == "" {
		return u.host
	}
	return u.host + ":" + u.port
}

// address is what to connect to.
func (u *webURL) address() string {
	if u.port == "" {
		return u.host + ":" + u.defaultPort()
	}
	return u.host + ":" + u.port
}

// hostname is the host without brackets.
func (u *webURL) hostname() string { return strings.Trim(u.host, "[]") }

// target is what a request line names.
func (u *webURL) target() string {
	if u.query == "" {
		return u.path // Node leaves out a lone question mark too
	}
	return u.path + "?" + u.query
}

// sameOrigin tells whether scheme, host and port agree.
func (u *webURL) sameOrigin(v *webURL) bool {
	return u.scheme == v.scheme && u.host == v.host && u.port == v.port
}

// String is the URL without user and password, which are nobody's business
// but the server's.
func (u *webURL) String() string {
	var b strings.Builder
	b.Grow(len(u.scheme) + len(u.host) + len(u.port) + len(u.path) + len(u.query) + len(u.fragment) + 6)
	b.WriteString(u.scheme)
	b.WriteString("://")
	b.WriteString(u.host)
	if u.port != "" {
		b.WriteByte(':')
		b.WriteString(u.port)
	}
	b.WriteString(u.path)
	if u.hasQuery {
		b.WriteByte('?')
		b.WriteString(u.query)
	}
	if u.hasFrag {
		b.WriteByte('#')
		b.WriteString(u.fragment)
	}
	return b.String()
}
