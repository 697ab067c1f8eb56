package network

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"sluice/flows"
	"sluice/nodes/nodetest"
	"sluice/runtime"
	"sluice/runtime/msg"
)

// requestFlow deploys an http request node "n", wired to the sink "out", beside
// sinks "catch", "status" and "complete". More nodes may follow, each with a comma before it.
func requestFlow(t testing.TB, config string, more string, options ...func(*runtime.Options)) *nodetest.Harness {
	t.Helper()
	node := nodetest.Parse(t, config)
	node.Set("id", "n")
	node.Set("type", "http request")
	node.Set("wires", msg.NewArray(msg.NewArray("out")))
	text, err := msg.AppendJSON(nil, node)
	if err != nil {
		t.Fatal(err)
	}
	flow := "[" + string(text) + `,{"id":"out","type":"sink","wires":[]},{"id":"catch","type":"catch","wires":[]},{"id":"status","type":"status","wires":[]},{"id":"complete","type":"complete","wires":[]}` + more + "]"
	return nodetest.Flow(t, []runtime.Type{HTTPRequest, TLSConfig, HTTPProxy}, flow, options...)
}

// credentials is a credentials file that a flow runs with: a JSON object by node id.
func credentials(t testing.TB, text string) func(*runtime.Options) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "flows_cred.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := flows.LoadCredentials(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return func(o *runtime.Options) { o.Credentials = c }
}

// echo answers with method, target, header lines (sorted) and body, but not with what every request has.
func echo(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", r.Method, r.RequestURI)
	h := r.Header.Clone()
	h.Del("User-Agent")
	h.Del("Connection")
	for _, line := range sortedLines(h) {
		b.WriteString(" | " + line)
	}
	if len(body) > 0 {
		b.WriteString(" | " + string(body))
	}
	w.Header().Set("Content-Type", "text/plain")
	io.WriteString(w, b.String())
}

func sortedLines(h http.Header) []string {
	var b strings.Builder
	h.Write(&b)
	return strings.FieldsFunc(b.String(), func(r rune) bool { return r == '\r' || r == '\n' })
}

// payload returns the payload of the only message that left the node.
func payload(t testing.TB, h *nodetest.Harness) any {
	t.Helper()
	got := h.Got("out")
	if len(got) != 1 {
		t.Fatalf("%d messages left the node, errors: %s", len(got), h.Text("catch"))
	}
	return got[0].Value(msg.PayloadKey)
}

// caught returns the text of the only error.
func caught(t testing.TB, h *nodetest.Harness) string {
	t.Helper()
	got := h.Got("catch")
	if len(got) != 1 {
		t.Fatalf("%d errors, messages: %s", len(got), h.Text("out"))
	}
	return got[0].Value("error").(*msg.Object).String("message")
}

func TestHTTPRequestSends(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(echo))
	defer srv.Close()
	for _, tc := range []struct{ name, config, in, want string }{
		{"GET without the payload", `{}`, `{"payload":"x"}`, "GET /p"},
		{"a GET's payload as a query", `{"paytoqs":"query"}`, `{"payload":{"a":1,"b":["x y","z"],"c":null}}`, "GET /p?a=1&b=x%20y&b=z&c="},
		{"a GET's payload as a body", `{"paytoqs":"body"}`, `{"payload":{"a":1}}`, `GET /p | Content-Length: 7 | {"a":1}`},
		{"text without a content type", `{"method":"POST"}`, `{"payload":"é"}`, "POST /p | Content-Length: 2 | é"},
		{"an object as JSON", `{"method":"PUT"}`, `{"payload":{"a":[1]}}`, `PUT /p | Content-Length: 9 | Content-Type: application/json | {"a":[1]}`},
		{"an object as a form", `{"method":"POST","headers":[{"keyType":"Content-Type","valueType":"application/x-www-form-urlencoded"}]}`, `{"payload":{"a":[1,2]}}`, "POST /p | Content-Length: 7 | Content-Type: application/x-www-form-urlencoded | a=1&a=2"},
		{"a number as its text", `{"method":"POST"}`, `{"payload":0}`, "POST /p | Content-Length: 1 | 0"},
		{"a length of 0 for a POST without payload", `{"method":"POST"}`, `{}`, "POST /p | Content-Length: 0"},
		{"no length for a DELETE without payload", `{"method":"DELETE"}`, `{}`, "DELETE /p"},
		{"msg.method", `{"method":"use"}`, `{"method":"patch","payload":"x"}`, "PATCH /p | Content-Length: 1 | x"},
		{"headers of the message", `{}`, `{"headers":{"X-A":"1","x-b":["2","3"]}}`, "GET /p | X-A: 1 | X-B: 2 | X-B: 3"},
		{"headers of the node over those of the message", `{"headers":[{"keyType":"other","keyValue":"x-a","valueType":"other","valueValue":"node"},{"keyType":"other","keyValue":"gone","valueType":"other","valueValue":""}]}`, `{"headers":{"X-A":"1","Gone":"2"}}`, "GET /p | X-A: node"},
		{"headers from properties", `{"headers":[{"keyType":"msg","keyValue":"k","valueType":"msg","valueValue":"v"}]}`, `{"k":"X-K","v":"w"}`, "GET /p | X-K: w"},
		{"cookies", `{}`, `{"cookies":{"a":"x y","b":{"value":"1"},"c":null},"headers":{"cookie":"d=4"}}`, "GET /p | Cookie: d=4; a=x%20y; b=1"},
		{"headers that are a text", `{}`, `{"headers":"ab"}`, "GET /p | 0: a | 1: b"},
		{"headers that are a list", `{}`, `{"headers":["x","y"]}`, "GET /p | 0: x | 1: y"},
		{"headers that are a number", `{}`, `{"headers":5}`, "GET /p"},
		{"cookies that are a text", `{}`, `{"cookies":"ab"}`, "GET /p | Cookie: 0=a; 1=b"},
		{"cookies that are a list", `{}`, `{"cookies":["v",{"value":"w"}]}`, "GET /p | Cookie: 0=v; 1=w"},
		{"a list of Cookie headers", `{}`, `{"headers":{"Cookie":["a=1","b=2"]}}`, "GET /p | Cookie: a=1; b=2"},
		{"a list of one", `{}`, `{"headers":{"Cookie":["a=1"]}}`, "GET /p | Cookie: a=1"},
		{"the jar over a list", `{}`, `{"headers":{"COOKIE":["a=1","b=2"]},"cookies":{"c":"3"}}`, "GET /p | Cookie: c=3"},
		{"a Cookie header that is a number", `{}`, `{"headers":{"Cookie":5}}`, "GET /p | Cookie: 5"},
		{"a length of 0 once", `{"method":"POST"}`, `{"headers":{"content-length":"0"}}`, "POST /p | Content-Length: 0"},
		{"no length without a body", `{}`, `{"headers":{"Content-Length":"5"}}`, "GET /p"},
		{"its own length, whatever the flow says", `{"method":"POST"}`, `{"payload":"abc","headers":{"content-length":"1","Transfer-Encoding":"chunked"}}`, "POST /p | Content-Length: 3 | abc"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := requestFlow(t, tc.config, "")
			h.Instance("n")
			m := nodetest.Parse(t, tc.in)
			m.Set("url", srv.URL+"/p")
			h.SendMsg("n", m)
			h.Wait()
			if got := payload(t, h); got != tc.want {
				t.Errorf("\n got %v\nwant %s", got, tc.want)
			}
		})
	}
}

func TestHTTPRequestAuthenticates(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(echo))
	defer srv.Close()
	host := strings.TrimPrefix(srv.URL, "http://")
	for _, tc := range []struct {
		name, config, url string
		creds             string
		want              string
	}{
		{"bearer", `{"authType":"bearer"}`, srv.URL, `{"password":"tok"}`, "GET / | Authorization: Bearer tok"},
		{"bearer, trimmed", `{"authType":"bearer"}`, srv.URL, `{"password":" Bearer tok\n"}`, "GET / | Authorization: Bearer tok"},
		{"bearer without credentials", `{"authType":"bearer"}`, srv.URL, "", "GET /"},
		{"basic", `{"authType":"basic"}`, srv.URL, `{"user":"u","password":"p"}`, "GET / | Authorization: Basic dTpw"},
		{"basic by default", `{}`, srv.URL, `{"user":"u","password":"p"}`, "GET / | Authorization: Basic dTpw"},
		{"basic from the environment", `{}`, srv.URL, `{"user":"${USER_NAME}","password":"$(USER_PASS)"}`, "GET / | Authorization: Basic dTpw"},
		{"basic of the URL", `{}`, "http://us%40er:p@" + host, "", "GET / | Authorization: Basic dXNAZXI6cA=="},
		{"bearer before the URL", `{"authType":"bearer"}`, "http://u:p@" + host, `{"password":"tok"}`, "GET / | Authorization: Bearer tok"},
		{"nothing of an unknown kind", `{"authType":"ntlm"}`, srv.URL, `{"user":"u","password":"p"}`, "GET /"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			options := []func(*runtime.Options){nodetest.Env("USER_NAME", "u", "USER_PASS", "p")}
			if tc.creds != "" {
				options = append(options, credentials(t, `{"n":`+tc.creds+`}`))
			}
			h := requestFlow(t, tc.config, "", options...)
			h.SendMsg("n", msg.NewObject("url", tc.url))
			h.Wait()
			if got := payload(t, h); got != tc.want {
				t.Errorf("\n got %v\nwant %s", got, tc.want)
			}
			if url := h.Got("out")[0].String("responseUrl"); strings.Contains(url, "@") {
				t.Errorf("responseUrl has the userinfo: %s", url)
			}
		})
	}
}

func TestHTTPRequestRefusesUselessCredentials(t *testing.T) {
	for _, tc := range []struct {
		name, kind, password, want string
	}{
		{"empty token", "bearer", "", "the token is empty"},
		{"token with a line break", "bearer", "a\r\nX-Evil: 1", "white space"},
		{"unset variable", "bearer", "${NOT_SET}", "NOT_SET"},
		{"unset variable", "basic", "$(NOT_SET)", "NOT_SET"},
	} {
		t.Run(tc.kind+" "+tc.name, func(t *testing.T) {
			h := requestFlow(t, `{"url":"http://127.0.0.1:1/","authType":"`+tc.kind+`"}`, "", credentials(t, `{"n":{"password":`+strconv.Quote(tc.password)+`}}`), nodetest.Env())
			h.Send("n", `{}`)
			h.Wait()
			if got := caught(t, h); !strings.Contains(got, tc.want) || strings.Contains(got, "Evil") {
				t.Errorf("got %q, want it to say %q", got, tc.want)
			}
		})
	}
}

func TestHTTPRequestReturns(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/204" {
			w.WriteHeader(204)
			return
		}
		io.WriteString(w, r.URL.Query().Get("v"))
	}))
	defer srv.Close()
	for _, tc := range []struct{ name, ret, path, want string }{
		{"text", "txt", "/?v=%C3%A9", `"é"`},
		{"text that is not UTF-8, a mark for each broken part", "txt", "/?v=a%FF%FE%E2%82b", `"a` + "\ufffd\ufffd\ufffd" + `b"`},
		{"bytes", "bin", "/?v=%FF", `{"type":"Buffer","data":[255]}`},
		{"an object", "obj", "/?v={\"b\":1,\"a\":[2]}", `{"b":1,"a":[2]}`},
		{"a JSON primitive", "obj", "/?v=null", `null`},
		{"text that is no JSON", "obj", "/?v={", `"{"`},
		{"an empty object for 204", "obj", "/204", `{}`},
		{"no bytes for 204", "bin", "/204", `{"type":"Buffer","data":[]}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := requestFlow(t, `{"ret":"`+tc.ret+`"}`, "")
			h.SendMsg("n", msg.NewObject("url", srv.URL+tc.path))
			h.Wait()
			got, _, _ := msg.Stringify(payload(t, h), "")
			if got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestRequireTLSLetsNoCredentialTravelInTheClear(t *testing.T) {
	for _, tc := range []struct{ config, in, want string }{
		{`{"url":"http://plain.test/","authType":"bearer"}`, `{}`, "requireTls"},
		{`{"url":"http://u:p@plain.test/"}`, `{}`, "requireTls"},
		{`{"url":"https://127.0.0.1:1/"}`, `{"rejectUnauthorized":false}`, "requireTls"},
		{`{"url":"http://127.0.0.1:1/","authType":"bearer"}`, `{}`, "ECONNREFUSED"}, // nobody is on the way to oneself
	} {
		h := requestFlow(t, tc.config, "", nodetest.Settings(`{"outgoing":{"requireTls":true}}`), credentials(t, `{"n":{"password":"secret"}}`))
		if strings.Contains(tc.config, "u:p") {
			h = requestFlow(t, tc.config, "", nodetest.Settings(`{"outgoing":{"requireTls":true}}`))
		}
		h.Send("n", tc.in)
		h.Wait()
		if got := caught(t, h); !strings.Contains(got, tc.want) || strings.Contains(got, "secret") {
			t.Errorf("%s: got %q, want it to say %q", tc.config, got, tc.want)
		}
	}
}

func TestDeployWarnsOfCredentialsForAnyHost(t *testing.T) {
	for url, warns := range map[string]bool{"https://{{host}}/x": true, "{{{url}}}": true, "https://h.test/{{path}}": false} {
		h := requestFlow(t, `{"url":"`+url+`"}`, "", credentials(t, `{"n":{"password":"secret"}}`))
		if got := strings.Contains(h.LogText(), "whatever host"); got != warns {
			t.Errorf("%s: warned: %t, want %t", url, got, warns)
		}
	}
}
