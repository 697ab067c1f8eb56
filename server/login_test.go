package server

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"sluice/authz"
	"sluice/authz/oidc/oidctest"
)

// Somebody who comes to a guarded page signs in at the OpenID provider, comes back
// to the page, and the flow sees who it is. The provider is configured by the
// user directory alone.
func TestAPersonFromAProviderReachesTheFlow(t *testing.T) {
	issuer := oidctest.New(t, oidctest.Behavior{RedirectURI: "http://127.0.0.1:1880/_sluice/callback",
		Person: map[string]any{"sub": "u-1", "preferred_username": "ada", "groups": []string{"staff"}}})
	s, h := start(t, map[string]string{
		"flows.json": flowFile(endpoint("a", "get", "/a", "req.auth.user.username & ' ' & req.auth.user.role & ' ' & req.session.user.role & $string($exists(req.cookies.`sluice-attempt`))", "")),
		"sluice.yaml": "baseUrl: http://127.0.0.1:1880\nauth: {mode: team, oidc: {issuer: '" + issuer.URL + "', clientId: " + oidctest.ClientID +
			", clientSecretFile: client.secret, createUsers: true, rolesClaim: groups, roles: {staff: member}}}",
		"client.secret": oidctest.ClientSecret,
	})
	jar := map[string]string{}
	visit := func(target string) *http.Response {
		t.Helper()
		var cookies []string
		for name, value := range jar {
			cookies = append(cookies, name+"="+value)
		}
		res := ask(h, "GET", target, "Accept", "text/html", "Cookie", strings.Join(cookies, "; ")).Result()
		for _, c := range res.Cookies() {
			if jar[c.Name] = c.Value; c.MaxAge < 0 {
				delete(jar, c.Name)
			}
		}
		return res
	}
	if res := visit("/a"); res.StatusCode != 302 || res.Header.Get("Location") != "/_sluice/login?next=%2Fa" {
		t.Fatalf("the page: %d %v", res.StatusCode, res.Header)
	}
	begin := visit("/_sluice/login/oidc?next=%2Fa")
	there, err := http.NewRequestWithContext(t.Context(), "GET", begin.Header.Get("Location"), nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	answer, err := transport.RoundTrip(there)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	back, err := url.Parse(answer.Header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	if res := visit(back.RequestURI()); res.StatusCode != 303 || res.Header.Get("Location") != "/a" {
		t.Fatalf("back: %d %v", res.StatusCode, res.Header)
	}
	w := ask(h, "GET", "/a", "Cookie", "sluice="+jar["sluice"]+"; sluice-attempt=x")
	if w.Code != 200 || w.Body.String() != "ada member 30false" {
		t.Errorf("the flow: %d %s", w.Code, w.Body)
	}
	if events, err := s.Store().Audit(t.Context(), authz.AuditQuery{Type: authz.EventLogin}); err != nil || len(events) != 1 {
		t.Errorf("audit %v, %v", events, err)
	}
}
