// Package jwt judges what an outside issuer has signed: access tokens that are JSON
// Web Tokens (RFC 7519, RFC 8725, RFC 9068) and ID tokens of OpenID Connect, by the
// issuer's published keys; and opaque access tokens, by asking the issuer (RFC 7662).
// It does not say what a token may do here, answers no request, and issues nothing;
// it imports nothing of ours.
//
// Files, in the order of a token's way: shape.go, cache.go, header.go, keysource.go
// with discovery.go and keys.go, claims.go; introspect.go for opaque tokens,
// idtoken.go for those of a login.
package jwt
