package jwt

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// Metadata is what is used of an issuer's description of itself (RFC 8414, OpenID
// Connect Discovery 1.0). All but Issuer and JWKSURI is as the issuer wrote it.
type Metadata struct {
	Issuer  string `json:"issuer"`
	JWKSURI string `json:"jwks_uri"`

	AuthorizationEndpoint string   `json:"authorization_endpoint"`
	TokenEndpoint         string   `json:"token_endpoint"`
	UserinfoEndpoint      string   `json:"userinfo_endpoint"`
	TokenEndpointAuth     []string `json:"token_endpoint_auth_methods_supported"`
	NamesItself           bool     `json:"authorization_response_iss_parameter_supported"` // RFC 9207
}

// Discover reads the issuer's metadata: where OpenID Connect Discovery 1.0 has it,
// else where RFC 8414 has it. It must name exactly the issuer that was asked for.
func Discover(ctx context.Context, c *Client, issuer string) (*Metadata, error) {
	openID, oauth, err := wellKnown(issuer)
	if err != nil {
		return nil, err
	}
	body, _, err := c.get(ctx, openID)
	if _, absent := errors.AsType[*StatusError](err); absent {
		body, _, err = c.get(ctx, oauth)
	}
	if err != nil {
		return nil, err
	}
	m := &Metadata{}
	if json.Unmarshal(body, m) != nil {
		return nil, fmt.Errorf("the metadata of %s is no JSON document", issuer)
	}
	if m.Issuer != issuer {
		return nil, fmt.Errorf("the metadata of %s is about another issuer: the configured one must be spelt exactly as the issuer spells itself", issuer)
	}
	if err := CheckURL(m.JWKSURI); err != nil {
		return nil, fmt.Errorf("jwks_uri in the metadata of %s: %w", issuer, err)
	}
	return m, nil
}

// wellKnown returns the two addresses of an issuer's metadata. One appends to the
// issuer's path, the other goes before it.
func wellKnown(issuer string) (openID, oauth string, err error) {
	u, err := url.Parse(issuer)
	if err != nil {
		return "", "", err
	}
	path := strings.TrimSuffix(u.EscapedPath(), "/")
	root := u.Scheme + "://" + u.Host
	return root + path + "/.well-known/openid-configuration", root + "/.well-known/oauth-authorization-server" + path, nil
}
