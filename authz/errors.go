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

	// Of users, teams and their members.
	ErrUsername  = errors.New("a user name has 1 to 64 letters, digits or . _ - @ + characters")
	ErrEmail     = errors.New("not an email address")
	ErrUserTaken = errors.New("there is a user with this name already")
	ErrTeamName  = errors.New("a team's name has 1 to 100 characters and no control characters")
	ErrTeamTaken = errors.New("there is a team with this name already")
	ErrTeamUsed  = errors.New("an instance belongs to this team, so it cannot be deleted")
	ErrRole      = errors.New("unknown role")
	ErrPassword  = errors.New("the password cannot be used")
	ErrBusy      = errBusy

	// What a login says about a user name and a password.
	ErrLogin = errors.New("the user name or the password is wrong")

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
