package authz

import (
	"net/http"

	"sluice/authz/oidc"
)

// LoginIdentity gives the browser a session of the account that somebody has whom
// an outside issuer has signed in; one that the browser had ends. The error is
// [ErrUnavailable] or one of [Store.Identify].
func (g *Guard) LoginIdentity(w http.ResponseWriter, r *http.Request, s *Store, id *oidc.Identity, rules Accounts) error {
	if g.verifier == nil || !g.SessionsAllowed(r) {
		return ErrUnavailable
	}
	by := Actor{IP: g.ClientAddress(r).String()}
	u, err := s.Identify(r.Context(), by, id, rules)
	if err != nil {
		return err
	}
	by.Name = u.Username
	return g.startSession(w, r, s, by, u.ID, "issuer", id.Issuer)
}

// LoginBlocked returns the error of too many failed logins from the client's
// address, which [RetryAfter] knows; nil if there were not.
func (g *Guard) LoginBlocked(r *http.Request) error {
	if wait := g.passwords.limiter.blockedAddress(g.opts.Now(), g.ClientAddress(r)); wait > 0 {
		return &limitError{wait}
	}
	return nil
}

// LoginFailed counts a failed login by an outside issuer against the client's
// address, and records it, sampled as refused requests are.
func (g *Guard) LoginFailed(r *http.Request, cause error) {
	now, from := g.opts.Now(), g.ClientAddress(r)
	g.passwords.limiter.failAddress(now, from)
	e := Event{At: now.UTC(), Type: EventLoginFailed, IP: from.String(), Detail: map[string]any{"reason": cause.Error(), "method": "oidc"}}
	g.denied.event(now, deniedKey{"login by issuer " + cause.Error(), from}, e)
}
