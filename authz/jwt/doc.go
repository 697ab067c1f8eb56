// Package jwt judges access tokens of an outside issuer: JSON Web Tokens (RFC 7519,
// RFC 8725, RFC 9068) by the issuer's published keys, and opaque tokens by asking
// the issuer (RFC 7662). It does not say what a token may do here, answers no
// request, and issues nothing; it imports nothing of ours.
//
// Files, in the order of a token's way: shape.go, cache.go, header.go, keysource.go
// with discovery.go and keys.go, claims.go; introspect.go for opaque tokens. A login
// by OpenID Connect, which needs more of the issuer's metadata, begins at metadata
// in discovery.go.
package jwt
