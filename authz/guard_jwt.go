package authz

import (
	"context"
	"errors"
	"net/http"

	"sluice/authz/jwt"
)

// judgeToken judges bearer credentials. Their form alone selects who does: what
// looks like a JWT is the issuer's where mode jwt is on, and is never looked up as
// a token of this instance.
func (g *Guard) judgeToken(r *http.Request, p *policy, path, value string) (_ *Principal, token string, _ *refusal) {
	var who *Principal
	var refused *refusal
	switch {
	case p.modes.has(ModeJWT) && jwt.Shaped(value):
		who, refused = g.judgeIssued(r, p, path, value, g.opts.Issuer.tokens.Verify)
	case p.modes.tokens():
		return g.judgeBearer(r, p, path, value)
	case g.opts.Issuer.introspects(value):
		who, refused = g.judgeIssued(r, p, path, value, g.opts.Issuer.tokens.Introspect)
	default:
		refused = g.slowGuess(r, refuseUnknown)
	}
	return who, "", refused
}

// judgeIssued judges a token of the outside issuer.
func (g *Guard) judgeIssued(r *http.Request, p *policy, path, value string, verify func(context.Context, string) (*Principal, error)) (*Principal, *refusal) {
	who, err := verify(r.Context(), value)
	if err != nil {
		refused := *g.slowGuess(r, refusalOfIssuer(err))
		refused.cause = err.Error()
		return nil, &refused
	}
	return who.judgeIssued(r, p, path)
}

// judgeIssued judges what the holder of a good token of the outside issuer may do here.
func (who *Principal) judgeIssued(r *http.Request, p *policy, path string) (*Principal, *refusal) {
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	if missing := who.lacks(p, method, path); missing != "" {
		return nil, refuseScope(missing)
	}
	if who.Role < p.minRole {
		return nil, refuseIssuedRole
	}
	return who, nil
}

func refusalOfIssuer(err error) *refusal {
	switch {
	case errors.Is(err, jwt.ErrUnavailable):
		return refuseStore
	case errors.Is(err, jwt.ErrExpired):
		return refuseExpired
	}
	return refuseUnknown
}
