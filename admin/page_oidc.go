package admin

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"sluice/authz"
	"sluice/authz/oidc"
)

const oidcPath = LoginPath + "/oidc"

// oidcPages are there where people can sign in at an OpenID provider.
var oidcPages = []endpoint{
	{"GET", oidcPath, "", true, beginLogin},
	{"GET", Prefix + "callback", "", true, finishLogin},
}

// beginLogin sends the browser to the provider. It is a link and no form, since
// form-action would forbid a form to lead there.
func beginLogin(c *call) error {
	if !c.opts.Guard.SessionsAllowed(c.r) {
		return errInsecure
	}
	next := c.r.URL.Query().Get("next")
	if next != "" {
		next = authz.SafeNext(next)
	}
	cookie, location, err := c.opts.Login.Begin(c.r.Context(), next)
	if err != nil {
		return c.loginProblem(err, next)
	}
	c.opts.Guard.SetAttempt(c.w, c.r, cookie)
	http.Redirect(c.w, c.r, location, http.StatusSeeOther)
	return nil
}

// finishLogin takes a browser back from the provider.
func finishLogin(c *call) error {
	g := c.opts.Guard
	if !g.SessionsAllowed(c.r) {
		return errInsecure
	}
	// What the provider has said once it does not say again: a client that leaves
	// must not leave half a login behind.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.r.Context()), 30*time.Second)
	defer cancel()
	c.r = c.r.WithContext(ctx)
	if err := g.LoginBlocked(c.r); err != nil {
		return c.loginProblem(err, "")
	}
	cookie := g.Attempt(c.r)
	g.SetAttempt(c.w, c.r, "")
	id, next, err := c.opts.Login.Finish(ctx, cookie, c.r.URL.Query())
	if err == nil {
		err = g.LoginIdentity(c.w, c.r, c.store(), id, c.opts.Accounts)
	}
	if err != nil {
		return c.loginProblem(err, next)
	}
	if next == "" {
		return c.see(Prefix+"home", "")
	}
	return c.see(authz.SafeNext(next), "")
}

// loginProblems are what people are told; NAME is the provider's.
var loginProblems = []struct {
	err    error
	status int
	text   string
}{
	{oidc.ErrStale, http.StatusBadRequest, "This sign-in was not begun in this browser, was used already, or took too long. Try again."},
	{oidc.ErrRefused, http.StatusForbidden, "NAME did not sign you in."},
	{oidc.ErrUntrusted, http.StatusForbidden, "The answer of NAME could not be trusted, so you are not signed in. The log of this server says why."},
	{authz.ErrNoAccount, http.StatusForbidden, "NAME knows you, but there is no account for you here. Ask an admin to add one."},
	{authz.ErrAccountTaken, http.StatusForbidden, "The account with your name is not for signing in with NAME. Use its password, or ask an admin."},
	{authz.ErrDisabled, http.StatusForbidden, "Your account is disabled. Ask an admin."},
	{authz.ErrUsername, http.StatusForbidden, "What NAME calls you cannot be a user name here. Ask an admin."},
}

// loginProblem shows the login page with what went wrong at the provider, or with
// what it says. Its own words are not shown: anybody can put some into a link.
func (c *call) loginProblem(err error, next string) error {
	f := loginForm{Next: next}
	if wait, limited := authz.RetryAfter(err); limited {
		return c.tooMany(wait, f)
	}
	name := func(text string) string { return strings.ReplaceAll(text, "NAME", c.opts.Login.Label()) }
	if errors.Is(err, oidc.ErrUnavailable) {
		c.opts.Log.Warn("nobody can sign in at the OpenID provider", "error", err)
		c.w.Header().Set("Retry-After", "5")
		f.Error = name("NAME cannot be reached at present. Try again later, or sign in with a password.")
		return c.loginForm(http.StatusServiceUnavailable, f)
	}
	for _, p := range loginProblems {
		if errors.Is(err, p.err) {
			c.opts.Guard.LoginFailed(c.r, err)
			f.Error = name(p.text)
			return c.loginForm(p.status, f)
		}
	}
	return err
}
