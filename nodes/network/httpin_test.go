package network

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"sluice/internal/http1"
	"sluice/nodes/nodetest"
	"sluice/runtime"
)

var endpointTypes = []runtime.Type{HTTPIn, HTTPResponse}

// served is a handler behind the server that it has in life.
type served struct{ URL, Addr string }

func listen(t testing.TB, h http.Handler) served {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s, done := &http1.Server{Handler: h}, make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	t.Cleanup(func() {
		_ = s.Close()
		<-done
	})
	return served{URL: "http://" + l.Addr().String(), Addr: l.Addr().String()}
}

// endpoint deploys a flow and returns a server of its routes.
func endpoint(t testing.TB, flow string, options ...func(*runtime.Options)) served {
	t.Helper()
	return listen(t, nodetest.Flow(t, endpointTypes, flow, options...).Engine.Router())
}

type answer struct {
	status int
	header http.Header
	body   string
}

// ask sends a request; header lines follow the body as "Name: value".
func ask(t testing.TB, s served, method, target, body string, header ...string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.URL.Opaque = "//" + r.URL.Host + target
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Add(name, value)
	}
	tr := &http.Transport{DisableCompression: true}
	defer tr.CloseIdleConnections()
	resp, err := tr.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(data)}
}

func TestEndpointAnswersWithItsPayload(t *testing.T) {
	s := endpoint(t, `[
		{"id":"g","type":"http in","method":"get","url":"/q","wires":[["r"]]},
		{"id":"p","type":"http in","method":"post","url":"/b/:id","wires":[["r"]]},
		{"id":"r","type":"http response","headers":{"X-A":"1"},"wires":[]}]`)
	for _, tc := range []struct {
		name, method, target, body, contentType string
		status                                  int
		want, wantType                          string
	}{
		{"a query is the payload of get", "GET", "/q?a=1&b[c]=2", "", "", 200, `{"a":"1","b":{"c":"2"}}`, typeJSON},
		{"no query is an empty object", "GET", "/Q/", "", "", 200, `{}`, typeJSON},
		{"JSON", "POST", "/b/1", `{"b":1, "a":[2]}`, "application/json", 200, `{"b":1,"a":[2]}`, typeJSON},
		{"a form", "POST", "/b/1", `a=1&a=2`, "application/x-www-form-urlencoded", 200, `{"a":["1","2"]}`, typeJSON},
		{"text", "POST", "/b/1", `hello`, "text/plain", 200, `hello`, typeHTML},
		{"bytes", "POST", "/b/1", "\x00\xff", "application/octet-stream", 200, "\x00\xff", "application/octet-stream"},
		{"an unknown path", "GET", "/nope", "", "", 404, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Error</title>\n</head>\n<body>\n<pre>Cannot GET /nope</pre>\n</body>\n</html>\n", typeHTML},
		{"OPTIONS lists the methods", "OPTIONS", "/q", "", "", 200, "GET,HEAD", typeHTML},
		{"HEAD is served by get", "HEAD", "/q", "", "", 200, "", typeJSON},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var header []string
			if tc.contentType != "" {
				header = []string{"Content-Type: " + tc.contentType}
			}
			got := ask(t, s, tc.method, tc.target, tc.body, header...)
			if got.status != tc.status || got.body != tc.want || got.header.Get("Content-Type") != tc.wantType {
				t.Errorf("got %d %q %q\nwant %d %q %q", got.status, got.header.Get("Content-Type"), got.body, tc.status, tc.wantType, tc.want)
			}
		})
	}
}
