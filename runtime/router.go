package runtime

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"

	"golang.org/x/net/http/httpguts"

	"sluice/runtime/msg"
)

// RouteHandler answers a request of a route; params are the values of its
// pattern's parameters (nil for a literal path).
type RouteHandler func(w http.ResponseWriter, r *http.Request, params *msg.Object)

// Handle mounts a route of the node. Call it inside Init: routes are checked and
// swapped together when every node has been through Init. pattern is an Express
// 4 path; of several routes that match a request the one mounted first answers.
// A route whose flow reaches a node that does not run answers 501 instead. The
// error says what is wrong with the pattern.
func (inst *Instance) Handle(method, pattern string, h RouteHandler) error {
	rt, err := newRoute(inst, method, pattern)
	if err != nil {
		return err
	}
	rt.handler = h
	inst.handlers = append(inst.handlers, *rt)
	return nil
}

// Upgrade is the method to Handle a path's WebSocket handshakes with. Their
// requests are GET requests, and guarded as such; other GET requests pass by.
const Upgrade = "UPGRADE"

// IsUpgrade tells whether a request asks for a WebSocket.
func IsUpgrade(r *http.Request) bool {
	upgrade := r.Header["Upgrade"]
	return len(upgrade) > 0 && r.Method == http.MethodGet && strings.EqualFold(upgrade[0], "websocket") &&
		httpguts.HeaderValuesContainsToken(r.Header["Connection"], "upgrade")
}

// CheckRoute tells what Handle would say, without mounting anything.
func (inst *Instance) CheckRoute(method, pattern string) error {
	_, err := newRoute(inst, method, pattern)
	return err
}

// MountedRoute is a route as a node's settings name it.
type MountedRoute struct{ Method, Pattern string }

// Mounter is a node that mounts routes. It tells them from its settings alone,
// so that they can be listed without starting anything.
type Mounter interface{ Routes() []MountedRoute }

// RouteInfo describes a route for people and guards.
type RouteInfo struct {
	Method  string // upper case
	Pattern string // Express 4 path below the node root
	NodeID  string
	Name    string
	Blocked error // why it answers 501, or nil
}

// ReservedPrefix is the part of the path space that the program keeps to itself.
const ReservedPrefix = "/_sluice/"

// route is one method and pattern of a node.
type route struct {
	method  string
	path    pathPattern
	inst    *Instance
	handler RouteHandler

	order     int       // place among all routes: the first that matches answers
	contested bool      // literal, but an earlier pattern matches it too
	missing   *Instance // reached by its flow, does not run
}

func newRoute(inst *Instance, method, pattern string) (*route, error) {
	low := strings.ToLower(pattern) + "/"
	if strings.HasPrefix(low, ReservedPrefix) {
		if root, _ := NodeRoot(inst.eng.opts.Settings); root == "" {
			return nil, fmt.Errorf("the path %s is reserved: paths below %s belong to sluice itself; choose another path", pattern, ReservedPrefix)
		}
	}
	settings := inst.eng.opts.Settings
	p, err := compilePath(pattern, pathOptions{
		sensitive: msg.ToBool(serverOption(settings, "case sensitive routing")),
		strict:    msg.ToBool(serverOption(settings, "strict routing")),
	})
	if err != nil {
		return nil, fmt.Errorf("the path %s cannot be used: %w", pattern, err)
	}
	return &route{method: strings.ToUpper(method), path: p, inst: inst}, nil
}

func (rt *route) info() RouteInfo {
	info := RouteInfo{Method: rt.sentAs(), Pattern: rt.path.text, NodeID: rt.inst.ID, Name: rt.inst.Name()}
	if m := rt.missing; m != nil {
		info.Blocked = fmt.Errorf("it leads to the %s node %s, which does not run: %w", m.Type.Name, m.ID, m.broken)
	}
	return info
}

// sentAs is the method of the requests that the route serves.
func (rt *route) sentAs() string {
	if rt.method == Upgrade {
		return http.MethodGet
	}
	return rt.method
}

// answers tells whether the route serves a method: HEAD is served by GET routes.
func (rt *route) answers(method string) bool {
	return rt.method == method || method == http.MethodHead && rt.method == http.MethodGet
}

// Router serves the endpoints of the flows that run, as Express 4 would. It
// never redirects and never changes a path; who may call is decided before it.
type Router struct {
	table atomic.Pointer[routeTable]
	miss  atomic.Pointer[[]Fallback] // in the order they are asked
}

func newRouter() *Router { return &Router{} }

// swap replaces all routes at once; nil means that no flows run.
func (rt *Router) swap(t *routeTable) { rt.table.Store(t) }

// Fallback may answer a request that no route matches, before it gets 404.
type Fallback func(w http.ResponseWriter, r *http.Request) (answered bool)

// OnMiss adds a fallback; the one added last is asked first.
func (rt *Router) OnMiss(f Fallback) {
	for {
		old := rt.miss.Load()
		list := []Fallback{f}
		if old != nil {
			list = append(list, *old...)
		}
		if rt.miss.CompareAndSwap(old, &list) {
			return
		}
	}
}

// enter returns the table of the flows that run, or nil. They are not closed
// before the caller has left its tally.
func (rt *Router) enter() *routeTable {
	for {
		t := rt.table.Load()
		if t == nil || t.requests.enter() {
			return t
		} // else it has just been replaced
	}
}

func (rt *Router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	t := rt.enter()
	if t == nil {
		writeJSON(w, http.StatusServiceUnavailable, `{"error":"not_running"}`)
		return
	}
	defer t.requests.leave()
	if t.powered {
		w.Header()["X-Powered-By"] = []string{"Express"}
	}
	if !validTarget(r) {
		w.Header().Set("Connection", "close")
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	path, inside := t.below(RequestPath(r))
	if !inside {
		if !rt.missed(w, r) {
			NotFound(w, r)
		}
		return
	}
	if r.Method == http.MethodOptions && t.cors.preflight(w, r) {
		return
	}
	switch found := t.findFor(r, path); {
	case found.undecodable != "":
		WriteErrorPage(w, r, http.StatusBadRequest, "Failed to decode param '"+found.undecodable+"'")
	case found.route != nil && found.route.missing != nil:
		t.cors.apply(w, r)
		writeUnavailable(w, found.route.missing)
	case found.route != nil:
		t.cors.apply(w, r)
		found.route.handler(w, r, found.params)
	case rt.missed(w, r):
	case r.Method == http.MethodOptions:
		t.serveOptions(w, r, path)
	default:
		NotFound(w, r)
	}
}

// missed lets the fallbacks answer a request that no route does.
func (rt *Router) missed(w http.ResponseWriter, r *http.Request) (answered bool) {
	if list := rt.miss.Load(); list != nil {
		for _, f := range *list {
			if f(w, r) {
				return true
			}
		}
	}
	return false
}

// ServePreflight answers a CORS preflight before anyone has been judged: as the
// setting httpNodeCors says, the same for every path, or with no permission.
func (rt *Router) ServePreflight(w http.ResponseWriter, r *http.Request) {
	t := rt.table.Load()
	switch {
	case t == nil || t.cors == nil:
		w.WriteHeader(http.StatusNoContent)
	case t.cors.next:
		rt.ServeHTTP(w, r)
	default:
		t.cors.preflight(w, r)
	}
}

// SetCORS sets the headers that let a page of another origin read an answer
// which no route has given, such as a refusal.
func (rt *Router) SetCORS(w http.ResponseWriter, r *http.Request) {
	if t := rt.table.Load(); t != nil {
		t.cors.apply(w, r)
	}
}

// Match returns the pattern, below the node root, of the route that answers a
// request for method and path (still percent-encoded). ok is false if none does.
func (rt *Router) Match(method, escapedPath string) (pattern string, ok bool) {
	t, path, inside := rt.inside(escapedPath)
	if !inside {
		return "", false
	}
	return t.find(method, path, nil).pattern()
}

// PatternOf is Match for a request, read exactly as ServeHTTP reads it.
func (rt *Router) PatternOf(r *http.Request) (pattern string, ok bool) {
	t, path, inside := rt.inside(RequestPath(r))
	if !inside {
		return "", false
	}
	return t.findFor(r, path).pattern()
}

// inside returns the table of the flows that run and a path below its root.
func (rt *Router) inside(escapedPath string) (t *routeTable, path string, inside bool) {
	if t = rt.table.Load(); t != nil {
		path, inside = t.below(escapedPath)
	}
	return t, path, inside
}

// Routes lists the routes in the order they are tried.
func (rt *Router) Routes() []RouteInfo {
	t := rt.table.Load()
	if t == nil {
		return nil
	}
	return describe(t.routes)
}

func describe(routes []*route) []RouteInfo {
	list := make([]RouteInfo, len(routes))
	for i, rt := range routes {
		list[i] = rt.info()
	}
	return list
}

// Routes lists the routes that the flows mount, or would mount when started.
func (f *Flows) Routes() []RouteInfo {
	var routes []*route
	for _, inst := range f.set.all {
		m, ok := inst.node.(Mounter)
		if !ok {
			continue
		}
		for _, mounted := range m.Routes() {
			if rt, err := newRoute(inst, mounted.Method, mounted.Pattern); err == nil {
				routes = append(routes, rt)
			}
		}
	}
	f.set.block(routes)
	return describe(routes)
}

// NodeRoot reads the path that all endpoints of flows stand below, without its
// last slash ("" for the root). enabled is false if the settings turn endpoints off.
func NodeRoot(settings *msg.Object) (prefix string, enabled bool) {
	if settings.Value("httpRoot") == false || settings.Value("httpNodeRoot") == false {
		return "", false
	}
	root := settings.String("httpNodeRoot")
	if root == "" {
		root = settings.String("httpRoot")
	}
	root = strings.TrimSuffix(root, "/")
	if root != "" && root[0] != '/' {
		root = "/" + root
	}
	return root, true
}
