package jwt

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
)

const (
	maxIntrospections = 16       // under way at a time
	maxIntrospected   = 64 << 10 // bytes of an answer
)

// introspector asks the issuer about opaque tokens (RFC 7662).
type introspector struct {
	client *Client
	Introspection
	turns chan struct{} // made-up tokens must not become a flood of questions
}

func newIntrospector(i *Introspection, c *Client) *introspector {
	if i == nil {
		return nil
	}
	return &introspector{client: c, Introspection: *i, turns: make(chan struct{}, maxIntrospections)}
}

// ask returns what the issuer says of a token. Any failure is ErrUnavailable: a
// token that nobody could judge may be a good one.
func (i *introspector) ask(ctx context.Context, token string) (map[string]any, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	select {
	case i.turns <- struct{}{}:
		defer func() { <-i.turns }()
	case <-ctx.Done():
		return nil, unavailable(ctx.Err())
	}
	form := url.Values{"token": {token}, "token_type_hint": {"access_token"}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, i.URL, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, unavailable(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(url.QueryEscape(i.ClientID), url.QueryEscape(i.ClientSecret)) // encoded as RFC 6749 2.3.1 says
	body, _, err := i.client.do(r, maxIntrospected)
	if err != nil {
		return nil, unavailable(err)
	}
	claims, err := decodeObject(body)
	if err != nil {
		return nil, unavailable(err)
	}
	switch active, known := claims["active"].(bool); {
	case !known:
		return nil, unavailable(errors.New("the answer does not say whether the token is active"))
	case !active:
		return nil, invalid("the issuer says that it is not active")
	}
	return claims, nil
}
