package jwt

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	jose "github.com/go-jose/go-jose/v4"
)

// Token is a token that the issuer vouches for and that is meant for this server.
// Immutable.
type Token struct {
	Subject string   // sub, else client_id; may be ""
	Scopes  []string // of the claim scope, else scp
	Scoped  bool     // there is such a claim, if only an empty one
	Roles   []string // of the claim that Options.RolesClaim names
	Expires time.Time
	Claims  map[string]any // all of them, as plain JSON data
}

// rules are what a token has to keep, apart from its signature.
type rules struct {
	issuer, audience string
	algorithms       []jose.SignatureAlgorithm
	requireTyp       bool
	idToken          bool     // of a login, instead of an access token
	rolesClaim       []string // the steps to it
}

// judge checks the claims of an authentic token.
func (v *rules) judge(claims map[string]any, now time.Time) (*Token, error) {
	if claims["iss"] != v.issuer {
		return nil, invalid("iss is another issuer, or missing")
	}
	if !contains(claims["aud"], v.audience) {
		return nil, invalid("aud does not contain this server's audience")
	}
	for _, name := range [...]string{"nonce", "at_hash", "c_hash"} {
		if _, present := claims[name]; present {
			return nil, invalid(name + " says that this is an ID token")
		}
	}
	expires, err := judgeTimes(claims, now)
	if err != nil {
		return nil, err
	}
	t := &Token{Expires: expires, Claims: claims, Roles: texts(lookUp(claims, v.rolesClaim))}
	for _, name := range [...]string{"client_id", "sub"} {
		if text, ok := claims[name].(string); ok {
			t.Subject = text
		}
	}
	return t, t.readScopes()
}

// judgeTimes judges exp, nbf and iat, and returns the first.
func judgeTimes(claims map[string]any, now time.Time) (expires time.Time, _ error) {
	seconds, slack := float64(now.UnixMilli())/1000, leeway.Seconds()
	exp, ok := claims["exp"].(float64)
	if !ok {
		return expires, invalid("exp is missing, or no number")
	}
	for _, name := range [...]string{"nbf", "iat"} {
		value, present := claims[name]
		at, ok := value.(float64)
		switch {
		case !present:
		case !ok:
			return expires, invalid(name + " is no number")
		case at > seconds+slack:
			return expires, invalid(name + " lies in the future")
		}
	}
	if seconds >= exp+slack {
		return expires, ErrExpired
	}
	const endOfTime = 253402300799 // 9999-12-31: what lies beyond is no longer a time in all formats
	return time.UnixMilli(int64(math.Min(exp, endOfTime) * 1000)), nil
}

func (t *Token) readScopes() error {
	for _, name := range [...]string{"scope", "scp"} {
		switch value := t.Claims[name].(type) {
		case nil:
			continue
		case string:
			t.Scopes = strings.Fields(value)
		case []any:
			t.Scopes = texts(value)
		default:
			return invalid(name + " is neither a text nor a list")
		}
		t.Scoped = true
		return nil
	}
	return nil
}

// texts reads one text or a list of them; what is no text counts for nothing.
func texts(value any) []string {
	switch value := value.(type) {
	case string:
		return []string{value}
	case []any:
		var list []string
		for _, item := range value {
			if text, ok := item.(string); ok {
				list = append(list, text)
			}
		}
		return list
	}
	return nil
}

// contains reports whether aud, one text or a list of them, names the audience.
func contains(aud any, audience string) bool { return slices.Contains(texts(aud), audience) }

// Texts returns the texts of a claim: a name, or a JSON pointer (RFC 6901) if it
// begins with /. A claim that is no text and no list of them has none.
func Texts(claims map[string]any, claim string) []string { return texts(lookUp(claims, steps(claim))) }

// steps splits the name of a claim or a JSON pointer to one.
func steps(claim string) []string {
	if claim == "" {
		return nil
	}
	pointer, found := strings.CutPrefix(claim, "/")
	if !found {
		return []string{claim}
	}
	list := strings.Split(pointer, "/")
	for i, step := range list {
		list[i] = strings.ReplaceAll(strings.ReplaceAll(step, "~1", "/"), "~0", "~")
	}
	return list
}

func lookUp(claims map[string]any, steps []string) any {
	if len(steps) == 0 {
		return nil
	}
	var value any = claims
	for _, step := range steps {
		switch at := value.(type) {
		case map[string]any:
			value = at[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(at) || strconv.Itoa(i) != step {
				return nil
			}
			value = at[i]
		default:
			return nil
		}
	}
	return value
}
