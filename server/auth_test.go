package server

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sluice/authz"
	"sluice/config"
)

// start runs an instance of a user directory and returns its handler.
func start(t testing.TB, files map[string]string) (*Server, http.Handler) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cfg, err := config.Load(dir, config.Flags{Port: "0"}, func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if err := s.Deploy(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s, s.handler()
}

// endpoint is a flow of one endpoint that answers with an expression.
func endpoint(id, method, url, expression, more string) string {
	return `{"id":"` + id + `","type":"http in","z":"t","url":"` + url + `","method":"` + method + `","x":1,"y":1,"wires":[["c` + id + `"]]` + more + `},
	{"id":"c` + id + `","type":"change","z":"t","rules":[{"t":"set","p":"payload","pt":"msg","to":"` + expression + `","tot":"jsonata"}],"x":1,"y":1,"wires":[["r` + id + `"]]},
	{"id":"r` + id + `","type":"http response","z":"t","x":1,"y":1,"wires":[]}`
}

func flowFile(endpoints ...string) string {
	return `[{"id":"t","type":"tab","label":"t"},` + strings.Join(endpoints, ",") + `]`
}

func ask(h http.Handler, method, target string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	r.RemoteAddr = "127.0.0.1:5000"
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// A node tightens the guard of its own route, from the first deploy on and with each
// that follows; what it asks for in vain keeps the flows that run.
func TestNodesTightenTheirRoutes(t *testing.T) {
	flows := flowFile(endpoint("a", "get", "/a/:x", "'a'", `,"sluiceAuth":{"modes":["bearer"]}`), endpoint("b", "get", "/b", "'b'", ""))
	s, h := start(t, map[string]string{"flows.json": flows})
	status := func(target string) int { return ask(h, "GET", target).Code }
	if a, b := status("/a/1"), status("/b"); a != 401 || b != 200 {
		t.Fatalf("/a/1 %d, /b %d", a, b)
	}
	_, value, err := s.Store().Create(t.Context(), authz.Actor{}, authz.NewToken{Name: "t"})
	if err != nil {
		t.Fatal(err)
	}
	if w := ask(h, "GET", "/a/1", "Authorization", "Bearer "+value); w.Code != 200 || w.Body.String() != "a" {
		t.Errorf("with a token: %d %s", w.Code, w.Body)
	}
	for _, spelling := range []string{"/A/1", "/a/1/", "/a/%31", "/a//1", "/x/../a/1"} {
		if w := ask(h, "GET", spelling); w.Code == 200 {
			t.Errorf("T1: %s: %d %s", spelling, w.Code, w.Body)
		}
	}
	redeploy := func(text string) error {
		if err := os.WriteFile(s.cfg.FlowFile, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return s.Redeploy(t.Context())
	}
	if err := redeploy(flowFile(endpoint("a", "get", "/a/:x", "'a'", ""), endpoint("b", "get", "/b", "'b'", `,"sluiceAuth":{"modes":["team"],"minRole":"owner"}`))); err != nil {
		t.Fatal(err)
	}
	if a, b := status("/a/1"), status("/b"); a != 200 || b != 401 {
		t.Errorf("after a deploy: /a/1 %d, /b %d", a, b)
	}
	for name, bad := range map[string]string{
		"an empty list":  `{"modes":[]}`,
		"an unknown one": `{"modes":["open"]}`,
		"a misspelt key": `{"mode":["bearer"]}`,
		"no object":      `"bearer"`,
		"a bad role":     `{"modes":["team"],"minRole":"king"}`,
	} {
		if err := redeploy(flowFile(endpoint("b", "get", "/b", "'b'", `,"sluiceAuth":`+bad))); err == nil || !strings.Contains(err.Error(), "b") {
			t.Errorf("T21: %s: %v", name, err)
		}
		if a, b := status("/a/1"), status("/b"); a != 200 || b != 401 {
			t.Errorf("T21: %s: /a/1 %d, /b %d", name, a, b)
		}
	}
}

// What a node asks for holds for its route wherever the node root puts it.
func TestNodesTightenBelowTheNodeRoot(t *testing.T) {
	flows := flowFile(endpoint("a", "get", "/a/:x", "'a'", `,"sluiceAuth":{"modes":["bearer"]}`), endpoint("b", "get", "/b", "'b'", ""))
	s, h := start(t, map[string]string{"flows.json": flows, "settings.js": "module.exports = {httpNodeRoot: '/api'}"})
	for target, want := range map[string]int{"/api/a/1": 401, "/API/A/1/": 401, "/api//a/1": 401, "/api/b": 200, "/a/1": 404} {
		if w := ask(h, "GET", target); w.Code != want {
			t.Errorf("%s: %d, want %d", target, w.Code, want)
		}
	}
	if a, b := s.Guarded("GET", "/a/:x"), s.Guarded("GET", "/b"); a != "bearer" || b != "none" {
		t.Errorf("the routes are said to be guarded by %s and %s", a, b)
	}
}

// A node cannot loosen what the table asks for, unless the configuration lets it.
func TestNodesLoosenOnlyWhereAllowed(t *testing.T) {
	flows := flowFile(endpoint("a", "get", "/a", "'a'", `,"sluiceAuth":{"modes":["none"]}`))
	for _, tc := range []struct {
		settings string
		plain    int
	}{
		{"auth:\n  mode: bearer\n", 401},
		{"auth:\n  mode: bearer\n  allowFlowLoosen: true\n", 200},
	} {
		_, h := start(t, map[string]string{"flows.json": flows, "sluice.yaml": tc.settings})
		if w := ask(h, "GET", "/a"); w.Code != tc.plain {
			t.Errorf("%s: %d", tc.settings, w.Code)
		}
		if w := ask(h, "GET", "/x/../a"); w.Code == 200 {
			t.Errorf("%s: an odd spelling: %d", tc.settings, w.Code)
		}
		if w := ask(h, "POST", "/a"); w.Code != 401 {
			t.Errorf("%s: another method: %d", tc.settings, w.Code)
		}
	}
}

// 4.5: a flow sees who is signed in, and not the cookie that says so.
func TestFlowsSeeTheUser(t *testing.T) {
	flows := flowFile(endpoint("a", "get", "/me", "$string([req.auth.type, req.auth.user.username, req.auth.user.role, req.auth.team.name, req.session.user.username, req.session.user.role, $exists(req.headers.cookie), $exists(req.cookies.sluice)])", ""))
	s, h := start(t, map[string]string{"flows.json": flows, "sluice.yaml": "auth:\n  mode: team\n"})
	store, by := s.Store(), authz.Actor{Name: "test"}
	u, err := store.AddUser(t.Context(), by, authz.NewUser{Username: "alice"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.SetMember(t.Context(), by, authz.DefaultTeam, u.ID, authz.RoleViewer); err != nil {
		t.Fatal(err)
	}
	value, _, err := store.NewSession(t.Context(), by, u.ID, "", "")
	if err != nil {
		t.Fatal(err)
	}
	w := ask(h, "GET", "/me", "Cookie", "sluice="+value)
	if want := `["session","alice","viewer","default","alice",10,false,false]`; w.Code != 200 || w.Body.String() != want {
		t.Errorf("%d %s, want %s", w.Code, w.Body, want)
	}
	if w := ask(h, "GET", "/me", "Accept", "text/html"); w.Code != 302 || w.Header().Get("Location") != "/_sluice/login?next=%2Fme" {
		t.Errorf("signed out: %d %v", w.Code, w.Header())
	}
	for target, want := range map[string]int{"/_sluice/login": 200, "/_sluice/tokens": 401, "/_sluice/api/v1/tokens": 401, "/_sluice/health": 200, "/_sluice/nothing": 401, "/_sluice//login": 401} {
		if w := ask(h, "GET", target); w.Code != want {
			t.Errorf("%s: %d, want %d", target, w.Code, want)
		}
	}
}

// A policy's rate and time limits hold for a route of a flow.
func TestPoliciesLimitRoutes(t *testing.T) {
	flows := `[{"id":"t","type":"tab","label":"t"},
		{"id":"slow","type":"http in","z":"t","url":"/slow","method":"get","x":1,"y":1,"wires":[["d"]]},
		{"id":"d","type":"delay","z":"t","pauseType":"delay","timeout":"300","timeoutUnits":"milliseconds","x":1,"y":1,"wires":[["r"]]},
		{"id":"r","type":"http response","z":"t","x":1,"y":1,"wires":[]},` + endpoint("a", "get", "/a", "'a'", "") + `]`
	_, h := start(t, map[string]string{"flows.json": flows, "sluice.yaml": `auth:
  mode: none
  policies:
    - {path: /a, modes: [none], limit: 2/h}
    - {path: /slow, modes: [none], timeout: 10ms}
`})
	for i, want := range []int{200, 200, 429} {
		if w := ask(h, "GET", "/a"); w.Code != want || (w.Header().Get("Retry-After") == "1800") != (want == 429) {
			t.Errorf("request %d: %d %v", i+1, w.Code, w.Header())
		}
	}
	if w := ask(h, "GET", "/slow"); w.Code != 504 {
		t.Errorf("slow: %d %s", w.Code, w.Body)
	}
}

// T21: what cannot be guarded as asked does not start.
func TestInstancesRefuseToStartOpen(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"an empty list of a policy": {"sluice.yaml": "auth:\n  policies:\n    - {path: /a, modes: []}\n"},
		"an unknown role":           {"sluice.yaml": "auth:\n  mode: team\n  minRole: king\n"},
		"a bad rate":                {"sluice.yaml": "auth:\n  policies:\n    - {path: /a, modes: [none], limit: many}\n"},
		"a bad node":                {"flows.json": flowFile(endpoint("a", "get", "/a", "1", `,"sluiceAuth":{"modes":[]}`))},
		"a database that is none":   {"sluice.yaml": "auth:\n  mode: team\n", "sluice.db": strings.Repeat("not a database\n", 100)},
	} {
		dir := t.TempDir()
		if files["flows.json"] == "" {
			files["flows.json"] = "[]"
		}
		for file, text := range files {
			if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		cfg, err := config.Load(dir, config.Flags{}, func(string) (string, bool) { return "", false })
		if err == nil {
			var s *Server
			if s, err = New(t.Context(), cfg, slog.New(slog.NewTextHandler(io.Discard, nil))); err == nil {
				_ = s.Close(context.Background())
			}
		}
		if err == nil {
			t.Errorf("%s: started", name)
		}
	}
}

// FuzzGuardAgainstRouter holds the guard's reading of paths against the router's
// (T1): no spelling reaches a guarded flow, not even by way of a public neighbour.
func FuzzGuardAgainstRouter(f *testing.F) {
	for _, seed := range []string{"/secret", "//secret", "/./secret", "/public/../secret", "/public/%2e%2e/secret", "/SECRET/", "/secret;x", "/public%2f..%2fsecret",
		"/public/..%5csecret", "/public/x", "/%73ecret", "/public/%00", "/secret%20", "/public/%252e%252e/secret", "/ſecret", "/public/..;/secret", "/pub/7/secret", "/pub/%2e/secret", "*", "http://h/secret"} {
		f.Add(seed)
	}
	dir := f.TempDir()
	files := map[string]string{
		"sluice.yaml": "auth:\n  mode: bearer\n  policies:\n    - {path: /public/*, modes: [none]}\n    - {path: /pub/:id, modes: [none]}\n",
		"flows.json": flowFile(endpoint("s", "get", "/secret", "'SECRET'", ""), endpoint("p", "get", "/public/:x", "'public'", ""),
			endpoint("q", "get", "/pub/:id/secret", "'SECRET'", ""), endpoint("w", "get", "/*/secret", "'SECRET'", "")),
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			f.Fatal(err)
		}
	}
	cfg, err := config.Load(dir, config.Flags{}, func(string) (string, bool) { return "", false })
	if err != nil {
		f.Fatal(err)
	}
	s, err := New(f.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close(context.Background()) })
	if err := s.Deploy(f.Context()); err != nil {
		f.Fatal(err)
	}
	h := s.handler()
	f.Fuzz(func(t *testing.T, target string) {
		raw := "GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n"
		r, err := http.ReadRequest(bufioReader(raw))
		if err != nil {
			return // no request at all
		}
		r.RemoteAddr = "192.0.2.1:1"
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		path, pathErr := authz.CanonicalPath(r.RequestURI)
		public := pathErr == nil && (path == "/public" || strings.HasPrefix(path, "/public/"))
		if strings.Contains(w.Body.String(), "SECRET") && !public {
			t.Errorf("%q (%q): %d %s", target, path, w.Code, w.Body)
		}
	})
}

func bufioReader(text string) *bufio.Reader { return bufio.NewReader(strings.NewReader(text)) }
