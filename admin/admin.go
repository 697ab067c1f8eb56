// Package admin serves sluice's own paths below /_sluice/: the login page, the
// pages for tokens, teams, users, sessions and the audit, and the JSON API for the
// same. It decides nothing about who may do what: every route names its action,
// and authz judges it. It knows no flow and serves no endpoint of one.
package admin

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"sluice/authz"
	"sluice/authz/oidc"
)

// Prefix is what all paths of this package begin with.
const Prefix = "/_sluice/"

// LoginPath is the login page's, for [authz.GuardOptions].
const LoginPath = Prefix + "login"

// maxBody bounds what is read of a request, in bytes.
const maxBody = 64 << 10

// Route is an endpoint of the flows that run, for suggestions on pages.
type Route struct{ Method, Path string }

// Status is how the instance fares.
type Status struct {
	Since   time.Time // when it started
	Stopped Stopped
}

// Stopped counts the calls of function nodes that were stopped at a limit since then.
type Stopped struct {
	Time     int64 `json:"time"`     // longer than their timeout
	Memory   int64 `json:"memory"`   // more than a call may keep
	Depth    int64 `json:"depth"`    // calls within calls
	Outputs  int64 `json:"outputs"`  // messages sent
	Patterns int64 `json:"patterns"` // matches of a regular expression that took too long
}

// Options of a handler. Store and Guard are required.
type Options struct {
	Store    *authz.Store
	Guard    *authz.Guard
	Routes   func() []Route // may be nil
	Status   func() Status  // may be nil: then it is told nowhere
	FlowFuse bool           // serve FlowFuse's routes for tokens as well
	Login    *oidc.Provider // where people can sign in beside passwords, closed with the handler; nil: nowhere
	Accounts authz.Accounts // which accounts they get then
	Keys     *authz.Keys    // of named credentials; nil: they are not managed here
	Try      Try            // required with Keys
	Log      *slog.Logger   // faults of this program; may be nil
	Now      func() time.Time
}

// Handler serves the pages and the API.
type Handler struct {
	opts  Options
	mux   *http.ServeMux // by path; finds the methods of a path
	pages *pages

	trials chan struct{} // test calls under way
}

// endpoint is one route. Without open, nobody gets to serve who may not do action.
type endpoint struct {
	method, path string
	action       authz.Action
	open         bool
	serve        func(c *call) error
}

// call is one request that was let in.
type call struct {
	*Handler
	w   http.ResponseWriter
	r   *http.Request
	p   *authz.Principal // nil on open routes
	by  authz.Actor
	api bool
}

// New makes the handler.
func New(opts Options) *Handler {
	if opts.Routes == nil {
		opts.Routes = func() []Route { return nil }
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	h := &Handler{opts: opts, mux: http.NewServeMux(), pages: newPages(), trials: make(chan struct{}, maxTrials)}
	byPath := map[string][]endpoint{}
	for _, e := range h.endpoints() {
		byPath[e.path] = append(byPath[e.path], e)
	}
	for path, methods := range byPath {
		h.mux.Handle(path, h.methods(methods))
	}
	return h
}

// Close gives back what the handler holds. No request may be under way.
func (h *Handler) Close() {
	if h.opts.Login != nil {
		h.opts.Login.Close()
	}
}

func (h *Handler) endpoints() []endpoint {
	list := slices.Concat(loginPages, accountPages, tokenPages, teamPages, userPages, auditPages, assetRoutes, apiRoutes)
	if h.opts.Keys != nil {
		list = slices.Concat(list, credentialPages, credentialRoutes)
	}
	if h.opts.Status != nil {
		list = slices.Concat(list, statusPages, statusRoutes)
	}
	if h.opts.Login != nil {
		list = append(list, oidcPages...)
	}
	if h.opts.FlowFuse {
		list = append(list, flowFuseRoutes...)
	}
	return list
}

// Wrap serves the paths of this package and passes everything else on. A path that
// is not spelt plainly is passed on too: next is a guard, which lets nobody in by
// a misspelling.
func (h *Handler) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ours := strings.HasPrefix(r.URL.Path, Prefix) || h.opts.FlowFuse && strings.HasPrefix(r.URL.Path, flowFusePrefix)
		if !ours || r.Method == http.MethodConnect || r.Method == http.MethodTrace || !authz.PlainPath(r) {
			next.ServeHTTP(w, r)
			return
		}
		if _, pattern := h.mux.Handler(r); pattern == "" {
			next.ServeHTTP(w, r)
			return
		}
		h.mux.ServeHTTP(w, r)
	})
}

// methods serves one path.
func (h *Handler) methods(list []endpoint) http.Handler {
	var allow []string
	for _, e := range list {
		if allow = append(allow, e.method); e.method == http.MethodGet {
			allow = append(allow, http.MethodHead)
		}
	}
	allow = append(allow, http.MethodOptions)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.setHeaders(w.Header(), r.URL.Path)
		for _, e := range list {
			if e.method == r.Method || e.method == http.MethodGet && r.Method == http.MethodHead {
				h.serve(w, r, e)
				return
			}
		}
		w.Header().Set("Allow", strings.Join(allow, ", "))
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		writeError(w, http.StatusMethodNotAllowed, "method_not_allowed", "this path takes "+strings.Join(allow, ", "))
	})
}

// setHeaders forbids what no page needs. Of all pages only that of the login may be
// in a frame, where the configuration names who may have one.
func (h *Handler) setHeaders(header http.Header, path string) {
	ancestors := "'none'"
	if path == LoginPath {
		ancestors = h.opts.Guard.FrameAncestors()
	}
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Security-Policy", "default-src 'self'; base-uri 'none'; frame-ancestors "+ancestors+"; form-action 'self'")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
	if ancestors == "'none'" {
		header.Set("X-Frame-Options", "DENY")
	}
}

func (h *Handler) serve(w http.ResponseWriter, r *http.Request, e endpoint) {
	c := &call{Handler: h, w: w, r: r, api: strings.Contains(e.path, "/api/")}
	ip := h.opts.Guard.ClientAddress(r).String()
	c.by = authz.Actor{IP: ip}
	if !e.open {
		p, ok := h.opts.Guard.Admit(w, r, e.action)
		if !ok {
			return
		}
		c.p, c.by = p, p.Actor(ip)
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	// A change goes on when the client leaves: what it half saw must not be half done.
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), 30*time.Second)
		defer cancel()
		c.r = r.WithContext(ctx)
	}
	if err := e.serve(c); err != nil {
		c.fail(err)
	}
}

// may reports whether the caller may do a further action, of which the route's
// own is only the least. If not, it has answered.
func (c *call) may(action authz.Action) bool {
	if c.p.May(action) {
		return true
	}
	c.opts.Guard.Forbid(c.w, c.r, c.p, action)
	return false
}

func (c *call) store() *authz.Store { return c.opts.Store }

// fail answers with what went wrong: in JSON, or on a page.
func (c *call) fail(err error) {
	f := faultOf(err)
	if f.status == http.StatusInternalServerError {
		c.opts.Log.Error("the admin API failed", "method", c.r.Method, "path", c.r.URL.Path, "error", err)
	}
	if f.status == http.StatusServiceUnavailable {
		c.w.Header().Set("Retry-After", "2")
	}
	if c.api {
		writeError(c.w, f.status, f.code, f.text)
		return
	}
	c.page(f.status, "error", "Not possible", f.text)
}
