package authz

import (
	"sluice/authz/jwt"
)

// Issuer judges the tokens of an outside issuer, for mode jwt, and says what its
// words mean here.
//
// Scopes are those that [ParseScope] reads; other names grant nothing. A token
// without any scope claim may do what needs no scope. Roles count where the options
// name their claim, and the highest one known here is taken, or none; without such
// a claim the role is [RoleDashboard], the least that endpoints need.
type Issuer struct{ tokens *jwt.Verifier[*Principal] }

// OpenIssuer makes an issuer of options; it asks nothing yet. Close it at the end.
func OpenIssuer(o jwt.Options) (*Issuer, error) {
	ranked := o.RolesClaim != ""
	tokens, err := jwt.New(o, func(t *jwt.Token) *Principal { return issuedPrincipal(t, ranked) })
	if err != nil {
		return nil, err
	}
	return &Issuer{tokens}, nil
}

// Close waits until nothing of the issuer runs any more.
func (i *Issuer) Close() { i.tokens.Close() }

// introspects reports whether the issuer may be asked about an opaque token. One
// that claims to be ours is nobody else's to see.
func (i *Issuer) introspects(value string) bool { return i.tokens.Introspects() && !ownPrefix(value) }

func issuedPrincipal(t *jwt.Token, ranked bool) *Principal {
	p := &Principal{Type: PrincipalJWT, Subject: t.Subject, Claims: t.Claims, Role: RoleDashboard, scoped: t.Scoped, expires: t.Expires}
	for _, text := range t.Scopes {
		if s, err := ParseScope(text); err == nil {
			p.Scopes = append(p.Scopes, s)
		}
	}
	if ranked {
		p.Role = RoleNone
		for _, name := range t.Roles {
			if role, err := ParseRole(name); err == nil {
				p.Role = max(p.Role, role)
			}
		}
	}
	return p
}

// lacks names the scope that an issued token lacks for a request, "" if none. What
// a policy asks for has to have been granted by name.
func (p *Principal) lacks(rule *policy, method, path string) string {
	switch {
	case len(p.Scopes) > 0:
		return missingScope(p.Scopes, rule, method, path)
	case p.scoped || len(rule.scopes) > 0:
		return scopeText(method, path)
	}
	return ""
}
