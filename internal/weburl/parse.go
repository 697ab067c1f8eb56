package weburl

import (
	"strconv"
	"strings"
)

// Parse reads input, relative to base if that is not nil. Its error is ErrInvalid.
func Parse(input string, base *URL) (*URL, error) {
	input = clean(input)
	u := &URL{}
	scheme, rest, ok := cutScheme(input)
	if !ok {
		return u, u.parseReference(input, base)
	}
	u.Scheme = scheme
	switch {
	case scheme == "file":
		if base != nil && base.Scheme != "file" {
			base = nil
		}
		return u, u.parseFile(rest, base)
	case u.special():
		if base != nil && base.Scheme == scheme && u.slashes(rest) < 2 {
			return u, u.parseRelative(rest, base) // "http:next", as old as the web
		}
		return u, u.parseAuthority(strings.TrimLeft(rest, `/\`))
	case strings.HasPrefix(rest, "//"):
		return u, u.parseAuthority(rest[2:])
	case strings.HasPrefix(rest, "/"):
		u.parsePath("", rest)
	default:
		u.parseOpaque(rest)
	}
	return u, nil
}

// clean drops what browsers ignore: surrounding controls and spaces, tabs and line
// ends anywhere.
func clean(s string) string {
	return withoutBreaks(strings.TrimFunc(s, func(r rune) bool { return r <= ' ' }))
}

func withoutBreaks(s string) string {
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

// slashes counts the slashes that s begins with, up to two; in special URLs a
// backslash is one.
func (u *URL) slashes(s string) int {
	n := 0
	for n < 2 && n < len(s) && (s[n] == '/' || s[n] == '\\' && u.special()) {
		n++
	}
	return n
}

// parseReference reads what has no scheme.
func (u *URL) parseReference(s string, base *URL) error {
	switch {
	case base == nil:
		return ErrInvalid
	case base.Opaque && !strings.HasPrefix(s, "#"):
		return ErrInvalid
	case base.Opaque:
		*u = *base
		u.parseTail(s)
		return nil
	}
	u.Scheme = base.Scheme
	if u.Scheme == "file" {
		return u.parseFile(s, base)
	}
	return u.parseRelative(s, base)
}

func (u *URL) parseRelative(s string, base *URL) error {
	switch n := u.slashes(s); {
	case n == 2 && u.special():
		return u.parseAuthority(strings.TrimLeft(s, `/\`))
	case n == 2:
		return u.parseAuthority(s[2:])
	case n == 1:
		u.takeHost(base)
		u.parsePath("", s)
	default:
		u.takeHost(base)
		u.resolve(s, base)
	}
	return nil
}

func (u *URL) takeHost(base *URL) {
	u.Username, u.Password, u.Host, u.HasHost, u.Port = base.Username, base.Password, base.Host, base.HasHost, base.Port
}

// resolve reads what begins with no slash: a path beside base's, or less.
func (u *URL) resolve(s string, base *URL) {
	switch {
	case s == "" || s[0] == '#':
		u.Path, u.Query, u.HasQuery = base.Path, base.Query, base.HasQuery
		u.parseTail(s)
	case s[0] == '?':
		u.Path = base.Path
		u.parseTail(s)
	default:
		u.parsePath(shorten(u, base.Path), "/"+s)
	}
}

func (u *URL) parseAuthority(s string) error {
	ends := `/?#`
	if u.special() {
		ends = `/\?#`
	}
	end := strings.IndexAny(s, ends)
	if end < 0 {
		end = len(s)
	}
	authority, rest := s[:end], s[end:]
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		user, password, _ := strings.Cut(authority[:at], ":")
		u.Username, u.Password = encode(user, &userinfoSet), encode(password, &userinfoSet)
		if authority = authority[at+1:]; authority == "" {
			return ErrInvalid
		}
	}
	if err := u.setHostPort(authority); err != nil {
		return err
	}
	u.parsePath("", rest)
	return nil
}

func (u *URL) setHostPort(s string) error {
	host, port := s, ""
	if colon := strings.LastIndexByte(s, ':'); colon >= 0 && strings.LastIndexByte(s, ']') < colon {
		if host, port = s[:colon], s[colon+1:]; host == "" {
			return ErrInvalid
		}
	}
	var err error
	if u.Host, err = parseHost(host, u.special()); err != nil {
		return err
	}
	u.HasHost = true
	return u.setPort(port)
}

func (u *URL) setPort(port string) error {
	if port == "" {
		u.Port = ""
		return nil
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return ErrInvalid
	}
	u.Port = strconv.FormatUint(n, 10)
	if usual, _ := defaultPort(u.Scheme); u.Port == usual {
		u.Port = ""
	}
	return nil
}

// parseFile reads what follows "file:", or is relative to a URL of that scheme.
func (u *URL) parseFile(s string, base *URL) error {
	u.HasHost = true
	switch u.slashes(s) {
	case 2:
		return u.parseFileHost(s[2:])
	case 1:
		dir := ""
		if base != nil {
			u.Host = base.Host
			if d := drive(base.Path); d != "" && !beginsWithDrive(s[1:]) {
				dir = d
			}
		}
		u.parsePath(dir, s)
		return nil
	}
	if base == nil {
		u.parsePath("", s)
		return nil
	}
	u.Host = base.Host
	if beginsWithDrive(s) {
		u.parsePath("", s)
		return nil
	}
	u.resolve(s, base)
	return nil
}

func (u *URL) parseFileHost(s string) error {
	end := strings.IndexAny(s, `/\?#`)
	if end < 0 {
		end = len(s)
	}
	host, rest := s[:end], s[end:]
	if len(host) == 2 && beginsWithDrive(host) {
		u.parsePath("", s)
		return nil
	}
	if host != "" {
		var err error
		if u.Host, err = parseHost(host, true); err != nil {
			return err
		}
		if u.Host == "localhost" {
			u.Host = ""
		}
	}
	u.parsePath("", rest)
	return nil
}

// parseTail reads what follows the path: a query and a fragment, or nothing.
func (u *URL) parseTail(s string) {
	if before, fragment, ok := strings.Cut(s, "#"); ok {
		u.Fragment, u.HasFragment = encode(fragment, &fragmentSet), true
		s = before
	}
	if s != "" {
		u.setQuery(s[1:])
	}
}

func (u *URL) setQuery(s string) {
	set := &querySet
	if u.special() {
		set = &specialQuerySet
	}
	u.Query, u.HasQuery = encode(s, set), true
}
