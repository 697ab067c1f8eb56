package authz

import (
	"net/http"
	"strings"
)

const maxBearer = 8192 // characters

// presented is what a request's Authorization header holds.
type presented struct {
	mode        Mode // ModeNone: no header, or a scheme that is no mode here
	credentials string
	scheme      bool // there is a header
}

// parseAuthorization reads the one Authorization line of a request (RFC 9110 11.6.2).
// The refusals are those of a policy that knows bearer tokens.
func parseAuthorization(h http.Header, ignored []string) (presented, *refusal) {
	lines := h["Authorization"]
	if len(lines) == 0 {
		return presented{}, nil
	}
	if len(lines) > 1 {
		return presented{}, refuseTwice
	}
	value := trimBlanks(lines[0])
	if token, ok := wellFormedBearer(value); ok && len(ignored) == 0 {
		return presented{ModeBearer, token, true}, nil
	}
	if strings.IndexFunc(value, func(c rune) bool { return c < 0x20 || c == 0x7f }) >= 0 {
		return presented{}, refuseControl
	}
	scheme, credentials, _ := strings.Cut(value, " ")
	for _, name := range ignored {
		if strings.EqualFold(scheme, name) {
			return presented{}, nil
		}
	}
	switch {
	case strings.EqualFold(scheme, "Bearer"):
		credentials = strings.TrimLeft(credentials, " ")
		return presented{ModeBearer, credentials, true}, checkBearer(credentials)
	case strings.EqualFold(scheme, "Basic"):
		return presented{ModeBasic, strings.TrimLeft(credentials, " "), true}, nil
	}
	return presented{scheme: true}, nil
}

// trimBlanks removes optional whitespace (RFC 9110 5.6.3), of which there is hardly
// ever any.
func trimBlanks(s string) string {
	if n := len(s); n > 0 && s[0] > ' ' && s[n-1] > ' ' {
		return s
	}
	return strings.Trim(s, " \t")
}

// wellFormedBearer is the short way of nearly all requests: what is a b64token holds
// nothing that the other ways would refuse.
func wellFormedBearer(value string) (token string, ok bool) {
	const scheme = "Bearer "
	if len(value) <= len(scheme) || !strings.EqualFold(value[:len(scheme)], scheme) {
		return "", false
	}
	token = strings.TrimLeft(value[len(scheme):], " ")
	return token, len(token) <= maxBearer && isB64Token(token)
}

// checkBearer holds the syntax of RFC 6750 2.1.
func checkBearer(credentials string) *refusal {
	switch {
	case credentials == "":
		return refuseEmpty
	case len(credentials) > maxBearer:
		return refuseLong
	case isB64Token(credentials):
		return nil
	case strings.Contains(credentials, " "):
		return refuseSpace
	}
	return refuseSyntax
}
