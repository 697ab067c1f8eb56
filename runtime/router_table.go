package runtime

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gorilla/mux"

	"sluice/runtime/msg"
)

// routeTable is the routes of one deploy. Literal paths are found in a map and
// patterns in a tree of their literal beginnings, so that what a request costs
// does not grow with the number of routes. A literal path that an earlier
// pattern matches too is marked when the table is built; only then are both looked up.
type routeTable struct {
	requests tally // those that are served by it

	root     string // httpNodeRoot without the slash at its end
	powered  bool   // answers say that Express made them, which Node-RED turns off
	cors     *corsPolicy
	routes   []*route
	literals map[string]*literalRoutes // by lower-case path without the slash at its end
	patterns patternTree
}

// literalRoutes are the routes of one literal path, in order.
type literalRoutes []*route

// found is the outcome of a look-up: a route, or a parameter that cannot be decoded.
type found struct {
	route       *route
	params      *msg.Object
	undecodable string
}

func (f found) pattern() (text string, ok bool) {
	if f.route == nil {
		return "", false
	}
	return f.route.path.text, true
}

// routes builds the table of what the nodes mounted.
func (set *flowSet) routes() *routeTable {
	settings := set.eng.opts.Settings
	root, _ := NodeRoot(settings)
	t := &routeTable{
		root: root, literals: map[string]*literalRoutes{}, cors: newCORS(settings.Value("httpNodeCors")),
		powered: msg.ToBool(serverOption(settings, "x-powered-by")),
	}
	for rt := range set.mounted() {
		rt.order = len(t.routes)
		t.routes = append(t.routes, rt)
		if !rt.path.literal {
			t.patterns.add(rt, root)
			continue
		}
		key := strings.ToLower(rt.path.base())
		rt.contested = t.patterns.matchesAny(key) || t.patterns.matchesAny(key+"/")
		if t.literals[key] == nil {
			t.literals[key] = &literalRoutes{}
		}
		*t.literals[key] = append(*t.literals[key], rt)
	}
	set.block(t.routes)
	set.table = t
	return t
}

// serverOption returns one of the settings' httpServerOptions, which Express takes.
func serverOption(settings *msg.Object, name string) any {
	options, _ := settings.Value("httpServerOptions").(*msg.Object)
	return options.Value(name)
}

// below returns a path without the node root. What follows the root must begin
// with a slash; one slash right after the root may be missing.
func (t *routeTable) below(path string) (rest string, inside bool) {
	if t.root == "" {
		return path, true
	}
	if len(path) < len(t.root) || !strings.EqualFold(path[:len(t.root)], t.root) {
		return "", false
	}
	switch rest = path[len(t.root):]; {
	case rest == "":
		return "/", true
	case rest[0] != '/':
		return "", false
	case strings.HasPrefix(rest, "//"): // Express takes the first slash for a part of the root
		return rest[1:], true
	}
	return rest, true
}

// findFor returns what answers a request. A handshake goes to the first route for
// them, as in Node, where the server hands it out before Express sees it; where
// there is none it is a GET request like any other.
func (t *routeTable) findFor(r *http.Request, path string) found {
	if IsUpgrade(r) {
		if handshake := t.find(Upgrade, path, nil); handshake.route != nil {
			return handshake
		}
	}
	return t.find(r.Method, path, r)
}

// find returns what answers a request for path, below the root. r may be nil:
// only patterns need a request, and one is made for them.
func (t *routeTable) find(method, path string, r *http.Request) found {
	rt := t.literal(method, path)
	if rt != nil && !rt.contested || len(t.patterns.children) == 0 && t.patterns.mux == nil {
		return found{route: rt}
	}
	if r == nil {
		r = bareRequest(method, t.root+path)
	}
	hit := t.patterns.find(r, path)
	if hit != nil && (rt == nil || hit.route.order < rt.order) {
		if hit.undecodable != "" {
			return found{undecodable: hit.undecodable}
		}
		return found{route: hit.route, params: hit.params}
	}
	return found{route: rt}
}

// literal returns the first literal route for a path.
func (t *routeTable) literal(method, path string) *route {
	low := path
	routes := t.literals[low]
	if routes == nil {
		low = strings.ToLower(path) // does not allocate for lower-case paths
		routes = t.literals[low]
	}
	rt := routes.first(method, path)
	if strings.HasSuffix(low, "/") {
		if other := t.literals[low[:len(low)-1]].first(method, path); rt == nil || other != nil && other.order < rt.order {
			return other
		}
	}
	return rt
}

func (l *literalRoutes) first(method, path string) *route {
	if l == nil {
		return nil
	}
	for _, rt := range *l {
		if rt.answers(method) && rt.path.matchLiteral(path) {
			return rt
		}
	}
	return nil
}

// patternTree files patterns under the literal segments they begin with. Each
// of its nodes serves its patterns by a mux router.
type patternTree struct {
	children map[string]*patternTree
	routes   []*route
	mux      *mux.Router
}

// patternHit is what a pattern found; it rides in mux's RouteMatch as the handler.
type patternHit struct {
	http.Handler
	found
}

func (n *patternTree) add(rt *route, root string) {
	for _, segment := range rt.path.prefix() {
		if n.children == nil {
			n.children = map[string]*patternTree{}
		}
		next := n.children[segment]
		if next == nil {
			next = &patternTree{}
			n.children[segment] = next
		}
		n = next
	}
	if n.mux == nil {
		// Only Match is used, so mux itself never answers, cleans or redirects.
		n.mux = mux.NewRouter().UseEncodedPath().SkipClean(true)
	}
	n.routes = append(n.routes, rt)
	table := &routeTable{root: root}
	n.mux.NewRoute().MatcherFunc(func(r *http.Request, m *mux.RouteMatch) bool {
		path, _ := table.below(RequestPath(r))
		params, undecodable, ok := rt.path.match(path)
		// Express decodes before it looks at the method: a broken parameter ends
		// the request even at a route for another method.
		if !ok || undecodable == "" && !rt.answers(r.Method) {
			return false
		}
		m.Handler = &patternHit{found: found{route: rt, params: params, undecodable: undecodable}}
		return true
	})
}

// find returns the first pattern, in order of the routes, that answers.
func (n *patternTree) find(r *http.Request, path string) *patternHit {
	var best *patternHit
	n.walk(path, func(n *patternTree) {
		if best != nil && n.routes[0].order > best.route.order {
			return
		}
		var m mux.RouteMatch
		if !n.mux.Match(r, &m) {
			return
		}
		if hit, ok := m.Handler.(*patternHit); ok && (best == nil || hit.route.order < best.route.order) {
			best = hit
		}
	})
	return best
}

// matchesAny tells whether some pattern matches a path, whatever the method.
func (n *patternTree) matchesAny(path string) (any bool) {
	n.walk(path, func(n *patternTree) {
		for _, rt := range n.routes {
			if any {
				return
			}
			_, _, any = rt.path.match(path)
		}
	})
	return any
}

// walk calls f for the nodes whose patterns may match a path.
func (n *patternTree) walk(path string, f func(*patternTree)) {
	path = strings.TrimPrefix(strings.ToLower(path), "/")
	for {
		if n.mux != nil {
			f(n)
		}
		if len(n.children) == 0 {
			return
		}
		segment, rest, _ := strings.Cut(path, "/")
		if n = n.children[segment]; n == nil {
			return
		}
		path = rest
	}
}

// RequestPath returns the path of a request as it was sent, still percent-encoded.
func RequestPath(r *http.Request) string {
	uri := r.RequestURI
	if uri == "" { // a request that a program made
		return r.URL.EscapedPath()
	}
	if uri[0] != '/' {
		if _, rest, ok := strings.Cut(uri, "://"); ok { // absolute form
			i := strings.IndexAny(rest, "/?")
			if i < 0 || rest[i] == '?' {
				return "/"
			}
			uri = rest[i:]
		}
	}
	if i := strings.IndexByte(uri, '?'); i >= 0 {
		return uri[:i]
	}
	return uri
}

// validTarget tells whether Node's parser would have let a request through:
// methods that it knows, and no bytes beyond ASCII in the target.
func validTarget(r *http.Request) bool {
	for i := 0; i < len(r.RequestURI); i++ {
		if r.RequestURI[i] >= 0x80 {
			return false
		}
	}
	switch r.Method {
	case http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodHead, http.MethodOptions:
		return true
	}
	return slices.Contains(rareMethods, r.Method)
}

var rareMethods = strings.Fields(`ACL BIND CHECKOUT CONNECT COPY LINK LOCK M-SEARCH MERGE MKACTIVITY MKCALENDAR MKCOL MOVE NOTIFY
	PROPFIND PROPPATCH PURGE QUERY REBIND REPORT SEARCH SOURCE SUBSCRIBE TRACE UNBIND UNLINK UNLOCK UNSUBSCRIBE`)

// bareRequest is a request that has nothing but what routes are found by.
func bareRequest(method, escapedPath string) *http.Request {
	return &http.Request{Method: method, RequestURI: escapedPath, URL: &url.URL{Path: escapedPath}}
}
