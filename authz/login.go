package authz

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// Login judges a user name and a password and gives the browser a new session; one
// that it had ends. The error is [ErrLogin], [ErrBusy], [ErrUnavailable], or one
// that [RetryAfter] knows. A password under a weak hash is hashed anew.
func (g *Guard) Login(w http.ResponseWriter, r *http.Request, s *Store, username, password string) error {
	if g.verifier == nil || !g.SessionsAllowed(r) {
		return ErrUnavailable
	}
	from := g.ClientAddress(r)
	by := Actor{IP: from.String()}
	a, err := g.passwords.check(r.Context(), username, password, from)
	if err == nil && a.id == "" {
		a, err = nil, ErrLogin // the configured pair is nobody who could have a session
	}
	if err != nil {
		g.tellLogin(by, a, err)
		return err
	}
	by.Name = a.principal.User
	if a.hash.weak() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), 5*time.Second)
		if err := s.rehash(ctx, by, a.id, a.text, password); err != nil && !errors.Is(err, ErrPassword) {
			g.opts.Log.Warn("a password keeps its weak hash for now", "user", a.principal.User, "error", err)
		}
		cancel()
	}
	return g.startSession(w, r, s, by, a.id)
}

// startSession gives the browser a session in place of the one it had.
func (g *Guard) startSession(w http.ResponseWriter, r *http.Request, s *Store, by Actor, user string, more ...any) error {
	old := ""
	if p := g.Session(r); p != nil {
		old = p.SessionID
	}
	value, session, err := s.NewSession(r.Context(), by, user, r.UserAgent(), old, more...)
	if err != nil {
		return err
	}
	g.SetSession(w, r, value, session.ExpiresAt)
	return nil
}

// tellLogin records failed logins, sampled as refused requests are. A name that
// nobody has is not recorded: people type their password there.
func (g *Guard) tellLogin(by Actor, a *account, err error) {
	now := g.opts.Now()
	e := Event{At: now.UTC(), Type: EventLoginFailed, IP: by.IP, Detail: map[string]any{"reason": err.Error()}}
	if a != nil && a.id != "" {
		e.Subject, e.Detail["username"] = a.id, a.principal.User
	}
	g.denied.event(now, deniedKey{"login " + err.Error() + e.Subject, addressOf(by.IP)}, e)
}

// Logout ends the session of a principal that Admit has let in, and takes the
// cookie away.
func (g *Guard) Logout(w http.ResponseWriter, r *http.Request, s *Store, p *Principal) error {
	g.SetSession(w, r, "", time.Time{})
	err := s.EndSession(r.Context(), p.Actor(g.ClientAddress(r).String()), p.SessionID)
	if errors.Is(err, ErrNotFound) {
		return nil // ended meanwhile
	}
	return err
}

// RetryAfter tells how long to wait after too many failed logins.
func RetryAfter(err error) (time.Duration, bool) {
	limit, ok := errors.AsType[*limitError](err)
	if !ok {
		return 0, false
	}
	return limit.wait, true
}

// CheckPassword judges the password of who is signed in, under the limits of logins.
func (g *Guard) CheckPassword(r *http.Request, p *Principal, password string) error {
	a, err := g.passwords.check(r.Context(), p.User, password, g.ClientAddress(r))
	if err == nil && a.id != p.UserID {
		err = ErrLogin
	}
	return err
}
