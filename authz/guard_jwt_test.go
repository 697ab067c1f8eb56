package authz

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"sluice/authz/jwt"
)

// testIssuer is an outside issuer with one key.
type testIssuer struct {
	*httptest.Server
	clock *clock
	key   *ecdsa.PrivateKey
	down  atomic.Bool
	asked atomic.Int32 // about opaque tokens; "opaque" is a good one
}

func newTestIssuer(t testing.TB, c *clock) *testIssuer {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	i := &testIssuer{clock: c, key: key}
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := any(map[string]string{"issuer": i.URL, "jwks_uri": i.URL + "/keys"})
		switch {
		case i.down.Load():
			w.WriteHeader(http.StatusBadGateway)
			return
		case r.URL.Path == "/keys":
			answer = jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "1"}}}
		case r.URL.Path == "/introspect":
			i.asked.Add(1)
			claims := i.claims(nil)
			claims["active"] = r.PostFormValue("token") == "opaque"
			answer = claims
		}
		_ = json.NewEncoder(w).Encode(answer)
	}))
	t.Cleanup(i.Close)
	return i
}

func (i *testIssuer) claims(changes map[string]any) map[string]any {
	claims := map[string]any{"iss": i.URL, "aud": "sluice", "sub": "robot", "exp": i.clock.Now().Unix() + 300}
	for name, value := range changes {
		claims[name] = value
	}
	return claims
}

func (i *testIssuer) token(t testing.TB, changes map[string]any) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: i.key, KeyID: "1"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(i.claims(changes))
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func (i *testIssuer) open(t testing.TB, change func(*jwt.Options)) *Issuer {
	t.Helper()
	o := jwt.Options{Issuer: i.URL, Audience: "sluice", Now: i.clock.Now}
	if change != nil {
		change(&o)
	}
	issuer, err := OpenIssuer(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(issuer.Close)
	return issuer
}

func (i *testIssuer) introspected(o *jwt.Options) {
	o.Introspection = &jwt.Introspection{URL: i.URL + "/introspect", ClientID: "sluice", ClientSecret: "secret"}
}

type claims = map[string]any

var empty = http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})

func TestIssuedTokens(t *testing.T) {
	c := newClock()
	i := newTestIssuer(t, c)
	rules := []Rule{
		{Path: "/write", Modes: []string{"jwt"}, Scopes: []string{"write"}},
		{Path: "/viewer", Modes: []string{"jwt"}, MinRole: "viewer"},
	}
	guard := func(change func(*jwt.Options)) http.Handler {
		g := mustGuard(t, mustPolicies(t, PolicyConfig{Mode: []string{"jwt"}, Rules: rules}), GuardOptions{Issuer: i.open(t, change), Now: c.Now})
		return g.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header["Authorization"] != nil {
				t.Error("the flow sees the token")
			}
			_ = json.NewEncoder(w).Encode(FromContext(r.Context()).Fields())
		}))
	}
	plain := guard(nil)
	ranked := guard(func(o *jwt.Options) { o.RolesClaim = "/realm/roles" })
	realm := func(roles ...string) claims { return claims{"realm": claims{"roles": roles}} }
	for _, tc := range []struct {
		name      string
		handler   http.Handler
		method    string
		path      string
		claims    claims
		status    int
		challenge string
	}{
		{"good", plain, "GET", "/a", nil, 200, ""},
		{"expired", plain, "GET", "/a", claims{"exp": c.Now().Unix() - 60}, 401, `Bearer realm="sluice", error="invalid_token", error_description="token expired"`},
		{"for another", plain, "GET", "/a", claims{"aud": "other"}, 401, `Bearer realm="sluice", error="invalid_token", error_description="token not recognised"`},
		{"scope read reads", plain, "GET", "/a", claims{"scope": "openid read"}, 200, ""},
		{"scope read, HEAD", plain, "HEAD", "/a", claims{"scope": "read"}, 200, ""},
		{"scope read does not write", plain, "POST", "/a", claims{"scope": "read"}, 403, `Bearer realm="sluice", error="insufficient_scope", error_description="the token does not cover this request", scope="POST:/a"`},
		{"a path", plain, "POST", "/a/b", claims{"scp": []string{"POST:/a/*"}}, 200, ""},
		{"another path", plain, "POST", "/b", claims{"scp": []string{"POST:/a/*"}}, 403, `scope="POST:/b"`},
		{"scopes unknown here grant nothing", plain, "GET", "/a", claims{"scope": "openid profile orders:read"}, 403, "insufficient_scope"},
		{"an empty scope grants nothing", plain, "GET", "/a", claims{"scope": ""}, 403, "insufficient_scope"},
		{"what a policy asks for has to be granted", plain, "POST", "/write", nil, 403, "insufficient_scope"},
		{"and is", plain, "POST", "/write", claims{"scope": "write"}, 200, ""},
		{"without roles the role is the least", plain, "GET", "/viewer", realm("owner"), 403, "insufficient_scope"},
		{"a role", ranked, "GET", "/viewer", realm("viewer"), 200, ""},
		{"the highest role", ranked, "GET", "/viewer", realm("dashboard", "owner", "other"), 200, ""},
		{"a lower role", ranked, "GET", "/viewer", realm("dashboard"), 403, "role is too low"},
		{"no role known here", ranked, "GET", "/a", realm("boss"), 403, "role is too low"},
		{"no roles claim", ranked, "GET", "/a", nil, 403, "role is too low"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := get(tc.handler, tc.method, tc.path, "Authorization", "Bearer "+i.token(t, tc.claims))
			challenge := w.Header().Get("Www-Authenticate")
			if w.Code != tc.status || !strings.Contains(challenge, tc.challenge) || tc.challenge == "" && challenge != "" {
				t.Errorf("got %d, %q; want %d, %q", w.Code, challenge, tc.status, tc.challenge)
			}
		})
	}
	if w := get(plain, "GET", "/a"); w.Code != 401 || w.Header().Get("Www-Authenticate") != `Bearer realm="sluice"` {
		t.Errorf("without a token: %d, %q", w.Code, w.Header())
	}
	var fields struct {
		Type   string
		Claims claims
	}
	w := get(plain, "GET", "/a", "Authorization", "Bearer "+i.token(t, claims{"tenant": "x"}))
	if err := json.Unmarshal(w.Body.Bytes(), &fields); err != nil || fields.Type != "jwt" || fields.Claims["tenant"] != "x" {
		t.Errorf("the flow sees %s (%v)", w.Body, err)
	}
}

func TestFormSelectsWhoJudgesAToken(t *testing.T) {
	c := newClock()
	i := newTestIssuer(t, c)
	s := testStore(t, c)
	_, own := mustCreate(t, s, NewToken{Name: "own"})
	const foreign, shaped = "an-imported-token-of-another-program", "an.imported.token-of-another-program"
	for _, value := range []string{foreign, shaped} {
		if _, err := s.EnsureToken(t.Context(), value); err != nil {
			t.Fatal(err)
		}
	}
	v := openVerifier(t, s, c)
	guard := func(issuer *Issuer, modes ...string) http.Handler {
		return mustGuard(t, mustPolicies(t, PolicyConfig{Mode: modes}), GuardOptions{Verifier: v, Issuer: issuer, Now: c.Now}).Wrap(empty)
	}
	signed, asking := i.open(t, nil), i.open(t, i.introspected)
	both, opaque, alone, bearer := guard(signed, "bearer", "jwt"), guard(asking, "bearer", "jwt"), guard(asking, "jwt"), guard(signed, "bearer")
	good := i.token(t, nil)
	for _, tc := range []struct {
		name    string
		handler http.Handler
		token   string
		status  int
		asked   int32
	}{
		{"ours", both, own, 200, 0},
		{"imported", both, foreign, 200, 0},
		{"signed", both, good, 200, 0},
		{"of the form of a JWT, never looked up", both, shaped, 401, 0},
		{"unknown", both, "opaque", 401, 0},
		{"of the form of a JWT, where only bearer is on", bearer, shaped, 200, 0},
		{"signed, where only bearer is on", bearer, good, 401, 0},
		{"ours, before the issuer is asked", opaque, own, 200, 0},
		{"imported, before the issuer is asked", opaque, foreign, 200, 0},
		{"opaque", opaque, "opaque", 200, 1},
		{"opaque, not active", opaque, "other", 401, 1},
		{"one that claims to be ours is not shown to the issuer", opaque, own[:len(own)-1] + "-", 401, 0},
		{"a forged JWT is not shown to the issuer", opaque, good[:len(good)-4] + "AAAA", 401, 0},
		{"opaque, with mode jwt alone", alone, "opaque", 200, 0}, // remembered
		{"ours, with mode jwt alone", alone, own, 401, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			before := i.asked.Load()
			if w := get(tc.handler, "GET", "/a", "Authorization", "Bearer "+tc.token); w.Code != tc.status {
				t.Errorf("got %d %s, want %d", w.Code, w.Body, tc.status)
			}
			if n := i.asked.Load() - before; n != tc.asked {
				t.Errorf("the issuer was asked %d times, want %d", n, tc.asked)
			}
		})
	}
}

func TestAnIssuerThatIsDownIsNoRefusal(t *testing.T) {
	c := newClock()
	i := newTestIssuer(t, c)
	i.down.Store(true)
	g := mustGuard(t, mustPolicies(t, PolicyConfig{Mode: []string{"jwt"}}), GuardOptions{Issuer: i.open(t, i.introspected), Now: c.Now})
	for _, token := range []string{i.token(t, nil), "opaque"} {
		w := get(g.Wrap(empty), "GET", "/a", "Authorization", "Bearer "+token)
		if w.Code != 503 || w.Header().Get("Retry-After") == "" || w.Header().Get("Www-Authenticate") != "" {
			t.Errorf("got %d, %v", w.Code, w.Header())
		}
	}
}

func TestTheAuditTellsWhyAnIssuedTokenWasRefused(t *testing.T) {
	c := newClock()
	i := newTestIssuer(t, c)
	var events []Event
	g := mustGuard(t, mustPolicies(t, PolicyConfig{Mode: []string{"jwt"}}), GuardOptions{Issuer: i.open(t, nil), Now: c.Now, Audit: func(e Event) { events = append(events, e) }})
	token := i.token(t, claims{"aud": "other"})
	w := get(g.Wrap(empty), "GET", "/a", "Authorization", "Bearer "+token)
	last := events[len(events)-1]
	if cause, _ := last.Detail["cause"].(string); !strings.Contains(cause, "aud") || strings.Contains(w.Body.String(), "aud") {
		t.Errorf("the audit tells %v, the client %s", last.Detail, w.Body)
	}
}

func TestModeJWTNeedsAnIssuer(t *testing.T) {
	if _, err := NewGuard(mustPolicies(t, PolicyConfig{Mode: []string{"jwt"}}), GuardOptions{}); err == nil {
		t.Error("a guard without an issuer was made")
	}
}

func TestAStreamEndsWithTheIssuedToken(t *testing.T) {
	c := newClock()
	i := newTestIssuer(t, c)
	g := mustGuard(t, mustPolicies(t, PolicyConfig{Mode: []string{"jwt"}}), GuardOptions{Issuer: i.open(t, nil), Now: c.Now})
	h := g.Wrap(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		over := make(chan error, 1)
		defer Watch(r.Context(), func(err error) { over <- err })()
		select {
		case cause := <-over:
			if !errors.Is(cause, ErrExpired) {
				t.Errorf("it ends with %v, want ErrExpired", cause)
			}
		case <-time.After(10 * time.Second):
			t.Error("the stream outlives the token")
		}
	}))
	token := i.token(t, claims{"exp": float64(c.Now().Unix()) + 0.05})
	if w := get(h, "GET", "/events", "Authorization", "Bearer "+token); w.Code != 200 {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}

func BenchmarkGuardIssued(b *testing.B) {
	c := newClock()
	i := newTestIssuer(b, c)
	g := mustGuard(b, mustPolicies(b, PolicyConfig{Mode: []string{"jwt"}}), GuardOptions{Issuer: i.open(b, nil), Now: c.Now})
	h := g.Wrap(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	r := httptest.NewRequest("GET", "/a", nil)
	line := []string{"Bearer " + i.token(b, claims{"scope": "read"})}
	b.ReportAllocs()
	for b.Loop() {
		r.Header["Authorization"] = line
		h.ServeHTTP(discardResponse{}, r)
	}
}
