package authz

import (
	"net/http"
	"net/url"
	"strings"
)

// queryParameter is RFC 6750 2.3's. RFC 9700 advises against it, since addresses
// end up in logs: only policies with queryToken read it.
const queryParameter = "access_token"

// withQueryToken takes the token from the query where there is no header. Both
// at once are refused.
func withQueryToken(shown presented, r *http.Request) (presented, *refusal) {
	if !strings.Contains(r.URL.RawQuery, queryParameter) {
		return shown, nil
	}
	values := r.URL.Query()[queryParameter]
	switch {
	case len(values) == 0:
		return shown, nil
	case shown.scheme || len(values) > 1:
		return shown, refuseTokens
	}
	return presented{ModeBearer, values[0], true}, checkBearer(values[0])
}

// takeQuery takes a parameter out of the request, so that no flow and no log sees
// it, and reports whether it was there.
func takeQuery(r *http.Request, parameter string) bool {
	path, query, _ := strings.Cut(r.RequestURI, "?")
	var kept []string
	found := false
	for pair := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(pair, "=")
		if name, err := url.QueryUnescape(name); err == nil && name == parameter {
			found = true
			continue
		}
		kept = append(kept, pair)
	}
	if !found {
		return false
	}
	rest := strings.Join(kept, "&")
	u := *r.URL
	u.RawQuery = rest
	r.URL = &u
	if r.RequestURI = path; rest != "" {
		r.RequestURI += "?" + rest
	}
	return true
}
