package server

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"sluice/config"
)

// A token of an outside issuer opens an endpoint, and the flow sees who it is for.
func TestAnIssuedTokenReachesTheFlow(t *testing.T) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	issuer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: public, KeyID: "1"}}})
	}))
	defer issuer.Close()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.EdDSA, Key: jose.JSONWebKey{Key: private, KeyID: "1"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(map[string]any{"iss": issuer.URL, "aud": "api", "sub": "robot", "exp": time.Now().Unix() + 300})
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
	s, h := start(t, map[string]string{
		"flows.json":  flowFile(endpoint("a", "get", "/a", "req.auth.type & ' ' & req.auth.claims.sub", "")),
		"sluice.yaml": "auth: {mode: jwt, jwt: {issuer: '" + issuer.URL + "', audience: api, jwksUri: '" + issuer.URL + "'}}",
	})
	if s.Store() != nil {
		t.Error("mode jwt alone opened a token database")
	}
	if w := ask(h, "GET", "/a", "Authorization", "Bearer "+token); w.Code != 200 || w.Body.String() != "jwt robot" {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	if w := ask(h, "GET", "/a", "Authorization", "Bearer "+token[:len(token)-4]+"AAAA"); w.Code != 401 {
		t.Errorf("forged: %d %s", w.Code, w.Body)
	}
}

func TestModeJWTIsRefusedWithoutAnIssuerOrAudience(t *testing.T) {
	for yaml, want := range map[string]string{
		"auth: {mode: jwt}": "SLUICE_OIDC_ISSUER",
		"auth: {mode: jwt, jwt: {issuer: https://id.example.com}}":                                                "audience",
		"auth: {mode: jwt, jwt: {issuer: http://id.example.com, audience: a}}":                                    "https",
		"auth: {mode: jwt, jwt: {issuer: https://id.example.com, audience: a, algorithms: [RS256, HS256, none]}}": "HS256",
	} {
		dir := t.TempDir()
		for name, text := range map[string]string{"flows.json": "[]", "sluice.yaml": yaml} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		cfg, err := config.Load(dir, config.Flags{Port: "0"}, func(string) (string, bool) { return "", false })
		if err != nil {
			t.Fatal(err)
		}
		if _, err := New(t.Context(), cfg, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want a word on %s", yaml, err, want)
		}
	}
}
