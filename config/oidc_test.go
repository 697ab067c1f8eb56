package config

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"sluice/authz"
	"sluice/authz/oidc"
)

const oidcYAML = `
baseUrl: https://flows.example.com/
auth:
  mode: [team, bearer]
  oidc:
    issuer: https://id.example.com
    clientId: sluice
    clientSecretFile: client.secret
    label: Example Corp
    usernameClaim: email
    createUsers: true
    rolesClaim: /realm_access/roles
    roles: {flow-admins: owner, developers: member}
`

func TestWherePeopleSignInComesFromFileAndVariables(t *testing.T) {
	dir := userDir(t, map[string]string{"sluice.yaml": oidcYAML, "client.secret": "from the file\n", "other.secret": "from the variable\n"})
	inFile := oidc.Options{Issuer: "https://id.example.com", ClientID: "sluice", ClientSecret: "from the file", Label: "Example Corp",
		RedirectURI: "https://flows.example.com/_sluice/callback", UsernameClaim: "email", RolesClaim: "/realm_access/roles"}
	inVariables := inFile
	inVariables.Issuer, inVariables.ClientID, inVariables.ClientSecret = "https://other.example.com", "other", "from the variable"
	inVariables.RedirectURI = "https://other.example.com:8443/_sluice/callback"
	for _, tc := range []struct {
		name string
		env  map[string]string
		want oidc.Options
	}{
		{"the file", nil, inFile},
		{"variables before the file", map[string]string{"SLUICE_OIDC_ISSUER": "https://other.example.com", "SLUICE_OIDC_CLIENT_ID": "other",
			"SLUICE_OIDC_CLIENT_SECRET_FILE": filepath.Join(dir, "other.secret"), "SLUICE_BASE_URL": "https://other.example.com:8443"}, inVariables},
	} {
		c, err := Load(dir, Flags{}, env(tc.env))
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(*c.Auth.OIDC, tc.want) {
			t.Errorf("%s: got %+v", tc.name, *c.Auth.OIDC)
		}
		if a := c.Auth.Accounts; !a.Create || !a.Ranked || a.Roles["flow-admins"] != authz.RoleOwner || len(a.Roles) != 2 {
			t.Errorf("%s: accounts %+v", tc.name, a)
		}
		if c.Auth.JWT != nil {
			t.Errorf("%s: mode jwt is on, which nobody asked for", tc.name)
		}
	}
}

// The variables alone are enough, and on this machine the base URL needs no saying.
func TestVariablesAloneLetPeopleSignIn(t *testing.T) {
	variables := map[string]string{"SLUICE_OIDC_ISSUER": "https://id.example.com", "SLUICE_OIDC_CLIENT_ID": "sluice"}
	for yaml, want := range map[string]string{
		"":                       "http://127.0.0.1:1880/_sluice/callback",
		"port: 8080":             "http://127.0.0.1:8080/_sluice/callback",
		"host: '::1'":            "http://[::1]:1880/_sluice/callback",
		"tls: {cert: a, key: b}": "https://127.0.0.1:1880/_sluice/callback",
		"{port: 443, tls: {acme: a.example}, host: 0.0.0.0}": "https://a.example/_sluice/callback",
	} {
		c, err := Load(userDir(t, map[string]string{"sluice.yaml": yaml}), Flags{}, env(variables))
		if err != nil {
			t.Errorf("%s: %v", yaml, err)
		} else if c.Auth.OIDC == nil || c.Auth.OIDC.RedirectURI != want {
			t.Errorf("%s: %+v, want %s", yaml, c.Auth.OIDC, want)
		}
	}
	c, err := Load(userDir(t, map[string]string{"sluice.yaml": "auth: {mode: jwt, jwt: {audience: a, introspection: {url: https://id.example.com/i}}}"}), Flags{},
		env(map[string]string{"SLUICE_OIDC_ISSUER": "https://id.example.com", "SLUICE_OIDC_CLIENT_ID": "sluice", "SLUICE_OIDC_CLIENT_SECRET": "s"}))
	if err != nil || c.Auth.OIDC != nil {
		t.Errorf("the account of introspection: %v, %v", c.Auth.OIDC, err)
	}
}

func TestAProviderThatIsHalfNamedIsRefused(t *testing.T) {
	const good = "issuer: https://a.example, clientId: a"
	for name, tc := range map[string]struct{ yaml, want string }{
		"no issuer":            {"auth: {oidc: {clientId: a}}", "auth.oidc.issuer"},
		"no client":            {"auth: {oidc: {issuer: https://a.example}}", "auth.oidc.clientId"},
		"no base URL":          {"{host: 0.0.0.0, auth: {mode: team, oidc: {" + good + "}}}", "baseUrl"},
		"a plain base URL":     {"{baseUrl: 'http://flows.example.com', auth: {oidc: {" + good + "}}}", "https"},
		"a base URL with path": {"{baseUrl: 'https://flows.example.com/red', auth: {oidc: {" + good + "}}}", "base URL"},
		"no algorithms":        {"auth: {oidc: {" + good + ", algorithms: []}}", "auth.oidc.algorithms"},
		"no such file":         {"auth: {oidc: {" + good + ", clientSecretFile: absent}}", "clientSecretFile"},
		"misspelt":             {"auth: {oidc: {isuer: https://a.example}}", "isuer"},
		"a role for nobody":    {"auth: {oidc: {" + good + ", role: member}}", "createUsers"},
		"a role and a claim":   {"auth: {oidc: {" + good + ", createUsers: true, role: member, rolesClaim: groups}}", "rolesClaim"},
		"roles of no claim":    {"auth: {oidc: {" + good + ", roles: {a: owner}}}", "rolesClaim"},
		"no such role":         {"auth: {oidc: {" + good + ", rolesClaim: groups, roles: {a: king}}}", "auth.oidc.roles.a"},
	} {
		_, err := Load(userDir(t, map[string]string{"sluice.yaml": tc.yaml}), Flags{}, env(nil))
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want a word on %s", name, err, tc.want)
		}
	}
}
