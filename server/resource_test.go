package server

import (
	"encoding/json"
	"strings"
	"testing"
)

// A client without a token learns from the challenge where to get one (RFC 9728).
func TestAClientLearnsWhereToGetTokens(t *testing.T) {
	_, h := start(t, map[string]string{"flows.json": flowFile(endpoint("a", "get", "/a", "'a'", "")),
		"sluice.yaml": "baseUrl: https://flows.example.com\nauth: {mode: [jwt, basic], jwt: {issuer: 'https://id.example.com', audience: api}}", "sluice.db": ""})
	const address = "https://flows.example.com/.well-known/oauth-protected-resource"
	for _, authorization := range []string{"", "Bearer a.b.c"} {
		w := ask(h, "GET", "/a", "Authorization", authorization)
		if got := w.Header().Values("WWW-Authenticate"); w.Code != 401 || !strings.Contains(got[0], `resource_metadata="`+address+`"`) || strings.Contains(got[1], "resource_metadata") {
			t.Errorf("%q: %d %q", authorization, w.Code, got)
		}
	}
	w := ask(h, "GET", "/.well-known/oauth-protected-resource")
	var doc struct {
		Resource string
		Issuers  []string `json:"authorization_servers"`
		Methods  []string `json:"bearer_methods_supported"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil || doc.Resource != "https://flows.example.com" ||
		len(doc.Issuers) != 1 || doc.Issuers[0] != "https://id.example.com" || len(doc.Methods) != 1 || w.Header().Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("%d %s %v", w.Code, w.Body, err)
	}
	for _, other := range []string{"/.well-known/oauth-protected-resource/", "/.well-known//oauth-protected-resource", "/.well-known/oauth-protected-resource/a"} {
		if w := ask(h, "GET", other); w.Code != 401 {
			t.Errorf("%s: %d", other, w.Code)
		}
	}
	if w := ask(h, "POST", "/.well-known/oauth-protected-resource"); w.Code != 401 {
		t.Errorf("POST: %d", w.Code)
	}
}

// Without an issuer there is nothing to say: the path is the guard's, the challenge
// as ever.
func TestWithoutAnIssuerNothingIsDescribed(t *testing.T) {
	_, h := start(t, map[string]string{"flows.json": "[]", "sluice.yaml": "baseUrl: https://flows.example.com\nauth: {mode: bearer}"})
	w := ask(h, "GET", "/.well-known/oauth-protected-resource")
	if w.Code != 401 || w.Header().Get("WWW-Authenticate") != `Bearer realm="sluice"` {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}
