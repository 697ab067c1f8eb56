package authz

import (
	"context"
	"strings"
)

// The types of principals.
const (
	PrincipalNone  = "none"
	PrincipalBasic = "basic"
	PrincipalToken = "token"
)

// Principal is who a request comes from. Immutable, and shared by requests.
type Principal struct {
	Type      string
	TokenID   string
	TokenName string
	Scopes    []Scope // of the token; none means everything in the instance
	User      string  // of basic authentication

	kind        Kind
	permissions []string // Node-RED's scopes, see May
}

var anonymous = &Principal{Type: PrincipalNone}

func tokenPrincipal(t *Token) *Principal {
	p := &Principal{Type: PrincipalToken, TokenID: t.ID, TokenName: t.Name, Scopes: t.Scopes, kind: t.Kind}
	if t.Kind == KindAdmin {
		p.permissions = []string{"*"}
	}
	return p
}

// Fields is the principal as plain data (maps, lists, strings): what a flow sees
// as msg.req.auth.
func (p *Principal) Fields() map[string]any {
	fields := map[string]any{"type": p.Type}
	switch p.Type {
	case PrincipalToken:
		scopes := make([]any, len(p.Scopes))
		for i, s := range p.Scopes {
			scope := map[string]any{"path": s.Path}
			if len(s.Methods) > 0 {
				methods := make([]any, len(s.Methods))
				for j, m := range s.Methods {
					methods[j] = m
				}
				scope["methods"] = methods
			}
			scopes[i] = scope
		}
		fields["token"] = map[string]any{"id": p.TokenID, "name": p.TokenName, "scopes": scopes}
	case PrincipalBasic:
		fields["user"] = map[string]any{"username": p.User}
	}
	return fields
}

// Action is something an admin API does, in Node-RED's words: "flows.write".
type Action string

// The actions that Node-RED's admin API knows are these subjects with ".read" or
// ".write": flows nodes context settings library plugins projects debug inject
// credentials diagnostics status.
const (
	FlowsRead  Action = "flows.read"
	FlowsWrite Action = "flows.write"
	NodesRead  Action = "nodes.read"
	NodesWrite Action = "nodes.write"
)

// May reports whether the principal may do an admin action; nobody may by
// default. The rule is that of @node-red/editor-api lib/auth/permissions.js:
// "*" holds everything, "read" and "*.read" every action that ends so, and
// likewise "write"; else the names have to be equal.
func (p *Principal) May(action Action) bool {
	_, verb, _ := strings.Cut(string(action), ".")
	for _, held := range p.permissions {
		if held == "*" || held == string(action) ||
			(verb == "read" || verb == "write") && (held == verb || held == "*."+verb) {
			return true
		}
	}
	return false
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
