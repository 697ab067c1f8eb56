package config

import (
	"os"
	"strings"

	"sluice/authz/jwt"
)

// jwtFile is auth.jwt of sluice.yaml.
type jwtFile struct {
	Issuer        string            `yaml:"issuer"`
	Audience      string            `yaml:"audience"`
	Algorithms    list              `yaml:"algorithms"`
	RequireTyp    bool              `yaml:"requireTyp"`
	RolesClaim    string            `yaml:"rolesClaim"`
	JWKSURI       string            `yaml:"jwksUri"`
	Introspection introspectionFile `yaml:"introspection"`
}

type introspectionFile struct {
	URL              string `yaml:"url"`
	ClientID         string `yaml:"clientId"`
	ClientSecretFile string `yaml:"clientSecretFile"` // relative to the user directory
}

// jwt settles whose tokens mode jwt accepts.
func (c *Config) jwt(p *picker) error {
	f := &p.file.Auth.JWT
	issuer := p.text("auth.jwt.issuer", "", "SLUICE_OIDC_ISSUER", f.Issuer, "", "")
	audience := p.text("auth.jwt.audience", "", "SLUICE_OIDC_AUDIENCE", f.Audience, "", "")
	switch {
	case issuer == "" && (audience != "" || f.JWKSURI != "" || f.Introspection.URL != ""):
		return errorf("auth.jwt names no issuer: set auth.jwt.issuer in sluice.yaml or SLUICE_OIDC_ISSUER to the iss of the tokens to accept")
	case issuer == "", f.Issuer == "" && audience == "" && !c.usesMode("jwt"): // the variable's issuer may be for logins alone
		return nil
	case f.Algorithms.set && len(f.Algorithms.items) == 0:
		return errorf("auth.jwt.algorithms is an empty list, which accepts nothing: name some, or leave it out")
	}
	c.Auth.JWT = &jwt.Options{Issuer: issuer, Audience: audience, Algorithms: f.Algorithms.items, RequireTyp: f.RequireTyp,
		RolesClaim: f.RolesClaim, JWKSURI: f.JWKSURI}
	if f.Introspection.URL == "" {
		return nil
	}
	i := &jwt.Introspection{URL: f.Introspection.URL}
	i.ClientID = p.text("auth.jwt.introspection.clientId", "", "SLUICE_OIDC_CLIENT_ID", f.Introspection.ClientID, "", "")
	var err error
	if i.ClientSecret, err = Secret("SLUICE_OIDC_CLIENT_SECRET", p.getenv); err != nil {
		return err
	}
	if file := f.Introspection.ClientSecretFile; i.ClientSecret == "" && file != "" {
		if i.ClientSecret, err = c.readSecret("auth.jwt.introspection.clientSecretFile", file); err != nil {
			return err
		}
	}
	if i.ClientID == "" || i.ClientSecret == "" {
		return errorf("auth.jwt.introspection needs an account at the issuer: set clientId and clientSecretFile there, or SLUICE_OIDC_CLIENT_ID and SLUICE_OIDC_CLIENT_SECRET_FILE")
	}
	c.Auth.JWT.Introspection = i
	return nil
}

// readSecret reads the file of a setting, relative to the user directory.
func (c *Config) readSecret(setting, file string) (string, error) {
	text, err := os.ReadFile(c.inUserDir(file))
	if err != nil {
		return "", errorf("%s: %v", setting, err)
	}
	return strings.TrimRight(string(text), "\r\n"), nil
}
