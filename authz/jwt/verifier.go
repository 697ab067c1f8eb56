package jwt

import (
	"context"
	"errors"
	"time"

	jose "github.com/go-jose/go-jose/v4"
)

const (
	verifiedFor     = 60 * time.Second // how long a verified token is believed without another look
	introspectedFor = 30 * time.Second
)

// Verifier judges tokens of one issuer. T is what the program makes of a token that
// is good, which is remembered with it. Safe for concurrent use.
type Verifier[T any] struct {
	signatures
	now          func() time.Time
	keep         func(*Token) T
	client       *Client
	introspector *introspector // nil: opaque tokens are not accepted

	verified, introspected cache[T]
}

// signatures tell what an issuer has signed.
type signatures struct {
	rules rules
	keys  *keySource
}

// New makes a verifier. It asks the issuer nothing before the first token; Close
// it after the last.
func New[T any](o Options, keep func(*Token) T) (*Verifier[T], error) {
	algorithms, err := o.settle()
	if err != nil {
		return nil, err
	}
	c := NewClient(o.Transport)
	return &Verifier[T]{
		signatures: signatures{
			rules: rules{issuer: o.Issuer, audience: o.Audience, algorithms: algorithms, requireTyp: o.RequireTyp, rolesClaim: steps(o.RolesClaim)},
			keys:  newKeySource(&o, c),
		},
		now: o.Now, keep: keep, client: c, introspector: newIntrospector(o.Introspection, c),
	}, nil
}

// Close waits until nothing of the verifier runs any more.
func (v *Verifier[T]) Close() {
	v.keys.close()
	v.client.Close()
}

// Verify judges a signed token. What the signature does not vouch for is not looked
// at. A good token is believed for up to a minute, never past its expiry. The error
// wraps ErrInvalid, ErrExpired or ErrUnavailable.
func (v *Verifier[T]) Verify(ctx context.Context, token string) (T, error) {
	return v.remember(&v.verified, token, verifiedFor, func() (map[string]any, error) { return v.authentic(ctx, token) })
}

// Introspects reports whether opaque tokens can be good.
func (v *Verifier[T]) Introspects() bool { return v.introspector != nil }

// Introspect judges an opaque token by asking the issuer, at most every 30 s. The
// errors are those of Verify.
func (v *Verifier[T]) Introspect(ctx context.Context, token string) (T, error) {
	if v.introspector == nil || len(token) > maxToken || parts(token) == 5 {
		var none T
		return none, invalid("neither signed nor opaque") // five parts are an encrypted token
	}
	return v.remember(&v.introspected, token, introspectedFor, func() (map[string]any, error) { return v.introspector.ask(ctx, token) })
}

// remember answers from the cache, else by judging the claims that ask finds.
func (v *Verifier[T]) remember(c *cache[T], token string, life time.Duration, ask func() (map[string]any, error)) (T, error) {
	var none T
	now, key := v.now(), digestOf(token)
	if known := c.get(key); known != nil {
		switch {
		case known.expired:
			return none, ErrExpired
		case now.Before(known.until):
			return known.value, nil
		}
	}
	claims, err := ask()
	if err != nil {
		return none, err
	}
	t, err := v.rules.judge(claims, now)
	if err != nil {
		if errors.Is(err, ErrExpired) {
			c.put(key, &verdict[T]{expired: true})
		}
		return none, err
	}
	until := now.Add(life)
	if t.Expires.Before(until) {
		until = t.Expires
	}
	value := v.keep(t)
	c.put(key, &verdict[T]{value: value, until: until})
	return value, nil
}

// authentic returns the claims of a token that the issuer has signed.
func (v *signatures) authentic(ctx context.Context, token string) (map[string]any, error) {
	if len(token) > maxToken || !Shaped(token) {
		return nil, invalid("not of the form of a signed token")
	}
	h, err := v.rules.readHeader(token)
	if err != nil {
		return nil, err
	}
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{h.alg})
	if err != nil {
		return nil, invalid("not a signed token")
	}
	key, err := v.keys.find(ctx, h)
	if err != nil {
		return nil, err
	}
	payload, err := signed.Verify(key)
	if err != nil || !spelt(token) {
		return nil, invalid("the signature is not the issuer's")
	}
	claims, err := decodeObject(payload)
	if err != nil {
		return nil, invalidBecause("claims", err)
	}
	return claims, nil
}
