package network

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sluice/nodes/nodetest"
	"sluice/runtime"
	"sluice/runtime/msg"
)

// respond sends a message through an http response node with the given
// configuration, and returns the answer.
func respond(t testing.TB, config, message, method, target string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	types := append([]runtime.Type{{Name: "test", Inputs: 1, Outputs: 1, Parallel: true, New: func() runtime.Node {
		return &testNode{func(d *runtime.Delivery) error {
			d.Msg.Delete("payload")
			for key, v := range nodetest.Parse(t, message).All() {
				d.Msg.Set(key, special(v))
			}
			return d.Send(d.Msg)
		}}
	}}}, endpointTypes...)
	out := nodetest.Parse(t, config)
	out.Set("id", "out")
	out.Set("type", "http response")
	out.Set("wires", msg.NewArray())
	h := nodetest.Flow(t, types, `[{"id":"in","type":"http in","method":"get","url":"/x","wires":[["t"]]},
		{"id":"t","type":"test","wires":[["out"]]},`+nodetest.JSON(out)+`]`)
	r := httptest.NewRequest(method, target, nil)
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Add(name, value)
	}
	w := httptest.NewRecorder()
	h.Engine.Router().ServeHTTP(w, r)
	return w
}

// special turns "buffer:x" into a Buffer, which JSON cannot say.
func special(v any) any {
	if s, ok := v.(string); ok && strings.HasPrefix(s, "buffer:") {
		return &msg.Buffer{B: []byte(s[len("buffer:"):])}
	}
	return v
}

func TestHTTPResponse(t *testing.T) {
	for _, tc := range []struct {
		name, config, message string
		status                int
		body, headers         string // headers that must be there, "Name: value" with " | " between
	}{
		{"a text", `{}`, `{"payload":"é"}`, 200, "é", `Content-Type: text/html; charset=utf-8 | Content-Length: 2 | Etag: W/"2-vxW+cXrBsIC08cRWaSgliR/1Bz0"`},
		{"no payload", `{}`, `{}`, 200, "", `Content-Length: 0 | Content-Type: -| Etag: -`},
		{"null", `{}`, `{"payload":null}`, 200, "null", `Content-Type: application/json; charset=utf-8 | X-Content-Type-Options: nosniff`},
		{"a number is a text", `{}`, `{"payload":404}`, 200, "404", `Content-Type: text/html; charset=utf-8`},
		{"an object", `{}`, `{"payload":{"b":1,"2":0,"1":0}}`, 200, `{"1":0,"2":0,"b":1}`, `Content-Type: application/json; charset=utf-8`},
		{"a Buffer", `{}`, `{"payload":"buffer:ab"}`, 200, "ab", `Content-Type: application/octet-stream | Content-Length: 2`},
		{"a text's charset is utf-8", `{}`, `{"payload":"x","headers":{"content-type":"Text/Plain; charset=latin1; a=b"}}`, 200, "x", `Content-Type: text/plain; a=b; charset=utf-8`},
		{"a Buffer keeps its type", `{}`, `{"payload":"buffer:x","headers":{"content-type":"image/png"}}`, 200, "x", `Content-Type: image/png`},
		{"a type without slash is refused", `{}`, `{"payload":"x","headers":{"content-type":"bad"}}`, 500, `{"error":"flow_ended","node":"in"}`, ``},
		{"the length is worked out anew", `{}`, `{"payload":"abc","headers":{"content-length":99}}`, 200, "abc", `Content-Length: 3`},
		{"the node's status", `{"statusCode":"201"}`, `{"payload":"x","statusCode":404}`, 201, "x", ``},
		{"the message's status", `{}`, `{"payload":"x","statusCode":"404 not found"}`, 404, "x", ``},
		{"a status that is no number", `{"statusCode":"abc"}`, `{"payload":"x","statusCode":{}}`, 200, "x", ``},
		{"a status out of range", `{}`, `{"payload":"x","statusCode":1000}`, 500, `{"error":"flow_ended","node":"in"}`, `Etag: -`},
		{"204 has no body", `{}`, `{"payload":"x","statusCode":204}`, 204, "", `Content-Type: - | Content-Length: -`},
		{"205 has none either", `{}`, `{"payload":"x","statusCode":205}`, 205, "", `Content-Length: 0`},
		{"a node header in the same spelling wins", `{"headers":{"x-a":"n"}}`, `{"payload":"","headers":{"x-a":"m"}}`, 200, "", `X-A: n`},
		{"in another spelling the message wins", `{"headers":{"X-A":"n"}}`, `{"payload":"","headers":{"x-a":"m"}}`, 200, "", `X-A: m`},
		{"a header with a line break", `{}`, `{"payload":"","headers":{"x-a":"a\nb"}}`, 500, `{"error":"flow_ended","node":"in"}`, ``},
		{"a header name with a space", `{}`, `{"payload":"","headers":{"x a":"a"}}`, 500, `{"error":"flow_ended","node":"in"}`, ``},
		{"received headers are not passed on", `{}`, `{"payload":"","headers":{"content-type":"text/html","x-a":"1","x-node-red-request-node":"58c8fecc"}}`, 200, "", `X-A: -`},
		{"changed ones are", `{}`, `{"payload":"","headers":{"content-type":"text/html","x-a":"2","x-node-red-request-node":"58c8fecc"}}`, 200, "", `X-A: 2 | X-Node-Red-Request-Node: -`},
		{"cookies", `{}`, `{"payload":"","cookies":{"a":"1","b":{"value":"2","path":"/p"},"c":null}}`, 200, "", `Set-Cookie: a=1; Path=/,b=2; Path=/p,c=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			checkAnswer(t, respond(t, tc.config, tc.message, "GET", "/x"), tc.status, tc.body, tc.headers)
		})
	}
}

func checkAnswer(t *testing.T, w *httptest.ResponseRecorder, status int, body, headers string) {
	t.Helper()
	if w.Code != status || w.Body.String() != body {
		t.Errorf("got %d %q, want %d %q", w.Code, w.Body, status, body)
	}
	for line := range strings.SplitSeq(headers, "|") {
		name, want, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok {
			continue
		}
		want = strings.TrimSpace(want)
		if want == "-" {
			want = ""
		}
		var values []string
		for key, v := range w.Header() {
			if strings.EqualFold(key, name) {
				values = append(values, v...)
			}
		}
		if got := strings.Join(values, ","); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestHTTPResponseAndTheRequest(t *testing.T) {
	const etag = `W/"1-EfatjsUqKYSrqv18O1FlA3hcIHI"`
	for _, tc := range []struct {
		name, message, method, target, header string
		status                                int
		body, headers                         string
	}{
		{"HEAD has the headers alone", `{"payload":"x"}`, "HEAD", "/x", "A: b", 200, "", `Content-Length: 1 | Etag: ` + etag},
		{"the client has it", `{"payload":"x"}`, "GET", "/x", "If-None-Match: " + etag, 304, "", `Content-Type: - | Content-Length: - | Etag: ` + etag},
		{"the client has another", `{"payload":"x"}`, "GET", "/x", `If-None-Match: "a", W/"b"`, 200, "x", ``},
		{"an error is never fresh", `{"payload":"x","statusCode":404}`, "GET", "/x", "If-None-Match: " + etag, 404, "x", ``},
		{"JSONP", `{"payload":{"a":"\u2028"}}`, "GET", "/x?callback=f%3B(.b", "A: b", 200, `/**/ typeof f.b === 'function' && f.b({"a":"\u2028"});`, `Content-Type: text/javascript; charset=utf-8`},
		{"JSONP is for objects", `{"payload":"x"}`, "GET", "/x?callback=f", "A: b", 200, "x", ``},
	} {
		t.Run(tc.name, func(t *testing.T) {
			checkAnswer(t, respond(t, `{}`, tc.message, tc.method, tc.target, tc.header), tc.status, tc.body, tc.headers)
		})
	}
}

func TestHeadersAreHashedAsHashSumDoes(t *testing.T) {
	for _, tc := range []struct{ headers, want string }{
		{`{}`, "59322f29"},
		{`{"content-type":"text/html","x-a":"1"}`, "58c8fecc"},
		{`{"set-cookie":["a=1","b=2"],"é":"日本"}`, "336770ee"},
	} {
		if got := hashSum(nodetest.Parse(t, tc.headers)); got != tc.want {
			t.Errorf("%s: got %s, want %s", tc.headers, got, tc.want)
		}
	}
}

// BenchmarkHello is a request for a fixed answer, without the network.
func BenchmarkHello(b *testing.B) {
	h := nodetest.Flow(b, endpointTypes, `[{"id":"in","type":"http in","method":"get","url":"/x","wires":[["out"]]},{"id":"out","type":"http response","wires":[]}]`)
	router := h.Engine.Router()
	r := httptest.NewRequest("GET", "/x", nil)
	b.ReportAllocs()
	for b.Loop() {
		w := discard{header: map[string][]string{}}
		router.ServeHTTP(w, r)
	}
}

// discard is a ResponseWriter that costs nothing.
type discard struct{ header map[string][]string }

func (d discard) Header() http.Header               { return d.header }
func (d discard) Write(p []byte) (int, error)       { return len(p), nil }
func (d discard) WriteString(s string) (int, error) { return len(s), nil }
func (d discard) WriteHeader(int)                   {}
func (d discard) Flush()                            {}
