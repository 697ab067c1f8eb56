package server

import (
	"cmp"
	"fmt"
	"net/http"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sluice/authz"
	"sluice/config"
	"sluice/internal/httpfile"
	"sluice/runtime"
	"sluice/runtime/msg"
)

// Static files as Node-RED serves them by httpStatic (red.js), with the rules of
// Express's serve-static: after the flows' own endpoints, and behind the same guard.

// staticMount is one entry of httpStatic.
type staticMount struct {
	prefix  string       // URL path without its last slash; "" for the root
	dir     string       // absolute
	handler http.Handler // its part of the chain: CORS, httpStaticAuth, files

	dotfiles   string // allow, deny, ignore; "" by Express's old rule
	index      []string
	extensions []string
	maxAge     time.Duration
	etag       bool
	modified   bool
	ranges     bool
	cached     bool
	immutable  bool
	redirect   bool
	passOn     bool
}

// openStatic mounts what httpStatic names behind the flows' endpoints.
func (s *Server) openStatic() (err error) {
	if s.statics, err = staticMounts(s.cfg); err == nil {
		s.Engine.Router().OnMiss(s.serveStatic)
	}
	return err
}

// staticMounts reads httpStatic, httpStaticRoot, httpStaticAuth and httpStaticCors.
func staticMounts(cfg *config.Config) ([]*staticMount, error) {
	settings := cfg.Settings
	var entries []any
	switch v := settings.Value("httpStatic").(type) {
	case *msg.Array:
		entries = slices.Collect(func(yield func(any) bool) {
			for _, e := range v.All() {
				if !yield(e) {
					return
				}
			}
		})
	case string, *msg.Object:
		entries = []any{v}
	}
	var mounts []*staticMount
	for _, entry := range entries {
		m, err := newStaticMount(settings, entry)
		if err != nil {
			return nil, &config.Error{Text: "httpStatic in settings.js: " + err.Error()}
		}
		known := func(o *staticMount) bool { return o.prefix == m.prefix && o.dir == m.dir }
		if m != nil && !slices.ContainsFunc(mounts, known) {
			mounts = append(mounts, m)
		}
	}
	return mounts, nil
}

// newStaticMount reads one entry; nil if it names no folder.
func newStaticMount(settings *msg.Object, entry any) (*staticMount, error) {
	fields, _ := entry.(*msg.Object)
	dir, isText := entry.(string)
	if !isText {
		dir = fields.String("path")
	}
	if dir == "" {
		return nil, nil
	}
	// Serving files without the checks that their owner wrote would be an open door.
	if msg.ToBool(fields.Value("middleware")) {
		return nil, fmt.Errorf("the entry for %s has a middleware, which is not supported: guard its path by a policy in sluice.yaml and take the middleware out", dir)
	}
	abs, err := filepath.Abs(dir) // like Node-RED, from where the program was started
	if err != nil {
		return nil, err
	}
	m := &staticMount{prefix: strings.TrimSuffix(path.Join(urlRoot(settings.String("httpStaticRoot")), urlRoot(fields.String("root"))), "/"), dir: abs}
	options, _ := fields.Value("options").(*msg.Object)
	if err := m.setOptions(options); err != nil {
		return nil, fmt.Errorf("the entry for %s: %w", dir, err)
	}
	m.handler = http.HandlerFunc(m.serveFile)
	if pair, ok := settings.Value("httpStaticAuth").(*msg.Object); ok {
		if m.handler, err = basicOnly(pair, m.handler); err != nil {
			return nil, fmt.Errorf("httpStaticAuth: %w", err)
		}
	} else if msg.ToBool(settings.Value("httpStaticAuth")) {
		return nil, fmt.Errorf("httpStaticAuth is no object with user and pass")
	}
	cors := fields.Value("cors")
	if !msg.ToBool(cors) {
		cors = settings.Value("httpStaticCors")
	}
	m.handler = runtime.CORS(cors, m.handler)
	return m, nil
}

// urlRoot is Node-RED's formatRoot.
func urlRoot(root string) string { return "/" + strings.Trim(root, "/") + "/" }

// basicOnly is Node-RED's basicAuthMiddleware with one user.
func basicOnly(pair *msg.Object, next http.Handler) (http.Handler, error) {
	policies, err := authz.NewPolicies(authz.PolicyConfig{
		Mode: []string{"basic"}, Rules: []authz.Rule{{Path: "/*", Methods: []string{http.MethodOptions}, Modes: []string{"none"}}}})
	if err != nil {
		return nil, err
	}
	guard, err := authz.NewGuard(policies, authz.GuardOptions{
		Basic: &authz.BasicUser{User: pair.String("user"), Hash: pair.String("pass")}, PassAuthorization: true, Preflight: next, Refused: markRefused})
	if err != nil {
		return nil, err
	}
	return asBasicMiddleware(guard.Wrap(next)), nil
}

// setOptions reads what Express's static takes.
func (m *staticMount) setOptions(o *msg.Object) error {
	flag := func(name string, otherwise bool) bool {
		if v := o.Value(name); v != msg.Undefined {
			return msg.ToBool(v)
		}
		return otherwise
	}
	m.etag, m.modified, m.ranges, m.cached = flag("etag", true), flag("lastModified", true), flag("acceptRanges", true), flag("cacheControl", true)
	m.immutable, m.redirect, m.passOn = flag("immutable", false), o.Value("redirect") != false, o.Value("fallthrough") != false
	switch v := o.Value("dotfiles"); v {
	case msg.Undefined, "allow", "deny", "ignore":
		m.dotfiles, _ = v.(string)
	default:
		return fmt.Errorf(`dotfiles is "allow", "deny" or "ignore"`)
	}
	if msg.ToBool(o.Value("setHeaders")) {
		return fmt.Errorf("setHeaders is not supported: take it out")
	}
	m.index, m.extensions = []string{"index.html"}, namesOf(o.Value("extensions"))
	if v := o.Value("index"); v != msg.Undefined {
		m.index = namesOf(v)
	}
	age := o.Value("maxAge")
	if !msg.ToBool(age) {
		age = o.Value("maxage")
	}
	m.maxAge = min(max(httpfile.Age(age), 0), maxStaticAge)
	return nil
}

// maxStaticAge is send's bound, a year.
const maxStaticAge = 365 * 24 * time.Hour

// namesOf is send's normalizeList: false is none, one name is a list of one.
func namesOf(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case *msg.Array:
		var names []string
		for _, e := range v.All() {
			names = append(names, msg.ToString(e))
		}
		return names
	}
	return nil
}

// below returns what follows the mount in a path, as Express's app.use finds it.
func (m *staticMount) below(urlPath string) (rest string, ok bool) {
	n := len(m.prefix)
	if len(urlPath) < n || !strings.EqualFold(urlPath[:n], m.prefix) {
		return "", false
	}
	rest = urlPath[n:]
	return rest, rest == "" || rest[0] == '/'
}

// serveStatic answers what no route does, if one of the mounts does.
func (s *Server) serveStatic(w http.ResponseWriter, r *http.Request) (answered bool) {
	for _, m := range s.statics {
		if _, ok := m.below(runtime.RequestPath(r)); !ok {
			continue
		}
		t := &tried{ResponseWriter: w}
		m.handler.ServeHTTP(t, r)
		if !t.passed {
			return true
		}
	}
	return false
}

// tried is how a mount says that it has no answer, and the next is to be tried.
type tried struct {
	http.ResponseWriter
	passed bool
}

func (t *tried) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// pass lets the next mount answer, or ends with a fault where the mount is the last to be asked.
func (m *staticMount) pass(w http.ResponseWriter, r *http.Request, status int) {
	if m.passOn && status < 500 {
		if t, ok := find[*tried](w); ok {
			t.passed = true
			return
		}
	}
	runtime.WriteErrorPage(w, r, status, cmp.Or(http.StatusText(status), "Error"))
}

// find looks for one of the writers around a ResponseWriter.
func find[T http.ResponseWriter](w http.ResponseWriter) (T, bool) {
	for {
		if found, ok := w.(T); ok {
			return found, true
		}
		u, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			var none T
			return none, false
		}
		w = u.Unwrap()
	}
}
