package admin

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/crypto/bcrypt"

	"sluice/authz"
	"sluice/internal/logtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const goodPassword = "correct horse"

// cheapHash is goodPassword under a hash that costs tests little time.
var cheapHash = func() string {
	hash, err := bcrypt.GenerateFromPassword([]byte(goodPassword), bcrypt.MinCost)
	if err != nil {
		panic(err)
	}
	return string(hash)
}()

// started is when the instance of a test did.
var started = time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC)

var (
	ctx  = context.Background()
	test = authz.Actor{Name: "test"}
)

// site is a server with a flow behind the guard in mode team, and these users:
// root (admin, no member), olga (owner), mia (member), stan (no member).
type site struct {
	*httptest.Server
	store *authz.Store
	path  string // of the database
	log   *logtest.Buffer
	users map[string]authz.User
	team  authz.Team
	admin string // an admin token
}

func newSite(t testing.TB, change ...func(*site, *Options)) *site {
	t.Helper()
	return newGuardedSite(t, authz.GuardOptions{}, change...)
}

// newGuardedSite is newSite with more options of its guard.
func newGuardedSite(t testing.TB, guarding authz.GuardOptions, change ...func(*site, *Options)) *site {
	t.Helper()
	s := &site{Server: httptest.NewUnstartedServer(nil), path: filepath.Join(t.TempDir(), "sluice.db"), log: &logtest.Buffer{}, users: map[string]authz.User{}}
	s.URL = "http://" + s.Listener.Addr().String()
	log := slog.New(slog.NewTextHandler(s.log, nil))
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var err error
	s.store, err = authz.Open(ctx, s.path, authz.Options{Log: log})
	must(err)
	verifier, err := authz.OpenVerifier(ctx, s.store, authz.VerifierOptions{Log: log})
	must(err)
	for name, role := range map[string]authz.Role{"root": -1, "olga": authz.RoleOwner, "mia": authz.RoleMember, "stan": -1} {
		s.users[name], err = s.store.AddUser(ctx, test, authz.NewUser{Username: name, Hash: cheapHash, Admin: name == "root"})
		must(err)
		if role >= 0 {
			_, err = s.store.SetMember(ctx, test, authz.DefaultTeam, name, role)
			must(err)
		}
	}
	s.team, err = s.store.Team(ctx)
	must(err)
	_, s.admin, err = s.store.Create(ctx, test, authz.NewToken{Kind: authz.KindAdmin, Name: "admin"})
	must(err)
	policies, err := authz.NewPolicies(authz.PolicyConfig{Mode: []string{"team"}})
	must(err)
	guarding.Verifier, guarding.LoginPath, guarding.Log = verifier, LoginPath, log
	guard, err := authz.NewGuard(policies, guarding)
	must(err)
	opts := Options{Store: s.store, Guard: guard, Log: log, Routes: func() []Route { return []Route{{"POST", "/orders"}, {"GET", "/hello"}} }, Try: tryNothing,
		Status: func() Status { return Status{started, Stopped{Time: 1204, Memory: 2, Patterns: 1}} }}
	opts.Keys, err = authz.OpenKeys(filepath.Join(filepath.Dir(s.path), "master.key"))
	must(err)
	for _, f := range change {
		f(s, &opts)
	}
	flow := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/hello" {
			http.NotFound(w, r)
			return
		}
		_, _ = io.WriteString(w, "flow ran for "+authz.FromContext(r.Context()).Type)
	})
	handler := New(opts)
	s.Config.Handler = handler.Wrap(guard.Wrap(flow))
	s.URL = "" // as Start wants it
	s.Start()
	t.Cleanup(func() {
		s.Close()
		handler.Close()
		http.DefaultClient.CloseIdleConnections()
		must(verifier.Close(ctx))
		must(s.store.Close())
	})
	return s
}

// browser is a client that keeps cookies and follows no redirect.
type browser struct {
	t    testing.TB
	site *site
	c    *http.Client
}

func (s *site) browser(t testing.TB) *browser {
	jar, _ := cookiejar.New(nil)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &browser{t, s, &http.Client{Jar: jar, Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// page is an answer.
type page struct {
	status int
	header http.Header
	body   string
}

func (b *browser) do(method, path, body string, header ...string) page {
	b.t.Helper()
	r, err := http.NewRequest(method, b.site.URL+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := b.c.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return page{res.StatusCode, res.Header, string(text)}
}

func (b *browser) get(path string) page {
	b.t.Helper()
	return b.do("GET", path, "", "Accept", "text/html", "Sec-Fetch-Mode", "navigate")
}

// post sends a form as a page of this site does.
func (b *browser) post(path string, fields ...string) page {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return b.do("POST", path, form.Encode(), "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "same-origin", "Accept", "text/html")
}

var csrfField = regexp.MustCompile(`name="csrf" value="(\w+)"`)

func (b *browser) login(user, password, next string) page {
	b.t.Helper()
	form := csrfField.FindStringSubmatch(b.get(LoginPath + "?next=" + url.QueryEscape(next)).body)
	if form == nil {
		b.t.Fatal("no login form")
	}
	return b.post(LoginPath, "csrf", form[1], "next", next, "username", user, "password", password)
}

// as is a browser in which a user is signed in.
func (s *site) as(t testing.TB, user string) *browser {
	t.Helper()
	b := s.browser(t)
	if p := b.login(user, goodPassword, "/hello"); p.status != 303 {
		t.Fatalf("login of %s: %d %s", user, p.status, p.body)
	}
	return b
}

// api calls the admin API with a token.
func (s *site) api(t testing.TB, token, method, path, body string) page {
	t.Helper()
	var header []string
	if token != "" {
		header = []string{"Authorization", "Bearer " + token}
	}
	return s.browser(t).do(method, apiPath+path, body, header...)
}

func (p page) json(t testing.TB) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(p.body), &v); err != nil {
		t.Fatalf("%d %s: %v", p.status, p.body, err)
	}
	return v
}

func marshalText(t testing.TB, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
