package authz

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// The session's cookie has one name over TLS, where browsers hold it to this host,
// and another over plain HTTP, where they would refuse the first.
const (
	cookieSecure = "__Host-sluice"
	cookiePlain  = "sluice"

	// After the same rule, that of a login at an outside issuer that is under way.
	attemptSecure = "__Host-sluice-attempt"
	attemptPlain  = "sluice-attempt"
)

// ourCookies are nobody's to see but ours.
var ourCookies = []string{cookieSecure, cookiePlain, attemptSecure, attemptPlain}

// attemptLife is how long a login at an outside issuer may take.
const attemptLife = 10 * time.Minute

// secure tells whether the client speaks TLS, to this process or to a trusted proxy.
func secure(r *http.Request, trusted []netip.Prefix) bool {
	if r.TLS != nil {
		return true
	}
	return len(trusted) > 0 && contains(trusted, addressOf(r.RemoteAddr)) &&
		len(r.Header["X-Forwarded-Proto"]) == 1 && strings.EqualFold(r.Header["X-Forwarded-Proto"][0], "https")
}

// cookieName is the name of the session's cookie on this connection, "" where no
// session may be used: in plain text, beyond this machine.
func (g *Guard) cookieName(r *http.Request) string {
	switch {
	case secure(r, g.opts.TrustedProxies):
		return cookieSecure
	case g.opts.InsecureCookies || addressOf(r.RemoteAddr).IsLoopback() && clientAddress(r, g.opts.TrustedProxies).IsLoopback():
		return cookiePlain
	}
	return ""
}

// SessionsAllowed tells whether the request comes over a connection on which
// sessions may be used: TLS, or this machine, or any if the configuration says so.
func (g *Guard) SessionsAllowed(r *http.Request) bool { return g.cookieName(r) != "" }

// SetSession gives the browser a session; value "" takes it away.
func (g *Guard) SetSession(w http.ResponseWriter, r *http.Request, value string, expires time.Time) {
	c := &http.Cookie{Name: g.cookieName(r), Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Expires: expires}
	c.Secure = c.Name == cookieSecure
	g.Embeddable(c)
	if value == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// Embeddable lets a cookie be sent where the page is in a frame of another site, if
// the configuration names such sites. Browsers then keep one for each of them
// (CHIPS), so that no other site's pages can use it; what the pages themselves send
// with it is refused as cross-site.
func (g *Guard) Embeddable(c *http.Cookie) {
	if len(g.opts.Embed) > 0 && c.Secure {
		c.SameSite, c.Partitioned = http.SameSiteNoneMode, true
	}
}

// FrameAncestors is what a Content-Security-Policy says of who may hold the login
// page in a frame.
func (g *Guard) FrameAncestors() string { return frameAncestors(g.opts.Embed) }

func frameAncestors(origins []string) string {
	if len(origins) == 0 {
		return "'none'"
	}
	return "'self' " + strings.Join(origins, " ")
}

// sessionCookie returns the value of the session's cookie.
func (g *Guard) sessionCookie(r *http.Request) string {
	if len(r.Header["Cookie"]) == 0 {
		return ""
	}
	return cookieValue(r, g.cookieName(r))
}

// cookieValue returns the value of a cookie. Of several with the name, which other
// hosts' pages can cause, none counts.
func cookieValue(r *http.Request, name string) string {
	if name == "" {
		return ""
	}
	value, found := "", 0
	for _, line := range r.Header["Cookie"] {
		for part := range strings.SplitSeq(line, ";") {
			if n, v, ok := strings.Cut(strings.Trim(part, " \t"), "="); ok && n == name {
				value = v
				found++
			}
		}
	}
	if found != 1 {
		return ""
	}
	return value
}

func (g *Guard) attemptName(r *http.Request) string {
	switch g.cookieName(r) {
	case cookieSecure:
		return attemptSecure
	case cookiePlain:
		return attemptPlain
	}
	return ""
}

// Attempt returns what [Guard.SetAttempt] gave to the browser, "" if nothing.
func (g *Guard) Attempt(r *http.Request) string { return cookieValue(r, g.attemptName(r)) }

// SetAttempt has the browser keep what belongs to a login at an outside issuer for
// 10 minutes; value "" takes it away. It comes back when the issuer sends the
// browser here, which is a navigation from another site.
func (g *Guard) SetAttempt(w http.ResponseWriter, r *http.Request, value string) {
	c := &http.Cookie{Name: g.attemptName(r), Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: int(attemptLife.Seconds())}
	c.Secure = c.Name == attemptSecure
	if value == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// dropSession takes our cookies out of a header, so that no flow sees them.
func dropSession(h http.Header) {
	lines := h["Cookie"]
	for i, line := range lines {
		if !strings.Contains(line, cookiePlain) {
			continue
		}
		var kept []string
		for part := range strings.SplitSeq(line, ";") {
			part = strings.Trim(part, " \t")
			name, _, _ := strings.Cut(part, "=")
			if name = strings.TrimSpace(name); part != "" && !slices.Contains(ourCookies, name) {
				kept = append(kept, part)
			}
		}
		lines[i] = strings.Join(kept, "; ")
	}
	if len(lines) > 0 && strings.Join(lines, "") == "" {
		delete(h, "Cookie")
	}
}
