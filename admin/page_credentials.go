package admin

import (
	"net/http"
	"strings"

	"sluice/authz"
)

const credentialsPath = Prefix + "credentials"

// credentialPages are there where the handler has keys. None shows a value.
var credentialPages = []endpoint{
	{"GET", credentialsPath, authz.CredentialsRead, false, credentialList},
	{"GET", credentialsPath + "/new", authz.CredentialsWrite, false, newCredentialPage},
	{"POST", credentialsPath + "/new", authz.CredentialsWrite, false, newCredential},
	{"GET", credentialsPath + "/{name}/rotate", authz.CredentialsWrite, false, credentialQuestion("rotate", "Rotate credential")},
	{"POST", credentialsPath + "/{name}/rotate", authz.CredentialsWrite, false, rotateCredentialForm},
	{"GET", credentialsPath + "/{name}/test", authz.CredentialsWrite, false, credentialQuestion("test", "Test credential")},
	{"POST", credentialsPath + "/{name}/test", authz.CredentialsWrite, false, testCredentialForm},
	{"GET", credentialsPath + "/{name}/remove", authz.CredentialsWrite, false, credentialQuestion("remove", "Remove credential")},
	{"POST", credentialsPath + "/{name}/remove", authz.CredentialsWrite, false, removeCredentialForm},
}

func credentialList(c *call) error {
	list, err := c.store().Credentials(c.r.Context())
	if err != nil {
		return err
	}
	c.page(http.StatusOK, "credentials", "Credentials", map[string]any{"Credentials": list, "Write": c.p.May(authz.CredentialsWrite)})
	return nil
}

// credentialForm is the form for a new credential. What was typed as the value is
// not shown again.
type credentialForm struct {
	Error string
	Hosts string
	authz.Credential
}

// credentialKinds are the kinds in the order of the form.
var credentialKinds = []choice{{authz.CredentialBearer, "Bearer token"}, {authz.CredentialBasic, "User and password (basic)"},
	{authz.CredentialDigest, "User and password (digest)"}, {authz.CredentialHeader, "A header of its own"}, {authz.CredentialOAuth2, "OAuth 2.0 client credentials"}}

func (f credentialForm) Kinds() []choice { return credentialKinds }

func newCredentialPage(c *call) error {
	c.page(http.StatusOK, "credential_new", "Add credential", credentialForm{Credential: authz.Credential{Kind: authz.CredentialBearer}})
	return nil
}

func newCredential(c *call) error {
	if err := c.form(); err != nil {
		return err
	}
	form := c.r.PostForm
	f := credentialForm{Hosts: form.Get("hosts"), Credential: authz.Credential{Name: strings.TrimSpace(form.Get("name")), Kind: form.Get("kind")}}
	f.Credential.Hosts = strings.FieldsFunc(f.Hosts, func(r rune) bool { return r == ',' || r <= ' ' })
	s := &f.CredentialSettings
	switch f.Kind { // what was filled in for another kind does not count
	case authz.CredentialBasic, authz.CredentialDigest:
		s.User = form.Get("user")
	case authz.CredentialHeader:
		s.Header = strings.TrimSpace(form.Get("header"))
	case authz.CredentialOAuth2:
		s.TokenURL, s.ClientID, s.Scope = strings.TrimSpace(form.Get("tokenUrl")), form.Get("clientId"), form.Get("scope")
		s.Audience, s.ClientAuth = form.Get("audience"), form.Get("clientAuth")
	}
	_, _, err := c.store().AddCredential(c.r.Context(), c.opts.Keys, c.by, f.Credential, form.Get("value"))
	if fault := faultOf(err); err != nil && fault.status < http.StatusInternalServerError {
		f.Error = fault.text
		c.page(fault.status, "credential_new", "Add credential", f)
		return nil
	}
	if err != nil {
		return err
	}
	return c.see(credentialsPath, "kept")
}

// credentialQuestion is the page that asks before something is done with a credential.
func credentialQuestion(template, title string) func(*call) error {
	return func(c *call) error { return c.credentialPage(http.StatusOK, template, title, nil) }
}

func (c *call) credentialPage(status int, template, title string, more map[string]any) error {
	found, err := c.credential()
	if err != nil {
		return err
	}
	data := map[string]any{"Credential": found, "Error": "", "URL": "", "Trial": (*Trial)(nil)}
	for name, value := range more {
		data[name] = value
	}
	c.page(status, "credential_"+template, title, data)
	return nil
}

func rotateCredentialForm(c *call) error {
	if err := c.form(); err != nil {
		return err
	}
	_, _, err := c.store().RotateCredential(c.r.Context(), c.opts.Keys, c.by, c.r.PathValue("name"), c.r.PostForm.Get("value"))
	if fault := faultOf(err); err != nil && fault.status == http.StatusBadRequest {
		return c.credentialPage(fault.status, "rotate", "Rotate credential", map[string]any{"Error": fault.text})
	}
	if err != nil {
		return err
	}
	return c.see(credentialsPath, "rotated")
}

func testCredentialForm(c *call) error {
	if err := c.form(); err != nil {
		return err
	}
	target := strings.TrimSpace(c.r.PostForm.Get("url"))
	result, err := c.tryCredential("", target)
	if err != nil {
		fault := faultOf(err)
		if fault.code == "internal" || fault.status == http.StatusNotFound {
			return err
		}
		return c.credentialPage(fault.status, "test", "Test credential", map[string]any{"Error": fault.text, "URL": target})
	}
	return c.credentialPage(http.StatusOK, "test", "Test credential", map[string]any{"Trial": &result, "URL": target})
}

func removeCredentialForm(c *call) error {
	if err := c.store().DeleteCredential(c.r.Context(), c.by, c.r.PathValue("name")); err != nil {
		return err
	}
	return c.see(credentialsPath, "deleted")
}
