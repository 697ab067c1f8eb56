package jwt

import (
	"errors"
	"fmt"
)

// What Verify and Introspect say of a token. They are wrapped with the cause, which
// never repeats anything of the token.
var (
	ErrInvalid     = errors.New("token not recognised")
	ErrExpired     = errors.New("token expired") // only said of a token that the issuer has signed
	ErrUnavailable = errors.New("the issuer cannot be asked at present")
)

func invalid(cause string) error    { return fmt.Errorf("%w: %s", ErrInvalid, cause) }
func unavailable(cause error) error { return fmt.Errorf("%w: %w", ErrUnavailable, cause) }
func invalidBecause(cause string, err error) error {
	return fmt.Errorf("%w: %s: %w", ErrInvalid, cause, err)
}

var (
	errNoKeys = errors.New("its keys are not known")
	errNewKey = errors.New("its keys may have changed")
)
