package network

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"sluice/nodes/nodetest"
	"sluice/runtime"
	"sluice/runtime/msg"
)

func TestABodyThatDoesNotArriveIsGivenUp(t *testing.T) {
	h := nodetest.Flow(t, endpointTypes, `[{"id":"in","type":"http in","method":"post","url":"/x","wires":[["out"]]},{"id":"out","type":"http response","wires":[]}]`)
	h.Instance("in").Node().(*httpInNode).app.bodyLimit = 20 * time.Millisecond
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", listen(t, h.Engine.Router()).Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc")
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusRequestTimeout || !resp.Close {
		t.Errorf("got %s, closed: %v", resp.Status, resp.Close)
	}
}

func TestTrailersAreWhatCameBehindTheBody(t *testing.T) {
	got := make(chan string, 1)
	h := flowWith(t, func(d *runtime.Delivery) error {
		req, _ := d.Msg.Value("req").(*request)
		text, _, err := msg.Stringify(msg.NewArray(req.value("trailers"), req.value("rawTrailers")), "")
		got <- text
		return err
	})
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", listen(t, h).Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "GET /x HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\nX-Sum: 1\r\nx-sum: 2\r\n\r\n")
	if got, want := <-got, `[{"x-sum":"1, 2"},["X-Sum","1","x-sum","2"]]`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestBodies(t *testing.T) {
	const flow = `[{"id":"in","type":"http in","method":"post","url":"/x","wires":[["out"]]},{"id":"out","type":"http response","wires":[]}]`
	late := endpoint(t, flow, nodetest.Settings(`{"httpAdminRoot":false,"apiMaxLength":"1kb"}`))
	early := endpoint(t, flow, nodetest.Settings(`{"apiMaxLength":1024}`))
	big := fmt.Sprintf("[%q]", make([]byte, 2000))
	for _, tc := range []struct {
		name, contentType, encoding, body string
		status, early                     int // with the parsers of the route, and with the editor's before it
		want                              string
	}{
		{"strict JSON", "application/json", "", `"text"`, 500, 400, ""},
		{"malformed JSON", "application/json", "", `{"a":`, 500, 400, ""},
		{"nothing", "application/json", "", ``, 200, 200, `{}`},
		{"JSON that is too large", "application/json", "", big, 500, 413, ""},
		{"text has no such limit", "text/plain", "", big, 200, 200, big},
		{"an unknown charset", "application/json; charset=utf-7", "", `{}`, 500, 415, ""},
		{"an unknown encoding", "application/json", "br", `{}`, 500, 415, ""},
		{"what is not gzip", "application/json", "gzip", `{}`, 500, 400, ""},
		{"raw bodies are not decoded", "text/plain", "gzip", `{}`, 200, 200, "{}"},
		{"a type that cannot be read", "bad", "", `x`, 500, 500, ""},
		{"a type that nobody can register", "text/*", "", `x`, 500, 500, ""},
		{"a type of Latin-1 letters", "text/pl\xe4in", "", `x`, 500, 500, ""},
		{"a type in capitals", "TEXT/Plain", "", `x`, 200, 200, "x"},
		{"a vendor's type", "application/vnd.x-y_z+json", "", `{"a": 1}`, 200, 200, `{"a": 1}`},
		{"a type of the greatest length", "text/" + strings.Repeat("x", 127), "", `x`, 200, 200, "x"},
		{"a type too long", "text/" + strings.Repeat("x", 128), "", `x`, 500, 500, ""},
		{"a form that nests too deeply", "application/x-www-form-urlencoded", "", "a" + deep(33) + "=1", 500, 400, ""},
		{"+json is text", "application/ld+json", "", `{"a": 1}`, 200, 200, `{"a": 1}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for s, status := range map[served]int{late: tc.status, early: tc.early} {
				header := []string{"Content-Type: " + tc.contentType}
				if tc.encoding != "" {
					header = append(header, "Content-Encoding: "+tc.encoding)
				}
				got := ask(t, s, "POST", "/x", tc.body, header...)
				if got.status != status || status == 200 && got.body != tc.want {
					t.Errorf("got %d %.80q, want %d %.80q", got.status, got.body, status, tc.want)
				}
			}
		})
	}
	if got := ask(t, early, "POST", "/nope", `{"a":`, "Content-Type: application/json"); got.status != 400 {
		t.Errorf("the editor's parsers come before routing: got %d", got.status)
	}
}

func deep(n int) string {
	s := ""
	for range n {
		s += "[b]"
	}
	return s
}

func TestRawBodiesOfALiteralPath(t *testing.T) {
	s := endpoint(t, `[
		{"id":"raw","type":"http in","method":"post","url":"/raw","skipBodyParsing":true,"wires":[["out"]]},
		{"id":"param","type":"http in","method":"post","url":"/p/:id","skipBodyParsing":true,"wires":[["out"]]},
		{"id":"out","type":"http response","wires":[]}]`)
	for target, want := range map[string]string{"/raw": `{"a": 1}`, "/raw/": `{"a": 1}`, "/RAW": `{"a":1}`, "/p/1": `{"a":1}`} {
		if got := ask(t, s, "POST", target, `{"a": 1}`, "Content-Type: application/json"); got.body != want {
			t.Errorf("%s: got %s, want %s", target, got.body, want)
		}
	}
}

func TestABodyBeyondAllBoundsGetsAnAnswer(t *testing.T) {
	h := nodetest.Flow(t, endpointTypes, `[{"id":"in","type":"http in","method":"post","url":"/x","wires":[["out"]]},{"id":"out","type":"http response","wires":[]}]`,
		nodetest.Settings(`{"httpAdminRoot":false}`))
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/x", strings.NewReader("not all of it"))
	r.ContentLength = maxRawBody + 1
	r.Header.Set("Content-Length", strconv.Itoa(maxRawBody+1))
	w := httptest.NewRecorder()
	if h.Engine.Router().ServeHTTP(w, r); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}
