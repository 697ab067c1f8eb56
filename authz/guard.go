package authz

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"
)

// Guard judges every request before anything else sees it. It has to wrap the
// whole router, from outside: what answers before it is open to strangers.
type Guard struct {
	policies    atomic.Pointer[Policies]
	verifier    *Verifier
	passwords   *passwords
	crossOrigin *http.CrossOriginProtection
	bearerFails *rateLimit // nil: not limited
	tickets     tickets
	denied      deniedSample
	opts        GuardOptions
}

// GuardOptions says what a guard works with. All of it is optional, except that
// policies with mode "bearer" or "team" need Verifier, those with "jwt" need
// Issuer, and those with "basic" need Basic or Verifier.
type GuardOptions struct {
	Verifier *Verifier
	Basic    *BasicUser
	Issuer   *Issuer
	Realm    string // "sluice" if empty

	// Preflight answers CORS preflights, which need no authentication and never
	// reach a flow. Without it they get 204 and no permission.
	Preflight http.Handler
	// Options answers other OPTIONS requests once they have passed as somebody's;
	// without it next does.
	Options http.Handler
	// Refused is called before a refusal is written, to add CORS headers to it.
	Refused func(w http.ResponseWriter, r *http.Request)
	// RoutePattern returns the pattern of the route that would serve r, "" if none.
	// Where path and pattern lead to different rules, the stricter one counts.
	RoutePattern func(r *http.Request) string

	TrustedProxies    []netip.Prefix // peers whose X-Forwarded-For is believed
	IgnoreSchemes     []string       // Authorization schemes that a front proxy adds for itself
	PassAuthorization bool           // leave the header that was judged in the request
	InsecureCookies   bool           // sessions also over plain HTTP beyond this machine
	Embed             []string       // origins whose pages may hold the login page and endpoints in a frame
	LoginPath         string         // where mode team sends browsers; "" if no login page is served
	ResourceMetadata  string         // URL of the document of RFC 9728, for the challenges of mode jwt; "" if there is none
	BearerFailures    Rate           // per address; beyond it wrong tokens get 429. Zero: no limit

	Now   func() time.Time
	Log   *slog.Logger
	Audit func(Event) // refused requests, sampled; Verifier.Record if nil
}

// NewGuard makes a guard. It fails rather than be open: a mode that cannot be
// judged is an error.
func NewGuard(policies *Policies, opts GuardOptions) (*Guard, error) {
	if opts.Realm == "" {
		opts.Realm = "sluice"
	}
	if strings.ContainsFunc(opts.Realm, func(c rune) bool { return c < 0x20 || c > 0x7e || c == '"' || c == '\\' }) {
		return nil, errors.New("auth realm: use printable ASCII without quotes and backslashes")
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.Audit == nil && opts.Verifier != nil {
		opts.Audit = opts.Verifier.Record
	}
	if opts.Preflight == nil {
		opts.Preflight = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	}
	g := &Guard{verifier: opts.Verifier, crossOrigin: http.NewCrossOriginProtection(), bearerFails: opts.BearerFailures.limit(),
		denied: deniedSample{log: opts.Log, record: opts.Audit}, opts: opts}
	var err error
	if g.passwords, err = newPasswords(opts.Basic, opts.Verifier, opts.Now); err != nil {
		return nil, fmt.Errorf("auth: %w", err)
	}
	return g, g.SetPolicies(policies)
}

// SetPolicies replaces the table of policies for the requests that start from now
// on. On an error the old table stays.
func (g *Guard) SetPolicies(p *Policies) error {
	switch {
	case p == nil:
		return errors.New("auth: no policies")
	case p.modes.tokens() && g.verifier == nil:
		return errors.New("auth: the modes bearer and team need a token store: name one of them in auth.mode or --auth")
	case p.modes.has(ModeJWT) && g.opts.Issuer == nil:
		return errors.New("auth: mode jwt needs to know whose tokens are good: set issuer and audience under auth.jwt in sluice.yaml, or SLUICE_OIDC_ISSUER and SLUICE_OIDC_AUDIENCE")
	case p.modes.has(ModeBasic) && g.opts.Basic == nil && g.verifier == nil:
		return errors.New("auth: mode basic needs a user and a password hash (SLUICE_AUTH_USER, SLUICE_AUTH_PASS_HASH)")
	}
	if g.policies.Swap(p) != nil {
		e := Event{At: g.opts.Now().UTC(), Type: EventPolicies}
		e.log(g.opts.Log)
		if g.opts.Audit != nil {
			g.opts.Audit(e)
		}
	}
	return nil
}

// Policies returns the table in force.
func (g *Guard) Policies() *Policies { return g.policies.Load() }

// Wrap returns a handler that lets through to next what the policies accept, with
// its principal in the context ([FromContext]). It takes out of the request's
// header what next must not see: X-Sluice-* fields, and the credentials that were
// judged.
//
// The server has refused before, and closed the connection, what is not HTTP: bad
// syntax, a message with two lengths, codings other than chunked, a head beyond its
// bounds. What another server lets through of it is refused here once more.
func (g *Guard) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodTrace || r.Method == http.MethodConnect {
			g.refuse(w, r, refuseMethod, nil, "", Event{})
			return
		}
		if len(r.TransferEncoding) > 0 && len(r.Header["Content-Length"]) > 0 {
			g.refuse(w, r, refuseFraming, nil, "", Event{})
			return
		}
		path, plain, err := canonical(target(r))
		if err != nil || r.URL.User != nil || r.URL.Opaque != "" {
			g.refuse(w, r, refuseTarget, nil, "", Event{})
			return
		}
		if isPreflight(r) {
			g.opts.Preflight.ServeHTTP(w, r)
			return
		}
		pattern := ""
		if g.opts.RoutePattern != nil {
			pattern = g.opts.RoutePattern(r)
		}
		p := g.policies.Load().choose(r.Method, path, plain, pattern)
		principal, token, refused := g.judge(r, p, path)
		if refused == nil && len(p.limits) > 0 {
			refused = p.overRate(principal, clientAddress(r, g.opts.TrustedProxies), g.opts.Now())
		}
		if refused != nil {
			e := Event{Subject: token}
			if principal != nil {
				e.Actor = principal.Actor("").Name
			}
			g.refuse(w, r, refused, p, path, e)
			return
		}
		dropIdentity(r.Header)
		dropSession(r.Header)
		if p.timeout > 0 {
			r = withValue(r, timeLimitKey{}, p.timeout)
		}
		if principal == anonymous {
			next.ServeHTTP(w, r)
			return
		}
		if p.queryToken && takeQuery(r, queryParameter) {
			w.Header().Set("Cache-Control", "private")
		}
		if !g.opts.PassAuthorization {
			delete(r.Header, "Authorization")
		}
		switch {
		case r.Method == http.MethodOptions && g.opts.Options != nil:
			g.opts.Options.ServeHTTP(w, r)
			return
		case !servedMethod(r.Method):
			g.refuse(w, r, refuseMethod, nil, "", Event{})
			return
		}
		r = withValue(r, principalKey{}, principal)
		r = withValue(r, guardKey{}, g)
		if principal.Type != PrincipalBasic && isUpgrade(r) {
			takeTicket(r)
			g.serveWatched(next, w, r, principal)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// judge finds out who a request is from. The scheme of the Authorization header
// selects the mode, and what that mode says is final: nothing falls back to
// another. Without the header the session's cookie counts. token is the id of a
// known token that was refused.
func (g *Guard) judge(r *http.Request, p *policy, path string) (_ *Principal, token string, _ *refusal) {
	if p.modes == 1<<ModeNone {
		return anonymous, "", nil
	}
	shown, refused := parseAuthorization(r.Header, g.opts.IgnoreSchemes)
	if refused == nil && p.queryToken {
		shown, refused = withQueryToken(shown, r)
	}
	switch {
	case refused != nil && p.modes.bearer():
		return nil, "", refused
	case refused != nil:
		return nil, "", refuseMissing // basic has one answer for all
	case !shown.scheme && isUpgrade(r) && ticketOf(r) != "":
		return g.judgeTicket(r, p, path, ticketOf(r))
	case shown.mode == ModeBearer && p.modes.bearer():
		return g.judgeToken(r, p, path, shown.credentials)
	case shown.mode == ModeBasic && p.modes.has(ModeBasic):
		principal, refused := g.judgeBasic(r, p, shown.credentials)
		return principal, "", refused
	case !shown.scheme && p.modes.has(ModeTeam):
		principal, refused := g.judgeSession(r)
		if refused == nil && principal != nil {
			refused = principal.rankRefusal(p.minRole)
		}
		if refused != nil || principal != nil {
			return principal, "", refused
		}
	}
	if p.modes.has(ModeNone) {
		return anonymous, "", nil
	}
	return nil, "", refuseMissing
}

// judgeBasic judges a user name and a password. Browsers send them by themselves,
// like cookies, so requests from other sites' pages are refused as with cookies.
func (g *Guard) judgeBasic(r *http.Request, p *policy, credentials string) (*Principal, *refusal) {
	principal, refused := g.passwords.basic(r.Context(), credentials, clientAddress(r, g.opts.TrustedProxies))
	if refused == nil {
		refused = g.crossSite(r)
	}
	if refused == nil {
		refused = principal.rankRefusal(p.minRole)
	}
	return principal, refused
}
