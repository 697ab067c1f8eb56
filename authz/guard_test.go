package authz

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sluice/internal/logtest"
)

// flow is a handler as a flow would be: /token-demo answers GET, the rest is 404.
// It counts how often it was reached.
type flow struct {
	calls atomic.Int32
	last  atomic.Pointer[http.Request]
}

func (f *flow) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.calls.Add(1)
	f.last.Store(r)
	if r.URL.Path != "/token-demo" {
		http.NotFound(w, r)
		return
	}
	if r.Method != "GET" && r.Method != "HEAD" {
		w.Header().Set("Allow", "GET,HEAD")
		w.WriteHeader(http.StatusNoContent)
		return
	}
	_, _ = io.WriteString(w, "flow ran")
}

// guarded is a guard in mode bearer over a flow, with tokens in several states.
type guarded struct {
	handler http.Handler
	flow    *flow
	store   *Store
	guard   *Guard
	clock   *clock
	log     *logtest.Buffer

	valid, scoped, local, expired, revoked, admin string
	scopedID                                      string
}

func newGuarded(t *testing.T, config PolicyConfig, change ...func(*GuardOptions)) *guarded {
	t.Helper()
	c := newClock()
	g := &guarded{flow: &flow{}, store: testStore(t, c), clock: c, log: &logtest.Buffer{}}
	_, g.valid = mustCreate(t, g.store, NewToken{Name: "valid"})
	scoped, value := mustCreate(t, g.store, NewToken{Name: "scoped", Scopes: []Scope{mustScope(t, "GET:/other/*"), mustScope(t, "POST:/token-demo")}})
	g.scoped, g.scopedID = value, scoped.ID
	_, g.local = mustCreate(t, g.store, NewToken{Name: "local", IPs: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	_, g.expired = mustCreate(t, g.store, NewToken{Name: "expired", ExpiresAt: c.Now().Add(time.Minute)})
	_, g.revoked = mustCreate(t, g.store, NewToken{Name: "revoked"})
	_, g.admin = mustCreate(t, g.store, NewToken{Name: "admin", Kind: KindAdmin})
	if _, err := g.store.Revoke(ctx, by, "revoked"); err != nil {
		t.Fatal(err)
	}
	c.Advance(time.Minute)
	opts := GuardOptions{Verifier: openVerifier(t, g.store, c), Now: c.Now, Log: textLog(g.log)}
	for _, f := range change {
		f(&opts)
	}
	g.guard = mustGuard(t, mustPolicies(t, config), opts)
	g.handler = g.guard.Wrap(g.flow)
	return g
}

const plainChallenge = `Bearer realm="sluice"`

// checkRefusal holds what every refusal has in common.
func checkRefusal(t *testing.T, h http.Header, body string, head bool) {
	t.Helper()
	for name, want := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Vary": "Authorization, Cookie"} {
		if got := h.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if h.Get("Content-Length") == "" || h.Get("Server") != "" {
		t.Errorf("header %v", h)
	}
	if head {
		if body != "" {
			t.Errorf("HEAD with body %q", body)
		}
	} else if strings.HasPrefix(h.Get("Content-Type"), "application/json") {
		var answer struct{ Error, Error_description string }
		if err := json.Unmarshal([]byte(body), &answer); err != nil || answer.Error == "" {
			t.Errorf("body %q", body)
		}
	}
	for _, secret := range []string{"sluh_", "slua_", "goroutine", "authz", "token-demo\"}"} {
		if strings.Contains(body, secret) {
			t.Errorf("body leaks: %q", body)
		}
	}
}

// The table of HTTP results in mode bearer; row numbers are those of the specification.
func TestGuardRows(t *testing.T) {
	g := newGuarded(t, bearerOnly)
	const path = "/token-demo"
	long := strings.Repeat("a", 8193)
	bad := func(code, text string) string {
		return plainChallenge + `, error="` + code + `", error_description="` + text + `"`
	}
	unknown := bad("invalid_token", "token not recognised")
	for _, tc := range []struct {
		row, method, target, header string // header: "Name: value|Name: value"
		status                      int
		challenge                   string
	}{
		{"1", "GET", path, "", 401, plainChallenge},
		{"1", "POST", path, "", 401, plainChallenge},
		{"2", "GET", "/nowhere", "", 401, plainChallenge},
		{"2", "DELETE", path, "", 401, plainChallenge},
		{"3", "GET", path, "Accept: text/html,application/json;q=0.9", 401, plainChallenge},
		{"4", "GET", path, "Authorization: Basic dTpw", 401, plainChallenge},
		{"4", "GET", path, "Authorization: Token VALID", 401, plainChallenge},
		{"4", "GET", path, "Authorization: Digest username=x", 401, plainChallenge},
		{"4", "GET", path, "Authorization: VALID", 401, plainChallenge},
		{"4", "GET", path, "Authorization: ", 401, plainChallenge},
		{"5", "GET", path, "Authorization: Bearer VALID", 200, ""},
		{"5", "GET", path, "Authorization: bearer VALID", 200, ""},
		{"5", "GET", path, "Authorization: BEARER   VALID  ", 200, ""},
		{"6", "GET", path, "Authorization: Bearer", 400, bad("invalid_request", "no token after the scheme")},
		{"6", "GET", path, "Authorization: Bearer   ", 400, bad("invalid_request", "no token after the scheme")},
		{"7", "GET", path, "Authorization: Bearer VALID x", 400, bad("invalid_request", "the token contains whitespace")},
		{"7", "GET", path, "Authorization: Bearer VALID,VALID", 400, bad("invalid_request", "the token contains a character that no token has")},
		{"7", "GET", path, `Authorization: Bearer "VALID"`, 400, bad("invalid_request", "the token contains a character that no token has")},
		{"7", "GET", path, "Authorization: Bearer %41", 400, bad("invalid_request", "the token contains a character that no token has")},
		{"7", "GET", path, "Authorization: Bearer tökentökentökentöken", 400, bad("invalid_request", "the token contains a character that no token has")},
		{"7", "GET", path, "Authorization: Bearer token=VALID", 400, bad("invalid_request", "the token contains a character that no token has")},
		{"8", "GET", path, "Authorization: Bearer\tVALID", 400, bad("invalid_request", "the Authorization header contains a control character")},
		{"9", "GET", path, "Authorization: Bearer VALID|Authorization: Bearer VALID", 400, bad("invalid_request", "more than one Authorization header")},
		{"9", "GET", path, "Authorization: Bearer VALID|Authorization: Basic dTpw", 400, bad("invalid_request", "more than one Authorization header")},
		{"10", "GET", path, "Authorization: Bearer " + long, 400, bad("invalid_request", "the token is longer than 8192 characters")},
		{"10", "GET", path, "Authorization: Bearer " + long[:8192], 401, unknown},
		{"12", "GET", path, "Authorization: Bearer " + vector, 401, unknown},
		{"12", "GET", path, "Authorization: Bearer VALIDx", 401, unknown},
		{"12", "GET", path, "Authorization: Bearer xVALID", 401, unknown},
		{"12", "GET", path, "Authorization: Bearer x", 401, unknown},
		{"13", "GET", path, "Authorization: Bearer EXPIRED", 401, bad("invalid_token", "token expired")},
		{"14", "GET", path, "Authorization: Bearer REVOKED", 401, bad("invalid_token", "token revoked")},
		{"15", "GET", path, "Authorization: Bearer ADMIN", 401, unknown},
		{"15", "GET", path, "Authorization: Bearer slus" + vector[4:], 401, unknown},
		{"16", "GET", path, "Authorization: Bearer SCOPED", 403, bad("insufficient_scope", "the token does not cover this request") + `, scope="GET:/token-demo"`},
		{"16", "GET", "/Nowhere/%22%20x", "Authorization: Bearer SCOPED", 403, bad("insufficient_scope", "the token does not cover this request") + `, scope="GET:/nowhere/%22%20x"`},
		{"16", "GET", "/other/x", "Authorization: Bearer SCOPED", 404, ""},
		{"16", "HEAD", "/other", "Authorization: Bearer SCOPED", 404, ""},
		{"16", "POST", path, "Authorization: Bearer SCOPED", 204, ""},
		{"17", "GET", path, "Authorization: Bearer LOCAL", 403, bad("insufficient_scope", "token is not valid from this address")},
		{"17", "GET", path, "Authorization: Bearer LOCAL|X-Forwarded-For: 10.0.0.1", 403, bad("insufficient_scope", "token is not valid from this address")},
		{"18", "GET", "/nowhere", "Authorization: Bearer VALID", 404, ""},
		{"19", "GET", path + "?access_token=VALID&token=VALID", "", 401, plainChallenge},
		{"20", "GET", path + "?access_token=x", "Authorization: Bearer VALID", 200, ""},
		{"21", "GET", path, "Cookie: sluice=x|Authorization: Bearer VALID", 200, ""},
		{"24", "OPTIONS", path, "Origin: http://a|Access-Control-Request-Method: GET", 204, ""},
		{"24", "OPTIONS", "/nowhere", "Origin: http://a|Access-Control-Request-Method: GET", 204, ""},
		{"25", "OPTIONS", path, "", 401, plainChallenge},
		{"25", "OPTIONS", path, "Origin: http://a", 401, plainChallenge},
		{"25", "OPTIONS", path, "Authorization: Bearer VALID", 204, ""},
		{"27", "HEAD", path, "", 401, plainChallenge},
		{"27", "HEAD", path, "Authorization: Bearer VALID", 200, ""},
		{"28", "GET", path, "Connection: Upgrade|Upgrade: websocket|Sec-WebSocket-Version: 13", 401, plainChallenge},
		{"28", "GET", path, "Connection: Upgrade|Upgrade: websocket|Authorization: Bearer x", 401, unknown},
		{"30", "GET", "/static/missing.css", "Range: bytes=0-1|If-None-Match: *", 401, plainChallenge},
		{"31", "TRACE", path, "Authorization: Bearer VALID", 405, ""},
		{"31", "CONNECT", path, "Authorization: Bearer VALID", 405, ""},
		{"32", "BREW", path, "", 401, plainChallenge},
		{"32", "POST", path, "X-HTTP-Method-Override: OPTIONS", 401, plainChallenge},
		{"34", "GET", "http://example.com" + path, "", 401, plainChallenge},
		{"34", "GET", "http://example.com" + path, "Authorization: Bearer VALID", 200, ""},
		{"34", "GET", "http://u:p@example.com" + path, "Authorization: Bearer VALID", 400, ""},
	} {
		t.Run(tc.row+" "+tc.method+" "+tc.header[:min(40, len(tc.header))], func(t *testing.T) {
			replace := strings.NewReplacer("VALID", g.valid, "SCOPED", g.scoped, "LOCAL", g.local, "EXPIRED", g.expired, "REVOKED", g.revoked, "ADMIN", g.admin)
			r := httptest.NewRequest(tc.method, tc.target, nil)
			if tc.method == "CONNECT" {
				r = httptest.NewRequest("GET", tc.target, nil)
				r.Method = "CONNECT"
			}
			r.RequestURI = replace.Replace(r.RequestURI)
			for line := range strings.SplitSeq(tc.header, "|") {
				if name, value, ok := strings.Cut(line, ": "); ok {
					r.Header.Add(name, replace.Replace(value))
				}
			}
			before := g.flow.calls.Load()
			w := httptest.NewRecorder()
			g.handler.ServeHTTP(w, r)
			challenge := strings.Join(w.Result().Header.Values("WWW-Authenticate"), " | ")
			if w.Code != tc.status || challenge != tc.challenge {
				t.Errorf("got %d %s\nwant %d %s", w.Code, challenge, tc.status, tc.challenge)
			}
			reached := g.flow.calls.Load() != before
			if reached != (tc.challenge == "" && tc.row != "24" && tc.status != 400 && tc.status != 405) {
				t.Errorf("the flow was reached: %t", reached)
			}
			if !reached && tc.row != "24" {
				checkRefusal(t, w.Result().Header, w.Body.String(), tc.method == "HEAD")
			}
			if allow := w.Result().Header.Get("Allow"); tc.status == 405 && allow == "" {
				t.Error("405 without Allow")
			}
		})
	}
	if strings.Contains(g.log.String(), "sluh_") {
		t.Error("a token is in the log")
	}
}

// Row 2a and T1: no spelling of a guarded path gets past, and none that is public
// but not plain is served without a token.
func TestGuardSpellings(t *testing.T) {
	g := newGuarded(t, PolicyConfig{Mode: []string{"bearer"}, Rules: []Rule{rule("/public/*", "none")}})
	for _, target := range []string{
		"//token-demo", "/./token-demo", "/y/../token-demo", "/%2e/token-demo", "/TOKEN-demo", "/token-demo;p", "/token-demo/",
		"/%74oken-demo", "/token%2ddemo", "/x%2f..%2ftoken-demo", "/token-demo%2f", "/public/../token-demo", "/public/%2e%2e/token-demo",
		"/public/..%2ftoken-demo", `/public/..\token-demo`, "/public//token-demo", "/public/./x", "/public%2fx", "/public/%252e%252e/token-demo",
		"/token-demo%00", "/token-demo%zz", "/%ff", "/public/..;/token-demo", "/public/%2e", "/;/public/x", "http://x/../token-demo",
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RequestURI = target
		w := httptest.NewRecorder()
		g.handler.ServeHTTP(w, r)
		if w.Code != 401 && w.Code != 400 {
			t.Errorf("%s: %d", target, w.Code)
		}
	}
	if w := get(g.handler, "GET", "/public/x"); w.Code != 404 || g.flow.calls.Load() != 1 {
		t.Errorf("the public path: %d after %d calls", w.Code, g.flow.calls.Load())
	}
}

// T13 and 4.5: what the handler sees of a request that was let through.
func TestGuardIdentity(t *testing.T) {
	g := newGuarded(t, PolicyConfig{Mode: []string{"bearer"}, Rules: []Rule{rule("/public/*", "none")}})
	w := get(g.handler, "GET", "/token-demo", "Authorization", "Bearer "+g.valid, "X-Sluice-User", "root", "X-SLUICE-role", "owner", "X-Other", "1")
	if w.Code != 200 {
		t.Fatal(w.Code)
	}
	seen := g.flow.last.Load()
	if len(seen.Header) != 1 || seen.Header.Get("X-Other") != "1" {
		t.Errorf("header %v", seen.Header)
	}
	p := FromContext(seen.Context())
	fields, err := json.Marshal(p.Fields())
	want := `{"token":{"id":"` + p.TokenID + `","name":"valid","scopes":[]},"type":"token"}`
	if err != nil || string(fields) != want || len(p.TokenID) != 26 {
		t.Errorf("fields %s, %v", fields, err)
	}
	get(g.handler, "POST", "/token-demo", "Authorization", "Bearer "+g.scoped)
	fields, err = json.Marshal(FromContext(g.flow.last.Load().Context()).Fields())
	want = `{"token":{"id":"` + g.scopedID + `","name":"scoped","scopes":[{"methods":["GET"],"path":"/other/*"},{"methods":["POST"],"path":"/token-demo"}]},"type":"token"}`
	if err != nil || string(fields) != want {
		t.Errorf("fields %s, %v", fields, err)
	}
	get(g.handler, "GET", "/public/x", "Authorization", "Bearer whatever", "X-Sluice-User", "root")
	seen = g.flow.last.Load()
	if seen.Header.Get("Authorization") != "Bearer whatever" || seen.Header.Get("X-Sluice-User") != "" {
		t.Errorf("mode none: header %v", seen.Header)
	}
	if fields, _ := json.Marshal(FromContext(seen.Context()).Fields()); string(fields) != `{"type":"none"}` {
		t.Errorf("mode none: %s", fields)
	}
	pass := newGuarded(t, bearerOnly, func(o *GuardOptions) { o.PassAuthorization = true })
	get(pass.handler, "GET", "/token-demo", "Authorization", "Bearer "+pass.valid)
	if pass.flow.last.Load().Header.Get("Authorization") == "" {
		t.Error("passAuthorization does not pass it")
	}
}

func TestGuardOptions(t *testing.T) {
	g := newGuarded(t, PolicyConfig{Mode: []string{"bearer", "none"}, Rules: []Rule{
		{Path: "/admin/*", Modes: []string{"bearer"}, Scopes: []string{"write"}}}}, func(o *GuardOptions) {
		o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")} // httptest's peer is 192.0.2.1
		o.IgnoreSchemes = []string{"Basic"}
		o.Realm = "my flows"
		o.Preflight = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(299) })
		o.Refused = func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", "http://a")
		}
	})
	_, reader := mustCreate(t, g.store, NewToken{Name: "reader", Scopes: []Scope{mustScope(t, "read")}})
	for _, tc := range []struct {
		name, target, header string
		status               int
	}{
		{"none beside bearer", "/token-demo", "", 200},
		{"a token that is shown must be right", "/token-demo", "Authorization: Bearer " + vector, 401},
		{"another scheme is not judged", "/token-demo", "Authorization: Digest x", 200},
		{"an ignored scheme", "/admin", "Authorization: Basic dTpw", 401},
		{"a proxy is believed", "/token-demo", "Authorization: Bearer LOCAL|X-Forwarded-For: 1.1.1.1, 10.1.2.3", 200},
		{"over several hops", "/token-demo", "Authorization: Bearer LOCAL|X-Forwarded-For: 10.1.2.3, 192.0.2.9", 200},
		{"but not what its client says", "/token-demo", "Authorization: Bearer LOCAL|X-Forwarded-For: 10.1.2.3, 1.1.1.1", 403},
		{"nor nonsense", "/token-demo", "Authorization: Bearer LOCAL|X-Forwarded-For: 10.1.2.3, x", 403},
		{"a policy's scope", "/admin/x", "Authorization: Bearer READER", 403},
		{"of a token that has it", "/admin/x", "Authorization: Bearer VALID", 404},
	} {
		var header []string
		for line := range strings.SplitSeq(tc.header, "|") {
			if name, value, ok := strings.Cut(line, ": "); ok {
				header = append(header, name, strings.NewReplacer("VALID", g.valid, "LOCAL", g.local, "READER", reader).Replace(value))
			}
		}
		w := get(g.handler, "GET", tc.target, header...)
		if w.Code != tc.status {
			t.Errorf("%s: got %d, want %d: %v", tc.name, w.Code, tc.status, w.Header())
		}
		if w.Code/100 == 4 && w.Code != 404 && w.Header().Get("Access-Control-Allow-Origin") == "" {
			t.Errorf("%s: no CORS header", tc.name)
		}
		if w.Code == 401 && !strings.HasPrefix(w.Header().Get("WWW-Authenticate"), `Bearer realm="my flows"`) {
			t.Errorf("%s: %v", tc.name, w.Header())
		}
	}
	if w := get(g.handler, "OPTIONS", "/x", "Origin", "http://a", "Access-Control-Request-Method", "GET"); w.Code != 299 {
		t.Errorf("preflight: %d", w.Code)
	}
}

// T21: a guard that cannot judge a mode is not made, and does not get its policies.
func TestGuardRefusesToBeOpen(t *testing.T) {
	bearer, none := mustPolicies(t, bearerOnly), mustPolicies(t, PolicyConfig{Mode: []string{"none"}})
	for name, opts := range map[string]GuardOptions{
		"bearer without verifier": {},
		"bad realm":               {Realm: `a"b`, Verifier: &Verifier{}},
		"plain password":          {Verifier: &Verifier{}, Basic: &BasicUser{User: "u", Hash: "secret"}},
		"user with colon":         {Verifier: &Verifier{}, Basic: &BasicUser{User: "u:v", Hash: testHash}},
	} {
		if _, err := NewGuard(bearer, opts); err == nil {
			t.Errorf("%s: accepted", name)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the password is in %v", name, err)
		}
	}
	if _, err := NewGuard(nil, GuardOptions{}); err == nil {
		t.Error("a guard without policies was made")
	}
	g := mustGuard(t, none, GuardOptions{})
	basicRule := mustPolicies(t, PolicyConfig{Mode: []string{"none"}, Rules: []Rule{rule("/a", "basic")}})
	if err := g.SetPolicies(basicRule); err == nil || g.Policies() != none {
		t.Errorf("policies that cannot be judged: %v", err)
	}
}

// Row 39: while tokens cannot be checked, 503 and not 401, which would tell clients
// to throw good tokens away.
func TestGuardStoreDown(t *testing.T) {
	g := newGuarded(t, bearerOnly)
	g.guard.verifier.disbelieve()
	w := get(g.handler, "GET", "/token-demo", "Authorization", "Bearer "+g.valid)
	if w.Code != 503 || w.Header().Get("Retry-After") == "" || w.Header().Get("WWW-Authenticate") != "" || !strings.Contains(w.Body.String(), "temporarily_unavailable") {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	checkRefusal(t, w.Result().Header, w.Body.String(), false)
	if w := get(g.handler, "GET", "/token-demo"); w.Code != 401 {
		t.Errorf("without a token: %d", w.Code)
	}
}

// T8: tokens, routes and methods: what is allowed is the declared table.
func TestGuardScopeMatrix(t *testing.T) {
	g := newGuarded(t, bearerOnly)
	scopes := map[string][]string{"all": nil, "a": {"/a/*"}, "read": {"read"}, "post": {"POST:/a/:x", "/b"}}
	allowed := map[string]string{
		"all":  "GET /a POST /a GET /a/1 POST /a/1 GET /b POST /b GET /ab POST /ab",
		"a":    "GET /a POST /a GET /a/1 POST /a/1",
		"read": "GET /a GET /a/1 GET /b GET /ab",
		"post": "POST /a/1 GET /b POST /b",
	}
	for name, texts := range scopes {
		n := NewToken{Name: name}
		for _, s := range texts {
			n.Scopes = append(n.Scopes, mustScope(t, s))
		}
		_, value := mustCreate(t, g.store, n)
		var got []string
		for _, path := range []string{"/a", "/a/1", "/b", "/ab"} {
			for _, method := range []string{"GET", "POST"} {
				if w := get(g.handler, method, path, "Authorization", "Bearer "+value); w.Code == 404 {
					got = append(got, method+" "+path)
				} else if w.Code != 403 {
					t.Errorf("%s: %s %s: %d", name, method, path, w.Code)
				}
			}
		}
		if strings.Join(got, " ") != allowed[name] {
			t.Errorf("%s: %v, want %s", name, got, allowed[name])
		}
	}
}

// Refused requests are logged and audited once a minute per reason and address.
func TestGuardDeniedSample(t *testing.T) {
	g := newGuarded(t, bearerOnly)
	for range 3 {
		get(g.handler, "GET", "/token-demo?access_token="+g.valid)
		get(g.handler, "GET", "/token-demo", "Authorization", "Bearer "+g.scoped)
	}
	if n := strings.Count(g.log.String(), EventDenied); n != 2 {
		t.Errorf("%d lines:\n%s", n, g.log)
	}
	g.clock.Advance(time.Minute)
	get(g.handler, "GET", "/token-demo")
	if n := strings.Count(g.log.String(), EventDenied); n != 3 {
		t.Errorf("%d lines after a minute", n)
	}
	if err := g.guard.verifier.Close(ctx); err != nil {
		t.Fatal(err)
	}
	events, err := g.store.Audit(ctx, AuditQuery{})
	denied := slices.DeleteFunc(events, func(e Event) bool { return e.Type != EventDenied })
	if err != nil || len(denied) != 3 || denied[1].Subject != g.scopedID || denied[1].IP != "192.0.2.1" {
		t.Errorf("audit %v, %v", denied, err)
	}
	if strings.Contains(g.log.String(), "sluh_") {
		t.Error("a token is in the log")
	}
	var d deniedSample
	d.log = textLog(io.Discard)
	for i := range 2 * deniedKeys {
		d.event(g.clock.Now(), deniedKey{"x", netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})}, Event{})
	}
	if len(d.told) > deniedKeys {
		t.Errorf("%d addresses are remembered", len(d.told))
	}
}

func TestWantsHTML(t *testing.T) {
	for _, tc := range []struct {
		method, accept, mode string
		want                 bool
	}{
		{"GET", "text/html,application/xhtml+xml,*/*;q=0.8", "navigate", true},
		{"HEAD", "text/html", "", true},
		{"POST", "text/html", "", false},
		{"GET", "text/html", "cors", false},
		{"GET", "*/*", "", false},
		{"GET", "", "", false},
		{"GET", "text/html;q=0", "", false},
		{"GET", "application/json, text/html", "", false},
		{"GET", "text/html, application/json", "", true},
		{"GET", "application/json;q=0.5, text/html", "", true},
		{"GET", "text/html;q=0.5, application/problem+json", "", false},
	} {
		r := httptest.NewRequest(tc.method, "/", nil)
		r.Header.Set("Accept", tc.accept)
		r.Header.Set("Sec-Fetch-Mode", tc.mode)
		if got := wantsHTML(r); got != tc.want {
			t.Errorf("%s %q %s: got %t", tc.method, tc.accept, tc.mode, got)
		}
	}
	g := newGuarded(t, bearerOnly)
	w := get(g.handler, "GET", "/x", "Accept", "text/html")
	if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") || !strings.Contains(w.Body.String(), "401 Unauthorized") {
		t.Errorf("%v %s", w.Header(), w.Body)
	}
}

func FuzzAuthorization(f *testing.F) {
	for _, s := range []string{"", "Bearer", "Bearer x", "bearer  " + vector, "Basic dTpw", "Bearer a b", "Bearer \x00", "Bearer a=b", "x"} {
		f.Add(s)
	}
	source := &fakeSource{epoch: 1, records: []Record{record(vector)}}
	v, err := OpenVerifier(ctx, source, VerifierOptions{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = v.Close(ctx) })
	g := mustGuard(f, mustPolicies(f, bearerOnly), GuardOptions{Verifier: v})
	reached := false
	h := g.Wrap(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	f.Fuzz(func(t *testing.T, value string) {
		reached = false
		w := get(h, "GET", "/", "Authorization", value)
		fields := strings.Fields(value)
		good := len(fields) == 2 && strings.EqualFold(fields[0], "Bearer") && fields[1] == vector
		if reached && !good {
			t.Fatalf("%q got in", value)
		}
		if !reached && w.Code != 400 && w.Code != 401 {
			t.Fatalf("%q: %d", value, w.Code)
		}
	})
}

func TestRefusalFor(t *testing.T) {
	for err, want := range map[error]int{ErrUnknown: 401, ErrExpired: 401, ErrRevoked: 401, ErrUnavailable: 503, errors.New("x"): 401} {
		if got := refusalFor(err).status; got != want {
			t.Errorf("%v: %d", err, got)
		}
	}
}

// New policies count for the next request, and the change is told.
func TestGuardSetPolicies(t *testing.T) {
	g := newGuarded(t, bearerOnly)
	if err := g.guard.SetPolicies(mustPolicies(t, PolicyConfig{Mode: []string{"none"}})); err != nil {
		t.Fatal(err)
	}
	if w := get(g.handler, "GET", "/token-demo"); w.Code != 200 {
		t.Errorf("got %d", w.Code)
	}
	if n := strings.Count(g.log.String(), EventPolicies); n != 1 {
		t.Errorf("%d lines", n)
	}
}

// T23: refusals repeat nothing of the request.
func TestGuardEchoesNothing(t *testing.T) {
	g := newGuarded(t, PolicyConfig{Mode: []string{"bearer", "basic"}}, func(o *GuardOptions) { o.Basic = &BasicUser{User: "u", Hash: testHash} })
	const marker = "zq7marker"
	for _, header := range [][]string{
		{"X-A", marker}, {"Authorization", marker}, {"Authorization", marker + " x"}, {"Authorization", "Bearer " + marker}, {"Authorization", "Bearer " + marker + " x"},
		{"Authorization", basicValue(marker + ":" + marker)}, {"Authorization", "Bearer " + g.scoped}, {"Accept", "text/html," + marker}, {"Cookie", marker},
	} {
		for _, target := range []string{"/" + marker, "/" + marker + "/%zz", "/x?" + marker} {
			r := httptest.NewRequest("GET", "/x", nil)
			r.RequestURI = target
			r.Header.Set(header[0], header[1])
			w := httptest.NewRecorder()
			g.handler.ServeHTTP(w, r)
			h := w.Header().Clone()
			if w.Code == 403 {
				h.Del("WWW-Authenticate") // names the scope that was missing, as RFC 6750 3 has it
			}
			if w.Code < 400 || strings.Contains(strings.ToLower(w.Body.String()), marker) || strings.Contains(strings.ToLower(httpText(h)), marker) {
				t.Errorf("%s %v: %d %v %s", target, header, w.Code, h, w.Body)
			}
		}
	}
}

func httpText(h http.Header) string {
	var b strings.Builder
	_ = h.Write(&b)
	return b.String()
}
