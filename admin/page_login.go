package admin

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"sluice/authz"
)

var loginPages = []endpoint{
	{"GET", LoginPath, "", true, loginPage},
	{"POST", LoginPath, "", true, login},
	{"GET", Prefix + "logout", authz.Account, false, logoutPage},
	{"POST", Prefix + "logout", authz.Account, false, logout},
}

type loginForm struct {
	Next, Token, Username, Error string
	SignedIn                     string
	Provider                     string // "": nowhere but here
}

// Elsewhere is where the button for signing in at the provider leads.
func (f loginForm) Elsewhere() string {
	if f.Next == "" {
		return oidcPath
	}
	return oidcPath + "?next=" + url.QueryEscape(f.Next)
}

// loginToken is the cookie that binds a login form to the browser it was shown in,
// against logins that another site makes (login CSRF).
const loginToken = "sluice-login"

var errInsecure = &badRequest{http.StatusForbidden, "insecure", "signing in needs HTTPS: a password and a session must not cross the network in plain text"}

func loginPage(c *call) error {
	return c.loginForm(http.StatusOK, loginForm{Next: c.r.URL.Query().Get("next")})
}

func (c *call) loginForm(status int, f loginForm) error {
	if !c.opts.Guard.SessionsAllowed(c.r) {
		return errInsecure
	}
	if p := c.opts.Guard.Session(c.r); p != nil {
		f.SignedIn = p.User
	}
	if f.Next != "" {
		f.Next = authz.SafeNext(f.Next)
	}
	if c.opts.Login != nil {
		f.Provider = c.opts.Login.Label()
	}
	if cookie, err := c.r.Cookie(loginToken); err == nil && len(cookie.Value) == 26 {
		f.Token = cookie.Value
	} else {
		f.Token = rand.Text()
		bound := &http.Cookie{Name: loginToken, Value: f.Token, Path: LoginPath, HttpOnly: true,
			SameSite: http.SameSiteStrictMode, Secure: c.opts.Guard.Secure(c.r)}
		c.opts.Guard.Embeddable(bound)
		http.SetCookie(c.w, bound)
	}
	c.page(status, "login", "Sign in", f)
	return nil
}

func login(c *call) error {
	if err := c.form(); err != nil {
		return err
	}
	f := loginForm{Next: c.r.PostForm.Get("next"), Username: c.r.PostForm.Get("username")}
	if err := http.NewCrossOriginProtection().Check(c.r); err != nil || !c.boundForm() {
		f.Error = "This form was too old, or from another site. Try again."
		return c.loginForm(http.StatusForbidden, f)
	}
	err := c.opts.Guard.Login(c.w, c.r, c.store(), f.Username, c.r.PostForm.Get("password"))
	if err == nil {
		next := Prefix + "home"
		if f.Next != "" {
			next = authz.SafeNext(f.Next)
		}
		return c.see(next, "")
	}
	wait, limited := authz.RetryAfter(err)
	switch {
	case limited:
		return c.tooMany(wait, f)
	case errors.Is(err, authz.ErrBusy):
		c.w.Header().Set("Retry-After", "1")
		f.Error = "Too many people are signing in at this moment. Try again."
		return c.loginForm(http.StatusServiceUnavailable, f)
	case errors.Is(err, authz.ErrLogin):
		f.Error = "The user name or the password is wrong."
		return c.loginForm(http.StatusUnauthorized, f)
	}
	return err
}

func (c *call) tooMany(wait time.Duration, f loginForm) error {
	seconds := int((wait + time.Second - 1) / time.Second)
	c.w.Header().Set("Retry-After", strconv.Itoa(seconds))
	f.Error = fmt.Sprintf("Too many failed attempts. Try again in %d seconds.", seconds)
	return c.loginForm(http.StatusTooManyRequests, f)
}

// boundForm reports whether the form was shown in this browser.
func (c *call) boundForm() bool {
	cookie, err := c.r.Cookie(loginToken)
	return err == nil && len(cookie.Value) == 26 && subtle.ConstantTimeCompare([]byte(cookie.Value), []byte(c.r.PostForm.Get("csrf"))) == 1
}

func logoutPage(c *call) error {
	c.page(http.StatusOK, "logout", "Sign out", nil)
	return nil
}

func logout(c *call) error {
	if c.p.SessionID == "" {
		return &badRequest{http.StatusBadRequest, "no_session", "there is no session to end"}
	}
	if err := c.opts.Guard.Logout(c.w, c.r, c.store(), c.p); err != nil {
		return err
	}
	return c.see(LoginPath, "")
}
