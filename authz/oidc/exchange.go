package oidc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"sluice/authz/jwt"
)

// exchange gives the code to the issuer and returns the claims of the ID token it
// gives back, and those of its userinfo endpoint where the token lacks some. No
// token outlives the call.
func (p *Provider) exchange(ctx context.Context, m *jwt.Metadata, code string, a attempt) (map[string]any, error) {
	r, err := p.tokenRequest(ctx, m, code, a.verifier())
	if err != nil {
		return nil, err
	}
	body, err := p.client.Do(r)
	if err != nil {
		return nil, refusalOf(err)
	}
	var tokens struct {
		IDToken     string `json:"id_token"`
		AccessToken string `json:"access_token"`
		TokenType   string `json:"token_type"`
	}
	if json.Unmarshal(body, &tokens) != nil || tokens.IDToken == "" {
		return nil, untrusted("the token endpoint has sent no ID token")
	}
	claims, err := p.tokens.Verify(ctx, tokens.IDToken, a.nonce())
	switch {
	case errors.Is(err, jwt.ErrUnavailable):
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	case err != nil:
		return nil, untrusted("ID token: %w", err)
	}
	if m.UserinfoEndpoint != "" && strings.EqualFold(tokens.TokenType, "bearer") && p.lacks(claims) {
		if err := p.addUserinfo(ctx, m.UserinfoEndpoint, tokens.AccessToken, claims); err != nil {
			return nil, err
		}
	}
	return claims, nil
}

func (p *Provider) tokenRequest(ctx context.Context, m *jwt.Metadata, code, verifier string) (*http.Request, error) {
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {p.opts.RedirectURI}, "code_verifier": {verifier}}
	// Basic is what every issuer knows and what silence means (RFC 6749 2.3.1, OpenID Connect Discovery 1.0).
	basic := p.opts.ClientSecret != "" && (len(m.TokenEndpointAuth) == 0 || slices.Contains(m.TokenEndpointAuth, "client_secret_basic"))
	if !basic {
		form.Set("client_id", p.opts.ClientID)
		if p.opts.ClientSecret != "" {
			form.Set("client_secret", p.opts.ClientSecret)
		}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, m.TokenEndpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if basic {
		r.SetBasicAuth(url.QueryEscape(p.opts.ClientID), url.QueryEscape(p.opts.ClientSecret)) // encoded as RFC 6749 2.3.1 says
	}
	return r, nil
}

// refusalOf tells a code that the issuer refuses (RFC 6749 5.2) from an issuer that is down.
func refusalOf(err error) error {
	status, answered := errors.AsType[*jwt.StatusError](err)
	if !answered || status.Status >= http.StatusInternalServerError || status.Status == http.StatusTooManyRequests {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	var answer struct {
		Error string `json:"error"`
	}
	_ = json.Unmarshal(status.Body, &answer) // the status says enough
	switch code := errorCode(answer.Error); {
	case code == "invalid_client" || status.Status == http.StatusUnauthorized:
		return untrusted("the issuer does not take this server's client id and secret (status %d)", status.Status)
	default:
		return untrusted("the issuer does not take the code: %s (status %d)", code, status.Status)
	}
}

// lacks reports whether the ID token leaves out what has to be known.
func (p *Provider) lacks(claims map[string]any) bool {
	return len(jwt.Texts(claims, p.opts.UsernameClaim)) == 0 || p.Ranked() && len(jwt.Texts(claims, p.opts.RolesClaim)) == 0
}

// addUserinfo adds the claims of the userinfo endpoint, which must be about the
// same person (OpenID Connect Core 1.0, 5.3.2). What the ID token says stays.
func (p *Provider) addUserinfo(ctx context.Context, address, token string, claims map[string]any) error {
	if err := jwt.CheckURL(address); err != nil {
		return fmt.Errorf("%w: userinfo_endpoint: %w", ErrUnavailable, err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	body, err := p.client.Do(r)
	if err != nil {
		return fmt.Errorf("%w: userinfo: %w", ErrUnavailable, err)
	}
	var more map[string]any
	if json.Unmarshal(body, &more) != nil || more["sub"] != claims["sub"] {
		return untrusted("userinfo is about somebody else, or no JSON object")
	}
	for name, value := range more {
		if _, known := claims[name]; !known {
			claims[name] = value
		}
	}
	return nil
}
