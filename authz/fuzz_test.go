package authz

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// T12: wherever SafeNext leads, it is on this host, as browsers read it.
func FuzzSafeNext(f *testing.F) {
	for _, seed := range []string{"/", "/a?b=c#d", "//evil", "/\\evil", "https:evil", "/\t/evil", "/%0d%0a", "", "/a//b", "/..//evil", "/\x7f/evil"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, target string) {
		next := SafeNext(target)
		if next != "/" && next != target {
			t.Fatalf("%q became %q", target, next)
		}
		// Browsers drop tabs and line ends, and read \ as /.
		read := strings.NewReplacer("\t", "", "\r", "", "\n", "", "\\", "/").Replace(next)
		if !strings.HasPrefix(read, "/") || strings.HasPrefix(read, "//") {
			t.Errorf("%q leads to %q", target, next)
		}
		if u, err := url.Parse(next); err == nil && (u.Host != "" || u.Scheme != "") {
			t.Errorf("%q leads to host %q", target, u.Host)
		}
	})
}

// No spelling of a Cookie header lets a flow see the session, and what is a cookie
// of the flow's own stays.
func FuzzCookies(f *testing.F) {
	for _, seed := range []string{"sluice=VALUE", "a=b; sluice=VALUE; c=d", " sluice =VALUE", "sluice=VALUE;;", "x; sluice=VALUE", "__Host-sluice=VALUE;sluice=VALUE", "\tsluice=VALUE", "sluice2=x", `a="sluice=VALUE"`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		r := &http.Request{Header: http.Header{"Cookie": {line}}, RemoteAddr: "127.0.0.1:1"}
		g := &Guard{}
		value := g.sessionCookie(r)
		before := r.CookiesNamed("own")
		dropSession(r.Header)
		if left := g.sessionCookie(r); value != "" && left != "" {
			t.Errorf("%q leaves %q", line, r.Header)
		}
		for _, name := range []string{cookiePlain, cookieSecure} {
			if len(r.CookiesNamed(name)) > 0 {
				t.Errorf("%q leaves %q", line, r.Header)
			}
		}
		if after := r.CookiesNamed("own"); len(after) != len(before) {
			t.Errorf("%q: %d of %d cookies are left", line, len(after), len(before))
		}
	})
}
