package jwt

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	jose "github.com/go-jose/go-jose/v4"
)

// Options say which tokens are accepted.
type Options struct {
	Issuer     string   // the iss of tokens, exactly; an https URL, or http on this machine
	Audience   string   // what the aud of tokens has to contain
	Algorithms []string // of signatures; RS256, PS256, ES256 and EdDSA if empty
	RequireTyp bool     // accept only what its header calls at+jwt (RFC 9068)
	RolesClaim string   // the claim with roles: a name, or a JSON pointer (RFC 6901) if it begins with /
	JWKSURI    string   // where the issuer's keys are; found by discovery if empty

	Introspection *Introspection // how to ask about opaque tokens; nil: they are not accepted

	Now       func() time.Time  // time.Now if nil
	Transport http.RoundTripper // http.DefaultTransport's settings if nil
	Log       *slog.Logger
}

// Introspection is the issuer's endpoint of RFC 7662 and this program's account there.
type Introspection struct {
	URL          string
	ClientID     string
	ClientSecret string
}

// leeway is how far the clocks of issuer and server may be apart.
const leeway = 60 * time.Second

var defaultAlgorithms = []jose.SignatureAlgorithm{jose.RS256, jose.PS256, jose.ES256, jose.EdDSA}

// knownAlgorithms are those of public keys. "none" and those with a shared secret
// can never be among them: the secret would be the public key.
var knownAlgorithms = []jose.SignatureAlgorithm{
	jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512,
	jose.ES256, jose.ES384, jose.ES512, jose.EdDSA,
}

// settle refuses options that cannot be kept, fills in what was left out, and
// returns the algorithms.
func (o *Options) settle() ([]jose.SignatureAlgorithm, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o.algorithms()
}

func (o *Options) check() error {
	if err := CheckURL(o.Issuer); err != nil {
		return fmt.Errorf("jwt issuer: %w", err)
	}
	if o.Audience == "" {
		return errors.New("jwt audience: name the audience that tokens for this server have; without one, tokens for others would be accepted")
	}
	if o.JWKSURI != "" {
		if err := CheckURL(o.JWKSURI); err != nil {
			return fmt.Errorf("jwt jwksUri: %w", err)
		}
	}
	if i := o.Introspection; i != nil {
		if err := CheckURL(i.URL); err != nil {
			return fmt.Errorf("jwt introspection url: %w", err)
		}
		if i.ClientID == "" || i.ClientSecret == "" {
			return errors.New("jwt introspection: it needs a client id and a client secret")
		}
	}
	return nil
}

func (o *Options) algorithms() ([]jose.SignatureAlgorithm, error) {
	if len(o.Algorithms) == 0 {
		return defaultAlgorithms, nil
	}
	var list []jose.SignatureAlgorithm
	for _, name := range o.Algorithms {
		alg := jose.SignatureAlgorithm(name)
		if !slices.Contains(knownAlgorithms, alg) {
			return nil, fmt.Errorf("jwt algorithms: %q is not accepted; use some of %s", name, joined(knownAlgorithms))
		}
		list = append(list, alg)
	}
	return list, nil
}

func joined(algorithms []jose.SignatureAlgorithm) string {
	names := make([]string, len(algorithms))
	for i, alg := range algorithms {
		names[i] = string(alg)
	}
	return strings.Join(names, ", ")
}

// CheckURL accepts what keys may be fetched from and secrets sent to: https, or
// http that does not leave this machine.
func CheckURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case text == "":
		return errors.New("no URL is given")
	case err != nil, u.Host == "", u.Opaque != "", u.Scheme != "https" && u.Scheme != "http":
		return errors.New("not an https URL")
	case u.User != nil:
		return errors.New("the URL must not hold a user or password")
	case strings.Contains(text, "#"):
		return errors.New("the URL must not have a fragment")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return errors.New("use https: http is for this machine alone")
	}
	return nil
}

func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && addr.IsLoopback()
}
