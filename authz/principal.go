package authz

import (
	"context"
	"time"
)

// The types of principals.
const (
	PrincipalNone    = "none"
	PrincipalBasic   = "basic"
	PrincipalToken   = "token"
	PrincipalSession = "session"
	PrincipalJWT     = "jwt" // a token of the outside issuer
)

// Principal is who a request comes from. Immutable, and shared by requests.
type Principal struct {
	Type      string
	TokenID   string
	TokenName string
	Scopes    []Scope // of the token; none means everything in the instance
	SessionID string

	Subject string         // of a token of the outside issuer, and
	Claims  map[string]any // all it says, as plain JSON data

	// A user, or the name of the configured basic pair alone.
	User   string // user name
	UserID string // "" for the configured pair
	Name   string
	Email  string
	Admin  bool
	Member bool // of the instance's team
	Role   Role // in it
	Team   string
	TeamID string

	kind        Kind
	hash        Hash     // of the value that a token was shown by
	permissions []string // Node-RED's scopes, see May

	// Of a token of the outside issuer:
	scoped  bool // Scopes are all it may do, even if there are none
	expires time.Time
}

var anonymous = &Principal{Type: PrincipalNone}

func tokenPrincipal(t *Token, shown Hash) *Principal {
	p := &Principal{Type: PrincipalToken, TokenID: t.ID, TokenName: t.Name, Scopes: t.Scopes, kind: t.Kind, hash: shown}
	if t.Kind == KindAdmin {
		p.permissions = []string{"*"}
	}
	return p
}

func userPrincipal(u *UserRecord, team *Team, kind string) *Principal {
	p := &Principal{Type: kind, User: u.Username, UserID: u.ID, Name: u.Name, Email: u.Email, Admin: u.Admin}
	if u.Member {
		p.Member, p.Role, p.Team, p.TeamID = true, u.Role, team.Name, team.ID
	}
	return p
}

// rank orders what a user may do on endpoints; no member ranks below all.
func (p *Principal) rank() int {
	if !p.Member {
		return -1
	}
	return int(p.Role)
}

// Actor is the principal as the audit names it, with the address it came from.
func (p *Principal) Actor(ip string) Actor {
	name := p.User
	if p.Type == PrincipalToken {
		name = "token " + p.TokenID
	}
	if p.Type == PrincipalJWT {
		name = "subject " + p.Subject
	}
	return Actor{Name: name, IP: ip}
}

// Fields is the principal as plain data (maps, lists, strings): what a flow sees
// as msg.req.auth. Requests share it: copy before a change.
func (p *Principal) Fields() map[string]any {
	fields := map[string]any{"type": p.Type}
	switch p.Type {
	case PrincipalToken:
		fields["token"] = map[string]any{"id": p.TokenID, "name": p.TokenName, "scopes": scopeFields(p.Scopes)}
	case PrincipalJWT:
		fields["claims"] = p.Claims
	case PrincipalBasic, PrincipalSession:
		user := map[string]any{"username": p.User}
		if p.UserID != "" {
			user["id"], user["name"], user["email"], user["role"] = p.UserID, p.Name, p.Email, p.Role.String()
		}
		fields["user"] = user
		if p.Member {
			fields["team"] = map[string]any{"id": p.TeamID, "name": p.Team}
		}
	}
	return fields
}

func scopeFields(scopes []Scope) []any {
	list := make([]any, len(scopes))
	for i, s := range scopes {
		scope := map[string]any{"path": s.Path}
		if len(s.Methods) > 0 {
			methods := make([]any, len(s.Methods))
			for j, m := range s.Methods {
				methods[j] = m
			}
			scope["methods"] = methods
		}
		list[i] = scope
	}
	return list
}

// SessionUser is the user of a session as FlowFuse gives it to flows, as
// msg.req.session.user; nil for other principals.
func (p *Principal) SessionUser() map[string]any {
	if p.Type != PrincipalSession {
		return nil
	}
	return map[string]any{"userId": p.UserID, "username": p.User, "name": p.Name, "email": p.Email, "image": "", "role": float64(p.Role)}
}

type principalKey struct{}

// FromContext returns who the request of ctx comes from: what [Guard] found out,
// or a principal of type "none".
func FromContext(ctx context.Context) *Principal {
	if p, ok := ctx.Value(principalKey{}).(*Principal); ok {
		return p
	}
	return anonymous
}

// NewContext returns a context that carries p.
func NewContext(ctx context.Context, p *Principal) context.Context {
	return context.WithValue(ctx, principalKey{}, p)
}
