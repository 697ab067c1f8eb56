package oidc

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// attempt is one login, as the browser keeps it in a cookie: a secret, from which
// all values of the login follow, and where the person wanted to go. A browser may
// forge one for itself, which gains it nothing.
type attempt struct {
	secret string
	next   string
}

const (
	secretLen = 26      // of rand.Text: 130 bits
	maxNext   = 1 << 10 // bytes
	maxCookie = 2 << 10 // bytes
	maxCode   = 4 << 10 // bytes
	maxState  = 43      // characters: base64url of 32 bytes
)

func (a attempt) String() string {
	return a.secret + "." + base64.RawURLEncoding.EncodeToString([]byte(a.next))
}

func parseAttempt(text string) (attempt, bool) {
	secret, rest, found := strings.Cut(text, ".")
	next, err := base64.RawURLEncoding.DecodeString(rest)
	if !found || err != nil || len(secret) != secretLen || len(text) > maxCookie {
		return attempt{}, false
	}
	return attempt{secret, string(next)}, true
}

// derive makes the value of a purpose. None tells anything of another: state goes
// through addresses, the nonce through tokens, the verifier to the issuer alone.
func (a attempt) derive(purpose string) string {
	mac := hmac.New(sha256.New, []byte(a.secret))
	mac.Write([]byte(purpose))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func (a attempt) state() string    { return a.derive("state") }
func (a attempt) nonce() string    { return a.derive("nonce") }
func (a attempt) verifier() string { return a.derive("code_verifier") } // 43 characters, as RFC 7636 4.1 wants at least

func (a attempt) challenge() string {
	sum := sha256.Sum256([]byte(a.verifier()))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Begin starts a login: location is where the browser has to go, and cookie what it
// has to keep until it is back, for its own eyes only. next comes back from Finish;
// one that is too long is forgotten. The error is ErrUnavailable.
func (p *Provider) Begin(ctx context.Context, next string) (cookie, location string, err error) {
	m, err := p.describe(ctx)
	if err != nil {
		return "", "", err
	}
	u, err := url.Parse(m.AuthorizationEndpoint)
	if err != nil {
		return "", "", fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	if len(next) > maxNext {
		next = ""
	}
	a := attempt{rand.Text(), next}
	query := u.Query() // the endpoint may have one of its own (RFC 6749 3.1)
	for name, value := range map[string]string{
		"response_type": "code", "client_id": p.opts.ClientID, "redirect_uri": p.opts.RedirectURI, "scope": strings.Join(p.opts.Scopes, " "),
		"state": a.state(), "nonce": a.nonce(), "code_challenge": a.challenge(), "code_challenge_method": "S256",
	} {
		query.Set(name, value)
	}
	u.RawQuery = query.Encode()
	return a.String(), u.String(), nil
}

// Finish ends a login with what the issuer has sent along when it sent the browser
// back. It says who the person is and where to go on. Each login can be finished
// once, by the browser that began it. The error wraps ErrStale, ErrRefused,
// ErrUntrusted or ErrUnavailable.
func (p *Provider) Finish(ctx context.Context, cookie string, answer url.Values) (_ *Identity, next string, _ error) {
	a, ok := parseAttempt(cookie)
	if !ok {
		return nil, "", fmt.Errorf("%w: there is no cookie of it", ErrStale)
	}
	state, ok := one(answer, "state", maxState)
	if !ok || subtle.ConstantTimeCompare([]byte(state), []byte(a.state())) != 1 {
		return nil, "", fmt.Errorf("%w: state is that of another", ErrStale)
	}
	if !p.used.first(state, p.opts.Now()) {
		return nil, "", fmt.Errorf("%w: state has been used", ErrStale)
	}
	m, err := p.describe(ctx)
	if err != nil {
		return nil, "", err
	}
	if err := checkOrigin(answer, p.opts.Issuer, m.NamesItself); err != nil {
		return nil, "", err
	}
	if answer.Has("error") {
		return nil, "", fmt.Errorf("%w: %s", ErrRefused, errorCode(answer.Get("error")))
	}
	code, ok := one(answer, "code", maxCode)
	if !ok {
		return nil, "", untrusted("there is no code, or more than one")
	}
	select {
	case p.turns <- struct{}{}:
		defer func() { <-p.turns }()
	case <-ctx.Done():
		return nil, "", fmt.Errorf("%w: %w", ErrUnavailable, ctx.Err())
	}
	claims, err := p.exchange(ctx, m, code, a)
	if err != nil {
		return nil, "", err
	}
	id, err := p.identify(claims)
	return id, a.next, err
}

// checkOrigin refuses an answer of another issuer (RFC 9207), into which somebody
// may have mixed a code of this one or the other way round.
func checkOrigin(answer url.Values, issuer string, promised bool) error {
	switch iss := answer["iss"]; {
	case len(iss) == 0 && promised:
		return untrusted("iss is missing, which this issuer sends")
	case len(iss) > 1, len(iss) == 1 && iss[0] != issuer:
		return untrusted("iss is another issuer")
	}
	return nil
}

// one returns a parameter that stands there once (RFC 6749 3.1).
func one(answer url.Values, name string, max int) (string, bool) {
	values := answer[name]
	if len(values) != 1 || values[0] == "" || len(values[0]) > max {
		return "", false
	}
	return values[0], true
}

var codeForm = regexp.MustCompile(`^[a-z_]{1,40}$`)

// errorCode is an issuer's error code where it looks like one. Its description is
// nobody's to see: anybody can put one into a link.
func errorCode(code string) string {
	if codeForm.MatchString(code) {
		return code
	}
	return "unknown error"
}
