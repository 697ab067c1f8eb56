package authz

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// teamed is a guard in mode team, with a user whose password is "correct horse".
type teamed struct {
	*guarded
	user User
}

const goodPassword = "correct horse"

// cheapHash is goodPassword under a hash that costs tests little time.
var cheapHash = func() string {
	text, err := HashBcrypt(goodPassword)
	if err != nil {
		panic(err)
	}
	return text
}()

func newTeamed(t *testing.T, config PolicyConfig, change ...func(*GuardOptions)) *teamed {
	t.Helper()
	g := &teamed{guarded: newGuarded(t, config, append(change, func(o *GuardOptions) { o.LoginPath = "/_sluice/login" })...)}
	g.user = g.addUser(t, "alice", RoleMember)
	return g
}

func (g *teamed) addUser(t *testing.T, name string, role Role) User {
	t.Helper()
	u, err := g.store.AddUser(ctx, by, NewUser{Username: name, Name: "Ms " + name, Email: name + "@example.com", Hash: cheapHash})
	if err == nil && role >= 0 {
		_, err = g.store.SetMember(ctx, by, DefaultTeam, u.ID, role)
	}
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// login makes a session without a password.
func (g *teamed) login(t *testing.T, user string) (value, id string) {
	t.Helper()
	value, session, err := g.store.NewSession(ctx, by, user, "browser", "")
	if err != nil {
		t.Fatal(err)
	}
	return value, session.ID
}

// from sends a request as a browser on this machine.
func (g *teamed) from(method, target, cookie string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	r.RemoteAddr = "127.0.0.1:5000"
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	g.handler.ServeHTTP(w, r)
	return w
}

var teamOnly = PolicyConfig{Mode: []string{"team"}}

// Mode team: sessions and tokens open, and each way to be refused has its answer.
func TestGuardTeam(t *testing.T) {
	g := newTeamed(t, PolicyConfig{Mode: []string{"team"}, Rules: []Rule{{Path: "/owners", Modes: []string{"team"}, MinRole: "owner"}, rule("/open", "none", "GET")}})
	alice, _ := g.login(t, "alice")
	g.addUser(t, "stranger", -1)
	stranger, _ := g.login(t, "stranger")
	g.addUser(t, "nobody", RoleNone)
	nobody, _ := g.login(t, "nobody")
	const page = "Accept: text/html"
	for _, tc := range []struct {
		name, method, target, cookie, header string
		status                               int
		want                                 string // in the body, the challenge or the location
	}{
		{"a member", "GET", "/token-demo", alice, "", 200, "flow ran"},
		{"a token", "GET", "/token-demo", "", "Authorization: Bearer VALID", 200, "flow ran"},
		{"a token wins over the cookie", "GET", "/token-demo", alice, "Authorization: Bearer VALID", 200, "flow ran"},
		{"row 22: a bad token is final", "GET", "/token-demo", alice, "Authorization: Bearer " + vector, 401, "not recognised"},
		{"another scheme is final too", "GET", "/token-demo", alice, "Authorization: Basic dTpw", 401, plainChallenge},
		{"an expired token", "GET", "/token-demo", alice, "Authorization: Bearer EXPIRED", 401, "token expired"},
		{"a session's value is no token", "GET", "/token-demo", "", "Authorization: Bearer " + alice, 401, "not recognised"},
		{"a token is no session", "GET", "/token-demo", g.valid, "", 401, plainChallenge},
		{"a program without anything", "GET", "/token-demo", "", "", 401, plainChallenge},
		{"a browser without anything", "GET", "/token-demo?a=1&b=2", "", page, 302, "/_sluice/login?next=%2Ftoken-demo%3Fa%3D1%26b%3D2"},
		{"a browser's fetch", "GET", "/token-demo", "", page + "|Sec-Fetch-Mode: cors", 401, plainChallenge},
		{"a browser's form", "POST", "/token-demo", "", page, 401, plainChallenge},
		{"a browser on an unknown path", "HEAD", "/nowhere", "", page, 302, "/_sluice/login?next=%2Fnowhere"},
		{"no member", "GET", "/token-demo", stranger, "", 403, "not_a_member"},
		{"no member, in a browser", "GET", "/token-demo", stranger, page, 403, "not a member"},
		{"role none", "GET", "/token-demo", nobody, "", 403, "role_too_low"},
		{"too low a role", "GET", "/owners", alice, "", 403, "role_too_low"},
		{"a token has no role", "GET", "/owners", "", "Authorization: Bearer VALID", 404, ""},
		{"an unknown session", "GET", "/token-demo", "slus_" + alice[5:50] + "0000", "", 401, plainChallenge},
		{"a session's name alone", "GET", "/token-demo", "x", "", 401, plainChallenge},
		{"a session on an open path", "GET", "/open", stranger, "", 404, ""},
		{"row 28: a websocket", "GET", "/token-demo", alice, "Upgrade: websocket|Connection: Upgrade|Origin: http://example.com", 200, ""},
		{"T10: a websocket from elsewhere", "GET", "/token-demo", alice, "Upgrade: websocket|Origin: http://evil.example", 403, "csrf"},
		{"T10: a websocket that hides where it is from", "GET", "/token-demo", alice, "Upgrade: WebSocket", 403, "csrf"},
		{"T10: a form from elsewhere", "POST", "/token-demo", alice, "Origin: http://evil.example", 403, "csrf"},
		{"T10: the same, as newer browsers tell", "POST", "/token-demo", alice, "Sec-Fetch-Site: cross-site", 403, "csrf"},
		{"T10: a sibling site", "DELETE", "/token-demo", alice, "Sec-Fetch-Site: same-site", 403, "csrf"},
		{"a form of its own", "POST", "/token-demo", alice, "Sec-Fetch-Site: same-origin", 204, ""},
		{"a link from elsewhere", "GET", "/token-demo", alice, "Sec-Fetch-Site: cross-site", 200, ""},
		{"a token from elsewhere", "POST", "/token-demo", "", "Authorization: Bearer VALID|Sec-Fetch-Site: cross-site", 204, ""},
		{"T13: headers that claim an identity", "GET", "/token-demo", "", "X-Remote-User: alice|X-Forwarded-User: alice|X-Sluice-User: alice", 401, plainChallenge},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var header []string
			for line := range strings.SplitSeq(tc.header, "|") {
				if name, value, ok := strings.Cut(line, ": "); ok {
					header = append(header, name, strings.NewReplacer("VALID", g.valid, "EXPIRED", g.expired).Replace(value))
				}
			}
			cookie := ""
			if tc.cookie != "" {
				cookie = "sluice=" + tc.cookie
			}
			w := g.from(tc.method, tc.target, cookie, header...)
			h := w.Header()
			if w.Code != tc.status || !strings.Contains(w.Body.String()+h.Get("WWW-Authenticate")+h.Get("Location"), tc.want) {
				t.Errorf("%d %v %s\nwant %d with %s", w.Code, h, w.Body, tc.status, tc.want)
			}
			if w.Code == 403 && h.Get("WWW-Authenticate") != "" {
				t.Errorf("row 23: a challenge %v", h)
			}
			if w.Code >= 400 && w.Code != 404 {
				checkRefusal(t, h, w.Body.String(), tc.method == "HEAD")
			}
		})
	}
}

// 4.5: what a flow sees of a user, and what it must not see.
func TestGuardTeamIdentity(t *testing.T) {
	g := newTeamed(t, teamOnly)
	value, id := g.login(t, "alice")
	w := g.from("GET", "/token-demo", "a=1; sluice="+value+"; __Host-sluice=x; sluice2=b")
	if w.Code != 200 {
		t.Fatal(w.Code, w.Body)
	}
	seen := g.flow.last.Load()
	if got := seen.Header.Get("Cookie"); got != "a=1; sluice2=b" {
		t.Errorf("cookies %q", got)
	}
	p := FromContext(seen.Context())
	fields, user := p.Fields(), p.SessionUser()
	if u := fields["user"].(map[string]any); fields["type"] != "session" || u["username"] != "alice" || u["role"] != "member" || u["id"] != g.user.ID || u["email"] != "alice@example.com" {
		t.Errorf("auth %v", fields)
	}
	if fields["team"].(map[string]any)["name"] != "default" || p.SessionID != id {
		t.Errorf("auth %v", fields)
	}
	if user["userId"] != g.user.ID || user["role"] != 30.0 || user["name"] != "Ms alice" {
		t.Errorf("session user %v", user)
	}
	g.from("GET", "/token-demo", "sluice="+value)
	if h := g.flow.last.Load().Header; len(h["Cookie"]) != 0 {
		t.Errorf("an empty cookie header is left: %v", h)
	}
	if w := g.from("GET", "/token-demo", "sluice="+value+"; sluice=x"); w.Code != 401 {
		t.Errorf("two cookies of the name: %d", w.Code)
	}
}

// Over plain HTTP sessions count on this machine alone; behind a trusted proxy's TLS
// the cookie has the name that browsers protect.
func TestSessionCookies(t *testing.T) {
	for _, tc := range []struct {
		name, peer, proto, cookie string
		insecure                  bool
		status                    int
	}{
		{"plain on this machine", "127.0.0.1:1", "", "sluice", false, 200},
		{"plain from elsewhere", "10.0.0.1:1", "", "sluice", false, 401},
		{"plain from elsewhere, allowed", "10.0.0.1:1", "", "sluice", true, 200},
		{"the other name in plain text", "127.0.0.1:1", "", "__Host-sluice", false, 401},
		{"behind a proxy's TLS", "192.0.2.7:1", "https", "__Host-sluice", false, 200},
		{"behind a proxy's TLS, the other name", "192.0.2.7:1", "https", "sluice", true, 401},
		{"a stranger's claim of TLS", "10.0.0.1:1", "https", "__Host-sluice", false, 401},
	} {
		t.Run(tc.name, func(t *testing.T) {
			g := newTeamed(t, teamOnly, func(o *GuardOptions) { o.InsecureCookies = tc.insecure; o.TrustedProxies = prefixes192 })
			value, _ := g.login(t, "alice")
			r := httptest.NewRequest("GET", "/token-demo", nil)
			r.RemoteAddr = tc.peer
			r.Header.Set("Cookie", tc.cookie+"="+value)
			if tc.proto != "" {
				r.Header.Set("X-Forwarded-Proto", tc.proto)
			}
			w := httptest.NewRecorder()
			g.handler.ServeHTTP(w, r)
			if w.Code != tc.status {
				t.Errorf("got %d, want %d", w.Code, tc.status)
			}
		})
	}
}

// T11: whatever ends a session or lowers a role counts for the next request.
func TestSessionsEnd(t *testing.T) {
	yes := true
	for _, tc := range []struct {
		name   string
		end    func(g *teamed, id string) error
		status int
		check  error
	}{
		{"logout", func(g *teamed, id string) error { return g.store.EndSession(ctx, by, id) }, 401, ErrUnknown},
		{"logout everywhere", func(g *teamed, _ string) error { _, err := g.store.EndSessions(ctx, by, "alice"); return err }, 401, ErrUnknown},
		{"disabled", func(g *teamed, _ string) error {
			_, err := g.store.UpdateUser(ctx, by, "alice", UserChange{Disabled: &yes})
			return err
		}, 401, ErrUnknown},
		{"deleted", func(g *teamed, _ string) error { return g.store.DeleteUser(ctx, by, "alice") }, 401, ErrUnknown},
		{"made admin", func(g *teamed, _ string) error {
			_, err := g.store.UpdateUser(ctx, by, "alice", UserChange{Admin: &yes})
			return err
		}, 401, ErrUnknown},
		{"another password", func(g *teamed, _ string) error {
			_, err := g.store.SetPassword(ctx, by, "alice", "another horse")
			return err
		}, 401, ErrUnknown},
		{"another login in the same browser", func(g *teamed, id string) error {
			_, _, err := g.store.NewSession(ctx, by, "alice", "", id)
			return err
		}, 401, ErrUnknown},
		{"out of the team", func(g *teamed, _ string) error { return g.store.RemoveMember(ctx, by, DefaultTeam, "alice") }, 403, ErrDenied},
		{"a lower role", func(g *teamed, _ string) error {
			_, err := g.store.SetMember(ctx, by, DefaultTeam, "alice", RoleNone)
			return err
		}, 403, ErrDenied},
		{"8 h idle", func(g *teamed, _ string) error { g.clock.Advance(8 * time.Hour); return nil }, 401, ErrUnknown},
	} {
		t.Run(tc.name, func(t *testing.T) {
			g := newTeamed(t, teamOnly)
			value, id := g.login(t, "alice")
			if w := g.from("GET", "/token-demo", "sluice="+value); w.Code != 200 {
				t.Fatal(w.Code)
			}
			p := FromContext(g.flow.last.Load().Context())
			changed := g.guard.verifier.Changed()
			if err := tc.end(g, id); err != nil {
				t.Fatal(err)
			}
			if w := g.from("GET", "/token-demo", "sluice="+value); w.Code != tc.status {
				t.Errorf("got %d, want %d", w.Code, tc.status)
			}
			if err := g.guard.verifier.Check(p); !errors.Is(err, tc.check) {
				t.Errorf("an open websocket: %v, want %v", err, tc.check)
			}
			if tc.name != "8 h idle" {
				<-changed
			}
		})
	}
}

// A session that is used lives on, to the end that its login set; one that was seen
// to be over stays so when the clock jumps back (T22).
func TestSessionLife(t *testing.T) {
	g := newTeamed(t, teamOnly)
	value, _ := g.login(t, "alice")
	status := func() int { return g.from("GET", "/token-demo", "sluice="+value).Code }
	for range 23 { // 7 d less than 8 h
		g.clock.Advance(7 * time.Hour)
		if status() != 200 {
			t.Fatal("it ended while in use")
		}
	}
	g.clock.Advance(7 * time.Hour)
	if got := status(); got != 401 {
		t.Errorf("after 7 d: %d", got)
	}
	g.clock.Advance(-time.Hour)
	if got := status(); got != 401 {
		t.Errorf("after the clock jumped back: %d", got)
	}
}

// Sessions survive a restart, with the last use that a clean stop has written.
func TestSessionsSurviveRestart(t *testing.T) {
	c := newClock()
	path := filepath.Join(t.TempDir(), "sluice.db")
	s, err := Open(ctx, path, Options{Now: c.Now})
	if err != nil {
		t.Fatal(err)
	}
	v, err := OpenVerifier(ctx, s, VerifierOptions{Now: c.Now})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddUser(ctx, by, NewUser{Username: "a", Hash: cheapHash}); err != nil {
		t.Fatal(err)
	}
	value, _, err := s.NewSession(ctx, by, "a", "", "")
	if err != nil {
		t.Fatal(err)
	}
	c.Advance(7 * time.Hour)
	e, err := v.session(value, c.Now().UnixMilli())
	if err != nil {
		t.Fatal(err)
	}
	e.usage.used(c.Now().UnixMilli(), "192.0.2.9:1")
	if err := errors.Join(v.Close(ctx), s.Close()); err != nil {
		t.Fatal(err)
	}
	s = openStore(t, path, Options{Now: c.Now})
	v = openVerifier(t, s, c)
	c.Advance(7 * time.Hour)
	if _, err := v.session(value, c.Now().UnixMilli()); err != nil {
		t.Errorf("after the restart: %v", err)
	}
	list, err := s.Sessions(ctx, "")
	if err != nil || len(list) != 1 || list[0].IP != "192.0.2.9" {
		t.Errorf("%+v, %v", list, err)
	}
}

// A user has 20 sessions at most; the next login ends the oldest.
func TestSessionsAreBounded(t *testing.T) {
	g := newTeamed(t, teamOnly)
	first, _ := g.login(t, "alice")
	for range maxUserSessions {
		g.clock.Advance(time.Millisecond)
		g.login(t, "alice")
	}
	list, err := g.store.Sessions(ctx, g.user.ID)
	if err != nil || len(list) != maxUserSessions {
		t.Errorf("%d sessions, %v", len(list), err)
	}
	if w := g.from("GET", "/token-demo", "sluice="+first); w.Code != 401 {
		t.Errorf("the oldest: %d", w.Code)
	}
}

// T5: no session and no password can be read from the files or the log.
func TestFilesKeepSessionsAndPasswords(t *testing.T) {
	dir := t.TempDir()
	var log bytes.Buffer
	s := openStore(t, filepath.Join(dir, "sluice.db"), Options{Log: textLog(&log)})
	if _, err := s.AddUser(ctx, by, NewUser{Username: "alice", Password: "xyzzy plugh plover"}); err != nil {
		t.Fatal(err)
	}
	value, _, err := s.NewSession(ctx, by, "alice", "", "")
	if err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) < 2 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, f := range files {
		data, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{value, value[5:48], "plugh"} {
			if bytes.Contains(data, []byte(secret)) || strings.Contains(log.String(), secret) {
				t.Errorf("%s or the log holds %q", f.Name(), secret)
			}
		}
	}
}

// loginAs posts a login as the page does.
func (g *teamed) loginAs(user, password, cookie string) (*httptest.ResponseRecorder, error) {
	r := httptest.NewRequest("POST", "/_sluice/login", nil)
	r.RemoteAddr = "127.0.0.1:5000"
	if cookie != "" {
		r.Header.Set("Cookie", "sluice="+cookie)
	}
	w := httptest.NewRecorder()
	return w, g.guard.Login(w, r, g.store, user, password)
}

// A login makes a new session, ends the old one, and strengthens an imported hash.
func TestLogin(t *testing.T) {
	g := newTeamed(t, teamOnly)
	old, _ := g.login(t, "alice")
	w, err := g.loginAs("ALICE", goodPassword, old)
	if err != nil {
		t.Fatal(err)
	}
	cookie := w.Result().Cookies()[0]
	if cookie.Name != "sluice" || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Domain != "" || cookie.Secure {
		t.Errorf("cookie %+v", cookie)
	}
	if w := g.from("GET", "/token-demo", "sluice="+cookie.Value); w.Code != 200 {
		t.Errorf("the new session: %d", w.Code)
	}
	if w := g.from("GET", "/token-demo", "sluice="+old); w.Code != 401 {
		t.Errorf("T11: the old session: %d", w.Code)
	}
	row, err := g.store.findUser(ctx, g.store.engine.Reader(), "alice")
	if err != nil || !strings.HasPrefix(row.Hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash %s, %v", row.Hash, err)
	}
	if _, err := g.loginAs("alice", goodPassword, ""); err != nil {
		t.Errorf("with the new hash: %v", err)
	}
	p := g.guard.Session(mustRequest("sluice=" + cookie.Value))
	if p == nil || p.User != "alice" {
		t.Fatalf("session %+v", p)
	}
	out := httptest.NewRecorder()
	if err := g.guard.Logout(out, mustRequest("sluice="+cookie.Value), g.store, p); err != nil || out.Result().Cookies()[0].MaxAge >= 0 {
		t.Errorf("logout: %v, %v", err, out.Header())
	}
	if w := g.from("GET", "/token-demo", "sluice="+cookie.Value); w.Code != 401 {
		t.Errorf("T11: after logout: %d", w.Code)
	}
}

func mustRequest(cookie string) *http.Request {
	r := httptest.NewRequest("POST", "/", nil)
	r.RemoteAddr = "127.0.0.1:5000"
	r.Header.Set("Cookie", cookie)
	return r
}

// Every failure gets one answer; too many have to wait; the audit tells them, and
// names no user that is none.
func TestLoginFails(t *testing.T) {
	g := newTeamed(t, teamOnly, func(o *GuardOptions) { o.Basic = &BasicUser{User: "pair", Hash: cheapHash} })
	yes := true
	bob := g.addUser(t, "bob", RoleMember)
	if _, err := g.store.UpdateUser(ctx, by, "bob", UserChange{Disabled: &yes}); err != nil {
		t.Fatal(err)
	}
	if _, err := g.store.AddUser(ctx, by, NewUser{Username: "locked"}); err != nil {
		t.Fatal(err)
	}
	for _, tc := range [][2]string{{"alice", "wrong horse"}, {"bob", goodPassword}, {"my-secret-typed-here", "x"}, {"locked", ""}, {"pair", goodPassword}} {
		if w, err := g.loginAs(tc[0], tc[1], ""); !errors.Is(err, ErrLogin) || len(w.Header()) != 0 {
			t.Errorf("%v: %v %v", tc, err, w.Header())
		}
	}
	for range failsPerUser - 1 {
		if _, err := g.loginAs("Alice", "wrong horse", ""); !errors.Is(err, ErrLogin) {
			t.Error(err)
		}
	}
	_, err := g.loginAs("alice", goodPassword, "")
	if wait, limited := RetryAfter(err); !limited || wait != time.Second {
		t.Errorf("after 5 failures: %v", err)
	}
	if w := get(g.handler, "GET", "/token-demo", "Authorization", "Bearer "+g.valid); w.Code != 200 {
		t.Errorf("a token meanwhile: %d", w.Code)
	}
	g.clock.Advance(time.Second)
	if _, err := g.loginAs("alice", goodPassword, ""); err != nil {
		t.Errorf("after the wait: %v", err)
	}
	if err := g.guard.verifier.Close(ctx); err != nil {
		t.Fatal(err)
	}
	events, err := g.store.Audit(ctx, AuditQuery{Type: EventLoginFailed})
	if err != nil || !slices.ContainsFunc(events, func(e Event) bool { return e.Subject == bob.ID }) {
		t.Errorf("audit %v, %v", events, err)
	}
	if strings.Contains(g.log.String(), "my-secret-typed-here") {
		t.Error("what was typed as a name is in the log")
	}
}

// Basic authentication takes users too, with their role, and no longer than the
// password is theirs.
func TestBasicUsers(t *testing.T) {
	g := newTeamed(t, PolicyConfig{Mode: []string{"basic"}, Rules: []Rule{{Path: "/owners", Modes: []string{"basic"}, MinRole: "owner"}}})
	status := func(target, value string, header ...string) int {
		return get(g.handler, "POST", target, append(header, "Authorization", value)...).Code
	}
	right := basicValue("alice:" + goodPassword)
	g.addUser(t, "stranger", -1)
	for _, tc := range []struct {
		name, target, value string
		status              int
	}{
		{"a user", "/token-demo", right, 204},
		{"remembered", "/token-demo", right, 204},
		{"too low a role", "/owners", right, 403},
		{"no member", "/token-demo", basicValue("stranger:" + goodPassword), 403},
		{"a wrong password", "/token-demo", basicValue("alice:wrong horse"), 401},
		{"nobody", "/token-demo", basicValue("nobody:" + goodPassword), 401},
	} {
		if got := status(tc.target, tc.value); got != tc.status {
			t.Errorf("%s: got %d, want %d", tc.name, got, tc.status)
		}
	}
	if got := status("/token-demo", right, "Sec-Fetch-Site", "cross-site"); got != 403 {
		t.Errorf("3.6: another site's form: %d", got)
	}
	if _, err := g.store.SetPassword(ctx, by, "alice", "another horse"); err != nil {
		t.Fatal(err)
	}
	if got := status("/token-demo", right); got != 401 {
		t.Errorf("after the password was changed: %d", got)
	}
}

// T9: an admin token opens no endpoint, and the audit names the token that tried.
func TestAdminTokenOpensNothing(t *testing.T) {
	g := newTeamed(t, teamOnly)
	get(g.handler, "GET", "/token-demo", "Authorization", "Bearer "+vector)
	if w := get(g.handler, "GET", "/token-demo", "Authorization", "Bearer "+g.admin); w.Code != 401 || g.flow.calls.Load() != 0 {
		t.Errorf("got %d", w.Code)
	}
	if err := g.guard.verifier.Close(ctx); err != nil {
		t.Fatal(err)
	}
	admin, err := g.store.Find(ctx, "admin")
	if err != nil {
		t.Fatal(err)
	}
	events, err := g.store.Audit(ctx, AuditQuery{Type: EventDenied})
	if err != nil || !slices.ContainsFunc(events, func(e Event) bool { return e.Subject == admin.ID }) {
		t.Errorf("audit %+v, %v", events, err)
	}
}
