package network

import (
	"cmp"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"sluice/internal/weburl"
	"sluice/runtime"
	"sluice/runtime/msg"
)

// cookieJar holds the cookies of one message while its redirects are followed.
// Its rules are RFC 6265's, as tough-cookie has them.
type cookieJar struct{ cookies []jarCookie }

type jarCookie struct {
	name, value  string
	domain, path string
	hostOnly     bool
	secure       bool
	own          bool      // given by the flow, not by a server
	expires      time.Time // zero: with the message
}

// add puts a cookie that the flow gives into the jar, for the host of u.
func (j *cookieJar) add(name, value string, u *weburl.URL) {
	j.put(jarCookie{name: name, value: value, domain: u.Hostname(), path: defaultPath(u.Path), hostOnly: true, own: true})
}

// store keeps the cookies that a response of u sets.
func (j *cookieJar) store(res *outgoingResponse, u *weburl.URL) {
	for _, f := range res.header {
		if f.name == "set-cookie" {
			if c, ok := parseSetCookie(f.value, u); ok {
				j.put(c)
			}
		}
	}
}

// maxJar bounds the cookies that servers can make a message keep.
const maxJar = 300

func (j *cookieJar) put(c jarCookie) {
	i := slices.IndexFunc(j.cookies, func(old jarCookie) bool {
		return old.name == c.name && old.domain == c.domain && old.path == c.path
	})
	switch {
	case i >= 0:
		j.cookies[i] = c // in the place of the old one: order is by age
	case len(j.cookies) < maxJar:
		j.cookies = append(j.cookies, c)
	}
}

// header is the Cookie header for u. Cookies of the flow are left out unless own is true.
func (j *cookieJar) header(u *weburl.URL, own bool) string {
	if len(j.cookies) == 0 {
		return ""
	}
	now := time.Now()
	var fit []jarCookie
	for _, c := range j.cookies {
		if c.matches(u) && (own || !c.own) && (c.expires.IsZero() || now.Before(c.expires)) {
			fit = append(fit, c)
		}
	}
	slices.SortStableFunc(fit, func(a, b jarCookie) int { return cmp.Compare(len(b.path), len(a.path)) })
	var b strings.Builder
	for i, c := range fit {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(c.name + "=" + c.value)
	}
	return b.String()
}

func (c *jarCookie) matches(u *weburl.URL) bool {
	host := u.Hostname()
	if host != c.domain && (c.hostOnly || !domainMatch(host, c.domain)) {
		return false
	}
	if c.secure && u.Scheme != "https" {
		return false
	}
	rest, ok := strings.CutPrefix(u.Path, c.path)
	return ok && (rest == "" || strings.HasSuffix(c.path, "/") || rest[0] == '/')
}

func domainMatch(host, domain string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return host == domain
	}
	return host == domain || strings.HasSuffix(host, "."+domain)
}

// defaultPath is the directory of a path (RFC 6265, 5.1.4).
func defaultPath(path string) string {
	if i := strings.LastIndexByte(path, '/'); i > 0 {
		return path[:i]
	}
	return "/"
}

// parseSetCookie reads a Set-Cookie line of a response of u; ok is false for one to ignore.
func parseSetCookie(line string, u *weburl.URL) (c jarCookie, ok bool) {
	pair, attributes, _ := strings.Cut(line, ";")
	name, value, ok := strings.Cut(pair, "=")
	c = jarCookie{name: strings.TrimSpace(name), value: strings.TrimSpace(value), domain: u.Hostname(), path: defaultPath(u.Path), hostOnly: true}
	if !ok || c.name == "" || !isFieldValue(c.name+c.value) {
		return c, false
	}
	maxAge := false
	for attr := range strings.SplitSeq(attributes, ";") {
		key, value, _ := strings.Cut(attr, "=")
		value = strings.TrimSpace(value)
		switch strings.ToLower(strings.TrimSpace(key)) {
		case "expires":
			if ms := msg.ParseDate(value, time.UTC); !maxAge && !math.IsNaN(ms) {
				c.expires = time.UnixMilli(int64(ms))
			}
		case "max-age":
			if seconds, err := strconv.ParseInt(value, 10, 32); err == nil {
				c.expires, maxAge = time.Now().Add(time.Duration(seconds)*time.Second), true
			}
		case "domain":
			if domain := asciiLower(strings.TrimPrefix(value, ".")); domain != "" {
				c.domain, c.hostOnly = domain, false
			}
		case "path":
			if strings.HasPrefix(value, "/") {
				c.path = value
			}
		case "secure":
			c.secure = true
		}
	}
	if !c.hostOnly {
		if _, err := publicsuffix.EffectiveTLDPlusOne(c.domain); err != nil || !domainMatch(u.Hostname(), c.domain) {
			return c, false
		}
	}
	switch {
	case strings.HasPrefix(c.name, "__Secure-"):
		return c, c.secure
	case strings.HasPrefix(c.name, "__Host-"):
		return c, c.secure && c.hostOnly && c.path == "/"
	}
	return c, true
}

// addFlowCookies puts into the jar what msg.cookies holds. A cookie is a value,
// or an object with it; null clears a cookie in a response and means nothing here.
func (j *cookieJar) addFlowCookies(cookies any, u *weburl.URL) error {
	for name, v := range properties(cookies) {
		encode := true
		switch o := v.(type) {
		case nil:
			continue
		case *msg.Object:
			v = o.Value("value")
			encode = o.Value("encode") != false
		default:
			if v == msg.Undefined {
				return msg.ErrorValue(&msg.TypeError{Message: "Cannot read properties of undefined (reading 'value')"})
			}
			if msg.TypeOf(v) == "object" {
				v = msg.Undefined // an array has no property "value"
			}
		}
		if v == nil {
			continue
		}
		text := msg.ToString(v)
		if encode {
			text = encodeURIComponent(text)
		}
		if err := j.addChecked(name, text, u); err != nil {
			return err
		}
	}
	return nil
}

// addHeaderCookies puts into the jar what a Cookie header of the flow holds.
func (j *cookieJar) addHeaderCookies(header string, u *weburl.URL) error {
	for name, value := range splitCookies(header, false).All() {
		if err := j.addChecked(name, value.(string), u); err != nil {
			return err
		}
	}
	return nil
}

func (j *cookieJar) addChecked(name, value string, u *weburl.URL) error {
	if !cookieName.MatchString(name) {
		return typeErrorf("argument name is invalid")
	}
	if !cookieValue.MatchString(value) {
		return typeErrorf("argument val is invalid")
	}
	j.add(name, value, u)
	return nil
}

// splitCookies reads name=value pairs as npm's cookie does: the first of duplicates wins, what
// has no equals sign is skipped.
func splitCookies(s string, decode bool) *msg.Object {
	pairs := &msg.Object{}
	for part := range strings.SplitSeq(s, ";") {
		name, value, ok := strings.Cut(part, "=")
		if !ok || pairs.Len() >= maxCookies {
			continue
		}
		name, value = strings.Trim(name, " \t"), strings.Trim(value, " \t")
		if pairs.Has(name) || name == "__proto__" {
			continue
		}
		if len(value) > 1 && value[0] == '"' && value[len(value)-1] == '"' {
			value = value[1 : len(value)-1]
		}
		if decode {
			if decoded, ok := runtime.DecodeURIComponent(value); ok {
				value = decoded
			}
		}
		pairs.Set(name, value)
	}
	return pairs
}

// responseCookies is what msg.responseCookies shows of Set-Cookie lines: by
// name, the value and the attributes that have one.
func responseCookies(lines *msg.Array) *msg.Object {
	cookies := &msg.Object{}
	for _, v := range lines.All() {
		line, _ := v.(string)
		name, _, ok := strings.Cut(line, "=")
		name = strings.TrimSpace(name)
		if !ok || name == "" || name == "__proto__" {
			continue
		}
		c := splitCookies(line, true)
		value := c.Value(name)
		c.Delete(name)
		c.Set("value", value)
		cookies.Set(name, c)
	}
	return cookies
}
