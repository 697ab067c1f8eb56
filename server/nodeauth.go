package server

import (
	"net/http"
	"strconv"
	"strings"

	"sluice/authz"
	"sluice/internal/http1"
	"sluice/runtime"
)

// fromNodeAuth is what the configuration says of a guard that comes from
// Node-RED's own setting alone. Clients of such endpoints know Node-RED's answers.
const fromNodeAuth = "settings.js httpNodeAuth"

// asNodeRED tells whether the guard is Node-RED's httpNodeAuth and nothing more.
func (s *Server) asNodeRED() bool {
	return s.cfg.From["auth"] == fromNodeAuth && len(s.cfg.Auth.Policies) == 0
}

// open tells whether nothing is guarded at all.
func (s *Server) open() bool {
	modes := s.cfg.Auth.Modes
	return (len(modes) == 0 || len(modes) == 1 && modes[0] == "none") && len(s.cfg.Auth.Policies) == 0
}

// policyConfig is the guard's table. Node-RED's basicAuthMiddleware lets OPTIONS pass.
func (s *Server) policyConfig() authz.PolicyConfig {
	table := s.cfg.Policies()
	if s.asNodeRED() {
		table.Rules = append(table.Rules, authz.Rule{Path: "/*", Methods: []string{http.MethodOptions}, Modes: []string{"none"}, Origin: fromNodeAuth})
	}
	return table
}

// wire connects the guard's answers with what the settings say about endpoints.
func (s *Server) wire(opts *authz.GuardOptions) {
	root, _ := runtime.NodeRoot(s.cfg.Settings)
	opts.RoutePattern = func(r *http.Request) string {
		pattern, ok := s.Engine.Router().PatternOf(r)
		if !ok {
			return ""
		}
		return root + pattern
	}
	// With nothing to guard there is nothing that an answer could tell a stranger.
	unguarded := s.open() || s.asNodeRED()
	opts.Preflight = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if unguarded {
			s.Engine.Router().ServeHTTP(w, r)
		} else {
			s.Engine.Router().ServePreflight(w, r)
		}
	})
	if s.asNodeRED() {
		opts.PassAuthorization = true
		opts.Refused = markRefused
		return
	}
	opts.Options = http.HandlerFunc(s.serveOptions)
	opts.ResourceMetadata = s.resourceURL()
	opts.Refused = func(w http.ResponseWriter, r *http.Request) {
		s.Engine.Router().SetCORS(w, r)
		if w.Header().Get("Access-Control-Allow-Origin") != "" {
			w.Header().Add("Access-Control-Expose-Headers", "WWW-Authenticate")
		}
	}
}

// serveOptions tells whoever has passed the guard which methods a path has.
func (s *Server) serveOptions(w http.ResponseWriter, r *http.Request) {
	router := s.Engine.Router()
	methods := router.Methods(r)
	if len(methods) == 0 {
		router.ServeHTTP(w, r)
		return
	}
	router.SetCORS(w, r)
	w.Header().Set("Allow", strings.Join(methods, ","))
	w.WriteHeader(http.StatusNoContent)
}

// wrap puts the guard in front of the router.
func (s *Server) wrap(next http.Handler) http.Handler {
	guarded := s.wrapResource(s.guard.Wrap(next))
	if !s.asNodeRED() {
		return guarded
	}
	return asBasicMiddleware(guarded)
}

// asBasicMiddleware lets a guard whose Refused is markRefused answer as Node-RED's
// basicAuthMiddleware (red.js) does.
func asBasicMiddleware(guarded http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		guarded.ServeHTTP(&nodeRefusal{ResponseWriter: w, r: r}, r)
	})
}

func markRefused(w http.ResponseWriter, _ *http.Request) {
	if w, ok := w.(*nodeRefusal); ok {
		w.refused = true
	}
}

// nodeRefusal puts Node-RED's refusal in place of the guard's own text.
type nodeRefusal struct {
	http.ResponseWriter
	r        *http.Request
	refused  bool // the guard is about to answer
	answered bool
}

func (w *nodeRefusal) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *nodeRefusal) WriteHeader(status int) {
	// A route that its flow guards with more than a password has more to say.
	if !w.refused || status != http.StatusUnauthorized || len(w.Header()["Www-Authenticate"]) != 1 || !strings.HasPrefix(w.Header().Get("Www-Authenticate"), "Basic ") {
		w.ResponseWriter.WriteHeader(status)
		return
	}
	w.answered = true
	const body = "Unauthorized"
	h := w.Header()
	for _, name := range [...]string{"Cache-Control", "Content-Security-Policy", "Vary", "X-Content-Type-Options"} {
		h.Del(name)
	}
	h.Set("Www-Authenticate", `Basic realm="Authorization Required"`)
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Etag", runtime.ETag([]byte(body), true))
	http1.Next(w.r, []string{"WWW-Authenticate", "Content-Type", "Content-Length", "ETag"})
	w.ResponseWriter.WriteHeader(status)
	if w.r.Method != http.MethodHead {
		_, _ = w.ResponseWriter.Write([]byte(body)) // the client may have left
	}
}

func (w *nodeRefusal) Write(b []byte) (int, error) {
	if w.answered {
		return len(b), nil
	}
	return w.ResponseWriter.Write(b)
}
