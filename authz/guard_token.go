package authz

import (
	"net/http"
	"strings"
)

// judgeBearer judges a token of this instance, or one that the issuer may know.
func (g *Guard) judgeBearer(r *http.Request, p *policy, path, value string) (_ *Principal, token string, _ *refusal) {
	now := g.opts.Now().UnixMilli()
	c, err := g.verifier.find(value, now)
	if err == ErrUnknown && c == nil && p.modes.has(ModeJWT) && g.opts.Issuer.introspects(value) {
		who, refused := g.judgeIssued(r, p, path, value, g.opts.Issuer.tokens.Introspect)
		return who, "", refused
	}
	if c == nil || c.principal.kind != KindHTTP {
		if err == nil || c != nil {
			err = ErrUnknown
		}
		if c != nil {
			token = c.principal.TokenID // for the audit
		}
		return nil, token, g.slowGuess(r, refusalFor(err))
	}
	return g.judgeCredential(r, p, path, c, err, now)
}

// judgeCredential judges what a token, of which err is known, may do here.
func (g *Guard) judgeCredential(r *http.Request, p *policy, path string, c *credential, err error, now int64) (_ *Principal, token string, _ *refusal) {
	token = c.principal.TokenID
	if err != nil {
		return nil, token, refusalFor(err)
	}
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	if missing := missingScope(c.scopes, p, method, path); missing != "" {
		return nil, token, refuseScope(missing)
	}
	if len(c.ips) > 0 && !contains(c.ips, clientAddress(r, g.opts.TrustedProxies)) {
		return nil, token, refuseAddress
	}
	c.usage.used(now, g.remote(r))
	return c.principal, token, nil
}

// slowGuess answers wrong tokens beyond auth.bearerFailureLimit with 429. It never
// stands in the way of a right one.
func (g *Guard) slowGuess(r *http.Request, f *refusal) *refusal {
	if g.bearerFails == nil || f != refuseUnknown {
		return f
	}
	if wait := g.bearerFails.take(ipKey(clientAddress(r, g.opts.TrustedProxies)), g.opts.Now()); wait > 0 {
		return refuseLimit(wait)
	}
	return f
}

// missingScope names the scope a token lacks for this request, "" if none.
func missingScope(scopes []Scope, p *policy, method, path string) string {
	if !allowsAny(scopes, method, path) {
		return scopeText(method, path)
	}
	for _, name := range p.scopes {
		for _, m := range neededMethods[name] {
			if !allowsAny(scopes, m, path) {
				return scopeText(strings.Join(neededMethods[name], ","), path)
			}
		}
	}
	return ""
}

// neededMethods is what a token has to be able to do where a policy asks for a scope.
var neededMethods = map[string][]string{"read": {"GET"}, "write": namedScopes["write"]}

// scopeText escapes what may not stand in a scope (RFC 6749 3.3).
func scopeText(method, path string) string {
	const hex = "0123456789ABCDEF"
	out := append([]byte(method), ':')
	for _, c := range []byte(path) {
		if c <= 0x20 || c >= 0x7f || c == '"' || c == '\\' || c == '%' {
			out = append(out, '%', hex[c>>4], hex[c&15])
		} else {
			out = append(out, c)
		}
	}
	return string(out)
}
