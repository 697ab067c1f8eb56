package js

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dop251/goja"
	"golang.org/x/net/idna"
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

const forbiddenHost = "\x00\t\n\r #/:<>?@[\\]^|"

func parseHost(h string, special bool) (string, bool) {
	if strings.HasPrefix(h, "[") {
		a, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(h, "["), "]"))
		if err != nil || !strings.HasSuffix(h, "]") || !a.Is6() || a.Zone() != "" {
			return "", false
		}
		b := a.As16()
		if a.Is4In6() {
			return fmt.Sprintf("[::ffff:%x:%x]", int(b[12])<<8|int(b[13]), int(b[14])<<8|int(b[15])), true
		}
		return "[" + a.String() + "]", true
	}
	if !special {
		return percentEncode(h, ""), !strings.ContainsAny(h, forbiddenHost)
	}
	h = percentDecode(h)
	if h != "" {
		ascii, err := idna.New(idna.MapForLookup(), idna.StrictDomainName(false), idna.Transitional(false)).ToASCII(h)
		if err != nil {
			return "", false
		}
		h = ascii
	}
	if strings.ContainsAny(h, forbiddenHost+"%\x7f") {
		return "", false
	}
	return parseIPv4(h)
}

// parseIPv4 gives hosts whose last label is a number the form of an address.
func parseIPv4(h string) (string, bool) {
	parts := strings.Split(strings.TrimSuffix(h, "."), ".")
	last := parts[len(parts)-1]
	if _, err := ipNumber(last); last == "" || err != nil && strings.Trim(last, "0123456789") != "" {
		return h, true
	}
	if len(parts) > 4 {
		return "", false
	}
	var n uint64
	for i, p := range parts {
		x, err := ipNumber(p)
		switch {
		case err != nil:
			return "", false
		case i < len(parts)-1 && x > 255, i == len(parts)-1 && x >= 1<<(8*(5-len(parts))):
			return "", false
		case i == len(parts)-1:
			n += x
		default:
			n += x << (8 * (3 - i))
		}
	}
	return fmt.Sprintf("%d.%d.%d.%d", n>>24, n>>16&255, n>>8&255, n&255), true
}

func ipNumber(p string) (uint64, error) {
	switch l := strings.ToLower(p); {
	case l == "0x":
		return 0, nil
	case strings.HasPrefix(l, "0x"):
		return strconv.ParseUint(l[2:], 16, 64)
	case len(p) > 1 && p[0] == '0':
		return strconv.ParseUint(p, 8, 64)
	}
	return strconv.ParseUint(p, 10, 64)
}

// percentEncode encodes controls, all beyond ASCII, and the characters of set.
func percentEncode(s, set string) string {
	var b strings.Builder
	for _, r := range s {
		if r > ' '-1 && r < 0x7F && !strings.ContainsRune(set, r) {
			b.WriteByte(byte(r))
			continue
		}
		var buf [4]byte
		for _, c := range buf[:utf8.EncodeRune(buf[:], r)] {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

func percentDecode(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var b []byte
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b = append(b, byte(n))
				i += 2
				continue
			}
		}
		b = append(b, s[i])
	}
	return strings.ToValidUTF8(string(b), "\uFFFD")
}

func (u *urlRecord) pathname() string {
	if u.opaque != nil {
		return *u.opaque
	}
	if len(u.path) == 0 {
		return ""
	}
	return "/" + strings.Join(u.path, "/")
}

func (u *urlRecord) href() string {
	var b strings.Builder
	b.WriteString(u.scheme + ":")
	if u.host != nil {
		b.WriteString("//")
		if u.username != "" || u.password != "" {
			b.WriteString(u.username)
			if u.password != "" {
				b.WriteString(":" + u.password)
			}
			b.WriteByte('@')
		}
		b.WriteString(u.hostPort())
	}
	b.WriteString(u.pathname() + u.search() + u.hash())
	if u.query != nil && *u.query == "" || u.fragment != nil && *u.fragment == "" {
		return u.hrefEmpty()
	}
	return b.String()
}

// hrefEmpty writes the ? and # of empty queries and fragments, which search and hash leave out.
func (u *urlRecord) hrefEmpty() string {
	c := *u
	c.query, c.fragment = nil, nil
	s := c.href()
	if u.query != nil {
		s += "?" + *u.query
	}
	if u.fragment != nil {
		s += "#" + *u.fragment
	}
	return s
}

func (u *urlRecord) hostPort() string {
	if u.host == nil {
		return ""
	}
	if u.port != "" {
		return *u.host + ":" + u.port
	}
	return *u.host
}

func (u *urlRecord) search() string { return prefixed("?", u.query) }
func (u *urlRecord) hash() string   { return prefixed("#", u.fragment) }

func prefixed(p string, s *string) string {
	if s == nil || *s == "" {
		return ""
	}
	return p + *s
}

func (u *urlRecord) origin() string {
	if !u.special() || u.scheme == "file" {
		return "null"
	}
	return u.scheme + "://" + u.hostPort()
}

// set is the setter of one of URL's properties; what it cannot use it leaves alone.
func (u *urlRecord) set(prop, val string) {
	switch prop {
	case "protocol":
		scheme, _, ok := cutScheme(val + ":")
		if old := *u; ok {
			u.scheme = scheme
			if u.special() != old.special() || scheme == "file" {
				u.scheme = old.scheme
			}
			u.setPort(u.port)
		}
	case "username", "password":
		if u.hostPort() == "" || u.scheme == "file" {
			return
		}
		if val = percentEncode(val, userinfoSet); prop == "username" {
			u.username = val
		} else {
			u.password = val
		}
	case "host", "hostname":
		if u.opaque != nil {
			return
		}
		host, port := val, ""
		if i := strings.IndexAny(host, "/?#\\"); i >= 0 {
			host = host[:i]
		}
		if i := strings.LastIndexByte(host, ':'); prop == "host" && i >= 0 && !strings.Contains(host[i:], "]") {
			host, port = host[:i], host[i+1:]
		}
		if h, ok := parseHost(host, u.special()); ok && (h != "" || !u.special()) {
			u.host = &h
			if port != "" {
				u.setPort(port)
			}
		}
	case "port":
		if u.hostPort() != "" && u.scheme != "file" {
			digits := val[:len(val)-len(strings.TrimLeft(val, "0123456789"))]
			if digits != "" || val == "" {
				u.setPort(digits)
			}
		}
	case "pathname":
		if u.opaque == nil {
			if !strings.HasPrefix(val, "/") && !(u.special() && strings.HasPrefix(val, "\\")) {
				val = "/" + val
			}
			u.setPath(val)
		}
	case "search":
		if u.query = nil; val != "" {
			u.setQuery(strings.TrimPrefix(val, "?"))
		}
	case "hash":
		if u.fragment = nil; val != "" {
			f := percentEncode(strings.TrimPrefix(val, "#"), " \"<>`")
			u.fragment = &f
		}
	}
}

// urlHost is what url.js asks of Go: parse and set give the parts of a URL, or undefined.
func (v *vm) urlHost() host {
	parts := func(u *urlRecord) goja.Value {
		o := v.rt.NewObject()
		for k, s := range map[string]string{"href": u.href(), "protocol": u.scheme + ":", "username": u.username, "password": u.password,
			"host": u.hostPort(), "port": u.port, "pathname": u.pathname(), "search": u.search(), "hash": u.hash(), "origin": u.origin()} {
			o.Set(k, v.str(s))
		}
		h := ""
		if u.host != nil {
			h = *u.host
		}
		o.Set("hostname", v.str(h))
		return o
	}
	parse := func(c goja.FunctionCall) *urlRecord {
		var base *urlRecord
		if b := c.Argument(1); b != v.undef {
			var ok bool
			if base, ok = parseURL(b.String(), nil); !ok {
				return nil
			}
		}
		u, ok := parseURL(c.Argument(0).String(), base)
		if !ok {
			return nil
		}
		return u
	}
	return host{
		"parse": func(c goja.FunctionCall) goja.Value {
			if u := parse(c); u != nil {
				return parts(u)
			}
			return v.undef
		},
		"set": func(c goja.FunctionCall) goja.Value {
			u, _ := parseURL(c.Argument(0).String(), nil)
			u.set(c.Argument(1).String(), c.Argument(2).String())
			return parts(u)
		},
	}
}
