package server

import (
	"crypto/tls"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// claims are headers by which a client could try to be somebody else, somewhere else
// or to ask for something else.
var claims = []string{
	"X-Forwarded-For: 10.0.0.1", "X-Real-IP: 10.0.0.1", "True-Client-IP: 10.0.0.1", "CF-Connecting-IP: 10.0.0.1", "X-Client-IP: 10.0.0.1", "Client-IP: 10.0.0.1",
	"Forwarded: for=10.0.0.1;host=h;proto=https", "X-Forwarded-Proto: https", "X-Forwarded-Ssl: on", "Front-End-Https: on", "X-Forwarded-Host: evil.example", "X-Host: evil.example", "X-Forwarded-Port: 443",
	"X-Forwarded-Prefix: /hooks", "X-Forwarded-Path: /hooks/1", "X-Forwarded-Uri: /hooks/1", "X-Original-URL: /hooks/1", "X-Original-URI: /hooks/1", "X-Rewrite-URL: /hooks/1", "X-Proxy-URL: /hooks/1", "X-Envoy-Original-Path: /hooks/1",
	"X-HTTP-Method-Override: OPTIONS", "X-HTTP-Method: OPTIONS", "X-Method-Override: OPTIONS",
	"X-Remote-User: root", "Remote-User: root", "X-User: root", "X-Authenticated-User: root", "X-WEBAUTH-USER: root", "X-Forwarded-User: root", "X-Auth-Request-User: root", "X-Auth-Request-Email: root@h",
	"X-Sluice-User: root", "X-Sluice-Auth: token", "x-sluice-token: VALID", "X-SLUICE-ROLE: owner", "X-Api-Key: VALID", "X-Auth-Token: VALID", "X-Access-Token: VALID", "Access-Token: VALID", "Token: VALID",
	"Proxy-Authorization: Bearer VALID", "X-Authorization: Bearer VALID", "X-Forwarded-Authorization: Bearer VALID", "Authorization-: Bearer VALID", "Authorization2: Bearer VALID", "X-Forwarded-Access-Token: VALID",
	"Cookie: access_token=VALID", "Cookie: token=VALID; Authorization=Bearer VALID", "Cookie: connect.sid=MEMBER", "Cookie: slus=MEMBER", "Cookie: __Host-sluice=MEMBER", "Cookie: Sluice=MEMBER", "Cookie: sluice=MEMBER; sluice=MEMBER", "Cookie: sluice=VALID",
	"Referer: http://h/token-demo?access_token=VALID", "Origin: http://h", "Sec-Fetch-Site: same-origin", "Upgrade-Insecure-Requests: 1", "Connection: close, Host", "Via: 1.1 trusted", "Max-Forwards: 0", "From: root@h", "Host: localhost",
}

// T13: what a client claims in headers changes nothing: not who it is, not from where,
// not what it asks for.
func TestClaimsInHeadersChangeNothing(t *testing.T) {
	for _, mode := range []string{"bearer", "team", "basic", "team,basic"} {
		p := demo(t, "auth:\n  mode: ["+mode+"]\n  policies:\n    - {path: /hooks/*, modes: [none]}\n", "")
		before := p.runs()
		all := strings.Join(claims[:len(claims)-1], "\r\n")
		for _, claim := range append([]string{all}, claims...) {
			if strings.HasPrefix(claim, "Host:") {
				continue // the request has its own
			}
			if a := p.ask(t, "GET /token-demo", claim); a.StatusCode != 401 || strings.Contains(a.body, "evil") || strings.Contains(strings.Join(a.Header["Www-Authenticate"], ""), "evil") {
				t.Errorf("%s: %s: %d %v", mode, claim, a.StatusCode, a.Header)
			}
			if a := p.ask(t, "GET /token-demo", claim, "Authorization: Bearer REMOTE"); a.StatusCode/100 == 2 {
				t.Errorf("%s: %s lets a token in from elsewhere: %d", mode, claim, a.StatusCode)
			}
		}
		for _, host := range []string{"localhost", "127.0.0.1", "evil.example", "h:80", "[::1]", ""} {
			c := p.say(t, "GET /token-demo HTTP/1.1\r\nHost: "+host+"\r\nAccept: text/html\r\n\r\n")
			if a := c.answers[0]; a.StatusCode/100 == 2 || strings.Contains(a.Header.Get("Location"), "evil") {
				t.Errorf("%s: Host %q: %d %v", mode, host, a.StatusCode, a.Header)
			}
		}
		if after := p.runs(); after != before {
			t.Errorf("%s: flows ran", mode)
		}
	}
	p := demo(t, "auth: {mode: bearer}\n", "")
	for _, claim := range claims {
		if strings.HasPrefix(claim, "Connection") || strings.HasPrefix(claim, "Host") {
			continue
		}
		if a := p.ask(t, "GET /token-demo", "Authorization: Bearer VALID", claim); a.StatusCode != 200 || !strings.HasPrefix(a.body, "flow ran, token, ") {
			t.Errorf("%s: %d %s", claim, a.StatusCode, a.body)
		}
	}
}

// Only a trusted proxy is believed, and only what it says itself.
func TestATrustedProxyIsBelieved(t *testing.T) {
	p := demo(t, "auth: {mode: team, trustedProxies: [127.0.0.1, 192.0.2.0/24]}\n", "")
	for _, tc := range []struct {
		fields string
		status int
	}{
		{"X-Forwarded-For: 10.0.0.1", 200},
		{"X-Forwarded-For: 198.51.100.1, 10.0.0.1", 200},
		{"X-Forwarded-For: 10.0.0.1, 192.0.2.1", 200},
		{"X-Forwarded-For: 10.0.0.1, 198.51.100.1", 403},
		{"X-Forwarded-For: 10.0.0.1\r\nX-Forwarded-For: 198.51.100.1", 403},
		{"X-Forwarded-For: 10.0.0.1, nonsense", 403},
		{"Forwarded: for=10.0.0.1", 403},
		{"X-Real-IP: 10.0.0.1", 403},
	} {
		if a := p.ask(t, "GET /token-demo", tc.fields, "Authorization: Bearer REMOTE"); a.StatusCode != tc.status {
			t.Errorf("%s: %d, want %d", tc.fields, a.StatusCode, tc.status)
		}
	}
	for _, tc := range []struct {
		fields string
		status int
	}{
		{"X-Forwarded-For: 198.51.100.1\r\nCookie: sluice=MEMBER", 401}, // in plain text over the network
		{"X-Forwarded-For: 198.51.100.1\r\nX-Forwarded-Proto: https\r\nCookie: __Host-sluice=MEMBER", 200},
		{"X-Forwarded-For: 198.51.100.1\r\nX-Forwarded-Proto: https\r\nCookie: sluice=MEMBER", 401},
		{"X-Forwarded-Proto: https\r\nX-Forwarded-Proto: https\r\nCookie: __Host-sluice=MEMBER", 401},
	} {
		if a := p.ask(t, "GET /token-demo", tc.fields); a.StatusCode != tc.status {
			t.Errorf("%s: %d, want %d", tc.fields, a.StatusCode, tc.status)
		}
	}
}

// Row 19's opt-in: a token in the query, where a policy reads it, and nowhere else.
func TestATokenInTheQueryWhereAPolicyReadsIt(t *testing.T) {
	p := demo(t, "auth:\n  mode: bearer\n  policies:\n    - {path: /hooks/*, modes: [bearer], queryToken: true}\n", "")
	for _, tc := range []struct {
		line, field, outcome string
	}{
		{"GET /hooks/1?access_token=VALID", "", "token"},
		{"GET /hooks/1?a=1&access_token=VALID", "", "token"},
		{"GET /hooks/1?access%5Ftoken=VALID", "", "401B"},
		{"GET /hooks/1?access_token=VALID", "Authorization: Bearer VALID", "400R"},
		{"GET /hooks/1?access_token=VALID", "Authorization: Basic PASSWORD", "400R"},
		{"GET /hooks/1?access_token=VALID&access_token=VALID", "", "400R"},
		{"GET /hooks/1?access_token=VALID&access_token=x", "", "400R"},
		{"GET /hooks/1?access_token=", "", "400R"},
		{"GET /hooks/1?access_token=x", "", "401T"},
		{"GET /hooks/1?access_token=VALID%20", "", "400R"},
		{"GET /hooks/1?token=VALID", "", "401B"},
		{"GET /hooks/1?ACCESS_TOKEN=VALID", "", "401B"},
		{"GET /hooks/1;access_token=VALID", "", "401B"},
		{"GET /hooks/../token-demo?access_token=VALID", "", "401B"},
		{"GET /token-demo?access_token=VALID", "", "401B"},
		{"GET /token-demo?access_token=x", "Authorization: Bearer VALID", "token"},
	} {
		fields := []string{}
		if tc.field != "" {
			fields = append(fields, tc.field)
		}
		a := p.ask(t, tc.line, fields...)
		if got := a.outcome(); got != tc.outcome {
			t.Errorf("%s %s: %s, want %s: %s", tc.line, tc.field, got, tc.outcome, a.body)
		}
		if strings.Contains(tc.line, "/hooks/") && a.StatusCode == 200 && a.Header.Get("Cache-Control") != "private" {
			t.Errorf("%s may be cached: %v", tc.line, a.Header)
		}
	}
	if text := p.log.String(); strings.Contains(text, "sluh_") {
		t.Error("a token is in the log")
	}
}

// Row 40, T16: whoever guesses passwords has to wait, and nobody else does.
func TestGuessersWait(t *testing.T) {
	p := demo(t, "auth:\n  mode: [basic, bearer]\n  bearerFailureLimit: 3/h\n  policies:\n    - {path: /hooks/*, modes: [none], limit: 2/h}\n", "")
	wrong := "Authorization: Basic dTp3cm9uZw==" // u:wrong
	var got []string
	for range 6 {
		got = append(got, p.ask(t, "GET /token-demo", wrong).Status[:3])
	}
	if text := strings.Join(got, " "); text != "401 401 401 401 401 429" {
		t.Errorf("wrong passwords get %s", text)
	}
	waits := func(what string, a answer) {
		t.Helper()
		if a.StatusCode != 429 || a.Header.Get("Retry-After") == "" || a.challenges() != "" || a.code() != "too_many_requests" {
			t.Errorf("%s: %d %v %s", what, a.StatusCode, a.Header, a.body)
		}
		p.refused(t, a)
	}
	waits("the right password, meanwhile", p.ask(t, "GET /token-demo", "Authorization: Basic PASSWORD"))
	for range 3 {
		if a := p.ask(t, "GET /token-demo", "Authorization: Bearer wrong"); a.StatusCode != 401 {
			t.Errorf("a wrong token: %d", a.StatusCode)
		}
	}
	waits("one wrong token too many", p.ask(t, "GET /token-demo", "Authorization: Bearer wrong"))
	if a := p.ask(t, "GET /token-demo", "Authorization: Bearer VALID"); a.StatusCode != 200 {
		t.Errorf("a right token is locked out: %d", a.StatusCode)
	}
	for _, want := range []int{200, 200} {
		if a := p.ask(t, "GET /hooks/1"); a.StatusCode != want {
			t.Errorf("%d, want %d", a.StatusCode, want)
		}
	}
	waits("a third request in the hour", p.ask(t, "GET /hooks/1"))
	waits("in another spelling", p.ask(t, "GET /HOOKS/1/"))
	waits("from somebody who claims another address", p.ask(t, "GET /hooks/1", "X-Forwarded-For: 198.51.100.7"))
}

// httpNodeAuth and httpStaticAuth alone are Node-RED's own guards, and answer as they do.
func TestNodeREDsGuards(t *testing.T) {
	pair := func(name string) string { return name + ": {user: 'u', pass: '" + passHash + "'}" }
	plain := func(t *testing.T, p *peer, line string, status int, fields ...string) answer {
		t.Helper()
		a := p.ask(t, line, fields...)
		if a.StatusCode != status {
			t.Errorf("%s %v: %d, want %d", line, fields, a.StatusCode, status)
		}
		if status == 401 && (a.challenges() != `Basic realm="Authorization Required"` || a.body != "Unauthorized") {
			t.Errorf("%s: %s %q", line, a.challenges(), a.body)
		}
		return a
	}
	for _, root := range []string{"/", "/api"} {
		t.Run("httpNodeAuth below "+root, func(t *testing.T) {
			dir := layOut(t, map[string]string{"flows.json": demoFlows(), "files/a.txt": "a file"})
			writeFile(t, filepath.Join(dir, "settings.js"), "module.exports = {httpNodeRoot: '"+root+"', httpStatic: '"+filepath.Join(dir, "files")+"', "+pair("httpNodeAuth")+"}")
			p := listenIn(t, dir)
			at := strings.TrimSuffix(root, "/")
			for _, target := range []string{at + "/token-demo", at + "/nowhere", at + "/TOKEN-demo/"} {
				plain(t, p, "GET "+target, 401)
				plain(t, p, "GET "+target, 401, "Authorization: Basic dTp3cm9uZw==")
			}
			plain(t, p, "GET "+at+"/token-demo", 200, "Authorization: Basic dTpzZWNyZXQ=")
			plain(t, p, "OPTIONS "+at+"/token-demo", 200)
		})
	}
	t.Run("httpStaticAuth", func(t *testing.T) {
		dir := layOut(t, map[string]string{"flows.json": demoFlows(), "files/a.txt": "a file"})
		writeFile(t, filepath.Join(dir, "settings.js"), "module.exports = {httpStatic: '"+filepath.Join(dir, "files")+"', "+pair("httpStaticAuth")+"}")
		p := listenIn(t, dir)
		for _, target := range []string{"/a.txt", "/b.txt", "/%61.txt", "//a.txt", "/x/../a.txt"} {
			plain(t, p, "GET "+target, 401)
		}
		plain(t, p, "GET /token-demo", 200)
		plain(t, p, "GET /a.txt", 200, "Authorization: Basic dTpzZWNyZXQ=")
		plain(t, p, "GET /a.txt", 401, "If-None-Match: *")
		plain(t, p, "GET /a.txt", 401, "Range: bytes=0-1")
	})
}

// Row 33: over HTTP/2 the table is the same.
func TestTheTableOverHTTP2(t *testing.T) {
	dir := layOut(t, map[string]string{"flows.json": demoFlows()})
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	writePair(t, cert, key, "h")
	writeFile(t, filepath.Join(dir, "sluice.yaml"), "auth: {mode: bearer}\ntls: {cert: cert.pem, key: key.pem}\n")
	names := seed(t, filepath.Join(dir, "sluice.db"))
	p := listenIn(t, dir)
	p.names = names
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	value := func(text string) string { return strings.NewReplacer(names...).Replace(text) }
	for _, tc := range []struct {
		method, path  string
		authorization []string
		outcome       string
	}{
		{"GET", "/token-demo", nil, "401B"},
		{"GET", "/nowhere", nil, "401B"},
		{"GET", "/token-demo", []string{"Bearer VALID"}, "token"},
		{"GET", "/token-demo", []string{"bearer   VALID"}, "token"},
		{"GET", "/token-demo", []string{"Bearer VALID", "Bearer VALID"}, "400R"},
		{"GET", "/token-demo", []string{"Bearer VALID", "Basic x"}, "400R"},
		{"GET", "/token-demo", []string{"Bearer"}, "400R"},
		{"GET", "/token-demo", []string{"Bearer REVOKED"}, "401T"},
		{"GET", "/token-demo", []string{"Bearer SCOPED"}, "403S"},
		{"GET", "/x//../token-demo", nil, "401B"},
		{"GET", "/x/../token-demo", nil, "401B"},
		{"TRACE", "/token-demo", []string{"Bearer VALID"}, "405"},
		{"OPTIONS", "/token-demo", []string{"Bearer VALID"}, "204"},
		{"FOO", "/token-demo", nil, "401B"},
		{"FOO", "/token-demo", []string{"Bearer VALID"}, "405"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), tc.method, "https://"+p.addr, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.URL.Opaque = tc.path // as it is written
		for _, a := range tc.authorization {
			r.Header.Add("Authorization", value(a))
		}
		res, err := transport.RoundTrip(r)
		if err != nil {
			t.Errorf("%s %s: %v", tc.method, tc.path, err)
			continue
		}
		body := make([]byte, 200)
		n, _ := res.Body.Read(body)
		res.Body.Close()
		a := answer{res, string(body[:n])}
		if got := a.outcome(); got != tc.outcome || res.ProtoMajor != 2 {
			t.Errorf("%s %s %q over %s: %s, want %s", tc.method, tc.path, tc.authorization, res.Proto, got, tc.outcome)
		}
	}
}
