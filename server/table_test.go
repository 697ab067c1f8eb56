package server

import (
	"encoding/base64"
	"encoding/json"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sluice/authz"
)

// demoFlows are endpoints that count how often one of them has run.
func demoFlows(more ...string) string {
	counted := func(id, method, url string) string {
		return `{"id":"` + id + `","type":"http in","z":"t","url":"` + url + `","method":"` + method + `","x":1,"y":1,"wires":[["f` + id + `"]]},
			{"id":"f` + id + `","type":"function","z":"t","func":"global.set('runs', (global.get('runs') || 0) + 1); msg.payload = 'flow ran, ' + msg.req.auth.type + ', ' + (msg.req.headers.authorization || 'no header'); return msg","x":1,"y":1,"wires":[["r` + id + `"]]},
			{"id":"r` + id + `","type":"http response","z":"t","x":1,"y":1,"wires":[]}`
	}
	return flowFile(append(more, endpoint("runs", "get", "/runs", "$string($globalContext('runs'))", ""), counted("a", "get", "/token-demo"), counted("b", "post", "/post"), counted("p", "get", "/hooks/:id"))...)
}

// runs is how often an endpoint of demoFlows has run.
func (p *peer) runs() string { return ask(p.Engine.Router(), "GET", "/runs").Body.String() }

const plainBearer = `Bearer realm="sluice"`

func challenge(code, text string) string {
	return plainBearer + `, error="` + code + `", error_description="` + text + `"`
}

var unrecognised = challenge("invalid_token", "token not recognised")

// refused holds what every refusal of the guard has in common.
func (p *peer) refused(t *testing.T, a answer) {
	t.Helper()
	for name, want := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"} {
		if got := a.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if vary := strings.Join(a.Header["Vary"], ", "); !strings.Contains(vary, "Authorization, Cookie") {
		t.Errorf("Vary: %q", vary)
	}
	for _, name := range []string{"Server", "X-Powered-By", "Etag", "Last-Modified", "Set-Cookie", "Location"} {
		if a.Header.Get(name) != "" {
			t.Errorf("%s: %q", name, a.Header.Get(name))
		}
	}
	if a.StatusCode == 401 && a.challenges() == "" {
		t.Error("a 401 without a challenge")
	}
	switch kind := a.Header.Get("Content-Type"); {
	case a.body == "": // to HEAD
	case strings.HasPrefix(kind, "application/json"):
		var body struct {
			Error       string `json:"error"`
			Description string `json:"error_description"`
		}
		if err := json.Unmarshal([]byte(a.body), &body); err != nil || body.Error == "" || (body.Error == "unauthorized") != (body.Description == "") {
			t.Errorf("body %q", a.body)
		}
	case !strings.HasPrefix(kind, "text/html"):
		t.Errorf("Content-Type %q", kind)
	}
	told := a.body
	for name, values := range a.Header {
		told += name + strings.Join(values, "\n")
	}
	for _, secret := range append(p.values(), "sluh_", "slua_", "slus_", "goroutine", ".go:", "/sluice.db") {
		if strings.Contains(told, secret) {
			t.Errorf("the answer holds %q: %s", secret, told)
		}
	}
}

func (p *peer) values() (values []string) {
	for i := 1; i < len(p.names); i += 2 {
		values = append(values, p.names[i])
	}
	return values
}

// passHash is bcrypt of "secret", of the lowest cost.
const passHash = "$2a$04$kyitgG925jtNA6txxzenfOwWiuZdy2dUjkw0BkisaVnuKgD0bVnxu"

// demo is an instance of demoFlows with a password, tokens in every state, and users.
func demo(t testing.TB, yaml, settings string, env ...string) *peer {
	t.Helper()
	dir := layOut(t, map[string]string{"flows.json": demoFlows(), "sluice.yaml": yaml, "files/a.txt": "a file"})
	settings = strings.ReplaceAll(settings, "FILES", filepath.Join(dir, "files"))
	writeFile(t, filepath.Join(dir, "settings.js"), "module.exports = {"+settings+"}")
	names := seed(t, filepath.Join(dir, "sluice.db"))
	p := listenIn(t, dir, append(env, "SLUICE_AUTH_USER=u", "SLUICE_AUTH_PASS_HASH="+passHash)...)
	p.names = append(names, "PASSWORD", base64.StdEncoding.EncodeToString([]byte("u:secret")))
	return p
}

// seed makes tokens and sessions in a database, an hour ago.
func seed(t testing.TB, path string) (names []string) {
	t.Helper()
	then := time.Now().Add(-time.Hour)
	s, err := authz.Open(t.Context(), path, authz.Options{Now: func() time.Time { return then }})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	by := authz.Actor{Name: "test"}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, n := range map[string]authz.NewToken{
		"VALID":   {},
		"SCOPED":  {Scopes: []authz.Scope{scope(t, "GET:/other/*"), scope(t, "POST:/token-demo")}},
		"REMOTE":  {IPs: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}},
		"EXPIRED": {ExpiresAt: then.Add(time.Minute)},
		"REVOKED": {},
		"ADMIN":   {Kind: authz.KindAdmin},
	} {
		n.Name = name
		_, value, err := s.Create(t.Context(), by, n)
		must(err)
		names = append(names, name, value)
	}
	_, err = s.Revoke(t.Context(), by, "REVOKED")
	must(err)
	for name, role := range map[string]authz.Role{"MEMBER": authz.RoleMember, "GUEST": authz.RoleDashboard, "STRANGER": authz.RoleNone} {
		u, err := s.AddUser(t.Context(), by, authz.NewUser{Username: strings.ToLower(name), Admin: name == "STRANGER"})
		must(err)
		if role != authz.RoleNone {
			_, err = s.SetMember(t.Context(), by, authz.DefaultTeam, u.ID, role)
			must(err)
		}
		value, _, err := s.NewSession(t.Context(), by, u.ID, "", "")
		must(err)
		names = append(names, name, value)
	}
	return names
}

func scope(t testing.TB, text string) authz.Scope {
	t.Helper()
	s, err := authz.ParseScope(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The table of results in mode bearer; row numbers are those of the specification.
func TestEveryRowOfTheTable(t *testing.T) {
	p := demo(t, "auth: {mode: bearer}\n", "httpNodeCors: {origin: ['http://friend.example']}, httpStatic: [{path: 'FILES', root: '/files/'}]")
	const (
		get    = "GET /token-demo"
		valid  = "Authorization: Bearer VALID"
		page   = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
		friend = "Origin: http://friend.example"
		other  = "Origin: http://other.example"
		asks   = "Access-Control-Request-Method: GET"
	)
	upgrade := []string{"Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="}
	bearer := func(value string) []string { return []string{"Authorization: Bearer " + value} }
	outOfScope := challenge("insufficient_scope", "the token does not cover this request") + `, scope="`
	control := challenge("invalid_request", "the Authorization header contains a control character")
	space := challenge("invalid_request", "the token contains whitespace")
	syntax := challenge("invalid_request", "the token contains a character that no token has")
	for _, tc := range []struct {
		row, line string
		fields    []string
		status    int
		challenge string
	}{
		{"1", get, nil, 401, plainBearer},
		{"1 POST", "POST /token-demo", nil, 401, plainBearer},
		{"2 unknown path", "GET /nowhere", nil, 401, plainBearer},
		{"2 other method", "DELETE /token-demo", nil, 401, plainBearer},
		{"2 deep unknown path", "GET /a/b/c/d/e.php?x=1", nil, 401, plainBearer},
		{"3 browser", get, []string{page}, 401, plainBearer},
		{"3 browser navigates", get, []string{page, "Sec-Fetch-Mode: navigate"}, 401, plainBearer},
		{"3 page that fetches", get, []string{page, "Sec-Fetch-Mode: cors"}, 401, plainBearer},
		{"4 Basic", get, []string{"Authorization: Basic PASSWORD"}, 401, plainBearer},
		{"4 Token", get, []string{"Authorization: Token VALID"}, 401, plainBearer},
		{"4 Digest", get, []string{`Authorization: Digest username="u", realm="x"`}, 401, plainBearer},
		{"4 Bearers", get, []string{"Authorization: Bearers VALID"}, 401, plainBearer},
		{"4 no scheme", get, []string{"Authorization: VALID"}, 401, plainBearer},
		{"4 empty", get, []string{"Authorization:"}, 401, plainBearer},
		{"5", get, []string{valid}, 200, ""},
		{"5 lower case", get, []string{"Authorization: bearer VALID"}, 200, ""},
		{"5 upper case", get, []string{"AUTHORIZATION: BEARER VALID"}, 200, ""},
		{"5 spaces", get, []string{"Authorization:  \t Bearer    VALID \t  "}, 200, ""},
		{"5 no space after the colon", get, []string{"Authorization:Bearer VALID"}, 200, ""},
		{"6", get, []string{"Authorization: Bearer"}, 400, challenge("invalid_request", "no token after the scheme")},
		{"6 blanks", get, []string{"Authorization: bearer   "}, 400, challenge("invalid_request", "no token after the scheme")},
		{"7 inner space", get, bearer("VALID x"), 400, space},
		{"7 two tokens", get, bearer("VALID VALID"), 400, space},
		{"7 list", get, bearer("VALID,VALID"), 400, syntax},
		{"7 list with a space", get, bearer("VALID, Bearer VALID"), 400, space},
		{"7 quotes", get, bearer(`"VALID"`), 400, syntax},
		{"7 percent", get, bearer("%56ALID"), 400, syntax},
		{"7 not ASCII", get, bearer("VALIDé"), 400, syntax},
		{"7 bytes that are no text", get, bearer("VALID\xff"), 400, syntax},
		{"7 a parameter", get, bearer("token=VALID"), 400, syntax},
		{"7 padding inside", get, bearer("a=b"), 400, syntax},
		{"7 nothing but padding", get, bearer("=="), 400, syntax},
		{"8 a tab for the space", get, []string{"Authorization: Bearer\tVALID"}, 400, control},
		{"8 a tab inside", get, bearer("VA\tLID"), 400, control},
		{"9 equal lines", get, []string{valid, valid}, 400, challenge("invalid_request", "more than one Authorization header")},
		{"9 the second is bad", get, []string{valid, "authorization: Bearer x"}, 400, challenge("invalid_request", "more than one Authorization header")},
		{"9 the second is empty", get, []string{valid, "Authorization:"}, 400, challenge("invalid_request", "more than one Authorization header")},
		{"9 two schemes", get, []string{"Authorization: Basic PASSWORD", valid}, 400, challenge("invalid_request", "more than one Authorization header")},
		{"10", get, bearer(strings.Repeat("a", 8193)), 400, challenge("invalid_request", "the token is longer than 8192 characters")},
		{"10 the longest", get, bearer(strings.Repeat("a", 8192)), 401, unrecognised},
		{"12 wrong check", get, bearer("VALIDx"), 401, unrecognised},
		{"12 a character in front", get, bearer("xVALID"), 401, unrecognised},
		{"12 unknown, with a right check", get, bearer("sluh_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg4SEGSx"), 401, unrecognised},
		{"12 the prefix alone", get, bearer("sluh_"), 401, unrecognised},
		{"12 short", get, bearer("x"), 401, unrecognised},
		{"12 padded", get, bearer("VALID=="), 401, unrecognised},
		{"13", get, bearer("EXPIRED"), 401, challenge("invalid_token", "token expired")},
		{"14", get, bearer("REVOKED"), 401, challenge("invalid_token", "token revoked")},
		{"15 admin token", get, bearer("ADMIN"), 401, unrecognised},
		{"15 session", get, bearer("MEMBER"), 401, unrecognised},
		{"16 path and method", get, bearer("SCOPED"), 403, outOfScope + `GET:/token-demo"`},
		{"16 before 404", "DELETE /nowhere", bearer("SCOPED"), 403, outOfScope + `DELETE:/nowhere"`},
		{"16 nothing can be added to the challenge", `GET /x"y%22,%20z`, bearer("SCOPED"), 403, outOfScope + `GET:/x%22y%22,%20z"`},
		{"16 covered", "POST /token-demo", bearer("SCOPED"), 404, ""},
		{"16 HEAD is GET", "HEAD /other/x", bearer("SCOPED"), 404, ""},
		{"17", get, bearer("REMOTE"), 403, challenge("insufficient_scope", "token is not valid from this address")},
		{"18", "GET /nowhere", []string{valid}, 404, ""},
		{"18 other method", "DELETE /token-demo", []string{valid}, 404, ""},
		{"19 query", get + "?access_token=VALID&token=VALID", nil, 401, plainBearer},
		{"19 other names", get, []string{"X-Api-Key: VALID", "X-Access-Token: VALID", "Proxy-Authorization: Bearer VALID", "Sec-WebSocket-Protocol: VALID"}, 401, plainBearer},
		{"20", get + "?access_token=x&access_token=y", []string{valid}, 200, ""},
		{"21", get, []string{"Cookie: sluice=MEMBER", valid}, 200, ""},
		{"21 bad cookie", get, []string{"Cookie: sluice=x; __Host-sluice=y", valid}, 200, ""},
		{"22", get, []string{"Cookie: sluice=MEMBER", "Authorization: Bearer x"}, 401, unrecognised},
		{"22 cookie alone", get, []string{"Cookie: sluice=MEMBER"}, 401, plainBearer},
		{"24", "OPTIONS /token-demo", []string{friend, asks}, 204, ""},
		{"24 unknown path", "OPTIONS /nowhere", []string{friend, asks}, 204, ""},
		{"24 other origin", "OPTIONS /token-demo", []string{other, asks}, 204, ""},
		{"24 with a token", "OPTIONS /token-demo", []string{friend, asks, "Authorization: Bearer x"}, 204, ""},
		{"25", "OPTIONS /token-demo", nil, 401, plainBearer},
		{"25 unknown path", "OPTIONS /nowhere", nil, 401, plainBearer},
		{"25 half a preflight", "OPTIONS /token-demo", []string{friend}, 401, plainBearer},
		{"25 the other half", "OPTIONS /token-demo", []string{asks}, 401, plainBearer},
		{"25 valid", "OPTIONS /token-demo", []string{valid}, 204, ""},
		{"26", get, []string{friend}, 401, plainBearer},
		{"27", "HEAD /token-demo", nil, 401, plainBearer},
		{"27 bad token", "HEAD /token-demo", bearer("x"), 401, unrecognised},
		{"27 valid", "HEAD /token-demo", []string{valid}, 200, ""},
		{"28 no token", get, upgrade, 401, plainBearer},
		{"28 bad token", get, append(bearer("x"), upgrade...), 401, unrecognised},
		{"28 expired", get, append(bearer("EXPIRED"), upgrade...), 401, challenge("invalid_token", "token expired")},
		{"30 file", "GET /files/a.txt", nil, 401, plainBearer},
		{"30 missing file", "GET /files/b.txt", nil, 401, plainBearer},
		{"30 folder", "GET /files", nil, 401, plainBearer},
		{"30 range", "GET /files/a.txt", []string{"Range: bytes=0-1"}, 401, plainBearer},
		{"30 condition", "GET /files/a.txt", []string{"If-None-Match: *", "If-Modified-Since: Sat, 01 Jan 2050 00:00:00 GMT"}, 401, plainBearer},
		{"30 condition on a route", get, []string{"If-None-Match: *"}, 401, plainBearer},
		{"30 valid", "GET /files/a.txt", []string{valid}, 200, ""},
		{"30 climbing out", "GET /files/../sluice.db", []string{valid}, 404, ""},
		{"30 climbing out encoded", "GET /files/..%2f..%2fsluice.db", []string{valid}, 404, ""},
		{"31 TRACE", "TRACE /token-demo", []string{valid, "X-Echo: me"}, 405, ""},
		{"31 CONNECT", "CONNECT h:443", nil, 405, ""},
		{"31 CONNECT to a path", "CONNECT /token-demo", []string{valid}, 405, ""},
		{"32", "FOO /token-demo", nil, 401, plainBearer},
		{"32 lower case", "get /token-demo", nil, 401, plainBearer},
		{"32 valid", "FOO /token-demo", []string{valid}, 405, ""},
		{"32 valid, lower case", "get /token-demo", []string{valid}, 405, ""},
		{"32 override", "POST /token-demo", []string{valid, "X-HTTP-Method-Override: GET", "X-Method-Override: GET", "X-HTTP-Method: GET"}, 404, ""},
		{"32 override in the query", "POST /token-demo?_method=GET", []string{valid}, 404, ""},
		{"34", "GET http://elsewhere.example/token-demo", nil, 401, plainBearer},
		{"34 valid", "GET http://elsewhere.example/token-demo", []string{valid}, 200, ""},
		{"34 userinfo", "GET http://u:p@h/token-demo", []string{valid}, 400, ""},
		{"34 authority alone", "GET http://h", nil, 401, plainBearer},
		{"34 authority-form", "GET h:80", []string{valid}, 400, ""},
		{"34 asterisk", "GET *", []string{valid}, 400, ""},
		{"35", "POST /token-demo", []string{"Expect: 100-continue", "Content-Length: 5"}, 401, plainBearer},
		{"37", "POST /token-demo", []string{"Transfer-Encoding: chunked", "Trailer: Authorization"}, 401, plainBearer},
	} {
		t.Run(tc.row, func(t *testing.T) {
			before := p.runs()
			a := p.ask(t, tc.line, tc.fields...)
			if a.StatusCode != tc.status || a.challenges() != tc.challenge {
				t.Errorf("got  %d %s\nwant %d %s\n%s", a.StatusCode, a.challenges(), tc.status, tc.challenge, a.body)
			}
			if ran := p.runs() != before; ran != (tc.status == 200 && strings.Contains(tc.line, "token-demo")) {
				t.Errorf("the flow ran: %t", ran)
			}
			if a.code() != "" {
				p.refused(t, a)
			}
			if strings.HasPrefix(tc.row, "3 browser") != strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") && a.StatusCode == 401 {
				t.Errorf("Content-Type %s", a.Header.Get("Content-Type"))
			}
			switch {
			case tc.status == 405 && (a.Header.Get("Allow") == "" || strings.Contains(a.body, "Echo")):
				t.Errorf("header %v, body %q", a.Header, a.body)
			case tc.row == "25 valid" && a.Header.Get("Allow") != "GET,HEAD":
				t.Errorf("header %v", a.Header)
			case tc.status == 200 && strings.Contains(a.body, "VALID"):
				t.Errorf("the flow saw the header: %s", a.body)
			}
			allowed := a.Header.Get("Access-Control-Allow-Origin")
			if (allowed == "http://friend.example") != slices.Contains(tc.fields, friend) {
				t.Errorf("origin %q is let in", allowed)
			}
			if tc.row == "26" && !strings.Contains(strings.Join(a.Header["Access-Control-Expose-Headers"], ","), "WWW-Authenticate") {
				t.Errorf("the page cannot read the challenge: %v", a.Header)
			}
			if strings.HasPrefix(tc.line, "HEAD ") && (a.body != "" || a.ContentLength <= 0) {
				t.Errorf("body %q, Content-Length %d", a.body, a.ContentLength)
			}
		})
	}
	if text := p.log.String(); strings.Contains(text, "sluh_") || strings.Contains(text, "slus_") {
		t.Error("a secret is in the log")
	}
}
