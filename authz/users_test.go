package authz

import (
	"database/sql"
	"errors"
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestUserLife(t *testing.T) {
	c := newClock()
	s := testStore(t, c)
	made, err := s.AddUser(ctx, by, NewUser{Username: " Ada ", Name: "Ada L.", Email: "ada@example.com", Hash: cheapHash, Admin: true})
	if err != nil || made.Username != "Ada" || !made.Admin || made.PassAt.IsZero() || len(made.ID) != 26 {
		t.Fatalf("made %+v, %v", made, err)
	}
	for _, ref := range []string{made.ID, "Ada", "aDA"} {
		if found, err := s.FindUser(ctx, ref); err != nil || found != made {
			t.Errorf("%s: %+v, %v", ref, found, err)
		}
	}
	name, yes, no := "", true, false
	changed, err := s.UpdateUser(ctx, by, "ada", UserChange{Name: &name, Admin: &no, Disabled: &yes})
	if err != nil || changed.Name != "" || changed.Admin || changed.DisabledAt.IsZero() || changed.Email != made.Email {
		t.Errorf("changed %+v, %v", changed, err)
	}
	if changed, err = s.UpdateUser(ctx, by, "ada", UserChange{Disabled: &no}); err != nil || !changed.DisabledAt.IsZero() {
		t.Errorf("enabled %+v, %v", changed, err)
	}
	if err := s.DeleteUser(ctx, by, "ada"); err != nil {
		t.Error(err)
	}
	for _, err := range []error{
		second(s.FindUser(ctx, "ada")), s.DeleteUser(ctx, by, "ada"), second(s.UpdateUser(ctx, by, "ada", UserChange{})),
		second(s.SetPassword(ctx, by, "ada", goodPassword)), second(s.EndSessions(ctx, by, "ada")), s.EndSession(ctx, by, "x"),
	} {
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("after deletion: %v", err)
		}
	}
	events, err := s.Audit(ctx, AuditQuery{Type: "auth.user."})
	var types []string
	for _, e := range events {
		if types = append(types, e.Type); e.Subject != made.ID || e.Actor != "test" || e.IP != "192.0.2.1" {
			t.Errorf("event %+v", e)
		}
	}
	want := []string{EventUserCreated, EventUserDisabled, EventUserEnabled, EventUserDeleted}
	if err != nil || fmt.Sprint(types) != fmt.Sprint(want) {
		t.Errorf("audit %v, %v", types, err)
	}
}

func second[T any](_ T, err error) error { return err }

func TestAddUserRefuses(t *testing.T) {
	s := testStore(t, newClock())
	if _, err := s.AddUser(ctx, by, NewUser{Username: "straße"}); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		user NewUser
		want error
	}{
		{NewUser{Username: ""}, ErrUsername},
		{NewUser{Username: "a b"}, ErrUsername},
		{NewUser{Username: "a:b"}, ErrUsername},
		{NewUser{Username: "a\x00"}, ErrUsername},
		{NewUser{Username: "\xff"}, ErrUsername},
		{NewUser{Username: strings.Repeat("a", 65)}, ErrUsername},
		{NewUser{Username: "STRASSE"}, ErrUserTaken},
		{NewUser{Username: "x", Email: "no"}, ErrEmail},
		{NewUser{Username: "x", Name: strings.Repeat("a", 101)}, ErrName},
		{NewUser{Username: "x", Password: "1234567"}, ErrPassword},
		{NewUser{Username: "x", Password: "Iloveyou"}, ErrPassword},
		{NewUser{Username: "x", Password: strings.Repeat("a", 257)}, ErrPassword},
		{NewUser{Username: "x", Password: "12345678\xff"}, ErrPassword},
		{NewUser{Username: "x", Hash: "plain text"}, ErrPassword},
	} {
		_, err := s.AddUser(ctx, by, tc.user)
		if !errors.Is(err, tc.want) || tc.user.Password != "" && strings.Contains(err.Error(), tc.user.Password) || strings.Contains(err.Error(), "plain text;") {
			t.Errorf("%+v: %v, want %v", tc.user, err, tc.want)
		}
	}
}

func TestTeamLife(t *testing.T) {
	s := testStore(t, newClock())
	own, err := s.Team(ctx)
	if err != nil || own.Name != DefaultTeam || !own.Instance {
		t.Fatalf("the instance's team: %+v, %v", own, err)
	}
	ops, err := s.AddTeam(ctx, by, "ops")
	if err != nil || ops.Instance {
		t.Fatalf("made %+v, %v", ops, err)
	}
	u, err := s.AddUser(ctx, by, NewUser{Username: "ada"})
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range []Role{RoleViewer, RoleOwner, RoleOwner} {
		if m, err := s.SetMember(ctx, by, "OPS", "ada", role); err != nil || m.Role != role || m.ID != u.ID {
			t.Errorf("%v: %+v, %v", role, m, err)
		}
	}
	if team, members, err := s.Members(ctx, ops.ID); err != nil || team.Members != 1 || len(members) != 1 || members[0].Role != RoleOwner {
		t.Errorf("%+v %+v, %v", team, members, err)
	}
	for want, errs := range map[error][]error{
		ErrTeamTaken: {second(s.AddTeam(ctx, by, "OPS")), second(s.RenameTeam(ctx, by, "ops", "Default"))},
		ErrTeamName:  {second(s.AddTeam(ctx, by, " ")), second(s.RenameTeam(ctx, by, "ops", "\x01"))},
		ErrTeamUsed:  {s.DeleteTeam(ctx, by, own.ID)},
		ErrRole:      {second(s.SetMember(ctx, by, "ops", "ada", 7)), second(ParseRole("king"))},
		ErrNotFound:  {s.DeleteTeam(ctx, by, "x"), second(s.SetMember(ctx, by, "x", "ada", RoleViewer)), s.RemoveMember(ctx, by, own.ID, "ada"), s.RemoveMember(ctx, by, "ops", "bob")},
	} {
		for i, err := range errs {
			if !errors.Is(err, want) {
				t.Errorf("%d: %v, want %v", i, err, want)
			}
		}
	}
	if renamed, err := s.RenameTeam(ctx, by, "ops", "Ops 2"); err != nil || renamed.ID != ops.ID {
		t.Errorf("%+v, %v", renamed, err)
	}
	if err := s.DeleteTeam(ctx, by, "ops 2"); err != nil {
		t.Error(err)
	}
	teams, err := s.Teams(ctx)
	events, auditErr := s.Audit(ctx, AuditQuery{Type: "auth.team."})
	if err != nil || auditErr != nil || len(teams) != 1 || len(events) != 5 {
		t.Errorf("%+v, %v; %d events, %v", teams, err, len(events), auditErr)
	}
}

// T24: of many users of one name exactly one is made.
func TestConcurrentUsers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sluice.db")
	stores := []*Store{openStore(t, path, Options{}), openStore(t, path, Options{})}
	var wg sync.WaitGroup
	errs := make(chan error, 16)
	for i := range cap(errs) {
		wg.Go(func() { errs <- second(stores[i%2].AddUser(ctx, by, NewUser{Username: "one"})) })
	}
	wg.Wait()
	close(errs)
	made := 0
	for err := range errs {
		if err == nil {
			made++
		} else if !errors.Is(err, ErrUserTaken) {
			t.Error(err)
		}
	}
	if made != 1 {
		t.Errorf("%d were made", made)
	}
}

// A database of the first release gets users, and keeps its tokens.
func TestMigrationKeepsTokens(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sluice.db")
	steps, err := migrations()
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	value := newSecret(KindHTTP)
	hash := hashOf(value)
	for _, stmt := range []string{steps[0], "PRAGMA user_version = 1", "INSERT INTO instance VALUES ('I', 'default', 1)"} {
		if _, err := db.Exec(stmt); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.Exec(`INSERT INTO auth_token (id, kind, instance_id, name, name_key, hint, secret_hash, created_at) VALUES ('T', 'http', 'I', 'n', 'n', 'h', $1, 1)`, hash[:]); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s := openStore(t, path, Options{})
	if token, err := s.Verify(ctx, value); err != nil || token.ID != "T" {
		t.Errorf("%+v, %v", token, err)
	}
	if team, err := s.Team(ctx); err != nil || team.Name != DefaultTeam {
		t.Errorf("%+v, %v", team, err)
	}
	if _, err := s.AddUser(ctx, by, NewUser{Username: "ada"}); err != nil {
		t.Error(err)
	}
}

// A new password is argon2id with OWASP's parameters and a salt of its own; it is
// compared in NFC, however it was typed.
func TestHashPassword(t *testing.T) {
	one, err := HashPassword(ctx, "pässword horse")
	if err != nil || !strings.HasPrefix(one, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatal(one, err)
	}
	two, err := HashPassword(ctx, "pässword horse")
	if err != nil || one == two {
		t.Error("two hashes are equal")
	}
	hash, err := parsePasswordHash(one)
	if err != nil || hash.weak() || !hash.matches("pa\u0308ssword horse") || hash.matches("passwrd horse") {
		t.Errorf("%+v, %v", hash, err)
	}
	node, err := HashBcrypt("pässword horse")
	if err != nil || !strings.HasPrefix(node, "$2a$10$") {
		t.Error(node, err)
	}
	if old, err := parsePasswordHash(node); err != nil || !old.weak() || !old.matches("pässword horse") {
		t.Errorf("%+v, %v", old, err)
	}
	if _, err := HashBcrypt(strings.Repeat("long ", 20)); !errors.Is(err, ErrPassword) {
		t.Errorf("beyond 72 bytes: %v", err)
	}
}

// A rate is kept for each client by itself, in bounded memory, and is made good
// again by waiting.
func TestRate(t *testing.T) {
	for text, want := range map[string]Rate{"": {}, "10/s": {10, time.Second}, " 5 / m ": {5, time.Minute}, "1/h": {1, time.Hour}} {
		if got, err := ParseRate(text); err != nil || got != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"10", "0/s", "-1/s", "x/s", "1/d", "1/", "99999999/s"} {
		if _, err := ParseRate(text); err == nil {
			t.Errorf("%q: accepted", text)
		}
	}
	l := Rate{2, time.Second}.limit()
	now := newClock().Now()
	a, b := failKey{user: "a"}, failKey{user: "b"}
	for i, want := range []time.Duration{0, 0, 500 * time.Millisecond, 500 * time.Millisecond} {
		if got := l.take(a, now); got != want {
			t.Errorf("request %d waits %v, want %v", i+1, got, want)
		}
	}
	if l.take(b, now) != 0 || l.take(a, now.Add(500*time.Millisecond)) != 0 || l.take(a, now.Add(501*time.Millisecond)) == 0 {
		t.Error("another client, or who has waited, is refused")
	}
	if l.take(a, now.Add(-time.Hour)) != 0 {
		t.Error("T22: a clock that jumps back locks out")
	}
	for i := range rateKeys + 100 {
		l.take(failKey{user: fmt.Sprint(i)}, now)
	}
	if len(l.next) > rateKeys {
		t.Errorf("%d clients are remembered", len(l.next))
	}
}

// The limit of a policy counts principals, not addresses, where there are some.
func TestPolicyRate(t *testing.T) {
	g := newGuarded(t, PolicyConfig{Mode: []string{"bearer"}, Rules: []Rule{{Path: "/token-demo", Modes: []string{"bearer"}, Limit: "1/m"}, {Path: "/open/*", Modes: []string{"none"}, Limit: "1/m"}}})
	other, value := mustCreate(t, g.store, NewToken{Name: "other"})
	_ = other
	for i, tc := range []struct {
		token, target string
		status        int
	}{{g.valid, "/token-demo", 200}, {g.valid, "/token-demo", 429}, {g.valid, "/Token-Demo/", 429}, {value, "/token-demo", 200}, {g.valid, "/x", 404}, {"", "/open/a", 404}, {"", "/open/b", 429}, {"", "/token-demo", 401}} {
		var header []string
		if tc.token != "" {
			header = []string{"Authorization", "Bearer " + tc.token}
		}
		w := get(g.handler, "GET", tc.target, header...)
		if w.Code != tc.status || w.Code == 429 && (w.Header().Get("Retry-After") != "60" || w.Header().Get("WWW-Authenticate") != "") {
			t.Errorf("%d: %d %v, want %d", i, w.Code, w.Header(), tc.status)
		}
	}
}

// Row 40: with bearerFailureLimit wrong tokens slow down, right ones never do.
func TestBearerFailureLimit(t *testing.T) {
	g := newGuarded(t, bearerOnly, func(o *GuardOptions) { o.BearerFailures = Rate{3, time.Minute} })
	for i, want := range []int{401, 401, 401, 429} {
		if w := get(g.handler, "GET", "/token-demo", "Authorization", "Bearer "+newSecret(KindHTTP)); w.Code != want {
			t.Errorf("guess %d: %d", i+1, w.Code)
		}
	}
	if w := get(g.handler, "GET", "/token-demo", "Authorization", "Bearer "+g.valid); w.Code != 200 {
		t.Errorf("a right token: %d", w.Code)
	}
}

// Row 19 and 20: a token in the query counts only where a policy says so, and then
// no flow and no cache sees it.
func TestQueryToken(t *testing.T) {
	g := newGuarded(t, PolicyConfig{Mode: []string{"bearer"}, Rules: []Rule{{Path: "/token-demo", Modes: []string{"bearer"}, QueryToken: true}}})
	for _, tc := range []struct {
		target, header string
		status         int
	}{
		{"/token-demo?access_token=VALID&a=1", "", 200},
		{"/token-demo?access_token=" + vector, "", 401},
		{"/token-demo?access_token=", "", 400},
		{"/token-demo?access_token=VALID", "Bearer VALID", 400},
		{"/token-demo?access_token=VALID&access_token=VALID", "", 400},
		{"/token-demo?a=access_token", "", 401},
		{"/token-demo?a=1", "Bearer VALID", 200},
		{"/other?access_token=VALID", "", 401},
		{"/other?access_token=x", "Bearer VALID", 404},
	} {
		r := strings.NewReplacer("VALID", g.valid)
		var header []string
		if tc.header != "" {
			header = []string{"Authorization", r.Replace(tc.header)}
		}
		w := get(g.handler, "GET", r.Replace(tc.target), header...)
		if w.Code != tc.status {
			t.Errorf("%s %s: %d, want %d", tc.target, tc.header, w.Code, tc.status)
		}
		if seen := g.flow.last.Load(); w.Code == 200 && strings.Contains(tc.target, "VALID") &&
			(seen.RequestURI != "/token-demo?a=1" || seen.URL.RawQuery != "a=1" || w.Header().Get("Cache-Control") != "private") {
			t.Errorf("%s: the flow sees %s %s, header %v", tc.target, seen.RequestURI, seen.URL, w.Header())
		}
	}
	if _, err := NewPolicies(PolicyConfig{Mode: []string{"basic"}, Rules: []Rule{{Path: "/a", Modes: []string{"basic"}, QueryToken: true}}}); err == nil {
		t.Error("a query token without tokens: accepted")
	}
}

// What serves beside the guard takes no path that could be spelt otherwise.
func TestPlainPath(t *testing.T) {
	for target, want := range map[string]bool{
		"/_sluice/login": true, "/_sluice/tokens/01ABC/edit?x=//": true, "/": true,
		"//_sluice/login": false, "/_sluice/./login": false, "/_sluice/x/../login": false, "/_sluice/login/": false, "/_sluice/%6cogin": false,
		"/_sluice/%2e%2e/login": false, "/_sluice/a%2fb": false, "/_sluice/\\x": false, "/_sluice/%00": false,
	} {
		r := httptest.NewRequest("GET", "/", nil)
		if u, err := r.URL.Parse(target); err == nil && !strings.HasPrefix(target, "//") {
			r.URL = u
		} else {
			r.URL.Path = target
		}
		r.RequestURI = target
		if got := PlainPath(r); got != want {
			t.Errorf("%s: %v", target, got)
		}
	}
}
