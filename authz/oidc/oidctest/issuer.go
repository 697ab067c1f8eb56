// Package oidctest is an OpenID provider for tests, in their own process. It keeps
// the rules of RFC 6749, RFC 7636 and OpenID Connect Core strictly, and lies where
// a test tells it to. It signs in whoever comes.
package oidctest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"
)

// The client that an issuer knows.
const (
	ClientID     = "sluice"
	ClientSecret = "a secret: with %, + and ü"
)

// Behavior is what an issuer says and does. The zero value does everything right.
type Behavior struct {
	RedirectURI string         // the one that is registered; any if empty
	Person      map[string]any // claims of who signs in
	Userinfo    map[string]any // of the userinfo endpoint; nil: there is none
	Denied      string         // error code instead of signing in
	NamesItself bool           // RFC 9207
	AuthMethods []string       // at the token endpoint; nil: it does not say
	Public      bool           // the client has no secret

	Down        bool                                    // everything answers 502
	Iss         string                                  // instead of its own name, beside the code
	ReuseCodes  bool                                    // a code works more than once
	Claims      func(claims map[string]any)             // changes those of ID tokens
	Sign        func(claims map[string]any) string      // makes ID tokens instead of it
	TokenAnswer func(w http.ResponseWriter) (done bool) // of the token endpoint
}

// Issuer is a running one.
type Issuer struct {
	*httptest.Server
	Key jose.JSONWebKey // what it signs with

	mu    sync.Mutex // guards what follows
	b     Behavior
	codes map[string]grant
	asked map[string]int // requests by path
}

// grant is what a code stands for.
type grant struct {
	nonce, challenge, redirect string
}

// New starts an issuer, which ends with the test.
func New(t testing.TB, b Behavior) *Issuer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	i := &Issuer{Key: jose.JSONWebKey{Key: key, KeyID: "1", Algorithm: string(jose.ES256), Use: "sig"}, b: b, codes: map[string]grant{}, asked: map[string]int{}}
	mux := http.NewServeMux()
	for path, serve := range map[string]func(w http.ResponseWriter, r *http.Request){
		"GET /.well-known/openid-configuration": i.describe,
		"GET /authorize":                        i.authorize,
		"POST /token":                           i.token,
		"GET /userinfo":                         i.userinfo,
		"GET /keys": func(w http.ResponseWriter, _ *http.Request) {
			reply(w, http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{i.Key.Public()}})
		},
	} {
		mux.HandleFunc(path, i.up(serve))
	}
	i.Server = httptest.NewServer(mux)
	t.Cleanup(i.Close)
	return i
}

// Change changes what the issuer does from now on.
func (i *Issuer) Change(f func(b *Behavior)) {
	i.mu.Lock()
	defer i.mu.Unlock()
	f(&i.b)
}

// Asked tells how often a path was asked for.
func (i *Issuer) Asked(path string) int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.asked[path]
}

// up serves one request at a time while the issuer is up, and counts.
func (i *Issuer) up(serve http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		i.mu.Lock()
		defer i.mu.Unlock()
		i.asked[r.URL.Path]++
		if i.b.Down {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		serve(w, r)
	}
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may have left
}

func (i *Issuer) describe(w http.ResponseWriter, _ *http.Request) {
	m := map[string]any{"issuer": i.URL, "jwks_uri": i.URL + "/keys",
		"authorization_endpoint": i.URL + "/authorize?tenant=1", "token_endpoint": i.URL + "/token"}
	if i.b.Userinfo != nil {
		m["userinfo_endpoint"] = i.URL + "/userinfo"
	}
	if i.b.NamesItself {
		m["authorization_response_iss_parameter_supported"] = true
	}
	if i.b.AuthMethods != nil {
		m["token_endpoint_auth_methods_supported"] = i.b.AuthMethods
	}
	reply(w, http.StatusOK, m)
}

func (i *Issuer) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	redirect := q.Get("redirect_uri")
	if i.b.RedirectURI != "" && redirect != i.b.RedirectURI || q.Get("client_id") != ClientID {
		http.Error(w, "no such client, or another redirect URI", http.StatusBadRequest)
		return
	}
	if q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43 ||
		q.Get("state") == "" || q.Get("nonce") == "" || q.Get("tenant") != "1" || !slices.Contains(scopes(q), "openid") {
		http.Error(w, "not a request of this flow", http.StatusBadRequest)
		return
	}
	answer := url.Values{"state": {q.Get("state")}}
	switch {
	case i.b.Denied != "":
		answer.Set("error", i.b.Denied)
		answer.Set("error_description", "<b>nobody is to see this</b>")
	default:
		code := rand.Text()
		i.codes[code] = grant{q.Get("nonce"), q.Get("code_challenge"), redirect}
		answer.Set("code", code)
	}
	if i.b.NamesItself {
		answer.Set("iss", i.URL)
	}
	if i.b.Iss != "" {
		answer.Set("iss", i.b.Iss)
	}
	http.Redirect(w, r, redirect+"?"+answer.Encode(), http.StatusFound)
}

func scopes(q url.Values) []string {
	var list []string
	for _, s := range q["scope"] {
		list = append(list, strings.Fields(s)...)
	}
	return list
}

func (i *Issuer) token(w http.ResponseWriter, r *http.Request) {
	if i.b.TokenAnswer != nil && i.b.TokenAnswer(w) {
		return
	}
	if !i.isClient(r) {
		reply(w, http.StatusUnauthorized, map[string]string{"error": "invalid_client"})
		return
	}
	code := r.PostFormValue("code")
	g, known := i.codes[code]
	if !i.b.ReuseCodes {
		delete(i.codes, code)
	}
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if !known || r.PostFormValue("grant_type") != "authorization_code" || r.PostFormValue("redirect_uri") != g.redirect ||
		base64.RawURLEncoding.EncodeToString(sum[:]) != g.challenge {
		reply(w, http.StatusBadRequest, map[string]string{"error": "invalid_grant", "error_description": code})
		return
	}
	now := time.Now().Unix()
	claims := map[string]any{"iss": i.URL, "aud": ClientID, "iat": now, "exp": now + 300, "nonce": g.nonce, "at_hash": "of no importance"}
	maps.Copy(claims, i.b.Person)
	if i.b.Claims != nil {
		i.b.Claims(claims)
	}
	sign := i.Sign
	if i.b.Sign != nil {
		sign = i.b.Sign
	}
	reply(w, http.StatusOK, map[string]any{"token_type": "Bearer", "access_token": accessToken, "expires_in": 300, "id_token": sign(claims)})
}

const accessToken = "an-access-token-that-nobody-keeps"

// isClient judges the client's authentication: by header, or in the form where the
// issuer says so.
func (i *Issuer) isClient(r *http.Request) bool {
	user, password, inHeader := r.BasicAuth()
	if i.b.Public {
		return !inHeader && r.PostFormValue("client_id") == ClientID && !r.PostForm.Has("client_secret")
	}
	if slices.Equal(i.b.AuthMethods, []string{"client_secret_post"}) {
		return !inHeader && r.PostFormValue("client_id") == ClientID && r.PostFormValue("client_secret") == ClientSecret
	}
	return user == url.QueryEscape(ClientID) && password == url.QueryEscape(ClientSecret) && !r.PostForm.Has("client_secret")
}

func (i *Issuer) userinfo(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+accessToken || i.b.Userinfo == nil {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	reply(w, http.StatusOK, i.b.Userinfo)
}

// Sign makes a token of claims with the issuer's key.
func (i *Issuer) Sign(claims map[string]any) string { return Sign(i.Key, claims) }

// Sign makes a token of claims with a key.
func Sign(key jose.JSONWebKey, claims map[string]any) string {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(key.Algorithm), Key: key}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		panic(err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		panic(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		panic(err)
	}
	return token
}
