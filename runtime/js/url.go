package js

import (
	"strconv"
	"strings"
)

// urlRecord is a URL by the WHATWG standard, as Node's URL class shows it.
type urlRecord struct {
	scheme, username, password string
	host                       *string // nil: none
	port                       string
	path                       []string
	opaque                     *string // the path of a URL such as mailto:x
	query, fragment            *string
}

var defaultPorts = map[string]string{"http": "80", "https": "443", "ws": "80", "wss": "443", "ftp": "21", "file": ""}

func (u *urlRecord) special() bool {
	_, ok := defaultPorts[u.scheme]
	return ok
}

// parseURL parses text, relative to base if that is not nil; ok is false if it is no URL.
func parseURL(text string, base *urlRecord) (u *urlRecord, ok bool) {
	text = strings.Trim(text, controlsAndSpace)
	text = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(text)
	u = &urlRecord{}
	rest, frag, hasFrag := strings.Cut(text, "#")
	if hasFrag {
		f := percentEncode(frag, " \"<>`")
		u.fragment = &f
	}
	scheme, after, hasScheme := cutScheme(rest)
	relative := !hasScheme
	if hasScheme {
		u.scheme = scheme
		if base != nil && base.scheme == scheme && u.special() && scheme != "file" && !strings.HasPrefix(after, "/") && !strings.HasPrefix(after, "\\") {
			relative, rest = true, after
		} else if base != nil && scheme == "file" && base.scheme == "file" && !slashed(after, u) {
			relative, rest = true, after
		}
	}
	if relative {
		return u, u.resolve(rest, base)
	}
	path, query, hasQuery := strings.Cut(after, "?")
	if hasQuery {
		u.setQuery(query)
	}
	switch {
	case u.scheme == "file":
		path = strings.ReplaceAll(path, "\\", "/")
		host := ""
		if strings.HasPrefix(path, "//") {
			host, path = cutAuthority(path[2:], true)
			if len(host) == 2 && host[1] == ':' { // a drive letter
				host, path = "", "/"+host+path
			}
		}
		h, ok := parseHost(host, true)
		if !ok {
			return nil, false
		}
		if h == "localhost" {
			h = ""
		}
		u.host = &h
		u.setPath(path)
	case u.special():
		path = strings.TrimLeft(path, "/\\")
		authority, p := cutAuthority(path, true)
		if !u.setAuthority(authority) || *u.host == "" {
			return nil, false
		}
		u.setPath(p)
	case strings.HasPrefix(path, "//"):
		authority, p := cutAuthority(path[2:], false)
		if !u.setAuthority(authority) {
			return nil, false
		}
		if p != "" {
			u.setPath(p)
		}
	case strings.HasPrefix(path, "/"):
		u.setPath(path)
	default:
		o := percentEncode(path, "")
		u.opaque = &o
	}
	return u, true
}

const controlsAndSpace = "\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b\x0c\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f "

func slashed(s string, u *urlRecord) bool {
	return strings.HasPrefix(s, "/") || u.special() && strings.HasPrefix(s, "\\")
}

func cutScheme(s string) (scheme, rest string, ok bool) {
	for i := range len(s) {
		c := s[i] | 0x20
		switch {
		case c >= 'a' && c <= 'z':
		case i > 0 && (s[i] >= '0' && s[i] <= '9' || s[i] == '+' || s[i] == '-' || s[i] == '.'):
		case i > 0 && s[i] == ':':
			return strings.ToLower(s[:i]), s[i+1:], true
		default:
			return "", s, false
		}
	}
	return "", s, false
}

func cutAuthority(s string, special bool) (authority, path string) {
	stop := "/"
	if special {
		stop = "/\\"
	}
	if i := strings.IndexAny(s, stop); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

// resolve takes over from base what a relative reference leaves out.
func (u *urlRecord) resolve(rest string, base *urlRecord) bool {
	if base == nil {
		return false
	}
	u.scheme = base.scheme
	path, query, hasQuery := strings.Cut(rest, "?")
	if base.opaque != nil {
		if path != "" || hasQuery || u.fragment == nil {
			return false
		}
		u.opaque, u.query = base.opaque, base.query
		return true
	}
	if u.special() {
		path = strings.ReplaceAll(path, "\\", "/")
	}
	if hasQuery {
		u.setQuery(query)
	}
	if strings.HasPrefix(path, "//") {
		authority, p := cutAuthority(path[2:], false)
		u.setPath(p)
		return u.setAuthority(authority) && (!u.special() || u.scheme == "file" || *u.host != "")
	}
	u.username, u.password, u.host, u.port = base.username, base.password, base.host, base.port
	switch {
	case path == "":
		u.path = base.path
		if !hasQuery {
			u.query = base.query
		}
	case path[0] == '/':
		u.setPath(path)
	default:
		parent := base.path[:max(0, len(base.path)-1)]
		u.setPath("/" + strings.Join(append(append([]string(nil), parent...), path), "/"))
	}
	return true
}

func (u *urlRecord) setQuery(q string) {
	set := " \"<>"
	if u.special() {
		set += "'"
	}
	q = percentEncode(q, set)
	u.query = &q
}

// setPath normalises dots. A special URL always has a path.
func (u *urlRecord) setPath(p string) {
	if u.special() {
		p = strings.ReplaceAll(p, "\\", "/")
	}
	u.path = []string{}
	if p == "" && !u.special() {
		return
	}
	p = strings.TrimPrefix(p, "/")
	segments := strings.Split(p, "/")
	for i, s := range segments {
		last := i == len(segments)-1
		switch strings.ReplaceAll(strings.ToLower(s), "%2e", ".") {
		case "..":
			if len(u.path) > 0 {
				u.path = u.path[:len(u.path)-1]
			}
			if last {
				u.path = append(u.path, "")
			}
		case ".":
			if last {
				u.path = append(u.path, "")
			}
		default:
			u.path = append(u.path, percentEncode(s, " \"#<>?^`{}"))
		}
	}
}

func (u *urlRecord) setAuthority(a string) bool {
	if i := strings.LastIndexByte(a, '@'); i >= 0 {
		user, pass, _ := strings.Cut(a[:i], ":")
		u.username, u.password = percentEncode(user, userinfoSet), percentEncode(pass, userinfoSet)
		a = a[i+1:]
	}
	host, port := a, ""
	if i := strings.LastIndexByte(a, ':'); i >= 0 && !strings.Contains(a[i:], "]") {
		host, port = a[:i], a[i+1:]
	}
	h, ok := parseHost(host, u.special())
	if !ok {
		return false
	}
	u.host = &h
	return u.setPort(port)
}

const userinfoSet = " \"#<>?^`{}/:;=@[\\]|"

func (u *urlRecord) setPort(port string) bool {
	if port == "" {
		u.port = ""
		return true
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || strings.ContainsAny(port, "+-") {
		return false
	}
	u.port = strconv.FormatUint(n, 10)
	if u.port == defaultPorts[u.scheme] {
		u.port = ""
	}
	return true
}
