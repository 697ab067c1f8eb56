package authz

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// refusal is an answer of the guard instead of the handler's. It tells nothing
// about the server, and repeats nothing of the request but, as RFC 6750 asks, the
// scope that was missing.
type refusal struct {
	status     int
	code       string // RFC 6750 3.1 where it has one
	text       string // for people: 0x20-7E without quotes and backslash
	scope      string // with insufficient_scope
	retryAfter int    // seconds
	close      bool   // the connection is in doubt
	cause      string // for the log and the audit alone
}

const (
	codeUnauthorized = "unauthorized"
	codeRequest      = "invalid_request"
	codeToken        = "invalid_token"
	codeScope        = "insufficient_scope"
)

var (
	refuseMissing = &refusal{status: 401, code: codeUnauthorized}

	refuseTokens  = &refusal{status: 400, code: codeRequest, text: "more than one token"}
	refuseTwice   = &refusal{status: 400, code: codeRequest, text: "more than one Authorization header"}
	refuseControl = &refusal{status: 400, code: codeRequest, text: "the Authorization header contains a control character"}
	refuseEmpty   = &refusal{status: 400, code: codeRequest, text: "no token after the scheme"}
	refuseLong    = &refusal{status: 400, code: codeRequest, text: "the token is longer than 8192 characters"}
	refuseSpace   = &refusal{status: 400, code: codeRequest, text: "the token contains whitespace"}
	refuseSyntax  = &refusal{status: 400, code: codeRequest, text: "the token contains a character that no token has"}

	refuseUnknown = &refusal{status: 401, code: codeToken, text: "token not recognised"}
	refuseExpired = &refusal{status: 401, code: codeToken, text: "token expired"}
	refuseRevoked = &refusal{status: 401, code: codeToken, text: "token revoked"}
	refuseAddress = &refusal{status: 403, code: codeScope, text: "token is not valid from this address"}
	refuseStore   = &refusal{status: 503, code: "temporarily_unavailable", text: "tokens cannot be checked at present", retryAfter: 5}
	refuseBusy    = &refusal{status: 503, code: "temporarily_unavailable", text: "too many passwords are being checked", retryAfter: 1}

	refuseIssuedRole = &refusal{status: 403, code: codeScope, text: "the token's role is too low for this request"}

	refuseCSRF   = &refusal{status: 403, code: "csrf", text: "this request was made by a page of another site"}
	refuseMember = &refusal{status: 403, code: "not_a_member", text: "you are signed in, but not a member of the team that owns this page"}
	refuseRole   = &refusal{status: 403, code: "role_too_low", text: "you are signed in, but your role in the team is too low for this page"}
	refuseAction = &refusal{status: 403, code: "forbidden", text: "this is not allowed to you"}

	refuseTarget  = &refusal{status: 400, code: "bad_request", text: "the request target is not a valid path"}
	refuseFraming = &refusal{status: 400, code: "bad_request", text: "both Content-Length and Transfer-Encoding", close: true}
	refuseMethod  = &refusal{status: 405, code: "method_not_allowed", text: "this method is not served"}
)

func refuseScope(scope string) *refusal {
	return &refusal{status: 403, code: codeScope, text: "the token does not cover this request", scope: scope}
}

func refuseLimit(wait time.Duration) *refusal {
	return &refusal{status: 429, code: "too_many_requests", text: "too many failed attempts", retryAfter: wholeSeconds(wait)}
}

func refuseRate(wait time.Duration) *refusal {
	return &refusal{status: 429, code: "too_many_requests", text: "too many requests", retryAfter: wholeSeconds(wait)}
}

func wholeSeconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

// refusalFor translates what the verifier says of a token, and passwords of a password.
func refusalFor(err error) *refusal {
	if limit, ok := errors.AsType[*limitError](err); ok {
		return refuseLimit(limit.wait)
	}
	switch {
	case errors.Is(err, ErrLogin):
		return refuseMissing
	case errors.Is(err, ErrBusy):
		return refuseBusy
	case errors.Is(err, ErrExpired):
		return refuseExpired
	case errors.Is(err, ErrRevoked):
		return refuseRevoked
	case errors.Is(err, ErrUnavailable):
		return refuseStore
	}
	return refuseUnknown
}

// refusedBodyLimit bounds how long the body of a refused request may keep its connection.
const refusedBodyLimit = time.Second

const allowed = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"

// write answers. modes are those that would be accepted; each has its challenge.
func (f *refusal) write(w http.ResponseWriter, r *http.Request, modes modeSet, opts *GuardOptions) {
	h, login := w.Header(), opts.LoginPath
	page := wantsHTML(r)
	if modes.has(ModeTeam) && (page || len(r.Header["Sec-Fetch-Mode"]) > 0) {
		modes &^= 1 << ModeBasic // a browser would ask for a password in a window of its own
	}
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Add("Vary", "Authorization, Cookie")
	if f.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(f.retryAfter))
	}
	if f.status == http.StatusMethodNotAllowed {
		h.Set("Allow", allowed)
	}
	if f == refuseMissing && page && modes.has(ModeTeam) && login != "" {
		h.Set("Location", login+nextOf(r))
		h.Set("Content-Length", "0")
		w.WriteHeader(http.StatusFound)
		return
	}
	for _, c := range f.challenges(modes, opts) {
		h.Add("WWW-Authenticate", c)
	}
	body, contentType := f.json(), "application/json"
	if page {
		body, contentType = f.html(login), "text/html; charset=utf-8"
		h.Set("Content-Security-Policy", refusalCSP+frameAncestors(opts.Embed))
	}
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if f.close || r.ContentLength != 0 {
		// A server reads what is left of the body before the next request, and a
		// client that sends none could hold it up.
		h.Set("Connection", "close")
		// What the client still announces is read for this long and no longer.
		// A writer that knows no deadlines is a test's.
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(refusedBodyLimit))
	}
	w.WriteHeader(f.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the client may have left
	}
}

func (f *refusal) challenges(modes modeSet, opts *GuardOptions) []string {
	realm := opts.Realm
	bearer := `Bearer realm="` + realm + `"`
	if opts.ResourceMetadata != "" && modes.has(ModeJWT) {
		bearer += `, resource_metadata="` + opts.ResourceMetadata + `"` // RFC 9728 5.1
	}
	switch f.code {
	case codeUnauthorized:
		var list []string
		// Policies that contradict each other leave no mode; a 401 has a challenge anyway.
		if modes.bearer() || !modes.has(ModeBasic) {
			list = append(list, bearer)
		}
		if modes.has(ModeBasic) {
			list = append(list, `Basic realm="`+realm+`", charset="UTF-8"`)
		}
		return list
	case codeRequest, codeToken, codeScope:
		bearer += `, error="` + f.code + `", error_description="` + f.text + `"`
		if f.scope != "" {
			bearer += `, scope="` + f.scope + `"`
		}
		list := []string{bearer}
		if f.status == http.StatusUnauthorized && modes.has(ModeBasic) {
			list = append(list, `Basic realm="`+realm+`", charset="UTF-8"`)
		}
		return list
	}
	return nil
}

func (f *refusal) json() []byte {
	body, err := json.Marshal(struct {
		Error       string `json:"error"`
		Description string `json:"error_description,omitempty"`
	}{f.code, f.text})
	if err != nil {
		panic(err) // two strings always marshal
	}
	return append(body, '\n')
}

// wantsHTML recognises a person's browser: a navigation, without credentials,
// that prefers HTML to JSON.
func wantsHTML(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead || len(r.Header["Authorization"]) > 0 {
		return false
	}
	if mode := r.Header.Get("Sec-Fetch-Mode"); mode != "" && mode != "navigate" {
		return false
	}
	var page, data float64 // the quality asked for
	for item := range strings.SplitSeq(strings.Join(r.Header["Accept"], ","), ",") {
		kind, params, _ := strings.Cut(item, ";")
		switch kind = strings.ToLower(strings.TrimSpace(kind)); {
		case kind == "text/html":
			if page = max(page, quality(params)); page > 0 && data == 0 {
				page += 1e-6 // at equal quality the first one leads
			}
		case kind == "application/json" || strings.HasSuffix(kind, "+json") && strings.HasPrefix(kind, "application/"):
			data = max(data, quality(params))
		}
	}
	return page > data
}

func quality(params string) float64 {
	for p := range strings.SplitSeq(params, ";") {
		name, value, _ := strings.Cut(p, "=")
		if strings.EqualFold(strings.TrimSpace(name), "q") {
			q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil || q < 0 || q > 1 {
				return 0
			}
			return q
		}
	}
	return 1
}
