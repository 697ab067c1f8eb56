package admin

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"sluice/authz"
)

// T12: after a login the browser lands on this host, whatever it was told.
func TestLoginLandsHere(t *testing.T) {
	s := newSite(t)
	for next, want := range map[string]string{
		"/hello?a=1": "/hello?a=1", "": Prefix + "home", "/": "/",
		"//evil": "/", `/\evil`: "/", "https:evil": "/", "https://evil/": "/", "/x\r\nSet-Cookie: a=b": "/", "/\t/evil": "/", "evil": "/", "\\evil": "/",
	} {
		p := s.browser(t).login("olga", goodPassword, next)
		if p.status != 303 || p.header.Get("Location") != want || strings.Contains(p.header.Get("Set-Cookie"), "a=b") {
			t.Errorf("next=%q: %d %q", next, p.status, p.header.Get("Location"))
		}
	}
	r, _ := http.NewRequest("GET", s.URL+"/hello", nil)
	r.Host = "evil.example"
	r.Header.Set("Accept", "text/html")
	r.Header.Set("X-Forwarded-Host", "evil.example")
	res, err := s.browser(t).c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if got := res.Header.Get("Location"); got != LoginPath+"?next=%2Fhello" {
		t.Errorf("redirect to %q", got)
	}
}

// T10: login forms of other sites, or of nobody, sign nobody in.
func TestLoginCSRF(t *testing.T) {
	s := newSite(t)
	b := s.browser(t)
	token := csrfField.FindStringSubmatch(b.get(LoginPath).body)[1]
	const form = "application/x-www-form-urlencoded"
	body := "username=olga&password=correct+horse&csrf="
	for name, p := range map[string]page{
		"no token":              b.do("POST", LoginPath, body, "Content-Type", form),
		"another token":         b.do("POST", LoginPath, body+"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "Content-Type", form),
		"another site":          b.do("POST", LoginPath, body+token, "Content-Type", form, "Sec-Fetch-Site", "cross-site"),
		"another origin":        b.do("POST", LoginPath, body+token, "Content-Type", form, "Origin", "http://evil.example"),
		"another browser's":     s.browser(t).do("POST", LoginPath, body+token, "Content-Type", form),
		"a token without value": s.browser(t).do("POST", LoginPath, body, "Content-Type", form, "Cookie", "sluice-login="),
	} {
		if p.status != 403 || strings.Contains(p.header.Get("Set-Cookie"), "sluice=") {
			t.Errorf("%s: %d %v", name, p.status, p.header)
		}
	}
	if p := b.do("POST", LoginPath, body+token, "Content-Type", form); p.status != 303 {
		t.Errorf("its own: %d", p.status)
	}
}

// Wrong passwords get one answer, and then have to wait; the name stays in the form,
// the password does not.
func TestLoginFailures(t *testing.T) {
	s := newSite(t)
	b := s.browser(t)
	for i := range 6 {
		p := b.login("olga", "wrong <horse>", "/hello")
		want, text := 401, "The user name or the password is wrong."
		if i == 5 {
			want, text = 429, "Too many failed attempts. Try again in 1 seconds."
		}
		if p.status != want || !strings.Contains(p.body, text) || !strings.Contains(p.body, `value="olga"`) || strings.Contains(p.body, "horse") {
			t.Errorf("attempt %d: %d %s", i+1, p.status, p.body)
		}
		if (p.header.Get("Retry-After") != "") != (want == 429) {
			t.Errorf("attempt %d: %v", i+1, p.header)
		}
	}
}

var tokenInPage = regexp.MustCompile(`sluh_[0-9A-Za-z]{49}`)

// T25: a token's value is in the one answer that made it, and nowhere else.
func TestTokenPagesShowAValueOnce(t *testing.T) {
	s := newSite(t)
	b := s.as(t, "olga")
	if p := b.get(Prefix + "tokens"); p.status != 200 || !strings.Contains(p.body, "There are no tokens yet.") || !strings.Contains(p.body, ">Add Token</button>") {
		t.Errorf("empty list: %d %s", p.status, p.body)
	}
	tomorrow := time.Now().UTC().AddDate(0, 0, 1).Format(time.DateOnly)
	p := b.post(Prefix+"tokens/new", "name", "<b>ci</b>", "expires", "yes", "date", tomorrow, "path", "/hello", "method", "GET")
	values := tokenInPage.FindAllString(p.body, -1)
	if p.status != 200 || len(values) != 2 || values[0] != values[1] || p.header.Get("Cache-Control") != "no-store" || p.header.Get("Referrer-Policy") != "no-referrer" {
		t.Fatalf("%d %v %s", p.status, p.header, p.body)
	}
	value := values[0]
	if !strings.Contains(p.body, `curl -H &#34;Authorization: Bearer `+value+`&#34; `+s.URL+`/hello`) || strings.Contains(p.body, "<b>ci") {
		t.Errorf("page %s", p.body)
	}
	if p := s.browser(t).do("GET", "/hello", "", "Authorization", "Bearer "+value); p.status != 200 {
		t.Errorf("use: %d", p.status)
	}
	list := b.get(Prefix + "tokens").body
	id := regexp.MustCompile(`/tokens/(\w{26})/edit`).FindStringSubmatch(list)[1]
	if !strings.Contains(list, "<code>GET:/hello</code>") || !strings.Contains(list, `datetime="`+tomorrow+`T00:00:00Z"`) || !strings.Contains(list, ">active<") {
		t.Errorf("list %s", list)
	}
	// Edit, rotate, revoke.
	if p := b.post(Prefix+"tokens/"+id+"/edit", "name", "build"); p.status != 303 {
		t.Errorf("edit: %d %s", p.status, p.body)
	}
	if token, err := s.store.Find(ctx, "build"); err != nil || !token.ExpiresAt.IsZero() {
		t.Errorf("edited %+v, %v", token, err)
	}
	p = b.post(Prefix+"tokens/"+id+"/rotate", "grace", "0s")
	second := tokenInPage.FindString(p.body)
	if p.status != 200 || second == "" || second == value {
		t.Errorf("rotate: %d %s", p.status, p.body)
	}
	if p := s.browser(t).do("GET", "/hello", "", "Authorization", "Bearer "+value); p.status != 401 {
		t.Errorf("the old value: %d", p.status)
	}
	if p := b.get(Prefix + "tokens/" + id + "/revoke"); p.status != 200 || !strings.Contains(p.body, "build") {
		t.Errorf("revoke? %d %s", p.status, p.body)
	}
	if p := b.post(Prefix + "tokens/" + id + "/revoke"); p.status != 303 || p.header.Get("Location") != Prefix+"tokens?done=revoked" {
		t.Errorf("revoke: %d %v", p.status, p.header)
	}
	if p := s.browser(t).do("GET", "/hello", "", "Authorization", "Bearer "+second); p.status != 401 || !strings.Contains(p.body, "token revoked") {
		t.Errorf("after revoking: %d %s", p.status, p.body)
	}
	for _, path := range []string{"tokens?done=revoked", "tokens/new", "tokens/" + id + "/edit", "tokens/" + id + "/rotate", "audit"} {
		if p := b.get(Prefix + path); strings.Contains(p.body, value) || strings.Contains(p.body, second) || p.status != 200 {
			t.Errorf("%s: %d", path, p.status)
		}
	}
	log := s.log.String()
	if strings.Contains(log, value) || strings.Contains(log, second) || strings.Contains(log, goodPassword) {
		t.Error("the log holds a secret")
	}
	data, err := os.ReadFile(s.path + "-wal")
	if err != nil || strings.Contains(string(data), value) || strings.Contains(string(data), second) {
		t.Errorf("the database holds a token, or %v", err)
	}
}

// What cannot be made is said in the form, which keeps what was typed.
func TestTokenFormErrors(t *testing.T) {
	s := newSite(t)
	b := s.as(t, "olga")
	if p := b.post(Prefix+"tokens/new", "name", "taken"); p.status != 200 {
		t.Fatal(p.status)
	}
	for _, tc := range []struct {
		name   string
		fields []string
		status int
		want   string
	}{
		{"no name", []string{"name", " "}, 400, "1 to 100 characters"},
		{"a taken name", []string{"name", "TAKEN"}, 409, "taken by another token"},
		{"no date", []string{"name", "x", "expires", "yes"}, 400, "choose a date"},
		{"a past date", []string{"name", "x", "expires", "yes", "date", "2001-01-31"}, 400, "has passed"},
		{"a bad path", []string{"name", "x", "path", "api"}, 400, "starts with /"},
		{"a bad method", []string{"name", "x", "method", "GE T"}, 400, "not an HTTP method"},
	} {
		p := b.post(Prefix+"tokens/new", tc.fields...)
		if p.status != tc.status || !strings.Contains(p.body, tc.want) || !strings.Contains(p.body, `role="alert"`) || tokenInPage.MatchString(p.body) {
			t.Errorf("%s: %d %s", tc.name, p.status, p.body)
		}
	}
	if p := b.post(Prefix+"tokens/new", "name", strings.Repeat("x", 70<<10)); p.status != 413 {
		t.Errorf("a form of 70 kB: %d", p.status)
	}
}

// 1.2, T9: each page and each change is open to those who may, and to nobody else.
func TestWhoMayOpenWhichPage(t *testing.T) {
	s := newSite(t)
	made, _, err := s.store.Create(ctx, test, authz.NewToken{Name: "t"})
	if err != nil {
		t.Fatal(err)
	}
	admin, err := s.store.Find(ctx, "admin")
	if err != nil {
		t.Fatal(err)
	}
	other, err := s.store.AddTeam(ctx, test, "other")
	if err != nil {
		t.Fatal(err)
	}
	id, mia := made.ID, s.users["mia"].ID
	names := []string{"root", "olga", "mia", "stan"}
	browsers := map[string]*browser{}
	for _, name := range names {
		browsers[name] = s.as(t, name)
	}
	for _, tc := range []struct{ method, path, who string }{
		{"GET", "tokens", "root olga"},
		{"GET", "tokens/new", "root olga"},
		{"GET", "tokens/" + id + "/edit", "root olga"},
		{"GET", "tokens/" + admin.ID + "/edit", "root"},
		{"POST", "tokens/new", "root olga"},
		{"GET", "team", "root olga mia"},
		{"GET", "teams", "root"},
		{"GET", "teams/" + s.team.ID, "root olga mia"},
		{"GET", "teams/" + other.ID, "root"},
		{"POST", "teams", "root"},
		{"POST", "teams/" + s.team.ID + "/members", "root olga"},
		{"POST", "teams/" + other.ID + "/members", "root"},
		{"GET", "users", "root"},
		{"GET", "users/new", "root"},
		{"GET", "users/" + mia, "root"},
		{"POST", "users/new", "root"},
		{"POST", "users/" + mia, "root"},
		{"GET", "sessions", "root"},
		{"GET", "audit", "root olga"},
		{"GET", "status", "root olga"},
		{"GET", "account", "root olga mia stan"},
		{"GET", "home", "root olga mia stan"},
	} {
		var got []string
		for _, name := range names {
			var p page
			if tc.method == "GET" {
				p = browsers[name].get(Prefix + tc.path)
			} else {
				p = browsers[name].post(Prefix + tc.path)
			}
			if p.status != 403 && p.status != 404 {
				got = append(got, name)
			}
		}
		if strings.Join(got, " ") != tc.who {
			t.Errorf("%s %s: %v, want %s", tc.method, tc.path, got, tc.who)
		}
		if p := s.browser(t).get(Prefix + tc.path); tc.method == "GET" && (p.status != 302 || !strings.HasPrefix(p.header.Get("Location"), LoginPath+"?next=")) {
			t.Errorf("nobody: %s: %d %v", tc.path, p.status, p.header)
		}
		if tc.method == "POST" {
			p := browsers["root"].do("POST", Prefix+tc.path, "", "Sec-Fetch-Site", "cross-site")
			if p.status != 403 || !strings.Contains(p.body, "csrf") {
				t.Errorf("T10: %s from another site: %d %s", tc.path, p.status, p.body)
			}
		}
	}
	if strings.Contains(browsers["olga"].get(Prefix+"tokens").body, "slua_") {
		t.Error("an owner sees admin tokens")
	}
}

// T10, T23: every page forbids frames, inline scripts, caches and referrers, and
// unknown or misspelt paths are the guard's.
func TestPagesProtectThemselves(t *testing.T) {
	s := newSite(t)
	b := s.as(t, "root")
	inline := regexp.MustCompile(`(?i)<script>|<script [^>]*[^r]>[^<]| on\w+=|style=|javascript:`)
	for _, e := range (&Handler{}).endpoints() {
		if e.method != "GET" || strings.Contains(e.path, "{") {
			continue
		}
		p := b.get(e.path)
		csp := p.header.Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'self'") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") ||
			p.header.Get("X-Frame-Options") != "DENY" || p.header.Get("X-Content-Type-Options") != "nosniff" || p.header.Get("Referrer-Policy") != "no-referrer" ||
			p.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v", e.path, p.header)
		}
		if strings.HasPrefix(p.header.Get("Content-Type"), "text/html") && inline.MatchString(p.body) {
			t.Errorf("%s: inline script or style: %q", e.path, inline.FindString(p.body))
		}
	}
	stranger := s.browser(t)
	for _, path := range []string{"/_sluice/", "/_sluice/nothing", "/_sluice//tokens", "/_sluice/tokens/", "/_SLUICE/tokens", "/_sluice/login/../tokens",
		"/_sluice/%74okens", "/_sluice/assets/../tokens", "/_sluice/assets/x/../../tokens", "/x/../_sluice/tokens", "/_sluice/tokens;x"} {
		if p := stranger.do("GET", path, ""); p.status != 401 {
			t.Errorf("T1: %s: %d %s", path, p.status, p.body)
		}
	}
	if p := stranger.do("GET", Prefix+"assets/nothing", ""); p.status != 404 {
		t.Errorf("a missing asset: %d", p.status)
	}
	if p := stranger.do("PUT", Prefix+"login", ""); p.status != 405 || p.header.Get("Allow") != "GET, HEAD, POST, OPTIONS" {
		t.Errorf("another method: %d %v", p.status, p.header)
	}
}

// An owner adds, raises, lowers and removes members; what that means shows at once.
func TestTeamPage(t *testing.T) {
	s := newSite(t)
	b, stan := s.as(t, "olga"), s.as(t, "stan")
	members := Prefix + "teams/" + s.team.ID + "/members"
	status := func() int { return stan.get("/hello").status }
	if got := status(); got != 403 {
		t.Errorf("before: %d", got)
	}
	if p := b.post(members, "do", "add", "username", "stan", "role", "viewer"); p.status != 303 {
		t.Errorf("add: %d %s", p.status, p.body)
	}
	if got := status(); got != 200 {
		t.Errorf("as a viewer: %d", got)
	}
	if p := b.post(members, "do", "role", "user", s.users["stan"].ID, "role", "none"); p.status != 303 {
		t.Errorf("lower: %d %s", p.status, p.body)
	}
	if p := stan.get("/hello"); p.status != 403 || !strings.Contains(p.body, "role in the team is too low") || !strings.Contains(p.body, LoginPath) {
		t.Errorf("lowered: %d %s", p.status, p.body)
	}
	if p := b.post(members, "do", "remove", "user", s.users["stan"].ID); p.status != 303 {
		t.Errorf("remove: %d", p.status)
	}
	for name, p := range map[string]page{
		"nobody":      b.post(members, "do", "add", "username", "x<y", "role", "viewer"),
		"a bad role":  b.post(members, "do", "add", "username", "stan", "role", "king"),
		"oneself":     b.post(members, "do", "role", "user", s.users["olga"].ID, "role", "member"),
		"oneself out": b.post(members, "do", "remove", "user", s.users["olga"].ID),
	} {
		if p.status < 400 || p.status >= 500 || !strings.Contains(p.body, `role="alert"`) || strings.Contains(p.body, "x<y") {
			t.Errorf("%s: %d %s", name, p.status, p.body)
		}
	}
}

// The users' page makes a user with a password that is shown once, and ends access.
func TestUserPages(t *testing.T) {
	s := newSite(t)
	b := s.as(t, "root")
	p := b.post(Prefix+"users/new", "username", "new", "role", "member")
	password := regexp.MustCompile(`data-secret>([A-Z2-7]{26})<`).FindStringSubmatch(p.body)
	if p.status != 200 || password == nil {
		t.Fatalf("%d %s", p.status, p.body)
	}
	new := s.browser(t)
	if p := new.login("new", password[1], "/hello"); p.status != 303 {
		t.Errorf("login: %d %s", p.status, p.body)
	}
	if p := new.get("/hello"); p.status != 200 {
		t.Errorf("member: %d", p.status)
	}
	u, err := s.store.FindUser(ctx, "new")
	if err != nil {
		t.Fatal(err)
	}
	if p := b.post(Prefix+"users/"+u.ID, "do", "disable"); p.status != 303 {
		t.Errorf("disable: %d", p.status)
	}
	if p := new.get("/hello"); p.status != 302 {
		t.Errorf("T11: disabled: %d", p.status)
	}
	for name, p := range map[string]page{
		"a taken name":     b.post(Prefix+"users/new", "username", "OLGA"),
		"a bad name":       b.post(Prefix+"users/new", "username", "a:b"),
		"a short password": b.post(Prefix+"users/new", "username", "x", "password", "short"),
		"oneself":          b.post(Prefix+"users/"+s.users["root"].ID, "do", "disable"),
		"oneself away":     b.post(Prefix + "users/" + s.users["root"].ID + "/delete"),
	} {
		if p.status < 400 || p.status >= 500 || !strings.Contains(p.body, `role="alert"`) {
			t.Errorf("%s: %d %s", name, p.status, p.body)
		}
	}
	if p := b.post(Prefix + "users/" + u.ID + "/delete"); p.status != 303 {
		t.Errorf("delete: %d", p.status)
	}
}

// Whoever changes the password signs in anew, everywhere; signing out ends the session.
func TestAccountPage(t *testing.T) {
	s := newSite(t)
	b := s.as(t, "mia")
	for name, fields := range map[string][]string{
		"a wrong old one": {"old", "wrong horse", "new", "another horse", "again", "another horse"},
		"two new ones":    {"old", goodPassword, "new", "another horse", "again", "other horse"},
		"a common one":    {"old", goodPassword, "new", "iloveyou", "again", "iloveyou"},
	} {
		if p := b.post(Prefix+"account", fields...); p.status < 400 || !strings.Contains(p.body, `role="alert"`) {
			t.Errorf("%s: %d", name, p.status)
		}
	}
	if p := b.post(Prefix+"account", "old", goodPassword, "new", "another horse", "again", "another horse"); p.status != 303 {
		t.Errorf("%d %s", p.status, p.body)
	}
	if p := b.get("/hello"); p.status != 302 {
		t.Errorf("T11: the old session: %d", p.status)
	}
	if p := b.login("mia", "another horse", "/hello"); p.status != 303 {
		t.Errorf("login: %d", p.status)
	}
	if p := b.post(Prefix + "logout"); p.status != 303 || !slices.ContainsFunc(p.header["Set-Cookie"], func(c string) bool { return strings.HasPrefix(c, "sluice=;") }) {
		t.Errorf("logout: %d %v", p.status, p.header)
	}
	if p := b.get("/hello"); p.status != 302 {
		t.Errorf("after logout: %d", p.status)
	}
}

// 3.6: where origins are named for embedding, the login page may be in their frames
// and cookies go there, one for each of them; over TLS alone, and no other page may.
func TestEmbedding(t *testing.T) {
	const portal = "https://portal.example"
	for _, tc := range []struct {
		embed            []string
		secure           bool
		ancestors, extra string // of the login page; of its cookies
	}{
		{nil, true, "frame-ancestors 'none'", "SameSite=Strict"},
		{[]string{portal}, true, "frame-ancestors 'self' " + portal, "SameSite=None; Partitioned"},
		{[]string{portal}, false, "frame-ancestors 'self' " + portal, "SameSite=Strict"},
	} {
		s := newGuardedSite(t, authz.GuardOptions{Embed: tc.embed})
		ask := func(path string) http.Header {
			r := httptest.NewRequest("GET", path, nil)
			r.RemoteAddr = "127.0.0.1:5000"
			r.Header.Set("Accept", "text/html")
			if tc.secure {
				r.TLS = &tls.ConnectionState{}
			}
			w := httptest.NewRecorder()
			s.Config.Handler.ServeHTTP(w, r)
			return w.Header()
		}
		h := ask(LoginPath)
		if !strings.Contains(h.Get("Content-Security-Policy"), tc.ancestors+";") || (h.Get("X-Frame-Options") == "") != (tc.embed != nil) ||
			!strings.Contains(h.Get("Set-Cookie"), tc.extra) {
			t.Errorf("%+v: %v", tc, h)
		}
		if h := ask(Prefix + "assets/page.css"); h.Get("X-Frame-Options") != "DENY" || !strings.Contains(h.Get("Content-Security-Policy"), "'none'") {
			t.Errorf("%+v: another page: %v", tc, h)
		}
	}
}
