package admin

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"sluice/authz"
)

const credentialSecret = "a-value-that-nobody-is-to-see"

// tryNothing stands for calls: the host fails.example cannot be reached, and no
// credential is for evil.example.
func tryNothing(_ context.Context, c authz.Credential, method, target string) (Trial, error) {
	u, err := url.Parse(target)
	switch {
	case err != nil:
		return Trial{}, err
	case u.Host == "fails.example":
		return Trial{}, fmt.Errorf("no answer from %s", u.Host)
	case u.Host == "evil.example":
		return Trial{}, fmt.Errorf("%w: %q may not be sent to %s", authz.ErrHostNotAllowed, c.Name, u.Host)
	}
	return Trial{Status: 204, DurationMS: 7, Sent: []string{"Authorization", method}}, nil
}

// Named credentials by the API: what was given goes in and never comes out.
func TestCredentialAPI(t *testing.T) {
	s := newSite(t)
	for _, tc := range []struct {
		name, method, path, body string
		status                   int
		says                     string
	}{
		{"none yet", "GET", "/credentials", "", 200, `{"count":0,"credentials":[]}`},
		{"make one", "POST", "/credentials", `{"name":"orders","kind":"bearer","hosts":["API.example.com","b.example"],"value":"Bearer ` + credentialSecret + `"}`, 201, `"notices":["the bearer token begins with`},
		{"the name is taken", "POST", "/credentials", `{"name":"orders","kind":"bearer","hosts":["a.example"],"value":"x"}`, 409, "name_taken"},
		{"no hosts", "POST", "/credentials", `{"name":"x","kind":"bearer","value":"` + credentialSecret + `"}`, 400, "invalid_credential"},
		{"no value", "POST", "/credentials", `{"name":"x","kind":"bearer","hosts":["a.example"]}`, 400, "invalid_credential"},
		{"a line break", "POST", "/credentials", `{"name":"x","kind":"header","header":"X-Key","hosts":["a.example"],"value":"a\r\nb: ` + credentialSecret + `"}`, 400, "invalid_credential"},
		{"an unknown kind", "POST", "/credentials", `{"name":"x","kind":"magic","hosts":["a.example"],"value":"x"}`, 400, "invalid_credential"},
		{"an unknown member", "POST", "/credentials", `{"name":"x","secret":"` + credentialSecret + `"}`, 400, "invalid_request"},
		{"show it", "GET", "/credentials/orders", "", 200, `"hosts":["api.example.com","b.example"]`},
		{"show another", "GET", "/credentials/absent", "", 404, "not_found"},
		{"take a host away", "PATCH", "/credentials/orders", `{"hosts":["api.example.com"]}`, 200, `"hosts":["api.example.com"]`},
		{"a host more", "PATCH", "/credentials/orders", `{"hosts":["api.example.com","evil.example"]}`, 400, "need its value anew"},
		{"no host", "PATCH", "/credentials/orders", `{"hosts":[]}`, 400, "invalid_credential"},
		{"a setting alone", "PATCH", "/credentials/orders", `{"user":"me"}`, 400, "give the value too"},
		{"a host more, with the value", "PATCH", "/credentials/orders", `{"hosts":["c.example"],"value":"` + credentialSecret + `"}`, 200, `"hosts":["c.example"]`},
		{"rotate", "POST", "/credentials/orders/rotate", `{"value":"` + credentialSecret + `2"}`, 200, `"name":"orders"`},
		{"rotate to nothing", "POST", "/credentials/orders/rotate", `{"value":""}`, 400, "invalid_credential"},
		{"rotate another", "POST", "/credentials/absent/rotate", `{"value":"x"}`, 404, "not_found"},
		{"test", "POST", "/credentials/orders/test", `{"url":"https://c.example/me"}`, 200, `{"status":204,"durationMs":7,"sent":["Authorization","GET"]}`},
		{"test with a method", "POST", "/credentials/orders/test", `{"url":"https://c.example/me","method":"post"}`, 200, `"POST"`},
		{"test elsewhere", "POST", "/credentials/orders/test", `{"url":"https://evil.example/"}`, 403, "host_not_allowed"},
		{"test without an answer", "POST", "/credentials/orders/test", `{"url":"https://fails.example/"}`, 502, "call_failed"},
		{"test a file", "POST", "/credentials/orders/test", `{"url":"file:///etc/passwd"}`, 400, "invalid_url"},
		{"test with userinfo", "POST", "/credentials/orders/test", `{"url":"https://a:b@c.example/"}`, 400, "invalid_url"},
		{"test by CONNECT", "POST", "/credentials/orders/test", `{"url":"https://c.example/","method":"CONNECT"}`, 400, "invalid_method"},
		{"remove", "DELETE", "/credentials/orders", "", 204, ""},
		{"remove again", "DELETE", "/credentials/orders", "", 404, "not_found"},
	} {
		p := s.api(t, s.admin, tc.method, tc.path, tc.body)
		if p.status != tc.status || !strings.Contains(p.body, tc.says) || strings.Contains(p.body, credentialSecret) {
			t.Errorf("%s: %d %s", tc.name, p.status, p.body)
		}
	}
	var types []string
	for _, e := range s.events(t, "auth.credential.") {
		types = append(types, e.Type)
		if strings.Contains(marshalText(t, e), credentialSecret) {
			t.Errorf("the audit holds a value: %v", e)
		}
	}
	want := []string{authz.EventCredentialCreated, authz.EventCredentialUpdated, authz.EventCredentialUpdated, authz.EventCredentialRotated,
		authz.EventCredentialTested, authz.EventCredentialTested, authz.EventCredentialTested, authz.EventCredentialTested, authz.EventCredentialDeleted}
	if !slices.Equal(types, want) {
		t.Errorf("audit %v", types)
	}
	if strings.Contains(s.log.String(), credentialSecret) {
		t.Error("the log holds a value")
	}
}

// Owners and admins keep credentials, nobody else.
func TestWhoKeepsCredentials(t *testing.T) {
	s := newSite(t)
	for user, want := range map[string]int{"olga": 200, "root": 200, "mia": 403, "stan": 403} {
		b := s.as(t, user)
		if p := b.do("GET", apiPath+"/credentials", ""); p.status != want {
			t.Errorf("%s: %d", user, p.status)
		}
		if p := b.get(credentialsPath); p.status != want {
			t.Errorf("%s, the page: %d", user, p.status)
		}
		if p := b.get(Prefix + "account"); strings.Contains(p.body, `href="/_sluice/credentials"`) != (want == 200) {
			t.Errorf("%s: the link to the page", user)
		}
	}
	if p := s.as(t, "olga").do("POST", apiPath+"/credentials", `{}`, "Sec-Fetch-Site", "cross-site"); p.status != 403 || p.json(t)["error"] != "csrf" {
		t.Errorf("from another site: %d %s", p.status, p.body)
	}
}

// T24: of many creations of one credential exactly one wins.
func TestConcurrentCredentials(t *testing.T) {
	s := newSite(t)
	statuses := make([]int, 8)
	var wg sync.WaitGroup
	for i := range statuses {
		wg.Go(func() {
			statuses[i] = s.api(t, s.admin, "POST", "/credentials", `{"name":"one","kind":"bearer","hosts":["a.example"],"value":"x"}`).status
		})
	}
	wg.Wait()
	slices.Sort(statuses)
	if statuses[0] != 201 || statuses[1] != 409 || statuses[7] != 409 {
		t.Errorf("creations: %v", statuses)
	}
}

// The same by pages, without JavaScript.
func TestCredentialPages(t *testing.T) {
	s := newSite(t)
	b := s.as(t, "olga")
	step := func(name string, p page, status int, says string) {
		t.Helper()
		if p.status != status || !strings.Contains(p.body, says) || strings.Contains(p.body, credentialSecret) {
			t.Errorf("%s: %d %s", name, p.status, p.body)
		}
	}
	step("empty", b.get(credentialsPath), 200, "no credentials yet")
	step("the form", b.get(credentialsPath+"/new"), 200, "Name of the header")
	step("no host", b.post(credentialsPath+"/new", "name", "maps", "kind", "header", "header", "X-Key", "value", credentialSecret), 400, "name the hosts")
	step("make", b.post(credentialsPath+"/new", "name", "maps", "kind", "header", "header", "X-Key", "user", "left over", "hosts", "a.example,  b.example", "value", credentialSecret), 303, "")
	step("the list", b.get(credentialsPath), 200, "<code>a.example</code> <code>b.example</code>")
	step("taken", b.post(credentialsPath+"/new", "name", "maps", "kind", "bearer", "hosts", "a.example", "value", "x"), 409, "already")
	step("rotate?", b.get(credentialsPath+"/maps/rotate"), 200, "New value")
	step("rotate to nothing", b.post(credentialsPath+"/maps/rotate", "value", " "), 400, "empty")
	step("rotate", b.post(credentialsPath+"/maps/rotate", "value", credentialSecret), 303, "")
	step("test?", b.get(credentialsPath+"/maps/test"), 200, "It may call <code>a.example</code>, <code>b.example</code>")
	step("test", b.post(credentialsPath+"/maps/test", "url", "https://a.example/"), 200, "status 204 after 7 ms")
	step("test elsewhere", b.post(credentialsPath+"/maps/test", "url", "https://evil.example/"), 403, "not for this host")
	step("test in vain", b.post(credentialsPath+"/maps/test", "url", "https://fails.example/"), 502, "no answer from fails.example")
	step("test nothing", b.post(credentialsPath+"/maps/test", "url", "a.example"), 400, "https://api.example.com/me")
	step("remove?", b.get(credentialsPath+"/maps/remove"), 200, "No node has used it")
	step("remove", b.post(credentialsPath+"/maps/remove"), 303, "")
	step("gone", b.get(credentialsPath+"/maps/rotate"), 404, "not found")
	if p := b.do("POST", credentialsPath+"/new", "", "Sec-Fetch-Site", "cross-site"); p.status != 403 {
		t.Errorf("from another site: %d", p.status)
	}
}
