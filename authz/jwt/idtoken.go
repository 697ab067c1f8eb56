package jwt

import (
	"context"
	"crypto/subtle"
	"time"
)

// IDVerifier judges the ID tokens of one issuer for one client (OpenID Connect Core
// 1.0, 3.1.3.7). Options.Audience is the client's id. Safe for concurrent use.
type IDVerifier struct {
	signatures
	now    func() time.Time
	client *Client
}

// NewIDVerifier makes a verifier. It asks the issuer nothing before the first
// token; Close it after the last.
func NewIDVerifier(o Options) (*IDVerifier, error) {
	algorithms, err := o.settle()
	if err != nil {
		return nil, err
	}
	c := NewClient(o.Transport)
	return &IDVerifier{
		signatures: signatures{
			rules: rules{issuer: o.Issuer, audience: o.Audience, algorithms: algorithms, idToken: true},
			keys:  newKeySource(&o, c),
		},
		now: o.Now, client: c,
	}, nil
}

// Close waits until nothing of the verifier runs any more.
func (v *IDVerifier) Close() {
	v.keys.close()
	v.client.Close()
}

// Verify returns the claims of an ID token that answers the login with a nonce. The
// errors are those of [Verifier.Verify].
func (v *IDVerifier) Verify(ctx context.Context, token, nonce string) (map[string]any, error) {
	claims, err := v.authentic(ctx, token)
	if err != nil {
		return nil, err
	}
	return claims, v.rules.judgeID(claims, nonce, v.now())
}

// maxSubject is the longest sub, in bytes (OpenID Connect Core 1.0, 2).
const maxSubject = 255

func (v *rules) judgeID(claims map[string]any, nonce string, now time.Time) error {
	if claims["iss"] != v.issuer {
		return invalid("iss is another issuer, or missing")
	}
	if !contains(claims["aud"], v.audience) {
		return invalid("aud does not contain this client's id")
	}
	azp, present := claims["azp"]
	if present && azp != v.audience || !present && len(texts(claims["aud"])) > 1 {
		return invalid("azp is not this client")
	}
	shown, _ := claims["nonce"].(string)
	if nonce == "" || subtle.ConstantTimeCompare([]byte(shown), []byte(nonce)) != 1 {
		return invalid("nonce is not the one of this login")
	}
	if subject, _ := claims["sub"].(string); subject == "" || len(subject) > maxSubject {
		return invalid("sub is missing, or too long")
	}
	if _, present := claims["iat"]; !present {
		return invalid("iat is missing")
	}
	_, err := judgeTimes(claims, now)
	return err
}
