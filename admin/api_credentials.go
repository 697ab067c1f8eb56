package admin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"sluice/authz"
)

// Trial is what a test call with a credential tells: nothing of the answer but its status.
type Trial struct {
	Status     int      `json:"status"`
	DurationMS int64    `json:"durationMs"`
	Sent       []string `json:"sent"` // names of headers
}

// Try calls a URL as a flow would that sends a credential. The error wraps
// authz.ErrHostNotAllowed for a host that the credential is not for.
type Try func(ctx context.Context, c authz.Credential, method, target string) (Trial, error)

// credentialRoutes are there where the handler has keys.
var credentialRoutes = []endpoint{
	{"GET", apiPath + "/credentials", authz.CredentialsRead, false, listCredentials},
	{"POST", apiPath + "/credentials", authz.CredentialsWrite, false, createCredential},
	{"GET", apiPath + "/credentials/{name}", authz.CredentialsRead, false, showCredential},
	{"PATCH", apiPath + "/credentials/{name}", authz.CredentialsWrite, false, updateCredential},
	{"DELETE", apiPath + "/credentials/{name}", authz.CredentialsWrite, false, deleteCredential},
	{"POST", apiPath + "/credentials/{name}/rotate", authz.CredentialsWrite, false, rotateCredential},
	{"POST", apiPath + "/credentials/{name}/test", authz.CredentialsWrite, false, testCredential},
}

// madeCredential is a credential whose value was given, with what was taken off it.
type madeCredential struct {
	authz.Credential
	Notices []string `json:"notices,omitempty"`
}

func listCredentials(c *call) error {
	list, err := c.store().Credentials(c.r.Context())
	if err != nil {
		return err
	}
	return c.reply(http.StatusOK, map[string]any{"credentials": append([]authz.Credential{}, list...), "count": len(list)})
}

type credentialRequest struct {
	Name  string   `json:"name"`
	Kind  string   `json:"kind"`
	Hosts []string `json:"hosts"`
	authz.CredentialSettings
	Value string `json:"value"`
}

func createCredential(c *call) error {
	var in credentialRequest
	if err := c.decode(&in); err != nil {
		return err
	}
	made, notices, err := c.store().AddCredential(c.r.Context(), c.opts.Keys, c.by,
		authz.Credential{Name: in.Name, Kind: in.Kind, Hosts: in.Hosts, CredentialSettings: in.CredentialSettings}, in.Value)
	if err != nil {
		return err
	}
	made.Nodes = []string{}
	c.w.Header().Set("Location", apiPath+"/credentials/"+made.Name)
	return c.reply(http.StatusCreated, madeCredential{made, notices})
}

// credential finds the credential that the path names, with its uses.
func (c *call) credential() (authz.Credential, error) {
	list, err := c.store().Credentials(c.r.Context())
	if err != nil {
		return authz.Credential{}, err
	}
	name := c.r.PathValue("name")
	i := slices.IndexFunc(list, func(known authz.Credential) bool { return known.Name == name })
	if i < 0 {
		return authz.Credential{}, fmt.Errorf("credential %q: %w", name, authz.ErrNotFound)
	}
	return list[i], nil
}

func showCredential(c *call) error {
	found, err := c.credential()
	if err != nil {
		return err
	}
	return c.reply(http.StatusOK, found)
}

// updateCredential takes hosts away, or changes anything if the value is given anew.
func updateCredential(c *call) error {
	var in struct {
		Hosts      maybe[[]string] `json:"hosts"`
		User       maybe[string]   `json:"user"`
		Header     maybe[string]   `json:"header"`
		TokenURL   maybe[string]   `json:"tokenUrl"`
		ClientID   maybe[string]   `json:"clientId"`
		Scope      maybe[string]   `json:"scope"`
		Audience   maybe[string]   `json:"audience"`
		ClientAuth maybe[string]   `json:"clientAuth"`
		Value      maybe[string]   `json:"value"`
	}
	if err := c.decode(&in); err != nil {
		return err
	}
	found, err := c.credential()
	if err != nil {
		return err
	}
	settings := 0
	for _, s := range []struct {
		given *string
		to    *string
	}{
		{in.User.value, &found.User}, {in.Header.value, &found.Header}, {in.TokenURL.value, &found.TokenURL}, {in.ClientID.value, &found.ClientID},
		{in.Scope.value, &found.Scope}, {in.Audience.value, &found.Audience}, {in.ClientAuth.value, &found.ClientAuth},
	} {
		if s.given != nil {
			*s.to = *s.given
			settings++
		}
	}
	if in.Hosts.value != nil {
		found.Hosts = *in.Hosts.value
	}
	if in.Value.value == nil {
		if settings > 0 {
			return &badRequest{http.StatusBadRequest, "invalid_credential", "give the value too: without it, hosts can be taken away and nothing else be changed"}
		}
		if _, err := c.store().NarrowCredential(c.r.Context(), c.by, found.Name, found.Hosts); err != nil {
			return err
		}
		return showCredential(c)
	}
	_, notices, err := c.store().SetCredential(c.r.Context(), c.opts.Keys, c.by, found, *in.Value.value)
	if err != nil {
		return err
	}
	if found, err = c.credential(); err != nil {
		return err
	}
	return c.reply(http.StatusOK, madeCredential{found, notices})
}

func deleteCredential(c *call) error {
	if err := c.store().DeleteCredential(c.r.Context(), c.by, c.r.PathValue("name")); err != nil {
		return err
	}
	return c.noContent()
}

func rotateCredential(c *call) error {
	var in struct {
		Value string `json:"value"`
	}
	if err := c.decode(&in); err != nil {
		return err
	}
	_, notices, err := c.store().RotateCredential(c.r.Context(), c.opts.Keys, c.by, c.r.PathValue("name"), in.Value)
	if err != nil {
		return err
	}
	found, err := c.credential()
	if err != nil {
		return err
	}
	return c.reply(http.StatusOK, madeCredential{found, notices})
}

func testCredential(c *call) error {
	var in struct {
		URL    string `json:"url"`
		Method string `json:"method"`
	}
	if err := c.decode(&in); err != nil {
		return err
	}
	result, err := c.tryCredential(in.Method, in.URL)
	if err != nil {
		return err
	}
	return c.reply(http.StatusOK, result)
}

// maxTrials is how many test calls may be under way.
const maxTrials = 4

// tryCredential calls a URL with the credential that the path names, and puts that
// into the audit.
func (c *call) tryCredential(method, target string) (Trial, error) {
	found, err := c.credential()
	if err != nil {
		return Trial{}, err
	}
	u, err := url.Parse(target)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" {
		return Trial{}, &badRequest{http.StatusBadRequest, "invalid_url", "url is what to call, such as https://api.example.com/me, without user and password"}
	}
	if method = strings.ToUpper(method); method == "" {
		method = http.MethodGet
	}
	if !slices.Contains([]string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}, method) {
		return Trial{}, &badRequest{http.StatusBadRequest, "invalid_method", "method is GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS"}
	}
	select {
	case c.trials <- struct{}{}:
		defer func() { <-c.trials }()
	case <-c.r.Context().Done():
		return Trial{}, authz.ErrBusy
	}
	result, callErr := c.opts.Try(c.r.Context(), found, method, target)
	if err := c.store().CredentialTested(c.r.Context(), c.by, found.Name, u.Host, result.Status); err != nil {
		return Trial{}, err
	}
	if callErr != nil && !errors.Is(callErr, authz.ErrHostNotAllowed) {
		callErr = &badRequest{http.StatusBadGateway, "call_failed", callErr.Error()}
	}
	return result, callErr
}
