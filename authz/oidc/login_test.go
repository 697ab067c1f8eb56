package oidc

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	"go.uber.org/goleak"

	"sluice/authz/oidc/oidctest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const callback = "http://127.0.0.1:1880/_sluice/callback"

func ada() map[string]any {
	return map[string]any{"sub": "u-1", "preferred_username": "ada", "name": "Ada L.", "email": "ada@example.com", "email_verified": true}
}

func newIssuer(t *testing.T, change func(*oidctest.Behavior)) *oidctest.Issuer {
	b := oidctest.Behavior{RedirectURI: callback, Person: ada()}
	if change != nil {
		change(&b)
	}
	return oidctest.New(t, b)
}

func newProvider(t *testing.T, i *oidctest.Issuer, change func(*Options)) *Provider {
	t.Helper()
	o := Options{Issuer: i.URL, ClientID: oidctest.ClientID, ClientSecret: oidctest.ClientSecret, RedirectURI: callback}
	if change != nil {
		change(&o)
	}
	p, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// visit goes where the provider sends a browser, and returns what the issuer sends back.
func visit(t *testing.T, location string) url.Values {
	t.Helper()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, location, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	back, err := res.Location()
	if err != nil {
		t.Fatalf("the issuer refuses: %d", res.StatusCode)
	}
	if !strings.HasPrefix(back.String(), callback+"?") {
		t.Fatalf("sent to %s", back)
	}
	return back.Query()
}

// login is a whole one, with a change of what comes back.
func login(t *testing.T, p *Provider, change func(url.Values)) (*Identity, error) {
	t.Helper()
	cookie, location, err := p.Begin(t.Context(), "/dashboard?a=b")
	if err != nil {
		t.Fatal(err)
	}
	answer := visit(t, location)
	if change != nil {
		change(answer)
	}
	id, next, err := p.Finish(t.Context(), cookie, answer)
	if err == nil && next != "/dashboard?a=b" {
		t.Errorf("next is %q", next)
	}
	return id, err
}

func TestALoginTellsWhoSomebodyIs(t *testing.T) {
	for name, tc := range map[string]struct {
		behavior func(*oidctest.Behavior)
		options  func(*Options)
		want     Identity
	}{
		"with a secret in the header": {want: Identity{Username: "ada", Name: "Ada L.", Email: "ada@example.com"}},
		"with a secret in the form": {behavior: func(b *oidctest.Behavior) { b.AuthMethods = []string{"client_secret_post"} },
			want: Identity{Username: "ada", Name: "Ada L.", Email: "ada@example.com"}},
		"without a secret": {behavior: func(b *oidctest.Behavior) { b.Public = true }, options: func(o *Options) { o.ClientSecret = "" },
			want: Identity{Username: "ada", Name: "Ada L.", Email: "ada@example.com"}},
		"of an issuer that names itself": {behavior: func(b *oidctest.Behavior) { b.NamesItself = true },
			want: Identity{Username: "ada", Name: "Ada L.", Email: "ada@example.com"}},
		"by the userinfo endpoint": {behavior: func(b *oidctest.Behavior) {
			b.Person, b.Userinfo = map[string]any{"sub": "u-1", "name": "Ada"}, map[string]any{"sub": "u-1", "preferred_username": "ada", "name": "another"}
		}, want: Identity{Username: "ada", Name: "Ada"}},
		"by an address that is verified": {options: func(o *Options) { o.UsernameClaim = "email" },
			want: Identity{Username: "ada@example.com", Name: "Ada L.", Email: "ada@example.com"}},
		"with an address that is not": {behavior: func(b *oidctest.Behavior) { b.Person["email_verified"] = false },
			want: Identity{Username: "ada", Name: "Ada L."}},
		"with roles": {behavior: func(b *oidctest.Behavior) { b.Person["realm"] = map[string]any{"roles": []string{"x", "owner"}} },
			options: func(o *Options) { o.RolesClaim = "/realm/roles" },
			want:    Identity{Username: "ada", Name: "Ada L.", Email: "ada@example.com", Roles: []string{"x", "owner"}}},
	} {
		t.Run(name, func(t *testing.T) {
			i := newIssuer(t, tc.behavior)
			id, err := login(t, newProvider(t, i, tc.options), nil)
			if err != nil {
				t.Fatal(err)
			}
			tc.want.Issuer, tc.want.Subject = i.URL, "u-1"
			got, want := marshal(t, id), marshal(t, tc.want)
			if got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func marshal(t *testing.T, v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What comes back from the issuer, or from somebody who pretends to.
func TestAnswersThatAreNotTheIssuersAreRefused(t *testing.T) {
	for name, tc := range map[string]struct {
		behavior func(*oidctest.Behavior)
		change   func(url.Values)
		want     error
	}{
		"another state":        {change: func(v url.Values) { v.Set("state", strings.Repeat("A", 43)) }, want: ErrStale},
		"no state":             {change: func(v url.Values) { v.Del("state") }, want: ErrStale},
		"two states":           {change: func(v url.Values) { v.Add("state", v.Get("state")) }, want: ErrStale},
		"no code":              {change: func(v url.Values) { v.Del("code") }, want: ErrUntrusted},
		"two codes":            {change: func(v url.Values) { v.Add("code", "x") }, want: ErrUntrusted},
		"a made-up code":       {change: func(v url.Values) { v.Set("code", "x") }, want: ErrUntrusted},
		"mixed-up issuers":     {change: func(v url.Values) { v.Set("iss", "https://evil.example") }, want: ErrUntrusted},
		"two issuers":          {change: func(v url.Values) { v["iss"] = []string{"a", "b"} }, want: ErrUntrusted},
		"a person who says no": {behavior: func(b *oidctest.Behavior) { b.Denied = "access_denied" }, want: ErrRefused},
		"an error with markup": {change: func(v url.Values) { v.Set("error", "<script>") }, want: ErrRefused},
		"an issuer that promised its name": {behavior: func(b *oidctest.Behavior) { b.NamesItself = true },
			change: func(v url.Values) { v.Del("iss") }, want: ErrUntrusted},
		"an issuer that names another": {behavior: func(b *oidctest.Behavior) { b.Iss = "https://evil.example" }, want: ErrUntrusted},
	} {
		t.Run(name, func(t *testing.T) {
			id, err := login(t, newProvider(t, newIssuer(t, tc.behavior), nil), tc.change)
			if id != nil || !errors.Is(err, tc.want) {
				t.Errorf("got %v, %v, want %v", id, err, tc.want)
			}
			if err != nil && strings.ContainsAny(err.Error(), "<>") {
				t.Errorf("the error repeats what came: %v", err)
			}
		})
	}
}

// ID tokens that an attacker, or another client's issuer, may send.
func TestIDTokensThatAreNotForThisLoginAreRefused(t *testing.T) {
	claim := func(name string, value any) func(*oidctest.Behavior) {
		return func(b *oidctest.Behavior) {
			b.Claims = func(c map[string]any) {
				if c[name] = value; value == nil {
					delete(c, name)
				}
			}
		}
	}
	now := time.Now().Unix()
	for name, change := range map[string]func(*oidctest.Behavior){
		"another nonce":             claim("nonce", "another"),
		"no nonce":                  claim("nonce", nil),
		"another issuer":            claim("iss", "https://evil.example"),
		"another audience":          claim("aud", "another"),
		"no audience":               claim("aud", nil),
		"several audiences, no azp": claim("aud", []string{"sluice", "another"}),
		"another party":             claim("azp", "another"),
		"expired":                   claim("exp", now-61),
		"no expiry":                 claim("exp", nil),
		"not yet issued":            claim("iat", now+120),
		"not issued at all":         claim("iat", nil),
		"no subject":                claim("sub", nil),
		"a long subject":            claim("sub", strings.Repeat("x", 256)),
		"no name":                   claim("preferred_username", nil),
		"alg none":                  func(b *oidctest.Behavior) { b.Sign = unsigned("none") },
		"alg nOnE":                  func(b *oidctest.Behavior) { b.Sign = unsigned("nOnE") },
		"another key": func(b *oidctest.Behavior) {
			b.Sign = func(c map[string]any) string { return oidctest.Sign(otherKey(), c) }
		},
		"a shared secret": func(b *oidctest.Behavior) {
			b.Sign = func(c map[string]any) string { return oidctest.Sign(sharedKey(), c) }
		},
		"no token":                  func(b *oidctest.Behavior) { b.Sign = func(map[string]any) string { return "" } },
		"a page instead of a token": func(b *oidctest.Behavior) { b.TokenAnswer = answer(200, "<html>") },
		"userinfo of somebody else": func(b *oidctest.Behavior) {
			b.Person, b.Userinfo = map[string]any{"sub": "u-1"}, map[string]any{"sub": "u-2", "preferred_username": "eve"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			i := newIssuer(t, change)
			if id, err := login(t, newProvider(t, i, nil), nil); id != nil || !errors.Is(err, ErrUntrusted) {
				t.Errorf("got %v, %v", id, err)
			}
		})
	}
}

func answer(status int, body string) func(http.ResponseWriter) bool {
	return func(w http.ResponseWriter) bool {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
		return true
	}
}

func unsigned(alg string) func(map[string]any) string {
	return func(claims map[string]any) string {
		payload, _ := json.Marshal(claims)
		b64 := base64.RawURLEncoding.EncodeToString
		return b64([]byte(`{"alg":"`+alg+`"}`)) + "." + b64(payload) + "."
	}
}

func sharedKey() jose.JSONWebKey {
	return jose.JSONWebKey{Key: []byte(strings.Repeat("s", 32)), KeyID: "1", Algorithm: string(jose.HS256)}
}

// A login can be finished once, and by the browser that began it.
func TestALoginIsFinishedOnceByWhoBeganIt(t *testing.T) {
	i := newIssuer(t, func(b *oidctest.Behavior) { b.ReuseCodes = true })
	p := newProvider(t, i, nil)
	cookie, location, err := p.Begin(t.Context(), "/a")
	if err != nil {
		t.Fatal(err)
	}
	answer := visit(t, location)
	other, _, err := p.Begin(t.Context(), "/b")
	if err != nil {
		t.Fatal(err)
	}
	for name, cookie := range map[string]string{"no cookie": "", "nonsense": "x.y", "another browser's": other, "too long": cookie + strings.Repeat("A", 4000)} {
		if _, _, err := p.Finish(t.Context(), cookie, answer); !errors.Is(err, ErrStale) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, next, err := p.Finish(t.Context(), cookie, answer); err != nil || next != "/a" {
		t.Errorf("the one who began it: %q %v", next, err)
	}
	asked := i.Asked("/token")
	if _, _, err := p.Finish(t.Context(), cookie, answer); !errors.Is(err, ErrStale) {
		t.Errorf("again: %v", err)
	}
	if i.Asked("/token") != asked {
		t.Error("a used state leads to another question")
	}
}

// A code is bound to the login it was made for: one that somebody has caught is of
// no use in another, even where the issuer does not mind.
func TestACaughtCodeOpensNothing(t *testing.T) {
	i := newIssuer(t, func(b *oidctest.Behavior) { b.ReuseCodes = true })
	p := newProvider(t, i, nil)
	_, location, err := p.Begin(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	caught := visit(t, location).Get("code")
	if _, err := login(t, p, func(v url.Values) { v.Set("code", caught) }); !errors.Is(err, ErrUntrusted) || !strings.Contains(err.Error(), "invalid_grant") {
		t.Errorf("got %v", err)
	}
}

// An issuer that is down is asked for at most every 5 s, and is back when it is.
func TestAnIssuerThatIsDownIsNotFlooded(t *testing.T) {
	i := newIssuer(t, func(b *oidctest.Behavior) { b.Down = true })
	now := time.Now()
	p := newProvider(t, i, func(o *Options) { o.Now = func() time.Time { return now } })
	for range 10 {
		if _, _, err := p.Begin(t.Context(), ""); !errors.Is(err, ErrUnavailable) {
			t.Fatal(err)
		}
	}
	if n := i.Asked("/.well-known/openid-configuration"); n != 1 {
		t.Errorf("asked %d times", n)
	}
	i.Change(func(b *oidctest.Behavior) { b.Down = false })
	now = now.Add(6 * time.Second)
	if _, err := login(t, p, nil); err != nil {
		t.Error(err)
	}
	i.Change(func(b *oidctest.Behavior) { b.TokenAnswer = answer(503, "") })
	if _, err := login(t, p, nil); !errors.Is(err, ErrUnavailable) {
		t.Errorf("no tokens: %v", err)
	}
	i.Change(func(b *oidctest.Behavior) { b.TokenAnswer = answer(200, strings.Repeat(" ", 2<<20)) })
	if _, err := login(t, p, nil); !errors.Is(err, ErrUnavailable) {
		t.Errorf("2 MiB: %v", err)
	}
}

func TestAWrongClientSecretIsSaidInTheLog(t *testing.T) {
	p := newProvider(t, newIssuer(t, nil), func(o *Options) { o.ClientSecret = "wrong-secret" })
	_, err := login(t, p, nil)
	if !errors.Is(err, ErrUntrusted) || !strings.Contains(err.Error(), "client id and secret") || strings.Contains(err.Error(), "wrong-secret") {
		t.Errorf("got %v", err)
	}
}

// Nothing of a login that goes through addresses tells the rest of it.
func TestTheAddressTellsNoSecret(t *testing.T) {
	p := newProvider(t, newIssuer(t, nil), nil)
	cookie, location, err := p.Begin(context.Background(), strings.Repeat("/x", 2000))
	if err != nil {
		t.Fatal(err)
	}
	a, ok := parseAttempt(cookie)
	if !ok || a.next != "" {
		t.Errorf("cookie %q", cookie)
	}
	for _, secret := range []string{a.secret, a.verifier(), oidctest.ClientSecret} {
		if strings.Contains(location, url.QueryEscape(secret)) {
			t.Errorf("%s holds %s", location, secret)
		}
	}
	if len(a.verifier()) < 43 || a.verifier() == a.challenge() || a.state() == a.nonce() {
		t.Error("the values of a login are not apart")
	}
}

func TestOptionsThatCannotBeKept(t *testing.T) {
	good := Options{Issuer: "https://id.example.com", ClientID: "a", RedirectURI: "https://flows.example.com/_sluice/callback"}
	for want, change := range map[string]func(*Options){
		"clientId":     func(o *Options) { o.ClientID = "" },
		"redirect URI": func(o *Options) { o.RedirectURI = "http://flows.example.com/" },
		"issuer":       func(o *Options) { o.Issuer = "http://id.example.com" },
		"HS256":        func(o *Options) { o.Algorithms = []string{"HS256"} },
	} {
		o := good
		change(&o)
		if p, err := New(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, %v", want, p, err)
		}
	}
}

func FuzzParseAttempt(f *testing.F) {
	f.Add(attempt{strings.Repeat("A", secretLen), "/next"}.String())
	f.Add("..")
	f.Fuzz(func(t *testing.T, text string) {
		a, ok := parseAttempt(text)
		if ok && (len(a.secret) != secretLen || len(a.next) > maxCookie) {
			t.Errorf("%q gave %+v", text, a)
		}
	})
}

func otherKey() jose.JSONWebKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return jose.JSONWebKey{Key: key, KeyID: "1", Algorithm: string(jose.ES256)}
}
