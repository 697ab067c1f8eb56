package authz

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// ticket asks for one, with a header.
func (g *guarded) ticket(t *testing.T, header ...string) (value string, w *httptest.ResponseRecorder) {
	t.Helper()
	w = get(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.RemoteAddr = "127.0.0.1:5000"
		value, _, _ = g.guard.Ticket(w, r)
	}), "POST", "/_sluice/api/v1/ws-ticket", header...)
	return value, w
}

func (g *guarded) mustTicket(t *testing.T, header ...string) string {
	t.Helper()
	value, w := g.ticket(t, header...)
	if value == "" {
		t.Fatalf("no ticket: %d %s", w.Code, w.Body)
	}
	return value
}

const upgrade = "websocket"

// Row 29: a ticket opens one websocket, within 30 s, where the token that it was got
// with would; the flow does not see it.
func TestATicketOpensOneWebsocket(t *testing.T) {
	g := newGuarded(t, PolicyConfig{Mode: []string{"bearer"}})
	seen := ""
	g.handler = g.guard.Wrap(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = r.RequestURI + " " + r.URL.RawQuery }))
	value := g.mustTicket(t, "Authorization", "Bearer "+g.valid)
	if len(value) != secretLen || !strings.HasPrefix(value, "sluw_") {
		t.Errorf("the ticket is %q", value)
	}
	w := get(g.handler, "GET", "/token-demo?a=b&ticket="+value+"&c=d", "Upgrade", upgrade)
	if w.Code != 200 || seen != "/token-demo?a=b&c=d a=b&c=d" {
		t.Errorf("%d, the flow saw %q", w.Code, seen)
	}
	if w := get(g.handler, "GET", "/token-demo?ticket="+value, "Upgrade", upgrade); w.Code != 401 || !strings.Contains(w.Header().Get("WWW-Authenticate"), "token not recognised") {
		t.Errorf("again: %d %v", w.Code, w.Header())
	}
	value = g.mustTicket(t, "Authorization", "Bearer "+g.valid)
	g.clock.Advance(31 * time.Second)
	if w := get(g.handler, "GET", "/token-demo?ticket="+value, "Upgrade", upgrade); w.Code != 401 {
		t.Errorf("after 31 s: %d", w.Code)
	}
	if log := g.log.String(); strings.Contains(log, value[5:]) {
		t.Errorf("the log holds the ticket: %s", log)
	}
}

// Who gets a ticket, and what it does not open.
func TestATicketOpensNoMoreThanItsHolder(t *testing.T) {
	g := newGuarded(t, PolicyConfig{Mode: []string{"bearer"}})
	for name, tc := range map[string]struct {
		header string
		status int
	}{
		"nobody":            {"", 401},
		"an expired token":  {"Bearer " + g.expired, 401},
		"a revoked one":     {"Bearer " + g.revoked, 401},
		"an admin's":        {"Bearer " + g.admin, 401},
		"a ticket":          {"Bearer " + g.mustTicket(t, "Authorization", "Bearer "+g.valid), 401},
		"a password":        {"Basic YTpi", 401},
		"two words":         {"Bearer a b", 400},
		"a JWT of no one's": {"Bearer a.b.c", 401},
	} {
		var header []string
		if tc.header != "" {
			header = []string{"Authorization", tc.header}
		}
		if value, w := g.ticket(t, header...); value != "" || w.Code != tc.status {
			t.Errorf("%s: %q %d", name, value, w.Code)
		}
	}
	ask := func(token, target string, header ...string) int {
		return get(g.handler, "GET", target+"?ticket="+g.mustTicket(t, "Authorization", "Bearer "+token), header...).Code
	}
	if got := ask(g.valid, "/token-demo"); got != 401 {
		t.Errorf("no websocket: %d", got)
	}
	if got := ask(g.scoped, "/token-demo", "Upgrade", upgrade); got != 403 {
		t.Errorf("beyond the scopes: %d", got)
	}
	if got := ask(g.local, "/token-demo", "Upgrade", upgrade); got != 403 {
		t.Errorf("from elsewhere: %d", got)
	}
	if got := ask(g.valid, "/token-demo", "Upgrade", upgrade, "Authorization", "Bearer "+g.revoked); got != 401 {
		t.Errorf("beside a header: %d", got)
	}
	late := g.mustTicket(t, "Authorization", "Bearer "+g.valid)
	if _, err := g.store.Revoke(ctx, by, "valid"); err != nil {
		t.Fatal(err)
	}
	if w := get(g.handler, "GET", "/token-demo?ticket="+late, "Upgrade", upgrade); w.Code != 401 {
		t.Errorf("revoked meanwhile: %d", w.Code)
	}
	for _, value := range []string{"sluw_", "sluw_" + strings.Repeat("0", 49), "sluw_" + strings.Repeat("0", 600)} {
		if w := get(g.handler, "GET", "/token-demo?ticket="+value, "Upgrade", upgrade); w.Code != 401 {
			t.Errorf("%.20s: %d", value, w.Code)
		}
	}
}

// A session's ticket works where its cookie does not go, and no longer than it.
func TestATicketOfASession(t *testing.T) {
	g := newTeamed(t, PolicyConfig{Mode: []string{"team"}, Rules: []Rule{{Path: "/tokens/*", Modes: []string{"bearer"}}, {Path: "/owners/*", Modes: []string{"team"}, MinRole: "owner"}}})
	cookie, id := g.login(t, "alice")
	ask := func(target string) int {
		value := g.mustTicket(t, "Cookie", "sluice="+cookie)
		return get(g.handler, "GET", target+"?ticket="+value, "Upgrade", upgrade, "Origin", "https://elsewhere.example").Code
	}
	for target, want := range map[string]int{"/token-demo": 200, "/tokens/a": 401, "/owners/a": 403} {
		if got := ask(target); got != want {
			t.Errorf("%s: %d", target, got)
		}
	}
	if value, w := g.ticket(t, "Cookie", "sluice="+cookie, "Sec-Fetch-Site", "cross-site"); value != "" || w.Code != 403 {
		t.Errorf("from another site: %d", w.Code)
	}
	value := g.mustTicket(t, "Cookie", "sluice="+cookie)
	if err := g.store.EndSession(ctx, by, id); err != nil {
		t.Fatal(err)
	}
	if w := get(g.handler, "GET", "/token-demo?ticket="+value, "Upgrade", upgrade); w.Code != 401 {
		t.Errorf("signed out meanwhile: %d", w.Code)
	}
}

// A ticket got with an issuer's token does what that may, and ends with it.
func TestATicketOfAnIssuersToken(t *testing.T) {
	c := newClock()
	i := newTestIssuer(t, c)
	g := newGuarded(t, PolicyConfig{Mode: []string{"jwt"}}, func(o *GuardOptions) { o.Issuer, o.Now = i.open(t, nil), c.Now })
	value := g.mustTicket(t, "Authorization", "Bearer "+i.token(t, map[string]any{"scope": "GET:/token-demo"}))
	if w := get(g.handler, "GET", "/token-demo?ticket="+value, "Upgrade", upgrade); w.Code != 200 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	value = g.mustTicket(t, "Authorization", "Bearer "+i.token(t, map[string]any{"scope": "GET:/elsewhere"}))
	if w := get(g.handler, "GET", "/token-demo?ticket="+value, "Upgrade", upgrade); w.Code != 403 {
		t.Errorf("beyond the scopes: %d", w.Code)
	}
}

// T17: tickets that nobody uses are bounded, and make room when they are over.
func TestTicketsAreBounded(t *testing.T) {
	var all tickets
	now := time.Now()
	for range maxTickets {
		if all.add(anonymous, now) == "" {
			t.Fatal("too few")
		}
	}
	if all.add(anonymous, now) != "" {
		t.Error("too many")
	}
	if all.add(anonymous, now.Add(ticketLife)) == "" || len(all.live) != 1 {
		t.Errorf("%d live ones later", len(all.live))
	}
}
