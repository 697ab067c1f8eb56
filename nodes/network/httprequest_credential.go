package network

import (
	"context"
	"errors"

	"sluice/authz"
	"sluice/internal/weburl"
	"sluice/runtime"
)

// namedCredential is a credential that a node knows by name alone. Its value is
// asked for with each request, so that one that is rotated or removed counts at
// once, and it is in no property of the node or the message.
type namedCredential struct {
	name   string
	auth   *requestAuth
	source *authz.Outgoing // nil where nothing keeps credentials

	// For the kind oauth2-client: its tokens, and the way to who gives them.
	tokens  *accessTokens
	rules   *authz.OutgoingRules
	proxies *proxyRules
}

func newNamedCredential(auth *requestAuth, name string) *namedCredential {
	engine := auth.inst.Engine()
	c := &namedCredential{name: name, auth: auth}
	c.source = runtime.Shared(engine, authz.OutgoingKey{}, func() *authz.Outgoing { return nil })
	c.tokens = runtime.Shared(engine, tokensKey{}, newAccessTokens)
	return c
}

// credentialError is an error of a named credential. Its text is written here and
// in authz, and repeats no value.
func credentialError(text string) error {
	return outgoingError("CredentialError", "ERR_CREDENTIAL", text)
}

var errNoCredentials = credentialError("this node names a credential, but this program keeps none")

// init tells of a name that leads nowhere. Messages fail with the same words.
func (c *namedCredential) init(n *requestNode) {
	c.rules, c.proxies = n.rules, n.proxies
	if c.source == nil {
		return
	}
	if _, err := c.source.Find(context.Background(), c.name); err != nil {
		n.inst.Log.Warn("requests of this node will fail", "error", err)
	}
}

// use opens the credential for the server of u.
func (c *namedCredential) use(ctx context.Context, u *weburl.URL) (authz.Grant, error) {
	if c.source == nil {
		return authz.Grant{}, errNoCredentials
	}
	grant, err := c.source.Use(ctx, c.name, c.auth.inst.Alias(), u.Hostname(), u.PortNumber())
	if err != nil {
		return authz.Grant{}, credentialError(err.Error())
	}
	return grant, nil
}

// apply adds the credential to the first request of x. An Authorization header of
// the flow gives way, but for a credential that has a header of its own.
func (c *namedCredential) apply(ctx context.Context, x *exchange) error {
	grant, err := c.use(ctx, x.req.url)
	if err != nil {
		return err
	}
	if err := c.auth.checkPlain(x.req.url); err != nil {
		return credentialError(err.Error())
	}
	name, value := "Authorization", ""
	switch grant.Kind {
	case authz.CredentialBearer:
		value = "Bearer " + grant.Secret
	case authz.CredentialBasic:
		value = basicAuth(grant.User, grant.Secret)
	case authz.CredentialHeader:
		name, value, x.secret = grant.Header, grant.Secret, grant.Header
	case authz.CredentialDigest:
		x.req.header.del("authorization")
		x.digest = &digestAuth{cache: c.auth.digest, user: grant.User, password: grant.Secret, warn: func(text string) { c.auth.inst.Log.Warn(text) }}
		return nil
	case authz.CredentialOAuth2:
		token, err := c.tokens.get(ctx, grant, "", c)
		if err != nil {
			return err
		}
		value = "Bearer " + token
	default:
		return errors.ErrUnsupported
	}
	x.req.header.del(name)
	x.req.header = append(x.req.header, headerField{name, value})
	return nil
}

// renew tells whether to send a request again with a new access token: once, where
// the server did not take the one it got.
func (c *namedCredential) renew(ctx context.Context, x *exchange, res *outgoingResponse) (bool, error) {
	if res.status != 401 {
		return false, nil
	}
	grant, err := c.use(ctx, x.req.url)
	if err != nil || grant.Kind != authz.CredentialOAuth2 {
		return false, err
	}
	sent, _ := x.req.header.get("authorization")
	token, err := c.tokens.get(ctx, grant, sent, c)
	if err != nil {
		return false, err
	}
	x.req.header.set("authorization", "Bearer "+token)
	return true, nil
}
