package authz

import (
	"net/http"
	"strings"
)

// judgeSession judges the session's cookie of a request without Authorization
// header. Without a valid one it returns neither principal nor refusal.
func (g *Guard) judgeSession(r *http.Request) (*Principal, *refusal) {
	value := g.sessionCookie(r)
	if value == "" || g.verifier == nil {
		return nil, nil
	}
	now := g.opts.Now().UnixMilli()
	e, err := g.verifier.session(value, now)
	if err == ErrUnavailable {
		return nil, refuseStore
	}
	if err != nil {
		return nil, nil
	}
	if refused := g.crossSite(r); refused != nil {
		return nil, refused
	}
	e.usage.used(now, g.remote(r))
	return e.principal, nil
}

// remote is the client's address as usage notes it.
func (g *Guard) remote(r *http.Request) string {
	if len(g.opts.TrustedProxies) > 0 {
		return clientAddress(r, g.opts.TrustedProxies).String()
	}
	return r.RemoteAddr
}

// crossSite refuses what another site's page made a browser send with the
// credentials that it adds by itself: changing requests, and websockets, which
// know no same-origin rule.
func (g *Guard) crossSite(r *http.Request) *refusal {
	if g.crossOrigin.Check(r) != nil {
		return refuseCSRF
	}
	if isUpgrade(r) {
		origin := r.Header["Origin"]
		_, host, _ := strings.Cut(strings.Join(origin, " "), "://")
		if len(origin) != 1 || !strings.EqualFold(host, r.Host) {
			return refuseCSRF
		}
	}
	return nil
}

func isUpgrade(r *http.Request) bool {
	lines := r.Header["Upgrade"]
	return len(lines) > 0 && strings.EqualFold(lines[0], "websocket")
}

// rankRefusal refuses a user who is no member of the team, or one of too low a role.
func (p *Principal) rankRefusal(least Role) *refusal {
	switch {
	case p.Type == PrincipalToken, p.UserID == "": // tokens and the configured pair have no role
		return nil
	case !p.Member:
		return refuseMember
	case p.Role < least:
		return refuseRole
	}
	return nil
}
