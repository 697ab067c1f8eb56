package oidc

import "sluice/authz/jwt"

// Identity is who somebody is, by the word of the issuer.
type Identity struct {
	Issuer, Subject string // together they name a person, for good
	Username        string // what the person is called; may change, and pass to others
	Name            string // for people; may be empty
	Email           string // "" unless the issuer has verified it
	Roles           []string
}

const maxRoles = 1000

func (p *Provider) identify(claims map[string]any) (*Identity, error) {
	text := func(name string) string {
		if values := jwt.Texts(claims, name); len(values) == 1 {
			return values[0]
		}
		return ""
	}
	id := &Identity{Issuer: p.opts.Issuer, Subject: text("sub"), Username: text(p.opts.UsernameClaim), Name: text("name")}
	verified := claims["email_verified"] == true || claims["email_verified"] == "true"
	if verified {
		id.Email = text("email")
	}
	switch {
	case id.Username == "":
		return nil, untrusted("the claim %s, which names the user, is missing", p.opts.UsernameClaim)
	case p.opts.UsernameClaim == "email" && !verified:
		return nil, untrusted("the issuer has not verified the email address, which names the user")
	}
	if p.Ranked() {
		if id.Roles = jwt.Texts(claims, p.opts.RolesClaim); len(id.Roles) > maxRoles {
			return nil, untrusted("the claim %s has more than %d values", p.opts.RolesClaim, maxRoles)
		}
	}
	return id, nil
}
