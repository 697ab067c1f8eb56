package runtime_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sluice/flows"
	"sluice/runtime"
	"sluice/runtime/msg"
)

// routeNode mounts a route that answers with its id and parameters.
type routeNode struct {
	Method string `json:"method"`
	URL    string `json:"url"`
}

func (n *routeNode) Init(inst *runtime.Instance) error {
	return inst.Handle(n.Method, n.URL, func(w http.ResponseWriter, _ *http.Request, params *msg.Object) {
		text := inst.ID
		for name, v := range params.All() {
			text += fmt.Sprintf(" %s=%v", name, v)
		}
		_, _ = w.Write([]byte(text))
	})
}

func (n *routeNode) Routes() []runtime.MountedRoute {
	return []runtime.MountedRoute{{Method: n.Method, Pattern: n.URL}}
}

type brokenNode struct{}

func (brokenNode) Init(*runtime.Instance) error { return errors.New("no such device") }

var routeTypes = []runtime.Type{
	{Name: "route", Outputs: 1, New: func() runtime.Node { return &routeNode{} }},
	{Name: "pass", Inputs: 1, Outputs: 1, New: func() runtime.Node { return &passNode{} }},
	{Name: "link call", Inputs: 1, Outputs: 1, New: func() runtime.Node { return &passNode{} }},
	{Name: "broken", Inputs: 1, New: func() runtime.Node { return brokenNode{} }},
}

// routes writes nodes "METHOD path" with the ids r0, r1, … into a flow.
func routes(lines ...string) string {
	nodes := []string{`{"id":"t","type":"tab"}`}
	for i, line := range lines {
		method, url, _ := strings.Cut(line, " ")
		nodes = append(nodes, fmt.Sprintf(`{"id":"r%d","type":"route","z":"t","x":1,"y":1,"method":%q,"url":%q,"wires":[[]]}`, i, method, url))
	}
	return "[" + strings.Join(nodes, ",") + "]"
}

// routing runs a flow and returns its engine and problems.
func routing(t testing.TB, flow string, settings ...any) (*runtime.Engine, []runtime.Problem) {
	t.Helper()
	e, err := runtime.New(runtime.Options{Types: routeTypes, Settings: msg.NewObject(settings...)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close(t.Context()) })
	file, err := flows.Parse([]byte(flow))
	if err != nil {
		t.Fatal(err)
	}
	return e, e.Deploy(t.Context(), file, flows.Full)
}

func request(h http.Handler, method, target string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "/", nil)
	r.RequestURI = target
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Add(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestTheRouteMountedFirstAnswers(t *testing.T) {
	for _, tc := range []struct {
		name   string
		routes []string
		target string
		want   string
	}{
		{"a literal before a pattern", []string{"get /a/b", "get /a/:x"}, "/a/b", "r0"},
		{"a pattern before a literal", []string{"get /a/:x", "get /a/b"}, "/a/b", "r0 x=b"},
		{"a pattern that matches only with the slash", []string{"get /a/*", "get /a"}, "/a/", "r0 0="},
		{"a pattern that does not match without it", []string{"get /a/*", "get /a"}, "/a", "r1"},
		{"an earlier pattern for another method", []string{"post /a/:x", "get /a/b"}, "/a/b", "r1"},
		{"patterns filed at different depths", []string{"get /:a/:b", "get /a/:x", "get /a/b/:y?"}, "/a/b", "r0 a=a b=b"},
		{"the deeper one first", []string{"get /a/b/:y?", "get /:a/:b"}, "/a/b", "r0 y=undefined"},
		{"the same path twice", []string{"get /a", "get /a/"}, "/a/", "r0"},
		{"two slashes are not one", []string{"get /a", "get /:x?/"}, "/a//", "404"},
		{"case does not matter", []string{"get /a/B"}, "/A/b", "r0"},
		{"an encoded path is another path", []string{"get /a"}, "/%61", "404"},
		{"parameters are decoded", []string{"get /:x"}, "/%C3%A9%2F", "r0 x=é/"},
		{"a query is no part of the path", []string{"get /a"}, "/a?b=/c", "r0"},
		{"an undecodable parameter ends the search", []string{"post /:x", "get /*"}, "/%ff", "400"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e, problems := routing(t, routes(tc.routes...))
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			w := request(e.Router(), "GET", tc.target)
			got := w.Body.String()
			if w.Code != http.StatusOK {
				got = fmt.Sprint(w.Code)
			}
			if got != tc.want {
				t.Errorf("GET %s: got %s, want %s", tc.target, got, tc.want)
			}
		})
	}
}

func TestExpressOptionsOfRouting(t *testing.T) {
	e, _ := routing(t, routes("get /Case", "get /slash/", "get /p/:x"), "httpServerOptions",
		msg.NewObject("case sensitive routing", true, "strict routing", true, "x-powered-by", true))
	for target, want := range map[string]int{"/Case": 200, "/case": 404, "/Case/": 404, "/slash/": 200, "/slash": 404, "/p/1": 200, "/P/1": 404, "/p/1/": 404} {
		if w := request(e.Router(), "GET", target); w.Code != want || w.Header().Get("X-Powered-By") != "Express" {
			t.Errorf("%s: got %d %v, want %d", target, w.Code, w.Header(), want)
		}
	}
}

func TestAutomaticAnswers(t *testing.T) {
	e, _ := routing(t, routes("get /a", "post /a", "delete /:x"))
	for _, tc := range []struct {
		name, method, target string
		status               int
		header, want         string
	}{
		{"OPTIONS lists the methods of all routes that match", "OPTIONS", "/A/", 200, "GET,HEAD,POST,DELETE", "GET,HEAD,POST,DELETE"},
		{"OPTIONS of an unknown path", "OPTIONS", "/a/b", 404, "", ""},
		{"HEAD is served by get", "HEAD", "/a", 200, "", "r0"},
		{"HEAD is not served by others", "HEAD", "/b", 404, "", ""},
		{"the page says what was not found, escaped", "GET", "/x/<b>%20\"", 404, "", "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Error</title>\n</head>\n<body>\n<pre>Cannot GET /x/%3Cb%3E%20%22</pre>\n</body>\n</html>\n"},
		{"bytes beyond ASCII", "GET", "/é", 400, "", ""},
		{"an unknown method", "get", "/a", 400, "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := request(e.Router(), tc.method, tc.target)
			if w.Code != tc.status || w.Header().Get("Allow") != tc.header || tc.want != "" && w.Body.String() != tc.want {
				t.Errorf("got %d %q %s", w.Code, w.Header().Get("Allow"), w.Body)
			}
		})
	}
}

func TestRoutesStandBelowTheNodeRoot(t *testing.T) {
	e, _ := routing(t, routes("get /", "get /a"), "httpNodeRoot", "api/v1/")
	for target, want := range map[string]string{"/api/v1": "r0", "/API/v1/": "r0", "/api/v1/a": "r1", "/api/v1//a": "r1", "/api/v1a": "404", "/a": "404", "/api": "404"} {
		w := request(e.Router(), "GET", target)
		if got := w.Body.String(); got != want && (want != "404" || w.Code != 404) {
			t.Errorf("%s: got %d %s, want %s", target, w.Code, got, want)
		}
	}
}

func TestARouteThatLeadsToAMissingNodeSaysSo(t *testing.T) {
	e, _ := routing(t, `[{"id":"t","type":"tab"},
		{"id":"a","type":"route","z":"t","x":1,"y":1,"method":"get","url":"/a","wires":[["p"]]},
		{"id":"p","type":"pass","z":"t","x":1,"y":1,"wires":[["lo"]]},
		{"id":"lo","type":"link out","z":"t","x":1,"y":1,"links":["li"],"wires":[]},
		{"id":"li","type":"link in","z":"t","x":1,"y":1,"links":["lo"],"wires":[["b"]]},
		{"id":"b","type":"broken","z":"t","x":1,"y":1,"wires":[]},
		{"id":"c","type":"route","z":"t","x":1,"y":1,"method":"get","url":"/c","wires":[["lc"]]},
		{"id":"lc","type":"link call","z":"t","x":1,"y":1,"links":["u"],"wires":[[]]},
		{"id":"u","type":"unknown-type","z":"t","x":1,"y":1,"wires":[]},
		{"id":"d","type":"route","z":"t","x":1,"y":1,"method":"get","url":"/d","wires":[[]]}]`)
	for target, want := range map[string]string{
		"/d": "d",
		"/c": `{"error":"node_not_available","type":"unknown-type","node":"u"}`,
	} {
		if w := request(e.Router(), "GET", target); w.Body.String() != want || (w.Code == 501) != (want != "d") {
			t.Errorf("%s: got %d %s, want %s", target, w.Code, w.Body, want)
		}
	}
	if w := request(e.Router(), "GET", "/a"); w.Code != 501 {
		t.Errorf("/a: got %d %s", w.Code, w.Body)
	}
	blocked := 0
	for _, route := range e.Router().Routes() {
		if route.Blocked != nil {
			blocked++
		}
	}
	if blocked != 2 {
		t.Errorf("%d routes are listed as blocked: %v", blocked, e.Router().Routes())
	}
}

func TestFaultyAndReservedPathsLeaveOutTheirNodeAlone(t *testing.T) {
	e, problems := routing(t, routes("get /a(b", "get /_sluice/tokens", "get /_SLUICE", "get /ok"))
	if len(problems) != 3 {
		t.Errorf("problems: %v", problems)
	}
	if got := e.Router().Routes(); len(got) != 1 || got[0].Pattern != "/ok" || got[0].Method != "GET" {
		t.Errorf("routes: %v", got)
	}
	if w := request(e.Router(), "GET", "/_sluice/tokens"); w.Code != 404 {
		t.Errorf("the reserved path is mounted: %d", w.Code)
	}
}

func TestACheckListsRoutesWithoutStartingThem(t *testing.T) {
	e, err := runtime.New(runtime.Options{Types: routeTypes})
	if err != nil {
		t.Fatal(err)
	}
	file, err := flows.Parse([]byte(routes("get /a", "post /b/:id", "get /_sluice/x")))
	if err != nil {
		t.Fatal(err)
	}
	checked := e.Check(file)
	var got []string
	for _, route := range checked.Routes() {
		got = append(got, route.Method+" "+route.Pattern+" "+route.NodeID)
	}
	if want := "GET /a r0, POST /b/:id r1"; strings.Join(got, ", ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
	if w := request(e.Router(), "GET", "/a"); w.Code != http.StatusServiceUnavailable {
		t.Errorf("a check serves: %d", w.Code)
	}
}

func TestMatchTellsThePatternOfTheRoute(t *testing.T) {
	e, _ := routing(t, routes("get /a/:x", "post /b"), "httpNodeRoot", "/n")
	for _, tc := range []struct{ method, path, want string }{
		{"GET", "/n/a/1", "/a/:x"}, {"HEAD", "/n/A/1/", "/a/:x"}, {"POST", "/n/b", "/b"}, {"GET", "/n/b", ""}, {"GET", "/a/1", ""}, {"GET", "/n/a/%ff", ""},
	} {
		r := httptest.NewRequest(tc.method, "/", nil)
		for _, uri := range []string{tc.path + "?q=/", "http://h.test" + tc.path} {
			r.RequestURI = uri
			if got, ok := e.Router().PatternOf(r); got != tc.want || ok != (tc.want != "") {
				t.Errorf("%s %s: got %q %v, want %q", tc.method, uri, got, ok, tc.want)
			}
		}
		if got, ok := e.Router().Match(tc.method, tc.path); got != tc.want || ok != (tc.want != "") {
			t.Errorf("%s %s: got %q %v, want %q", tc.method, tc.path, got, ok, tc.want)
		}
	}
}

func TestCORS(t *testing.T) {
	list := msg.NewObject("origin", msg.NewArray("http://a.test", &msg.RegExp{Source: `\.b\.test$`}), "credentials", true)
	for _, tc := range []struct {
		name           string
		setting        any
		method, target string
		origin         string
		status         int
		allow, vary    string
	}{
		{"every origin by default", &msg.Object{}, "GET", "/x", "http://a.test", 200, "*", ""},
		{"a listed origin", list, "GET", "/x", "http://a.test", 200, "http://a.test", "Origin"},
		{"a matching origin", list, "GET", "/x", "http://c.b.test", 200, "http://c.b.test", "Origin"},
		{"another origin", list, "GET", "/x", "http://evil.test", 200, "", "Origin"},
		{"a preflight of any path", list, "OPTIONS", "/nope", "http://a.test", 204, "http://a.test", "Origin, Access-Control-Request-Headers"},
		{"not for what is not found", list, "GET", "/nope", "http://a.test", 404, "", ""},
		{"off", msg.NewObject("origin", false), "OPTIONS", "/x", "http://a.test", 200, "", ""},
		{"reflected, and routes answer", msg.NewObject("origin", true, "preflightContinue", true), "OPTIONS", "/x", "http://a.test", 200, "http://a.test", "Origin, Access-Control-Request-Headers"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e, _ := routing(t, routes("get /x"), "httpNodeCors", tc.setting)
			w := request(e.Router(), tc.method, tc.target, "Origin: "+tc.origin)
			if w.Code != tc.status || w.Header().Get("Access-Control-Allow-Origin") != tc.allow || w.Header().Get("Vary") != tc.vary {
				t.Errorf("got %d %v", w.Code, w.Header())
			}
		})
	}
}

// BenchmarkRouting finds the last of many routes, literal and with a parameter,
// among as many patterns.
func BenchmarkRouting(b *testing.B) {
	for _, size := range []int{1, 10_000} {
		var lines []string
		for i := range size {
			lines = append(lines, fmt.Sprintf("get /api/v1/things%d", i), fmt.Sprintf("get /api/v1/items%d/:id", i))
		}
		e, _ := routing(b, routes(lines...))
		for name, target := range map[string]string{
			"literal": fmt.Sprintf("/api/v1/things%d", size-1), "pattern": fmt.Sprintf("/api/v1/items%d/7", size-1), "miss": "/api/v2/nothing",
		} {
			b.Run(fmt.Sprintf("%s/%d", name, size), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					e.Router().Match("GET", target)
				}
			})
		}
	}
}
