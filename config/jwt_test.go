package config

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"sluice/authz/jwt"
)

const jwtYAML = `
auth:
  mode: jwt
  jwt:
    issuer: https://id.example.com
    audience: api
    algorithms: [ES256]
    requireTyp: true
    rolesClaim: /realm_access/roles
    jwksUri: https://id.example.com/keys
    introspection: {url: https://id.example.com/introspect, clientId: sluice, clientSecretFile: client.secret}
`

func TestTheIssuerComesFromFileAndVariables(t *testing.T) {
	dir := userDir(t, map[string]string{"sluice.yaml": jwtYAML, "client.secret": "from the file\n", "other.secret": "from the variable"})
	inFile := jwt.Options{Issuer: "https://id.example.com", Audience: "api", Algorithms: []string{"ES256"}, RequireTyp: true,
		RolesClaim: "/realm_access/roles", JWKSURI: "https://id.example.com/keys",
		Introspection: &jwt.Introspection{URL: "https://id.example.com/introspect", ClientID: "sluice", ClientSecret: "from the file"}}
	inVariables := inFile
	inVariables.Issuer, inVariables.Audience = "https://other.example.com", "other"
	inVariables.Introspection = &jwt.Introspection{URL: "https://id.example.com/introspect", ClientID: "me", ClientSecret: "from the variable"}
	for _, tc := range []struct {
		name string
		env  map[string]string
		want jwt.Options
	}{
		{"the file", nil, inFile},
		{"variables before the file", map[string]string{"SLUICE_OIDC_ISSUER": "https://other.example.com", "SLUICE_OIDC_AUDIENCE": "other",
			"SLUICE_OIDC_CLIENT_ID": "me", "SLUICE_OIDC_CLIENT_SECRET_FILE": filepath.Join(dir, "other.secret")}, inVariables},
	} {
		c, err := Load(dir, Flags{}, env(tc.env))
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(*c.Auth.JWT, tc.want) {
			t.Errorf("%s: got %+v", tc.name, *c.Auth.JWT)
		}
		if c.UsesTokens() {
			t.Errorf("%s: mode jwt alone asks for a token database", tc.name)
		}
	}
}

func TestAnIssuerThatIsHalfNamedIsRefused(t *testing.T) {
	for name, tc := range map[string]struct{ yaml, want string }{
		"no issuer":     {"auth: {jwt: {audience: api}}", "auth.jwt.issuer"},
		"no algorithms": {"auth: {jwt: {issuer: https://a.example, audience: api, algorithms: []}}", "auth.jwt.algorithms"},
		"no account":    {"auth: {jwt: {issuer: https://a.example, audience: api, introspection: {url: https://a.example/i}}}", "clientId"},
		"no such file":  {"auth: {jwt: {issuer: https://a.example, audience: api, introspection: {url: https://a.example/i, clientId: a, clientSecretFile: absent}}}", "clientSecretFile"},
		"misspelt":      {"auth: {jwt: {isuer: https://a.example}}", "isuer"},
	} {
		_, err := Load(userDir(t, map[string]string{"sluice.yaml": tc.yaml}), Flags{}, env(nil))
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want a word on %s", name, err, tc.want)
		}
	}
}
