package authz

import (
	"net/http"
	"net/netip"
	"slices"
)

// admins is what the admin API accepts: admin tokens and sessions.
var admins = &policy{modes: 1 << ModeTeam, origin: "the admin API"}

// Admit judges a request for sluice's own pages or admin API, which [Guard.Wrap]
// does not see. It returns who may do the action, or answers the request itself.
// An admin token's scopes count here as other tokens' do on endpoints.
func (g *Guard) Admit(w http.ResponseWriter, r *http.Request, action Action) (*Principal, bool) {
	path, _, err := canonical(target(r))
	if err != nil {
		g.refuse(w, r, refuseTarget, nil, "", Event{})
		return nil, false
	}
	p, refused := g.admit(r, path)
	if refused == nil && !p.May(action) {
		refused = refuseAction
	}
	if refused == nil {
		return p, true
	}
	g.deny(w, r, refused, p, action, path)
	return nil, false
}

// Forbid answers a request that [Guard.Admit] has let in for less than it asks.
func (g *Guard) Forbid(w http.ResponseWriter, r *http.Request, p *Principal, action Action) {
	g.deny(w, r, refuseAction, p, action, r.URL.Path)
}

func (g *Guard) deny(w http.ResponseWriter, r *http.Request, f *refusal, p *Principal, action Action, path string) {
	e := Event{Detail: map[string]any{"action": string(action)}}
	if p != nil {
		e.Actor, e.Subject = p.Actor("").Name, p.TokenID
	}
	g.tell(r, f, e, path)
	g.answer(w, r, f, admins)
}

func (g *Guard) admit(r *http.Request, path string) (*Principal, *refusal) {
	shown, refused := parseAuthorization(r.Header, g.opts.IgnoreSchemes)
	switch {
	case refused != nil:
		return nil, refused
	case g.verifier == nil:
		return nil, refuseStore
	case shown.mode == ModeBearer:
		p, err := g.verifier.Authenticate(KindAdmin, shown.credentials, clientAddress(r, g.opts.TrustedProxies).String())
		switch {
		case err == ErrAddress:
			return nil, refuseAddress
		case err != nil:
			return nil, g.slowGuess(r, refusalFor(err))
		case !allowsAny(p.Scopes, r.Method, path):
			return p, refuseScope(scopeText(r.Method, path))
		}
		return p, nil
	case shown.scheme:
		return nil, refuseMissing
	}
	p, refused := g.judgeSession(r)
	if p == nil && refused == nil {
		refused = refuseMissing
	}
	return p, refused
}

// Session returns who is signed in, nil if nobody is. It refuses nothing.
func (g *Guard) Session(r *http.Request) *Principal {
	if g.verifier == nil || len(r.Header["Authorization"]) > 0 {
		return nil
	}
	e, err := g.verifier.session(g.sessionCookie(r), g.opts.Now().UnixMilli())
	if err != nil {
		return nil
	}
	return e.principal
}

// ClientAddress is where a request comes from, behind trusted proxies too.
func (g *Guard) ClientAddress(r *http.Request) netip.Addr {
	return clientAddress(r, g.opts.TrustedProxies)
}

// Secure tells whether the client speaks TLS, to this process or to a trusted proxy.
func (g *Guard) Secure(r *http.Request) bool { return secure(r, g.opts.TrustedProxies) }

// PlainPath tells whether the request's path is spelt in its one canonical way,
// but for the case of letters: without empty, "." or ".." segments, needless
// escapes and a trailing slash. What serves beside the guard must take no other.
func PlainPath(r *http.Request) bool {
	path, plain, err := canonical(target(r))
	return err == nil && plain && len(path) == len(r.URL.Path) && r.URL.Path == r.URL.EscapedPath() &&
		!slices.Contains([]byte(path), '%')
}
