package network

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"time"

	"sluice/internal/http1"
	"sluice/runtime"
	"sluice/runtime/msg"
)

// HTTPIn answers an HTTP endpoint: each request starts a message that carries
// the request, the response to give, and the body or query as its payload.
var HTTPIn = runtime.Type{
	Name: "http in", Category: "network", Outputs: 1,
	New: func() runtime.Node { return &httpInNode{} },

	Parallel: true, // a request does not change the node
}

type httpInNode struct {
	URL             string `json:"url"`
	Method          string `json:"method"` // get, post, put, patch or delete
	Upload          bool   `json:"upload"`
	SkipBodyParsing bool   `json:"skipBodyParsing"`
	SwaggerDoc      string `json:"swaggerDoc"`

	inst   *runtime.Instance
	app    *httpApp
	path   string        // URL with its leading slash
	rawKey string        // of SkipBodyParsing, in app.raw
	gone   chan struct{} // closed when the endpoint is taken away for good
}

// missingPath is Node-RED's warning for a node without a URL.
const missingPath = "missing path"

func (n *httpInNode) Init(inst *runtime.Instance) error {
	n.inst = inst
	n.gone = make(chan struct{})
	n.app = appOf(inst)
	if !n.app.enabled {
		inst.Log.Warn("Cannot create http-in node when httpNodeRoot set to false")
		return nil
	}
	routes := n.Routes()
	if len(routes) == 0 {
		if n.URL == "" {
			inst.Log.Warn(missingPath)
		}
		return nil
	}
	n.path = routes[0].Pattern
	if err := inst.Handle(routes[0].Method, n.path, n.serve); err != nil {
		return err
	}
	if n.SkipBodyParsing {
		n.rawKey = rawKey(n.Method, n.app.root+n.path)
		n.app.raw.add(n.rawKey, 1)
	}
	return nil
}

// Check reports a path that cannot be mounted.
func (n *httpInNode) Check(inst *runtime.Instance) error {
	for _, route := range n.Routes() {
		if err := inst.CheckRoute(route.Method, route.Pattern); err != nil {
			return err
		}
	}
	return nil
}

// Close takes back what Init mounted beside the route. Requests that still wait
// for an answer go on waiting across a redeploy, since a context store may hold them.
func (n *httpInNode) Close(_ context.Context, removed bool) error {
	if removed {
		close(n.gone)
	}
	if n.rawKey != "" {
		n.app.raw.add(n.rawKey, -1)
	}
	return nil
}

// Routes tells the endpoint from the node's settings.
func (n *httpInNode) Routes() []runtime.MountedRoute {
	switch n.Method {
	case "get", "post", "put", "patch", "delete":
	default:
		return nil
	}
	if n.URL == "" {
		return nil
	}
	pattern := n.URL
	if pattern[0] != '/' {
		pattern = "/" + pattern
	}
	return []runtime.MountedRoute{{Method: strings.ToUpper(n.Method), Pattern: pattern}}
}

// serve takes one request through the flow.
func (n *httpInNode) serve(w http.ResponseWriter, r *http.Request, params *msg.Object) {
	ex := &transaction{node: n, app: n.app, w: w, r: r, wire: http1.Of(r)}
	ex.req.ex, ex.res.ex, ex.wrapped.ex = ex, ex, ex
	ex.req.body, ex.req.files, ex.req.params = msg.Undefined, msg.Undefined, params
	ex.begin()
	if err := ex.readBody(); err != nil {
		ex.refuse(err)
		return
	}
	run := n.inst.Emit(func(d *runtime.Delivery) error {
		d.Msg = ex.message()
		return d.Send(d.Msg)
	})
	ex.await(run)
}

// message is what the flow gets of the request.
func (ex *transaction) message() *msg.Object {
	m := msg.NewObject(msg.ID, msg.NewIDValue(), "req", &ex.req, "res", &ex.wrapped)
	if ex.node.Method == "get" {
		m.Set(msg.PayloadKey, ex.req.queryLocked()) // nobody else has the request yet
	} else {
		m.Set(msg.PayloadKey, ex.req.body)
	}
	return m
}

var doubleSlash = regexp.MustCompile(`/{2,}`)

// rawKey names a literal path whose bodies are left unparsed, whatever node serves it.
func rawKey(method, path string) string {
	return strings.ToUpper(method) + ":" + strings.TrimSuffix(doubleSlash.ReplaceAllString(path, "/"), "/")
}

// defaultBodyTimeout is how long a client may take to send a request, as Node's server.requestTimeout.
const defaultBodyTimeout = 300 * time.Second

// defaultRequestTimeout is how long a flow may take to answer where the settings do not say.
const defaultRequestTimeout = 120 * time.Second
