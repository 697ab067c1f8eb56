package admin

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"sluice/authz"
	"sluice/authz/oidc"
	"sluice/authz/oidc/oidctest"
)

// newOIDCSite is a site with a provider, at which whoever comes is the person b says.
func newOIDCSite(t testing.TB, b oidctest.Behavior, accounts authz.Accounts, change ...func(*oidc.Options)) (*site, *oidctest.Issuer) {
	t.Helper()
	i := oidctest.New(t, b)
	s := newSite(t, func(s *site, opts *Options) {
		o := oidc.Options{Issuer: i.URL, ClientID: oidctest.ClientID, ClientSecret: oidctest.ClientSecret, Label: "Example & Co",
			RedirectURI: s.URL + Prefix + "callback"}
		for _, f := range change {
			f(&o)
		}
		p, err := oidc.New(o)
		if err != nil {
			t.Fatal(err)
		}
		opts.Login, opts.Accounts = p, accounts
	})
	return s, i
}

func person(username string) oidctest.Behavior {
	return oidctest.Behavior{Person: map[string]any{"sub": "id-of-" + username, "preferred_username": username, "name": "Person " + username,
		"email": username + "@example.com", "email_verified": true}}
}

// signInElsewhere presses the button and comes back. change sees what the issuer sends back.
func (b *browser) signInElsewhere(next string, change func(url.Values)) page {
	b.t.Helper()
	p := b.get(oidcPath + "?next=" + url.QueryEscape(next))
	if p.status != http.StatusSeeOther {
		b.t.Fatalf("begin: %d %s", p.status, p.body)
	}
	r, err := http.NewRequest(http.MethodGet, p.header.Get("Location"), nil)
	if err != nil {
		b.t.Fatal(err)
	}
	res, err := b.c.Transport.RoundTrip(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	back, err := res.Location()
	if err != nil {
		b.t.Fatalf("the issuer refuses: %d", res.StatusCode)
	}
	answer := back.Query()
	if change != nil {
		change(answer)
	}
	return b.do("GET", Prefix+"callback?"+answer.Encode(), "", "Accept", "text/html", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Site", "cross-site")
}

func (s *site) events(t testing.TB, kind string) []authz.Event {
	t.Helper()
	events, err := s.store.Audit(ctx, authz.AuditQuery{Type: kind})
	if err != nil {
		t.Fatal(err)
	}
	return events
}

// An account that was made for it, without a password, is signed in to at the
// provider; the flow sees whose it is, and the audit how.
func TestSignInAtAProvider(t *testing.T) {
	s, _ := newOIDCSite(t, person("ada"), authz.Accounts{})
	u, err := s.store.AddUser(ctx, test, authz.NewUser{Username: "ada"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.store.SetMember(ctx, test, authz.DefaultTeam, "ada", authz.RoleViewer); err != nil {
		t.Fatal(err)
	}
	b := s.browser(t)
	login := b.get(LoginPath + "?next=/hello")
	if !strings.Contains(login.body, `href="/_sluice/login/oidc?next=%2fhello">Sign in with Example &amp; Co</a>`) &&
		!strings.Contains(login.body, `href="/_sluice/login/oidc?next=%2Fhello">Sign in with Example &amp; Co</a>`) {
		t.Errorf("no button: %s", login.body)
	}
	p := b.signInElsewhere("/hello", nil)
	if p.status != http.StatusSeeOther || p.header.Get("Location") != "/hello" {
		t.Fatalf("back: %d %v %s", p.status, p.header, p.body)
	}
	for _, c := range p.header["Set-Cookie"] {
		if strings.HasPrefix(c, "sluice=") && (!strings.Contains(c, "HttpOnly") || !strings.Contains(c, "SameSite=Lax")) {
			t.Errorf("cookie %s", c)
		}
	}
	if p := b.get("/hello"); p.status != 200 || p.body != "flow ran for session" {
		t.Errorf("the endpoint: %d %s", p.status, p.body)
	}
	after, err := s.store.FindUser(ctx, u.ID)
	if err != nil || after.Subject != "id-of-ada" || after.Name != "Person ada" || after.Email != "ada@example.com" {
		t.Errorf("account %+v, %v", after, err)
	}
	logins := s.events(t, authz.EventLogin)
	if len(logins) != 1 || logins[0].Actor != "ada" || logins[0].Detail["issuer"] != after.Issuer || len(s.events(t, authz.EventUserLinked)) != 1 {
		t.Errorf("audit %v", logins)
	}
	// The person, not the name, is who the account belongs to from now on.
	if p := s.as(t, "root").get(Prefix + "users/" + u.ID); !strings.Contains(p.body, "id-of-ada") {
		t.Errorf("the page of the user does not say who signs in: %s", p.body)
	}
}

// Whose account somebody gets.
func TestAccountsOfPeopleFromAProvider(t *testing.T) {
	member := authz.RoleMember
	for name, tc := range map[string]struct {
		who      string
		claims   map[string]any
		accounts authz.Accounts
		ranked   bool
		status   int    // of the callback
		says     string // the page, or of what the account is
		endpoint int    // with the session
	}{
		"nobody here":                            {who: "ada", status: 403, says: "no account for you"},
		"an account with a password":             {who: "olga", status: 403, says: "not for signing in with Example &amp; Co"},
		"an admin's account":                     {who: "ROOT", status: 403, says: "not for signing in"},
		"an account that is disabled":            {who: "gone", status: 403, says: "disabled"},
		"somebody else's account":                {who: "linked", status: 403, says: "not for signing in"},
		"a name that is none":                    {who: "a b", accounts: authz.Accounts{Create: true}, status: 403, says: "cannot be a user name"},
		"made, and no member":                    {who: "ada", accounts: authz.Accounts{Create: true}, status: 303, endpoint: 403},
		"made, with a role":                      {who: "ada", accounts: authz.Accounts{Create: true, Role: &member}, status: 303, endpoint: 200},
		"a password is not taken over by making": {who: "olga", accounts: authz.Accounts{Create: true, Role: &member}, status: 403, says: "not for signing in"},
		"ranked by names of roles": {who: "ada", claims: map[string]any{"groups": []string{"x", "viewer"}}, ranked: true,
			accounts: authz.Accounts{Create: true}, status: 303, endpoint: 200},
		"ranked by words of the issuer": {who: "ada", claims: map[string]any{"groups": []string{"staff"}}, ranked: true,
			accounts: authz.Accounts{Create: true, Roles: map[string]authz.Role{"staff": authz.RoleMember}}, status: 303, endpoint: 200},
		"a role's name is no word of the issuer": {who: "ada", claims: map[string]any{"groups": "owner"}, ranked: true,
			accounts: authz.Accounts{Create: true, Roles: map[string]authz.Role{"staff": authz.RoleMember}}, status: 303, endpoint: 403},
		"ranked without a word": {who: "ada", ranked: true, accounts: authz.Accounts{Create: true}, status: 303, endpoint: 403},
	} {
		t.Run(name, func(t *testing.T) {
			behavior := person(tc.who)
			for k, v := range tc.claims {
				behavior.Person[k] = v
			}
			tc.accounts.Ranked = tc.ranked
			s, i := newOIDCSite(t, behavior, tc.accounts, func(o *oidc.Options) {
				if tc.ranked {
					o.RolesClaim = "groups"
				}
			})
			for _, n := range []authz.NewUser{{Username: "gone"}, {Username: "linked", Issuer: i.URL, Subject: "another"}} {
				if _, err := s.store.AddUser(ctx, test, n); err != nil {
					t.Fatal(err)
				}
			}
			disabled := true
			if _, err := s.store.UpdateUser(ctx, test, "gone", authz.UserChange{Disabled: &disabled}); err != nil {
				t.Fatal(err)
			}
			b := s.browser(t)
			p := b.signInElsewhere("/hello", nil)
			if p.status != tc.status || !strings.Contains(p.body, tc.says) {
				t.Errorf("back: %d %s", p.status, p.body)
			}
			if tc.endpoint == 0 {
				if p := b.get("/hello"); p.status != 302 {
					t.Errorf("signed in although refused: %d", p.status)
				}
				return
			}
			if p := b.get("/hello"); p.status != tc.endpoint {
				t.Errorf("the endpoint: %d", p.status)
			}
			if p := b.signInElsewhere("", nil); p.status != 303 || p.header.Get("Location") != Prefix+"home" {
				t.Errorf("again: %d %s", p.status, p.body)
			}
		})
	}
}

// A role that the issuer takes away is gone with the next login, and one given here
// with it.
func TestTheIssuersRolesCountAtEveryLogin(t *testing.T) {
	behavior := person("ada")
	behavior.Person["groups"] = "owner"
	s, i := newOIDCSite(t, behavior, authz.Accounts{Create: true, Ranked: true}, func(o *oidc.Options) { o.RolesClaim = "groups" })
	b := s.browser(t)
	b.signInElsewhere("", nil)
	if p := b.get(Prefix + "tokens"); p.status != 200 {
		t.Errorf("as an owner: %d", p.status)
	}
	i.Change(func(b *oidctest.Behavior) { delete(b.Person, "groups") })
	s.browser(t).signInElsewhere("", nil)
	if p := b.get(Prefix + "tokens"); p.status != 403 {
		t.Errorf("the older session, once the role is gone: %d", p.status)
	}
}

// The account stays the person's when the issuer calls the person another name, and
// is nobody's who gets the old one.
func TestANameThatPassesOnTakesNoAccountAlong(t *testing.T) {
	s, i := newOIDCSite(t, person("ada"), authz.Accounts{Create: true})
	s.browser(t).signInElsewhere("", nil)
	i.Change(func(b *oidctest.Behavior) { b.Person["sub"] = "id-of-another" })
	if p := s.browser(t).signInElsewhere("", nil); p.status != 403 {
		t.Errorf("another ada: %d", p.status)
	}
	i.Change(func(b *oidctest.Behavior) { b.Person["sub"], b.Person["preferred_username"] = "id-of-ada", "countess" })
	if p := s.browser(t).signInElsewhere("", nil); p.status != 303 {
		t.Errorf("ada by another name: %d %s", p.status, p.body)
	}
	if users, err := s.store.Users(ctx); err != nil || len(users) != 5 {
		t.Errorf("%d accounts, %v", len(users), err)
	}
}

// What attackers try with the way back.
func TestAttacksOnTheWayBack(t *testing.T) {
	for name, tc := range map[string]struct {
		behavior func(*oidctest.Behavior)
		change   func(url.Values)
		status   int
		says     string
	}{
		"wrong state":  {change: func(v url.Values) { v.Set("state", "x") }, status: 400, says: "not begun in this browser"},
		"mixed up":     {change: func(v url.Values) { v.Set("iss", "https://evil.example") }, status: 403, says: "could not be trusted"},
		"wrong nonce":  {behavior: func(b *oidctest.Behavior) { b.Claims = func(c map[string]any) { c["nonce"] = "x" } }, status: 403, says: "could not be trusted"},
		"an error":     {behavior: func(b *oidctest.Behavior) { b.Denied = "access_denied" }, status: 403, says: "Example &amp; Co did not sign you in."},
		"a bad secret": {behavior: func(b *oidctest.Behavior) { b.Public = true }, status: 403, says: "could not be trusted"},
	} {
		t.Run(name, func(t *testing.T) {
			s, i := newOIDCSite(t, person("ada"), authz.Accounts{Create: true})
			if tc.behavior != nil {
				i.Change(tc.behavior)
			}
			b := s.browser(t)
			p := b.signInElsewhere("/hello", tc.change)
			if p.status != tc.status || !strings.Contains(p.body, tc.says) || strings.Contains(p.body, "nobody is to see this") {
				t.Errorf("%d %s", p.status, p.body)
			}
			if p := b.get("/hello"); p.status != 302 {
				t.Errorf("signed in: %d", p.status)
			}
			if users, err := s.store.Users(ctx); err != nil || len(users) != 4 {
				t.Errorf("%d accounts, %v", len(users), err)
			}
		})
	}
}

// T11, T12: a session that was there before ends, the way back works once and in
// the browser that began it, and leads nowhere else.
func TestTheWayBackWorksOnceAndLeadsHere(t *testing.T) {
	s, i := newOIDCSite(t, person("ada"), authz.Accounts{Create: true})
	i.Change(func(b *oidctest.Behavior) { b.ReuseCodes = true })
	b := s.as(t, "olga")
	var answer url.Values
	if p := b.signInElsewhere("", func(v url.Values) { answer = v }); p.status != 303 {
		t.Fatalf("%d %s", p.status, p.body)
	}
	sessions, err := s.store.Sessions(ctx, "")
	if err != nil || len(sessions) != 1 || sessions[0].Username != "ada" {
		t.Errorf("sessions %v, %v", sessions, err)
	}
	for name, other := range map[string]*browser{"the same browser": b, "another": s.browser(t)} {
		if p := other.get(Prefix + "callback?" + answer.Encode()); p.status != 400 {
			t.Errorf("again, in %s: %d", name, p.status)
		}
	}
	for _, next := range []string{"//evil.example", `/\evil.example`, "https:evil.example", "https://evil.example/", "/a\r\nX: y", "/\x00"} {
		p := s.browser(t).signInElsewhere(next, nil)
		if at := p.header.Get("Location"); p.status != 303 || at != "/" && at != Prefix+"home" {
			t.Errorf("%q leads to %q", next, at)
		}
	}
	for _, header := range []string{"Host", "X-Forwarded-Host", "Forwarded", "X-Original-Host"} {
		r := httptest.NewRequest("GET", oidcPath, nil)
		r.RemoteAddr = "127.0.0.1:5000"
		if r.Header.Set(header, "evil.example"); header == "Host" {
			r.Host = "evil.example"
		}
		w := httptest.NewRecorder()
		s.Config.Handler.ServeHTTP(w, r)
		if u, _ := url.Parse(w.Header().Get("Location")); w.Code != 303 || u.Query().Get("redirect_uri") != s.URL+Prefix+"callback" {
			t.Errorf("%s: %d %s", header, w.Code, u)
		}
	}
}

// A provider that is down stops neither the start nor people with passwords.
func TestAProviderThatIsDown(t *testing.T) {
	s, i := newOIDCSite(t, oidctest.Behavior{Down: true}, authz.Accounts{})
	p := s.browser(t).get(oidcPath + "?next=/hello")
	if p.status != 503 || !strings.Contains(p.body, "cannot be reached at present") || !strings.Contains(p.body, `value="/hello"`) || p.header.Get("Retry-After") == "" {
		t.Errorf("%d %s", p.status, p.body)
	}
	if p := s.as(t, "olga").get("/hello"); p.status != 200 {
		t.Errorf("with a password: %d", p.status)
	}
	if strings.Contains(s.log.String(), oidctest.ClientSecret) {
		t.Error("the log holds the client secret")
	}
	_ = i
}

// T16: whoever tries made-up answers waits, and nothing of them is in the log.
func TestManyFailedLoginsAtAProviderHaveToWait(t *testing.T) {
	s, _ := newOIDCSite(t, person("ada"), authz.Accounts{Create: true})
	var last page
	for range 21 {
		last = s.browser(t).get(Prefix + "callback?state=guess&code=a-secret-code")
	}
	if last.status != 429 || last.header.Get("Retry-After") == "" {
		t.Errorf("the 21st: %d", last.status)
	}
	if log := s.log.String(); strings.Contains(log, "a-secret-code") || strings.Contains(log, "guess") || !strings.Contains(log, authz.EventLoginFailed) {
		t.Errorf("log %s", log)
	}
}

// No part of a login is kept, logged or shown.
func TestALoginAtAProviderLeavesNoSecrets(t *testing.T) {
	s, _ := newOIDCSite(t, person("ada"), authz.Accounts{Create: true})
	var code string
	b := s.browser(t)
	b.signInElsewhere("", func(v url.Values) { code = v.Get("code") })
	var seen strings.Builder
	for _, e := range s.events(t, "") {
		seen.WriteString(e.Type + " " + e.Actor + " " + e.Subject)
		for k, v := range e.Detail {
			seen.WriteString(k + "=" + marshalText(t, v))
		}
	}
	seen.WriteString(s.log.String() + b.get(Prefix+"account").body)
	for _, secret := range []string{code, oidctest.ClientSecret, "an-access-token", "eyJ"} {
		if strings.Contains(seen.String(), secret) {
			t.Errorf("%q is in %s", secret, seen.String())
		}
	}
}

func TestWithoutAProviderThereIsNoWayBack(t *testing.T) {
	s := newSite(t)
	for _, path := range []string{oidcPath, Prefix + "callback"} {
		if p := s.browser(t).do("GET", path, ""); p.status != 401 {
			t.Errorf("%s: %d", path, p.status)
		}
	}
	if p := s.browser(t).get(LoginPath); strings.Contains(p.body, "Sign in with") {
		t.Error("there is a button")
	}
}
