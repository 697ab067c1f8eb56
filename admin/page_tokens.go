package admin

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"sluice/authz"
)

var tokenPages = []endpoint{
	{"GET", Prefix + "tokens", authz.TokensRead, false, tokenList},
	{"GET", Prefix + "tokens/new", authz.TokensWrite, false, newTokenPage},
	{"POST", Prefix + "tokens/new", authz.TokensWrite, false, newToken},
	{"GET", Prefix + "tokens/{id}/edit", authz.TokensWrite, false, editTokenPage},
	{"POST", Prefix + "tokens/{id}/edit", authz.TokensWrite, false, editToken},
	{"GET", Prefix + "tokens/{id}/rotate", authz.TokensWrite, false, tokenQuestion("rotate", "Rotate token")},
	{"POST", Prefix + "tokens/{id}/rotate", authz.TokensWrite, false, rotateTokenForm},
	{"GET", Prefix + "tokens/{id}/revoke", authz.TokensWrite, false, tokenQuestion("revoke", "Revoke token")},
	{"POST", Prefix + "tokens/{id}/revoke", authz.TokensWrite, false, revokeTokenForm},
}

func tokenList(c *call) error {
	views, err := c.tokens()
	if err != nil {
		return err
	}
	slices.Reverse(views) // the newest first
	query := c.r.URL.Query()
	c.page(http.StatusOK, "tokens", "Tokens", map[string]any{
		"Tokens": views, "Q": query.Get("q"), "State": query.Get("state"), "States": []string{"active", "expired", "revoked"}, "Write": c.p.May(authz.TokensWrite)})
	return nil
}

// tokenForm is the form for a new token, and for changing one.
type tokenForm struct {
	Error    string
	ID       string
	Name     string
	Expires  bool
	Date     string // 2006-01-02
	Tomorrow string
	Path     string
	Methods  []string
	Routes   []Route
	Scopes   []authz.Scope // of a token that is changed
	Kept     []string
}

var formMethods = []string{"GET", "POST", "PUT", "PATCH", "DELETE"}

func (f tokenForm) AllMethods() []string      { return formMethods }
func (f tokenForm) Chosen(method string) bool { return slices.Contains(f.Methods, method) }
func (f tokenForm) Keeps(s authz.Scope) bool  { return slices.Contains(f.Kept, s.String()) }
func (c *call) tokenForm(f tokenForm) tokenForm {
	f.Tomorrow = c.opts.Now().UTC().AddDate(0, 0, 1).Format(time.DateOnly)
	f.Routes = c.opts.Routes()
	return f
}

func (c *call) postedToken() tokenForm {
	form := c.r.PostForm
	return tokenForm{Name: form.Get("name"), Expires: form.Get("expires") != "", Date: form.Get("date"),
		Path: strings.TrimSpace(form.Get("path")), Methods: form["method"], Kept: form["scope"]}
}

// expiry is the end that the form asks for; zero for never.
func (f *tokenForm) expiry(now time.Time) (time.Time, error) {
	if !f.Expires {
		return time.Time{}, nil
	}
	if f.Date == "" {
		return time.Time{}, fmt.Errorf("%w: choose a date", authz.ErrExpiry)
	}
	return authz.ParseExpiry(f.Date, now)
}

func newTokenPage(c *call) error {
	c.page(http.StatusOK, "token_new", "Add token", c.tokenForm(tokenForm{}))
	return nil
}

func newToken(c *call) error {
	if err := c.form(); err != nil {
		return err
	}
	f := c.postedToken()
	t, value, err := c.makeToken(&f)
	if err != nil {
		fault := faultOf(err)
		if fault.status >= http.StatusInternalServerError {
			return err
		}
		f.Error = err.Error()
		c.page(fault.status, "token_new", "Add token", c.tokenForm(f))
		return nil
	}
	c.showValue("Token created", t, value)
	return nil
}

func (c *call) makeToken(f *tokenForm) (t authz.Token, value string, err error) {
	n := authz.NewToken{Name: f.Name}
	if n.ExpiresAt, err = f.expiry(c.opts.Now()); err != nil {
		return t, "", err
	}
	if f.Path != "" || len(f.Methods) > 0 {
		path := f.Path
		if path == "" {
			path = "/*"
		}
		scope, err := authz.NewScope(path, f.Methods...)
		if err != nil {
			return t, "", err
		}
		n.Scopes = []authz.Scope{scope}
	}
	return c.store().Create(c.r.Context(), c.by, n)
}

// showValue is the one page that holds a token's value. It is the answer to a
// POST, so no address leads to it again.
func (c *call) showValue(title string, t authz.Token, value string) {
	c.page(http.StatusOK, "token_value", title, map[string]any{
		"Token": t.View(c.opts.Now(), ""), "Value": value, "Curl": c.curl(&t, value)})
}

// curl is a command line that uses a token on an endpoint that it opens.
func (c *call) curl(t *authz.Token, value string) string {
	if t.Kind == authz.KindAdmin {
		return fmt.Sprintf(`curl -H "Authorization: Bearer %s" %s%s/tokens`, value, c.origin(), apiPath)
	}
	method, path := "GET", "/"
	for _, rt := range c.opts.Routes() {
		canonical, err := authz.CanonicalPath(rt.Path)
		if err != nil || strings.ContainsAny(rt.Path, "'\"`$\\ *()+?:") || !t.Allows(rt.Method, canonical) {
			continue // a pattern is no address
		}
		if method, path = rt.Method, rt.Path; rt.Method == "GET" {
			break
		}
	}
	if method != "GET" {
		method = "-X " + method + " "
	} else {
		method = ""
	}
	return fmt.Sprintf(`curl %s-H "Authorization: Bearer %s" %s%s`, method, value, c.origin(), path)
}

// origin is how the browser reached this page, for command lines to copy: nothing
// in it may mean something to a shell.
func (c *call) origin() string {
	scheme := "http://"
	if c.opts.Guard.Secure(c.r) {
		scheme = "https://"
	}
	if strings.Trim(c.r.Host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]") != "" {
		return scheme + "localhost"
	}
	return scheme + c.r.Host
}

func editTokenPage(c *call) error {
	t, err := c.token()
	if err != nil {
		return err
	}
	f := tokenForm{ID: t.ID, Name: t.Name, Expires: !t.ExpiresAt.IsZero(), Scopes: t.Scopes}
	if f.Expires {
		f.Date = t.ExpiresAt.Format(time.DateOnly)
	}
	for _, s := range t.Scopes {
		f.Kept = append(f.Kept, s.String())
	}
	c.page(http.StatusOK, "token_edit", "Edit token", c.tokenForm(f))
	return nil
}

func editToken(c *call) error {
	if err := c.form(); err != nil {
		return err
	}
	t, err := c.token()
	if err != nil {
		return err
	}
	f := c.postedToken()
	f.ID, f.Scopes = t.ID, t.Scopes
	change, err := c.tokenChange(&f, &t)
	if err == nil {
		_, err = c.store().Update(c.r.Context(), c.by, t.ID, change)
	}
	if err == nil {
		return c.see(Prefix+"tokens", "updated")
	}
	fault := faultOf(err)
	if fault.status >= http.StatusInternalServerError {
		return err
	}
	f.Error = err.Error()
	c.page(fault.status, "token_edit", "Edit token", c.tokenForm(f))
	return nil
}

func (c *call) tokenChange(f *tokenForm, t *authz.Token) (authz.Change, error) {
	change := authz.Change{Name: &f.Name}
	if f.Expires != !t.ExpiresAt.IsZero() || f.Expires && f.Date != t.ExpiresAt.Format(time.DateOnly) {
		at, err := f.expiry(c.opts.Now())
		if err != nil {
			return change, err
		}
		change.ExpiresAt = &at
	}
	if len(t.Scopes) > 1 {
		kept := slices.DeleteFunc(slices.Clone(t.Scopes), func(s authz.Scope) bool { return !f.Keeps(s) })
		if len(kept) == 0 {
			return change, fmt.Errorf("%w: keep at least one, or revoke the token", authz.ErrScope)
		}
		change.Scopes = &kept
	}
	return change, nil
}

// tokenQuestion is the page that asks before something is done to a token.
func tokenQuestion(template, title string) func(*call) error {
	return func(c *call) error {
		t, err := c.token()
		if err != nil {
			return err
		}
		c.page(http.StatusOK, "token_"+template, title, t.View(c.opts.Now(), ""))
		return nil
	}
}

func rotateTokenForm(c *call) error {
	if err := c.form(); err != nil {
		return err
	}
	t, err := c.token()
	if err != nil {
		return err
	}
	grace, err := authz.ParseDuration(c.r.PostForm.Get("grace"))
	if err != nil || grace < 0 || grace > maxGrace {
		return &badRequest{http.StatusBadRequest, "invalid_grace", "choose how long the old value goes on working: up to 30 days"}
	}
	t, value, err := c.store().Rotate(c.r.Context(), c.by, t.ID, grace)
	if err != nil {
		return err
	}
	c.showValue("Token rotated", t, value)
	return nil
}

func revokeTokenForm(c *call) error {
	t, err := c.token()
	if err == nil {
		_, err = c.store().Revoke(c.r.Context(), c.by, t.ID)
	}
	if err != nil {
		return err
	}
	return c.see(Prefix+"tokens", "revoked")
}
