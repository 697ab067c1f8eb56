package jwt

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"
)

func TestARotatedKeyIsFetchedOnce(t *testing.T) {
	first, second := es256("1"), es256("2")
	i := newIssuer(t, first)
	v := i.verifier(t, nil)
	check := func(key jose.JSONWebKey, want error) {
		t.Helper()
		if _, err := verify(v, sign(t, key, i.claims(nil), nil)); !errors.Is(err, want) {
			t.Errorf("key %s: got %v, want %v", key.KeyID, err, want)
		}
	}
	check(first, nil)
	i.set(func() { i.keys = []jose.JSONWebKey{second} })
	check(second, ErrInvalid) // the last fetch is not 30 s ago
	i.clock.Advance(fetchEvery)
	check(second, nil)
	check(first, ErrInvalid) // no longer the issuer's
	if n := i.fetches.Load(); n != 2 {
		t.Errorf("%d fetches, want 2", n)
	}
	if n := i.discoveries.Load(); n != 1 {
		t.Errorf("%d discoveries, want 1", n)
	}
}

func TestRandomKidsCauseOneFetchIn30s(t *testing.T) {
	for _, down := range []bool{false, true} {
		t.Run(fmt.Sprintf("issuer down %t", down), func(t *testing.T) {
			key := es256("good")
			i := newIssuer(t, key)
			v := i.verifier(t, nil)
			if _, err := verify(v, sign(t, key, i.claims(nil), nil)); err != nil {
				t.Fatal(err)
			}
			i.set(func() { i.down = down })
			i.clock.Advance(fetchEvery)
			before := i.fetches.Load()
			var all sync.WaitGroup
			for worker := range 4 {
				all.Go(func() {
					for n := range 250 {
						head := fmt.Sprintf(`{"alg":"ES256","kid":"%d-%d"}`, worker, n)
						_, err := verify(v, b64(head)+".e30."+strings.Repeat("A", 86))
						if !errors.Is(err, ErrInvalid) && !(down && errors.Is(err, ErrUnavailable)) {
							t.Errorf("got %v", err)
						}
					}
				})
			}
			all.Wait()
			if n := i.fetches.Load() - before; n != 1 {
				t.Errorf("%d fetches, want 1", n)
			}
			if _, err := verify(v, sign(t, key, i.claims(members{"jti": "after"}), nil)); err != nil {
				t.Errorf("a good token after the flood: %v", err)
			}
		})
	}
}

func TestFloodBeforeTheIssuerWasEverReached(t *testing.T) {
	key := es256("good")
	i := newIssuer(t, key)
	i.down = true
	v := i.verifier(t, nil)
	for n := range 1000 {
		if _, err := verify(v, b64(fmt.Sprintf(`{"alg":"ES256","kid":"%d"}`, n))+".e30.AAAA"); !errors.Is(err, ErrUnavailable) {
			t.Fatalf("got %v, want ErrUnavailable", err)
		}
	}
	if n := i.discoveries.Load(); n > 2 { // the two places of the metadata
		t.Errorf("%d requests, want one round", n)
	}
	i.set(func() { i.down = false })
	i.clock.Advance(fetchEvery)
	if _, err := verify(v, sign(t, key, i.claims(nil), nil)); err != nil {
		t.Errorf("after the outage: %v", err)
	}
}

func TestOldKeysServeForADayOfOutage(t *testing.T) {
	key := es256("good")
	i := newIssuer(t, key)
	v := i.verifier(t, nil)
	check := func(want error) {
		t.Helper()
		if _, err := verify(v, sign(t, key, i.claims(nil), nil)); !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
	}
	check(nil)
	i.set(func() { i.down = true })
	i.clock.Advance(minFresh)
	check(nil)
	i.clock.Advance(outage - time.Second)
	check(nil)
	i.clock.Advance(time.Second)
	check(ErrUnavailable)
	i.set(func() { i.down = false })
	i.clock.Advance(fetchEvery)
	check(nil)
}

// A key that the issuer has withdrawn must not live on because nobody asked.
func TestStaleKeysAreFetchedBeforeTheyServe(t *testing.T) {
	old := es256("old")
	i := newIssuer(t, old)
	v := i.verifier(t, nil)
	if _, err := verify(v, sign(t, old, i.claims(nil), nil)); err != nil {
		t.Fatal(err)
	}
	i.set(func() { i.keys = []jose.JSONWebKey{es256("new")} })
	i.clock.Advance(minFresh)
	if _, err := verify(v, sign(t, old, i.claims(nil), nil)); !errors.Is(err, ErrInvalid) {
		t.Errorf("got %v, want ErrInvalid", err)
	}
}

func TestFreshness(t *testing.T) {
	for _, tc := range []struct {
		header string
		want   time.Duration
	}{
		{"", minFresh},
		{"max-age=1", minFresh},
		{"max-age=-5", minFresh},
		{"public, max-age=3600, must-revalidate", time.Hour},
		{`Max-Age="7200"`, 2 * time.Hour},
		{"max-age=31536000", maxFresh},
		{"max-age=99999999999999999999", minFresh},
		{"max-age=3600, no-store", minFresh},
	} {
		if got := freshFor(http.Header{"Cache-Control": {tc.header}}); got != tc.want {
			t.Errorf("%q: got %v, want %v", tc.header, got, tc.want)
		}
	}
}

func TestKeysAreFetchedWhenTheirTimeIsOver(t *testing.T) {
	key := es256("good")
	i := newIssuer(t, key)
	i.cacheControl = "max-age=3600"
	v := i.verifier(t, nil)
	for _, step := range []struct {
		wait time.Duration
		want int32
	}{{0, 1}, {time.Hour - time.Second, 1}, {time.Second, 2}} {
		i.clock.Advance(step.wait)
		if _, err := verify(v, sign(t, key, i.claims(nil), nil)); err != nil {
			t.Fatal(err)
		}
		if n := i.fetches.Load(); n != step.want {
			t.Errorf("after %v: %d fetches, want %d", step.wait, n, step.want)
		}
	}
}

func TestDiscovery(t *testing.T) {
	key := es256("good")
	for _, tc := range []struct {
		name   string
		change func(*issuer)
		want   error
	}{
		{"RFC 8414 alone", func(i *issuer) { i.discoveryStatus = 404 }, nil},
		{"another issuer's", func(i *issuer) { i.issuerName = "https://evil.example" }, ErrUnavailable},
		{"a slash more", func(i *issuer) { i.issuerName += "/" }, ErrUnavailable},
	} {
		t.Run(tc.name, func(t *testing.T) {
			i := newIssuer(t, key)
			tc.change(i)
			if _, err := verify(i.verifier(t, nil), sign(t, key, i.claims(nil), nil)); !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
		})
	}
}

func TestWhereMetadataIs(t *testing.T) {
	for issuer, want := range map[string][2]string{
		"https://a.example":     {"https://a.example/.well-known/openid-configuration", "https://a.example/.well-known/oauth-authorization-server"},
		"https://a.example/":    {"https://a.example/.well-known/openid-configuration", "https://a.example/.well-known/oauth-authorization-server"},
		"https://a.example/r/x": {"https://a.example/r/x/.well-known/openid-configuration", "https://a.example/.well-known/oauth-authorization-server/r/x"},
	} {
		openID, oauth, err := wellKnown(issuer)
		if err != nil || openID != want[0] || oauth != want[1] {
			t.Errorf("%s: got %s and %s, %v", issuer, openID, oauth, err)
		}
	}
}

func TestFixedKeysNeedNoDiscovery(t *testing.T) {
	key := es256("good")
	i := newIssuer(t, key)
	v := i.verifier(t, func(o *Options) { o.JWKSURI = i.URL + "/keys" })
	if _, err := verify(v, sign(t, key, i.claims(nil), nil)); err != nil {
		t.Error(err)
	}
	if n := i.discoveries.Load(); n != 0 {
		t.Errorf("%d discoveries, want none", n)
	}
}

// What the issuer answers may not lead elsewhere, nor fill the memory.
func TestAnswersAreBounded(t *testing.T) {
	reached := false
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer elsewhere.Close()
	key := es256("good")
	for name, tc := range map[string]struct {
		answer http.HandlerFunc
		want   error
	}{
		"a redirect to another host": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, http.StatusFound) }, ErrUnavailable},
		"redirects without end":      {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/x"+r.URL.Path, http.StatusFound) }, ErrUnavailable},
		"more than 1 MiB": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"keys":[],"x":"` + strings.Repeat("x", maxDocument) + `"}`))
		}, ErrUnavailable},
		"no key set":      {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`<html>`)) }, ErrUnavailable},
		"an object alone": {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{}`)) }, ErrUnavailable},
		"no keys at all":  {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"keys":[]}`)) }, ErrInvalid},
		"keys of no use": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"keys":[{"kty":"oct","k":"c2VjcmV0","kid":"good"},{"kty":"future","kid":"good"},7]}`))
		}, ErrInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(tc.answer)
			defer server.Close()
			i := newIssuer(t, key)
			v := i.verifier(t, func(o *Options) { o.JWKSURI = server.URL + "/keys" })
			if _, err := verify(v, sign(t, key, i.claims(nil), nil)); !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
		})
	}
	if reached {
		t.Error("a redirect to another host was followed")
	}
}

func TestALeavingClientDoesNotStopTheFetch(t *testing.T) {
	key := es256("good")
	i := newIssuer(t, key)
	v := i.verifier(t, nil)
	i.mu.Lock() // the issuer hangs
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan error)
	go func() {
		_, err := v.Verify(ctx, sign(t, key, i.claims(nil), nil))
		left <- err
	}()
	leave()
	if err := <-left; !errors.Is(err, ErrUnavailable) {
		t.Errorf("got %v, want ErrUnavailable", err)
	}
	i.mu.Unlock()
	if _, err := verify(v, sign(t, key, i.claims(nil), nil)); err != nil {
		t.Error(err)
	}
	if n := i.fetches.Load(); n != 1 {
		t.Errorf("%d fetches, want 1", n)
	}
}

func TestAKnownKeyDoesNotWaitForAnUnknownOne(t *testing.T) {
	key := es256("good")
	i := newIssuer(t, key)
	v := i.verifier(t, nil)
	if _, err := verify(v, sign(t, key, i.claims(nil), nil)); err != nil {
		t.Fatal(err)
	}
	i.clock.Advance(fetchEvery)
	i.mu.Lock() // the issuer hangs
	defer i.mu.Unlock()
	if _, wait, _ := v.keys.look(header{alg: jose.ES256, kid: "unknown"}); wait == nil {
		t.Fatal("nothing is fetched for an unknown key")
	}
	if _, err := verify(v, sign(t, key, i.claims(nil), nil)); err != nil {
		t.Error(err)
	}
}

func TestCloseEndsAFetchThatHangs(t *testing.T) {
	i := newIssuer(t)
	v := i.verifier(t, nil)
	i.mu.Lock()
	defer i.mu.Unlock()
	_, wait, _ := v.keys.look(header{alg: jose.ES256, kid: "any"})
	v.Close()
	<-wait
	if _, err := verify(v, b64(`{"alg":"ES256","kid":"any"}`)+".e30.AAAA"); !errors.Is(err, ErrUnavailable) {
		t.Errorf("after Close: got %v, want ErrUnavailable", err)
	}
}

func TestARedirectOnTheSameHostIsFollowed(t *testing.T) {
	key := es256("good")
	i := newIssuer(t, key)
	i.Config.Handler.(*http.ServeMux).Handle("/moved", http.RedirectHandler("/keys", http.StatusFound))
	v := i.verifier(t, func(o *Options) { o.JWKSURI = i.URL + "/moved" })
	if _, err := verify(v, sign(t, key, i.claims(nil), nil)); err != nil {
		t.Error(err)
	}
}

func TestWhichKeysOfASetAreUsed(t *testing.T) {
	private := es256("1")
	public := private.Public()
	text := strings.TrimSuffix(marshal(t, &public), "}")
	for more, want := range map[string]int{
		``:                       1,
		`,"key_ops":["verify"]`:  1,
		`,"key_ops":["encrypt"]`: 0,
		`,"key_ops":"verify"`:    0,
		`,"x5c":["AAAA"],"x5u":"https://evil.example"`: 1, // certificates are not looked at
		`,"unknown":{}`: 1,
	} {
		keys, err := parseKeys([]byte(`{"keys":[` + text + more + `}]}`))
		if err != nil || len(keys) != want {
			t.Errorf("%s: got %d keys (%v), want %d", more, len(keys), err, want)
		}
	}
	if keys, err := parseKeys([]byte(`{"keys":[` + marshal(t, &private) + `]}`)); err != nil || len(keys) != 0 {
		t.Errorf("a private key: got %d keys (%v), want none", len(keys), err)
	}
}

func FuzzKeys(f *testing.F) {
	f.Add([]byte(`{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA","kid":"1"}]}`))
	f.Add([]byte(`{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}`))
	f.Add([]byte(`{"keys":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		keys, err := parseKeys(data)
		if err != nil {
			return
		}
		for i := range keys {
			if !keys[i].IsPublic() {
				t.Errorf("a key that is not public, from %q", data)
			}
		}
	})
}
