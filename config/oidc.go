package config

import (
	"net"
	"net/url"
	"strconv"
	"strings"

	"sluice/authz"
	"sluice/authz/jwt"
	"sluice/authz/oidc"
)

// oidcFile is auth.oidc of sluice.yaml: an OpenID provider where people sign in.
type oidcFile struct {
	Issuer           string            `yaml:"issuer"`
	ClientID         string            `yaml:"clientId"`
	ClientSecretFile string            `yaml:"clientSecretFile"` // relative to the user directory
	Label            string            `yaml:"label"`
	Scopes           list              `yaml:"scopes"`
	Algorithms       list              `yaml:"algorithms"`
	UsernameClaim    string            `yaml:"usernameClaim"`
	CreateUsers      bool              `yaml:"createUsers"`
	Role             string            `yaml:"role"` // of users that are made so
	RolesClaim       string            `yaml:"rolesClaim"`
	Roles            map[string]string `yaml:"roles"` // value of the claim -> role
}

// CallbackPath is where an OpenID provider sends browsers back to.
const CallbackPath = "/_sluice/callback"

// oidc settles where people sign in beside passwords. The variables alone are
// enough, unless they name the account of auth.jwt.introspection.
func (c *Config) oidc(p *picker) error {
	if err := c.baseURL(p); err != nil {
		return err
	}
	f := p.file.Auth.OIDC
	wanted := f != nil
	if f == nil {
		f = &oidcFile{}
		if id, _ := p.getenv("SLUICE_OIDC_CLIENT_ID"); id != "" {
			wanted = p.file.Auth.JWT.Introspection.URL == ""
		}
	}
	if !wanted {
		return nil
	}
	o := &oidc.Options{Label: strings.TrimSpace(f.Label), Scopes: f.Scopes.items, Algorithms: f.Algorithms.items, UsernameClaim: f.UsernameClaim, RolesClaim: f.RolesClaim,
		RedirectURI: c.BaseURL + CallbackPath}
	o.Issuer = p.text("auth.oidc.issuer", "", "SLUICE_OIDC_ISSUER", f.Issuer, "", "")
	o.ClientID = p.text("auth.oidc.clientId", "", "SLUICE_OIDC_CLIENT_ID", f.ClientID, "", "")
	var err error
	if o.ClientSecret, err = Secret("SLUICE_OIDC_CLIENT_SECRET", p.getenv); err != nil {
		return err
	}
	if o.ClientSecret == "" && f.ClientSecretFile != "" {
		if o.ClientSecret, err = c.readSecret("auth.oidc.clientSecretFile", f.ClientSecretFile); err != nil {
			return err
		}
	}
	switch {
	case o.Issuer == "":
		return errorf("auth.oidc names no issuer: set auth.oidc.issuer in sluice.yaml or SLUICE_OIDC_ISSUER to the URL of the OpenID provider")
	case o.ClientID == "":
		return errorf("auth.oidc names no client: set auth.oidc.clientId in sluice.yaml or SLUICE_OIDC_CLIENT_ID to the id that %s has given to this server", o.Issuer)
	case c.BaseURL == "":
		return errorf("auth.oidc needs to know how browsers reach this server: set baseUrl in sluice.yaml or SLUICE_BASE_URL, such as https://flows.example.com, and register that address with %s at the issuer", CallbackPath)
	case f.Algorithms.set && len(f.Algorithms.items) == 0:
		return errorf("auth.oidc.algorithms is an empty list, which accepts nothing: name some, or leave it out")
	case jwt.CheckURL(c.BaseURL) != nil:
		return errorf("baseUrl %s (from %s) has to be https where people sign in from other machines", c.BaseURL, c.From["baseUrl"])
	}
	c.Auth.OIDC = o
	return c.accounts(f)
}

// accounts settles which accounts people get who sign in at the provider.
func (c *Config) accounts(f *oidcFile) error {
	a := &c.Auth.Accounts
	a.Create, a.Ranked = f.CreateUsers, f.RolesClaim != ""
	switch {
	case f.Role != "" && !f.CreateUsers:
		return errorf("auth.oidc.role is the role of users that are made at their first login: set createUsers too, or leave it out")
	case f.Role != "" && a.Ranked:
		return errorf("auth.oidc.role and rolesClaim contradict each other: the claim decides the role at every login")
	case len(f.Roles) > 0 && !a.Ranked:
		return errorf("auth.oidc.roles says what the values of a claim mean: name the claim as rolesClaim")
	}
	if f.Role != "" {
		role, err := authz.ParseRole(f.Role)
		if err != nil {
			return errorf("auth.oidc.role: %v", err)
		}
		a.Role = &role
	}
	for word, name := range f.Roles {
		role, err := authz.ParseRole(name)
		if err != nil {
			return errorf("auth.oidc.roles.%s: %v", word, err)
		}
		if a.Roles == nil {
			a.Roles = map[string]authz.Role{}
		}
		a.Roles[word] = role
	}
	return nil
}

// baseURL settles how browsers reach the instance. It is never taken from a
// request: whoever writes a Host header could then have logins sent elsewhere.
func (c *Config) baseURL(p *picker) error {
	text := p.text("baseUrl", "", "SLUICE_BASE_URL", p.file.BaseURL, "", "")
	if text == "" {
		c.BaseURL = c.ownURL()
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return errorf("%q (from %s) is no base URL: give scheme and host alone, such as https://flows.example.com", text, p.from["baseUrl"])
	}
	c.BaseURL = u.Scheme + "://" + u.Host
	return nil
}

// ownURL is the base URL where the configuration leaves no doubt.
func (c *Config) ownURL() string {
	switch {
	case len(c.TLS.ACME) > 0 && c.Port == 443:
		return "https://" + c.TLS.ACME[0]
	case !c.Loopback() || c.Port == 0:
		return ""
	case c.TLS.On():
		return "https://" + net.JoinHostPort(strings.Trim(c.Host, "[]"), strconv.Itoa(c.Port))
	}
	return "http://" + net.JoinHostPort(strings.Trim(c.Host, "[]"), strconv.Itoa(c.Port))
}
