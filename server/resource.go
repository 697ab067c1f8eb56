package server

import (
	"encoding/json"
	"net/http"

	"sluice/authz"
	"sluice/config"
)

// resourcePath is where a protected resource describes itself (RFC 9728), so that
// clients find out at which issuer to get tokens for it.
const resourcePath = "/.well-known/oauth-protected-resource"

// resourceURL is the description's address, "" if there is none: it needs an issuer,
// and a base URL, which is what the resource is called.
func (s *Server) resourceURL() string {
	if s.cfg.Auth.JWT == nil || s.cfg.BaseURL == "" {
		return ""
	}
	return s.cfg.BaseURL + resourcePath
}

// resourceMetadata is the description. It says nothing that a challenge does not.
func resourceMetadata(cfg *config.Config) []byte {
	body, err := json.Marshal(struct {
		Resource string   `json:"resource"`
		Issuers  []string `json:"authorization_servers"`
		Methods  []string `json:"bearer_methods_supported"`
		Name     string   `json:"resource_name"`
	}{cfg.BaseURL, []string{cfg.Auth.JWT.Issuer}, []string{"header"}, cfg.Auth.Realm})
	if err != nil {
		panic(err) // texts always marshal
	}
	return append(body, '\n')
}

// wrapResource serves the description to whoever asks, also to pages of other sites,
// and passes everything else on.
func (s *Server) wrapResource(next http.Handler) http.Handler {
	if s.resourceURL() == "" {
		return next
	}
	body := resourceMetadata(s.cfg)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != resourcePath || r.Method != http.MethodGet && r.Method != http.MethodHead || !authz.PlainPath(r) {
			next.ServeHTTP(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", "application/json")
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cache-Control", "max-age=3600")
		_, _ = w.Write(body) // the client may have left
	})
}
