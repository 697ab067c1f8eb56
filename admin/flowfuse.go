package admin

import (
	"fmt"
	"net/http"
	"strings"

	"sluice/authz"
)

// flowFusePrefix is where FlowFuse's own API has its tokens for HTTP endpoints.
const flowFusePrefix = "/api/v1/projects/"

// flowFuseRoutes answer as FlowFuse 2.33 does (forge/ee/routes/httpTokens). The
// project's id is not looked at: there is one instance.
var flowFuseRoutes = []endpoint{
	{"GET", flowFusePrefix + "{project}/httpTokens", authz.TokensRead, false, flowFuseList},
	{"POST", flowFusePrefix + "{project}/httpTokens", authz.TokensWrite, false, flowFuseCreate},
	{"PUT", flowFusePrefix + "{project}/httpTokens/{id}", authz.TokensWrite, false, flowFuseUpdate},
	{"DELETE", flowFusePrefix + "{project}/httpTokens/{id}", authz.TokensWrite, false, flowFuseDelete},
}

type flowFuseToken struct {
	ID        string  `json:"id"`
	Name      string  `json:"name"`
	ExpiresAt *string `json:"expiresAt"`
	Token     string  `json:"token,omitempty"`
}

func flowFuseView(t *authz.Token, value string) flowFuseToken {
	v := flowFuseToken{ID: t.ID, Name: t.Name, Token: value}
	if !t.ExpiresAt.IsZero() {
		text := t.ExpiresAt.Format("2006-01-02T15:04:05.000Z")
		v.ExpiresAt = &text
	}
	return v
}

func flowFuseList(c *call) error {
	list, err := c.store().List(c.r.Context())
	if err != nil {
		return err
	}
	tokens := []flowFuseToken{}
	for i := range list {
		if t := &list[i]; t.Kind == authz.KindHTTP && t.State(c.opts.Now()) == "active" {
			tokens = append(tokens, flowFuseView(t, ""))
		}
	}
	return c.reply(http.StatusOK, map[string]any{"tokens": tokens, "count": len(tokens)})
}

type flowFuseRequest struct {
	Name      string        `json:"name"`
	Scope     any           `json:"scope"` // FlowFuse ignores it; here it is refused
	ExpiresAt maybe[expiry] `json:"expiresAt"`
}

func (in *flowFuseRequest) check() error {
	switch scope := in.Scope.(type) {
	case nil:
		return nil
	case string:
		if strings.TrimSpace(scope) == "" {
			return nil
		}
	case []any:
		if len(scope) == 0 || len(scope) == 1 && scope[0] == "" {
			return nil
		}
	}
	return fmt.Errorf("%w: this route knows none, use %s/tokens", authz.ErrScope, apiPath)
}

func flowFuseCreate(c *call) error {
	var in flowFuseRequest
	if err := c.decode(&in); err != nil {
		return err
	}
	if err := in.check(); err != nil {
		return err
	}
	n := authz.NewToken{Name: in.Name}
	if in.ExpiresAt.value != nil {
		n.ExpiresAt = in.ExpiresAt.value.Time
	}
	t, value, err := c.store().Create(c.r.Context(), c.by, n)
	if err != nil {
		return err
	}
	return c.reply(http.StatusOK, flowFuseView(&t, value))
}

func flowFuseUpdate(c *call) error {
	var in flowFuseRequest
	if err := c.decode(&in); err != nil {
		return err
	}
	t, err := c.token()
	if err != nil {
		return err
	}
	var change authz.Change
	if in.ExpiresAt.value != nil { // FlowFuse would remove the expiry where it is not named
		change.ExpiresAt = &in.ExpiresAt.value.Time
	}
	if t, err = c.store().Update(c.r.Context(), c.by, t.ID, change); err != nil {
		return err
	}
	return c.reply(http.StatusOK, flowFuseView(&t, ""))
}

func flowFuseDelete(c *call) error {
	t, err := c.token()
	if err == nil {
		_, err = c.store().Revoke(c.r.Context(), c.by, t.ID)
	}
	if err != nil {
		return err
	}
	return c.reply(http.StatusCreated, struct{}{}) // FlowFuse answers 201
}
