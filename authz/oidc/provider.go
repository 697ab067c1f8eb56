package oidc

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"sluice/authz/jwt"
)

// Options say who vouches for people, and how this server is known there.
type Options struct {
	Issuer       string // exactly as its metadata spell it; an https URL, or http on this machine
	ClientID     string
	ClientSecret string // "" for a public client
	RedirectURI  string // where the issuer sends browsers back to; registered there
	Label        string // what people call the issuer; its host if empty
	Scopes       []string
	Algorithms   []string // of ID tokens; RS256, PS256, ES256 and EdDSA if empty

	// Claims: names, or JSON pointers (RFC 6901) if they begin with /.
	UsernameClaim string // preferred_username if empty
	RolesClaim    string // "": roles are not the issuer's to give

	Now       func() time.Time  // time.Now if nil
	Transport http.RoundTripper // http.DefaultTransport's settings if nil
	Log       *slog.Logger
}

// What a login can fail by. They are wrapped with the cause, which repeats nothing
// of a code or a token.
var (
	ErrStale       = errors.New("the sign-in was not begun in this browser, or has ended")
	ErrRefused     = errors.New("the issuer did not let the person sign in")
	ErrUntrusted   = errors.New("the issuer's answer cannot be trusted")
	ErrUnavailable = errors.New("the issuer cannot be asked at present")
)

func untrusted(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrUntrusted, fmt.Errorf(format, args...))
}

const (
	describedFor = time.Hour       // how long the issuer's metadata are believed
	askAgain     = 5 * time.Second // after a failure to get them
	maxExchanges = 16              // under way at a time
)

var defaultScopes = []string{"openid", "profile", "email"}

// Provider is one issuer, where people sign in. Safe for concurrent use.
type Provider struct {
	opts   Options
	client *jwt.Client
	tokens *jwt.IDVerifier
	turns  chan struct{} // made-up codes must not become a flood of questions
	used   used

	asking   chan struct{} // holds one while the metadata are asked for
	mu       sync.Mutex    // guards what follows
	metadata *jwt.Metadata
	asked    time.Time
	fault    error // of the last time, if it failed
}

// New makes a provider. It asks the issuer nothing before the first login; Close it
// after the last.
func New(o Options) (*Provider, error) {
	if o.ClientID == "" {
		return nil, errors.New("oidc clientId: name the id that the issuer has given to this server")
	}
	if err := jwt.CheckURL(o.RedirectURI); err != nil {
		return nil, fmt.Errorf("oidc redirect URI: %w", err)
	}
	o.UsernameClaim = cmp.Or(o.UsernameClaim, "preferred_username")
	if len(o.Scopes) == 0 {
		o.Scopes = defaultScopes
	}
	if !slices.Contains(o.Scopes, "openid") {
		o.Scopes = append([]string{"openid"}, o.Scopes...)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if u, err := url.Parse(o.Issuer); err == nil {
		o.Label = cmp.Or(o.Label, u.Host)
	}
	tokens, err := jwt.NewIDVerifier(jwt.Options{Issuer: o.Issuer, Audience: o.ClientID, Algorithms: o.Algorithms, Now: o.Now, Transport: o.Transport, Log: o.Log})
	if err != nil {
		return nil, fmt.Errorf("oidc: %w", err)
	}
	return &Provider{opts: o, client: jwt.NewClient(o.Transport), tokens: tokens,
		turns: make(chan struct{}, maxExchanges), asking: make(chan struct{}, 1)}, nil
}

// Close waits until nothing of the provider runs any more.
func (p *Provider) Close() {
	p.tokens.Close()
	p.client.Close()
}

// Label is what people call the issuer.
func (p *Provider) Label() string { return p.opts.Label }

// Ranked tells whether the issuer's claims say what role people have.
func (p *Provider) Ranked() bool { return p.opts.RolesClaim != "" }

// describe returns the issuer's metadata: one request at a time asks for them, and
// after a failure none for 5 s.
func (p *Provider) describe(ctx context.Context) (*jwt.Metadata, error) {
	select {
	case p.asking <- struct{}{}:
		defer func() { <-p.asking }()
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, ctx.Err())
	}
	p.mu.Lock()
	known, asked, fault := p.metadata, p.asked, p.fault
	p.mu.Unlock()
	now := p.opts.Now()
	age := now.Sub(asked)
	switch {
	case known != nil && fault == nil && age < describedFor && age >= 0:
		return known, nil
	case fault != nil && age < askAgain && age >= 0:
		return nil, fault
	}
	// One who leaves must not take the answer from the others.
	m, err := jwt.Discover(context.WithoutCancel(ctx), p.client, p.opts.Issuer)
	if err == nil {
		err = checkEndpoints(m)
	}
	if err != nil {
		err = fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.metadata, p.asked, p.fault = m, now, err
	return m, err
}

func checkEndpoints(m *jwt.Metadata) error {
	for _, e := range []struct{ name, url string }{
		{"authorization_endpoint", m.AuthorizationEndpoint}, {"token_endpoint", m.TokenEndpoint},
	} {
		if err := jwt.CheckURL(e.url); err != nil {
			return fmt.Errorf("%s in the metadata of %s: %w", e.name, m.Issuer, err)
		}
	}
	return nil
}
