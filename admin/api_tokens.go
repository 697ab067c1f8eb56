package admin

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"sluice/authz"
)

// mayKind reports whether the caller may see and make tokens of a kind. An admin
// token can do whatever an admin can, so owners of a team have nothing to do with
// them, nor have tokens that are limited themselves.
func (c *call) mayKind(kind authz.Kind) bool {
	return kind != authz.KindAdmin || c.p.May(authz.UsersWrite) && len(c.p.Scopes) == 0
}

// tokens returns what the caller may see, filtered by the query's state and q.
func (c *call) tokens() ([]authz.View, error) {
	list, err := c.store().List(c.r.Context())
	if err != nil {
		return nil, err
	}
	query := c.r.URL.Query()
	state, q := query.Get("state"), strings.ToLower(strings.TrimSpace(query.Get("q")))
	now := c.opts.Now()
	views := []authz.View{}
	for i := range list {
		v := list[i].View(now, "")
		if c.mayKind(v.Kind) && (state == "" || state == v.State) &&
			(q == "" || strings.Contains(strings.ToLower(v.Name), q) || strings.Contains(strings.ToLower(v.Hint), q) || v.ID == strings.ToUpper(q)) {
			views = append(views, v)
		}
	}
	return views, nil
}

func listTokens(c *call) error {
	limit, err := c.number("limit", 100, 1000)
	if err != nil {
		return err
	}
	views, err := c.tokens()
	if err != nil {
		return err
	}
	count := len(views)
	if cursor := c.r.URL.Query().Get("cursor"); cursor != "" { // ids sort by creation, as the list does
		views = slices.DeleteFunc(views, func(v authz.View) bool { return v.ID <= cursor })
	}
	var next *string
	if len(views) > limit {
		views = views[:limit]
		next = &views[limit-1].ID
	}
	return c.reply(http.StatusOK, map[string]any{"tokens": views, "count": count, "next": next})
}

type tokenRequest struct {
	Kind      authz.Kind    `json:"kind"`
	Name      string        `json:"name"`
	ExpiresAt maybe[expiry] `json:"expiresAt"`
	Scopes    []authz.Scope `json:"scopes"`
	IPs       []string      `json:"ips"`
}

func createToken(c *call) error {
	var in tokenRequest
	if err := c.decode(&in); err != nil {
		return err
	}
	n := authz.NewToken{Kind: in.Kind, Name: in.Name, Scopes: in.Scopes}
	if in.ExpiresAt.value != nil {
		n.ExpiresAt = in.ExpiresAt.value.Time
	}
	for _, text := range in.IPs {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return &badRequest{http.StatusBadRequest, "invalid_ip", "ips holds ranges such as 10.0.0.0/8"}
		}
		n.IPs = append(n.IPs, prefix.Masked())
	}
	switch n.Kind {
	case "", authz.KindHTTP:
	case authz.KindAdmin:
		if !c.mayKind(n.Kind) {
			c.opts.Guard.Forbid(c.w, c.r, c.p, authz.UsersWrite)
			return nil
		}
	default:
		return &badRequest{http.StatusBadRequest, "invalid_kind", "kind is http or admin"}
	}
	t, value, err := c.store().Create(c.r.Context(), c.by, n)
	if err != nil {
		return err
	}
	c.w.Header().Set("Location", apiPath+"/tokens/"+t.ID)
	return c.reply(http.StatusCreated, t.View(c.opts.Now(), value))
}

// token finds the token that the path names, by its id alone.
func (c *call) token() (authz.Token, error) {
	id := c.r.PathValue("id")
	t, err := c.store().Find(c.r.Context(), id)
	if err == nil && (t.ID != id || !c.mayKind(t.Kind)) {
		err = fmt.Errorf("token %q: %w", id, authz.ErrNotFound)
	}
	return t, err
}

func showToken(c *call) error {
	t, err := c.token()
	if err != nil {
		return err
	}
	return c.reply(http.StatusOK, t.View(c.opts.Now(), ""))
}

func updateToken(c *call) error {
	var in struct {
		Name      maybe[string]        `json:"name"`
		ExpiresAt maybe[expiry]        `json:"expiresAt"`
		Scopes    maybe[[]authz.Scope] `json:"scopes"`
	}
	if err := c.decode(&in); err != nil {
		return err
	}
	t, err := c.token()
	if err != nil {
		return err
	}
	change := authz.Change{Name: in.Name.value, Scopes: in.Scopes.value}
	if in.ExpiresAt.value != nil {
		change.ExpiresAt = &in.ExpiresAt.value.Time
	}
	if t, err = c.store().Update(c.r.Context(), c.by, t.ID, change); err != nil {
		return err
	}
	return c.reply(http.StatusOK, t.View(c.opts.Now(), ""))
}

func revokeToken(c *call) error {
	t, err := c.token()
	if err == nil {
		_, err = c.store().Revoke(c.r.Context(), c.by, t.ID)
	}
	if err != nil {
		return err
	}
	return c.noContent()
}

// maxGrace bounds how long the old value works beside the new one.
const maxGrace = 30 * 24 * time.Hour

func rotateToken(c *call) error {
	var in struct {
		GraceSeconds float64 `json:"graceSeconds"`
	}
	if err := c.decode(&in); err != nil {
		return err
	}
	if in.GraceSeconds < 0 || in.GraceSeconds > maxGrace.Seconds() {
		return &badRequest{http.StatusBadRequest, "invalid_grace", "graceSeconds is a number from 0 to 2592000 (30 days)"}
	}
	t, err := c.token()
	if err != nil {
		return err
	}
	t, value, err := c.store().Rotate(c.r.Context(), c.by, t.ID, time.Duration(in.GraceSeconds*float64(time.Second)))
	if err != nil {
		return err
	}
	return c.reply(http.StatusOK, t.View(c.opts.Now(), value))
}
