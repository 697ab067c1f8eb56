package jwt

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const audience = "https://api.example.com"

// clock is a time that tests move.
type clock struct{ ms atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.ms.Store(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC).UnixMilli())
	return c
}

func (c *clock) Now() time.Time          { return time.UnixMilli(c.ms.Load()).UTC() }
func (c *clock) Advance(d time.Duration) { c.ms.Add(d.Milliseconds()) }

// issuer is an issuer of tokens in this process.
type issuer struct {
	*httptest.Server
	clock                       *clock
	discoveries, fetches, asked atomic.Int32
	mu                          sync.Mutex // guards what follows
	keys                        []jose.JSONWebKey
	down                        bool
	cacheControl, issuerName    string
	discoveryStatus             int
	introspect                  func(w http.ResponseWriter, r *http.Request)
}

func newIssuer(t testing.TB, keys ...jose.JSONWebKey) *issuer {
	i := &issuer{clock: newClock(), keys: keys}
	mux := http.NewServeMux()
	metadata := func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]string{"issuer": i.issuerName, "jwks_uri": i.URL + "/keys"})
	}
	mux.HandleFunc("/.well-known/openid-configuration", i.up(&i.discoveries, func(w http.ResponseWriter, r *http.Request) {
		if i.discoveryStatus != 0 {
			w.WriteHeader(i.discoveryStatus)
			return
		}
		metadata(w, r)
	}))
	mux.HandleFunc("/.well-known/oauth-authorization-server", i.up(&i.discoveries, metadata))
	mux.HandleFunc("/keys", i.up(&i.fetches, func(w http.ResponseWriter, _ *http.Request) {
		if i.cacheControl != "" {
			w.Header().Set("Cache-Control", i.cacheControl)
		}
		set := jose.JSONWebKeySet{}
		for _, key := range i.keys {
			set.Keys = append(set.Keys, key.Public())
		}
		_ = json.NewEncoder(w).Encode(set)
	}))
	mux.HandleFunc("/introspect", i.up(&i.asked, func(w http.ResponseWriter, r *http.Request) { i.introspect(w, r) }))
	i.Server = httptest.NewServer(mux)
	i.issuerName = i.URL
	t.Cleanup(i.Close)
	return i
}

// up serves while the issuer is, and counts.
func (i *issuer) up(count *atomic.Int32, f http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		count.Add(1)
		i.mu.Lock()
		defer i.mu.Unlock()
		if i.down {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		f(w, r)
	}
}

func (i *issuer) set(f func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	f()
}

// verifier makes one that keeps the tokens themselves.
func (i *issuer) verifier(t testing.TB, change func(*Options)) *Verifier[*Token] {
	t.Helper()
	o := Options{Issuer: i.URL, Audience: audience, Now: i.clock.Now}
	if change != nil {
		change(&o)
	}
	v, err := New(o, func(t *Token) *Token { return t })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	return v
}

type members map[string]any

// claims are those of a good token, with changes; a nil value removes one.
func (i *issuer) claims(changes members) members {
	now := i.clock.Now().Unix()
	return merge(members{"iss": i.URL, "aud": audience, "sub": "robot", "iat": now, "exp": now + 300, "scope": "read"}, changes)
}

func merge(base, changes members) members {
	for name, value := range changes {
		if base[name] = value; value == nil {
			delete(base, name)
		}
	}
	return base
}

// sign makes a token, by default of the type at+jwt.
func sign(t testing.TB, key jose.JSONWebKey, claims any, head members) string {
	t.Helper()
	payload, ok := claims.(string)
	if !ok {
		text, err := json.Marshal(claims)
		if err != nil {
			t.Fatal(err)
		}
		payload = string(text)
	}
	opts := (&jose.SignerOptions{}).WithType("at+jwt")
	for name, value := range head {
		opts = opts.WithHeader(jose.HeaderKey(name), value)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(key.Algorithm), Key: key}, opts)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign([]byte(payload))
	if err != nil {
		t.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func verify(v *Verifier[*Token], token string) (*Token, error) {
	return v.Verify(context.Background(), token)
}

func b64(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

func marshal(t testing.TB, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func ecKey(kid string, curve elliptic.Curve, alg jose.SignatureAlgorithm) jose.JSONWebKey {
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		panic(err)
	}
	return jose.JSONWebKey{Key: key, KeyID: kid, Algorithm: string(alg), Use: "sig"}
}

func es256(kid string) jose.JSONWebKey { return ecKey(kid, elliptic.P256(), jose.ES256) }

func rs256(kid string) jose.JSONWebKey {
	return jose.JSONWebKey{Key: rsaKey(), KeyID: kid, Algorithm: string(jose.RS256), Use: "sig"}
}

func edDSA(kid string) jose.JSONWebKey {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	return jose.JSONWebKey{Key: key, KeyID: kid, Algorithm: string(jose.EdDSA), Use: "sig"}
}
