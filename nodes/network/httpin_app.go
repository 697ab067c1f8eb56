package network

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sluice/runtime"
	"sluice/runtime/msg"
)

type etagMode uint8

const (
	etagWeak etagMode = iota
	etagStrong
	etagOff
)

// httpApp is what the settings say about all endpoints: Node-RED's httpNode
// settings and the options of the Express application behind it.
type httpApp struct {
	root       string // httpNodeRoot without its last slash
	enabled    bool
	early      bool // the editor's path covers the endpoints, and its parsers read bodies first
	limit      int64
	timeout    time.Duration // for the flow to answer
	bodyLimit  time.Duration // for the client to send its body
	neverHangs bool
	raw        rawRoutes

	etag            etagMode
	indent          string // of JSON
	callback        string // the query parameter of JSONP
	escapeJSON      bool
	simpleQuery     bool
	noQuery         bool
	trust           trust
	subdomainOffset int
}

type appKey struct{}

func appOf(inst *runtime.Instance) *httpApp {
	return runtime.Shared(inst.Engine(), appKey{}, func() *httpApp {
		app := newApp(inst.Setting)
		if app.early {
			inst.Engine().Router().OnMiss(app.refuseEarly)
		}
		return app
	})
}

// refuseEarly reads the body of a request that no route matches, as the editor's
// parsers do before there is any routing: a bad one is refused rather than not found.
func (app *httpApp) refuseEarly(w http.ResponseWriter, r *http.Request) (answered bool) {
	_, _, err := readForm(r, app.limit)
	refused, ok := errors.AsType[*bodyError](err)
	if ok {
		refused.answer(w, r)
	}
	return ok
}

// newApp reads the settings.
func newApp(setting func(string) any) *httpApp {
	settings := &msg.Object{}
	for _, key := range [...]string{"httpRoot", "httpNodeRoot", "httpAdminRoot"} {
		settings.Set(key, setting(key))
	}
	app := &httpApp{callback: "callback", subdomainOffset: 2, timeout: defaultRequestTimeout, bodyLimit: defaultBodyTimeout, limit: 5 << 20}
	app.root, app.enabled = runtime.NodeRoot(settings)
	app.early = settings.Value("httpRoot") != false && settings.Value("httpAdminRoot") != false && covers(adminRoot(settings), app.root)
	app.neverHangs = setting("nodeRedCompat") != "strict"
	if limit := setting("apiMaxLength"); msg.ToBool(limit) {
		if n, ok := parseSize(limit); ok {
			app.limit = n
		}
	}
	if ms, ok := setting("requestTimeout").(float64); ok && ms > 0 {
		app.timeout = time.Duration(ms * float64(time.Millisecond))
	}
	options, _ := setting("httpServerOptions").(*msg.Object)
	app.setOptions(options)
	return app
}

func adminRoot(settings *msg.Object) string {
	for _, key := range [...]string{"httpAdminRoot", "httpRoot"} {
		if root := settings.String(key); root != "" {
			return root
		}
	}
	return "/"
}

// covers tells whether paths below root are below admin too.
func covers(admin, root string) bool {
	admin = "/" + strings.Trim(admin, "/")
	return admin == "/" || strings.EqualFold(admin, root) || strings.HasPrefix(strings.ToLower(root), strings.ToLower(admin)+"/")
}

// setOptions takes over the settings of the Express application.
func (app *httpApp) setOptions(options *msg.Object) {
	switch v := options.Value("etag"); v {
	case "strong":
		app.etag = etagStrong
	case false:
		app.etag = etagOff
	}
	switch v := options.Value("json spaces").(type) {
	case float64:
		app.indent = strings.Repeat(" ", int(min(max(v, 0), 10)))
	case string:
		app.indent = v[:min(len(v), 10)]
	}
	if name := options.String("jsonp callback name"); name != "" {
		app.callback = name
	}
	app.simpleQuery = options.Value("query parser") == "simple" || options.Value("query parser") == true
	app.noQuery = options.Value("query parser") == false
	app.escapeJSON = msg.ToBool(options.Value("json escape"))
	app.trust = newTrust(options.Value("trust proxy"))
	if n, ok := options.Value("subdomain offset").(float64); ok && n >= 0 && n < 100 {
		app.subdomainOffset = int(n)
	}
}

func (app *httpApp) parseQuery(s string) *msg.Object {
	switch {
	case app.noQuery:
		return &msg.Object{}
	case app.simpleQuery:
		return simpleQuery(s)
	}
	query, err := parseQuery(s, urlQuery)
	if err != nil {
		return &msg.Object{}
	}
	return query
}

// rawRoutes counts the nodes that leave the bodies of a path unparsed.
type rawRoutes struct {
	mu    sync.Mutex
	nodes map[string]int
	some  atomic.Bool // there are any: most flows have none, and every request asks
}

func (rr *rawRoutes) add(key string, n int) {
	rr.mu.Lock()
	defer rr.mu.Unlock()
	if rr.nodes == nil {
		rr.nodes = map[string]int{}
	}
	if rr.nodes[key] += n; rr.nodes[key] == 0 {
		delete(rr.nodes, key)
	}
	rr.some.Store(len(rr.nodes) > 0)
}

func (rr *rawRoutes) has(r *http.Request) bool {
	if !rr.some.Load() {
		return false
	}
	rr.mu.Lock()
	defer rr.mu.Unlock()
	return rr.nodes[rawKey(r.Method, pathOf(r.RequestURI))] > 0
}
