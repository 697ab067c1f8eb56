package admin

import (
	"errors"
	"net/http"

	"sluice/authz"
)

var accountPages = []endpoint{
	{"GET", Prefix + "home", authz.Account, false, home},
	{"GET", Prefix + "account", authz.Account, false, accountPage},
	{"POST", Prefix + "account", authz.Account, false, changePassword},
	{"GET", Prefix + "sessions", authz.SessionsRead, false, sessionPage},
	{"POST", Prefix + "sessions/{id}/end", authz.Account, false, endSessionForm},
}

// home is where a login without another aim leads.
func home(c *call) error {
	if c.p.May(authz.TokensRead) {
		return c.see(Prefix+"tokens", "")
	}
	return c.see(Prefix+"account", "")
}

func accountPage(c *call) error { return c.accountPage(http.StatusOK, "") }

func (c *call) accountPage(status int, problem string) error {
	sessions, err := c.sessions(true)
	if err != nil {
		return err
	}
	password := false
	if c.p.UserID != "" {
		u, err := c.store().FindUser(c.r.Context(), c.p.UserID)
		if err != nil {
			return err
		}
		password = !u.PassAt.IsZero()
	}
	c.page(status, "account", "Account", map[string]any{"Sessions": sessions, "Current": c.p.SessionID, "Error": problem, "Me": c.p, "Own": true,
		"Password": password, "Provider": c.provider()})
	return nil
}

// changePassword changes one's own password and signs in anew, since all sessions end.
func changePassword(c *call) error {
	if err := c.form(); err != nil {
		return err
	}
	if c.p.UserID == "" {
		return &badRequest{http.StatusBadRequest, "no_session", "a token has no password"}
	}
	form := c.r.PostForm
	if form.Get("new") != form.Get("again") {
		return c.accountPage(http.StatusBadRequest, "the two new passwords differ")
	}
	err := c.opts.Guard.CheckPassword(c.r, c.p, form.Get("old"))
	if err == nil {
		_, err = c.store().SetPassword(c.r.Context(), c.by, c.p.UserID, form.Get("new"))
	}
	if wait, limited := authz.RetryAfter(err); limited {
		return c.accountPage(http.StatusTooManyRequests, "too many failed attempts; try again in "+wait.String())
	}
	if errors.Is(err, authz.ErrLogin) {
		return c.accountPage(http.StatusForbidden, "the current password is wrong")
	}
	if f := faultOf(err); err != nil && f.status < http.StatusInternalServerError {
		return c.accountPage(f.status, f.text)
	}
	if err != nil {
		return err
	}
	return c.see(LoginPath+"?next="+Prefix+"account", "")
}

func sessionPage(c *call) error {
	sessions, err := c.sessions(false)
	if err != nil {
		return err
	}
	c.page(http.StatusOK, "sessions", "Sessions", map[string]any{"Sessions": sessions, "Current": c.p.SessionID, "Own": false})
	return nil
}

func endSessionForm(c *call) error {
	if err := c.form(); err != nil {
		return err
	}
	if err := c.endSession(c.r.PathValue("id")); err != nil {
		return err
	}
	if c.r.PostForm.Get("from") == "account" {
		return c.see(Prefix+"account", "ended")
	}
	return c.see(Prefix+"sessions", "ended")
}
