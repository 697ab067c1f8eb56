package jwt

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

func (i *issuer) opaque(o *Options) {
	o.Introspection = &Introspection{i.URL + "/introspect", "sluice", "a secret: 100%"}
}

// answers makes the issuer say the same of every token.
func (i *issuer) answers(answer any) {
	i.introspect = func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(answer) }
}

func TestIntrospectionAsksAsTheIssuerExpects(t *testing.T) {
	i := newIssuer(t)
	i.introspect = func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		if user != "sluice" || password != "a+secret%3A+100%25" {
			t.Errorf("account %q, %q", user, password)
		}
		if r.Method != http.MethodPost || r.PostFormValue("token") != "opaque+/=" || r.URL.RawQuery != "" {
			t.Errorf("%s %s: form %v", r.Method, r.URL, r.PostForm)
		}
		_ = json.NewEncoder(w).Encode(i.claims(members{"active": true}))
	}
	got, err := i.verifier(t, i.opaque).Introspect(t.Context(), "opaque+/=")
	if err != nil || got.Subject != "robot" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestIntrospectionAnswers(t *testing.T) {
	i := newIssuer(t)
	active := func(changes members) members { return merge(i.claims(members{"active": true}), changes) }
	for _, tc := range []struct {
		name   string
		answer any
		want   error
	}{
		{"active", active(nil), nil},
		{"not active", members{"active": false}, ErrInvalid},
		{"active as text", active(members{"active": "true"}), ErrUnavailable},
		{"says nothing of it", active(members{"active": nil}), ErrUnavailable},
		{"no object", []int{}, ErrUnavailable},
		{"another issuer", active(members{"iss": "https://evil.example"}), ErrInvalid},
		{"another audience", active(members{"aud": "other"}), ErrInvalid},
		{"no audience", active(members{"aud": nil}), ErrInvalid},
		{"no expiry", active(members{"exp": nil}), ErrInvalid},
		{"expired", active(members{"exp": i.clock.Now().Unix() - 60}), ErrExpired},
		{"too long", active(members{"x": strings.Repeat("x", maxIntrospected)}), ErrUnavailable},
	} {
		t.Run(tc.name, func(t *testing.T) {
			i.answers(tc.answer)
			if _, err := i.verifier(t, i.opaque).Introspect(t.Context(), "opaque"); !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
		})
	}
}

func TestIntrospectionIsRememberedFor30s(t *testing.T) {
	i := newIssuer(t)
	i.answers(i.claims(members{"active": true}))
	v := i.verifier(t, i.opaque)
	for _, step := range []struct {
		wait time.Duration
		want int32
	}{{0, 1}, {0, 1}, {introspectedFor - time.Millisecond, 1}, {time.Millisecond, 2}} {
		i.clock.Advance(step.wait)
		if _, err := v.Introspect(t.Context(), "opaque"); err != nil {
			t.Fatal(err)
		}
		if n := i.asked.Load(); n != step.want {
			t.Errorf("after %v: asked %d times, want %d", step.wait, n, step.want)
		}
	}
}

func TestIntrospectionIsNotRememberedPastTheExpiry(t *testing.T) {
	i := newIssuer(t)
	i.answers(i.claims(members{"active": true, "exp": i.clock.Now().Unix() + 10}))
	v := i.verifier(t, i.opaque)
	for want := range int32(2) {
		if _, err := v.Introspect(t.Context(), "opaque"); err != nil {
			t.Fatal(err)
		}
		if n := i.asked.Load(); n != want+1 {
			t.Errorf("asked %d times, want %d", n, want+1)
		}
		i.clock.Advance(10 * time.Second)
	}
}

func TestFailedIntrospectionIsNoVerdict(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"an error":               func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"our account is refused": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) },
		"a redirect with the form": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/keys", http.StatusTemporaryRedirect)
		},
	} {
		i := newIssuer(t)
		i.introspect = answer
		_, err := i.verifier(t, i.opaque).Introspect(t.Context(), "opaque-token")
		if !errors.Is(err, ErrUnavailable) {
			t.Errorf("%s: got %v, want ErrUnavailable", name, err)
		}
		if text := err.Error(); strings.Contains(text, "opaque-token") || strings.Contains(text, "secret") {
			t.Errorf("%s: the error tells %q", name, text)
		}
		if i.fetches.Load() != 0 {
			t.Errorf("%s: the token was sent on", name)
		}
	}
}

func TestWhatIsNeverIntrospected(t *testing.T) {
	i := newIssuer(t)
	i.answers(i.claims(members{"active": true}))
	v := i.verifier(t, i.opaque)
	for name, token := range map[string]string{"an encrypted token": "eyJh.AAAA.AAAA.AAAA.AAAA", "a huge one": strings.Repeat("x", maxToken+1)} {
		if _, err := v.Introspect(t.Context(), token); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: got %v, want ErrInvalid", name, err)
		}
	}
	if _, err := i.verifier(t, nil).Introspect(t.Context(), "opaque"); !errors.Is(err, ErrInvalid) {
		t.Errorf("without an endpoint: got %v, want ErrInvalid", err)
	}
	if n := i.asked.Load(); n != 0 {
		t.Errorf("asked %d times, want never", n)
	}
}

func TestTheCacheIsBounded(t *testing.T) {
	var c cache[int]
	for n := range 3 * cacheHalf {
		c.put(digest{byte(n), byte(n >> 8)}, &verdict[int]{value: n})
		if c.get(digest{}) == nil {
			t.Fatalf("after %d entries, the one in use is gone", n)
		}
	}
	if n := len(c.young) + len(c.old); n > 2*cacheHalf {
		t.Errorf("%d entries, want at most %d", n, 2*cacheHalf)
	}
}

func TestShaped(t *testing.T) {
	for token, want := range map[string]bool{
		"a.b.c": true, "a.b.": true, "a-_.B9.c": true,
		"": false, "abc": false, "a.b": false, "a.b.c.d": false, ".b.c": false, "a.b.c=": false, "a+.b.c": false, "a.b/.c": false,
		"a.b.c.d.e": false,
	} {
		if got := Shaped(token); got != want {
			t.Errorf("%q: got %t", token, got)
		}
	}
}
