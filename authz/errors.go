package authz

import "errors"

// The errors a caller can act on. Those of the store are wrapped with what was
// asked for; none of them ever holds a token's value.
var (
	ErrNotFound  = errors.New("not found")
	ErrNameTaken = errors.New("the name is taken by another token; choose another, or revoke that one first")
	ErrName      = errors.New("a token's name has 1 to 100 characters and no control characters")
	ErrExpiry    = errors.New("the expiry must be a time in the future")
	ErrScope     = errors.New("invalid scope")
	ErrGrow      = errors.New("scopes can shrink after creation, not grow; create another token instead")
	ErrLimit     = errors.New("this instance has 1000 live tokens, the most it can have; revoke some first")
	ErrValue     = errors.New("not a token: neither in sluice's format nor 20 to 512 characters of A-Z a-z 0-9 - . _ ~ + /")
	ErrKnown     = errors.New("a token with this value exists already")
	ErrSchema    = errors.New("the database was written by a newer sluice")

	// What the verifier says about a presented token.
	ErrUnknown     = errors.New("token not recognised")
	ErrExpired     = errors.New("token expired")
	ErrRevoked     = errors.New("token revoked")
	ErrDenied      = errors.New("token does not cover this path and method")
	ErrAddress     = errors.New("token is not valid from this address")
	ErrUnavailable = errors.New("tokens cannot be checked at present")

	// ErrPath is what [CanonicalPath] reports: such a target is answered with 400.
	ErrPath = errors.New("the request target is not a valid path")
)
