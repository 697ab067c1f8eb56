package network

import "strings"

// authChallenge is one challenge of a WWW-Authenticate header.
type authChallenge struct {
	scheme string
	params []authParam
}

type authParam struct{ name, value string }

// parseChallenges reads the challenges of a WWW-Authenticate line (RFC 9110, 11.6.1).
// A word that an equals sign follows is a parameter, any other a scheme. What is
// neither is passed over, since servers write many things.
func parseChallenges(s string) []authChallenge {
	var list []authChallenge
	for s != "" {
		s = strings.TrimLeft(s, " \t,")
		word := tokenPrefix(s)
		if word == "" {
			if s != "" {
				s = s[1:]
			}
			continue
		}
		s = s[len(word):]
		after := strings.TrimLeft(s, " \t")
		if !strings.HasPrefix(after, "=") || len(list) == 0 {
			list = append(list, authChallenge{scheme: word})
			continue
		}
		var value string
		value, s = authValue(strings.TrimLeft(after[1:], " \t"))
		last := &list[len(list)-1]
		last.params = append(last.params, authParam{word, value})
	}
	return list
}

// tokenPrefix is the token that s begins with.
func tokenPrefix(s string) string {
	n := 0
	for n < len(s) && isToken(s[n:n+1]) {
		n++
	}
	return s[:n]
}

// authValue reads a token or a quoted string, and returns what follows it.
func authValue(s string) (value, rest string) {
	if !strings.HasPrefix(s, `"`) {
		end := strings.IndexAny(s, ", \t")
		if end < 0 {
			end = len(s)
		}
		return s[:end], s[end:]
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			return b.String(), s[i+1:]
		case '\\':
			if i++; i == len(s) {
				return b.String(), ""
			}
		}
		b.WriteByte(s[i])
	}
	return b.String(), ""
}
