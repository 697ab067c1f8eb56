package network

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sluice/nodes/nodetest"
	"sluice/runtime/msg"
)

// redirector redirects /to?<url>, answers /hop/<n> with n redirects, and echoes the rest.
func redirector(w http.ResponseWriter, r *http.Request) {
	switch {
	case strings.HasPrefix(r.URL.Path, "/to"):
		status := 302
		if r.URL.Path == "/to303" {
			status = 303
		}
		if r.URL.Path == "/tocookie" {
			w.Header().Add("Set-Cookie", "server=1; Path=/")
		}
		w.Header().Set("Location", r.URL.RawQuery)
		w.WriteHeader(status)
	case strings.HasPrefix(r.URL.Path, "/hop/"):
		if n := strings.TrimPrefix(r.URL.Path, "/hop/"); n != "" {
			w.Header().Set("Location", "/hop/"+n[1:])
			w.WriteHeader(302)
			return
		}
		io.WriteString(w, "end")
	default:
		echo(w, r)
	}
}

// What a flow says in confidence to one server reaches no other, even one that
// differs by its port alone, nor the first again by way of another.
func TestRedirectsLeakNothingToAnotherOrigin(t *testing.T) {
	first := httptest.NewServer(http.HandlerFunc(redirector))
	defer first.Close()
	other := httptest.NewServer(http.HandlerFunc(redirector))
	defer other.Close()
	for _, tc := range []struct{ name, path, want string }{
		{"same origin", "/to?/echo", "GET /echo | Authorization: Bearer secret | Cookie: own=secret | Proxy-Authorization: secret | X-Plain: 1"},
		{"other port", "/to?" + other.URL + "/echo", "GET /echo | X-Plain: 1"},
		{"other name of the same host", "/to?" + strings.Replace(first.URL, "127.0.0.1", "localhost", 1) + "/echo", "GET /echo | X-Plain: 1"},
		{"there and back", "/to?" + other.URL + "/to?" + first.URL + "/echo", "GET /echo | X-Plain: 1"},
		{"userinfo in the location", "/to?" + strings.Replace(other.URL, "://", "://u:p@", 1) + "/echo", "GET /echo | X-Plain: 1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := requestFlow(t, `{"url":"`+first.URL+tc.path+`","authType":"bearer"}`, "", credentials(t, `{"n":{"password":"secret"}}`))
			h.Send("n", `{"headers":{"X-Plain":"1","Proxy-Authorization":"secret","Host":"`+strings.TrimPrefix(first.URL, "http://")+`"},"cookies":{"own":"secret"}}`)
			h.Wait()
			if got := payload(t, h); got != tc.want {
				t.Errorf("\n got %s\nwant %s", got, tc.want)
			}
		})
	}
}

func TestACookieHeaderOfAnySpellingStaysWithItsOrigin(t *testing.T) {
	first := httptest.NewServer(http.HandlerFunc(redirector))
	defer first.Close()
	other := httptest.NewServer(http.HandlerFunc(redirector))
	defer other.Close()
	for target, want := range map[string]string{"": "GET /echo | Cookie: a=1", other.URL: "GET /echo"} {
		h := requestFlow(t, `{"url":"`+first.URL+"/to?"+target+`/echo"}`, "")
		h.Send("n", `{"headers":{"COOKIE":"a=1"}}`)
		h.Wait()
		if got := payload(t, h); got != want {
			t.Errorf("redirected to %q: got %s, want %s", target, got, want)
		}
	}
}

func TestRedirectsAreFollowedAsInNodeRED(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(redirector))
	defer srv.Close()
	for _, tc := range []struct{ name, path, in, want string }{
		{"302 keeps method and body", "/to?/echo", `{"method":"POST","payload":"x"}`, "POST /echo | Content-Length: 1 | x"},
		{"303 makes a GET", "/to303?/echo", `{"method":"POST","payload":"x","headers":{"Content-Length":"1"}}`, "GET /echo"},
		{"cookies of a redirect come along", "/tocookie?/echo", `{"method":"GET"}`, "GET /echo | Cookie: server=1"},
		{"21 redirects", "/hop/" + strings.Repeat("x", 21), `{"method":"GET"}`, "end"},
		{"no redirect if the message says so", "/to?/echo", `{"method":"GET","followRedirects":false}`, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := requestFlow(t, `{"url":"`+srv.URL+tc.path+`","method":"use"}`, "")
			h.Send("n", tc.in)
			h.Wait()
			if got := payload(t, h); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
	for path, want := range map[string]string{
		"/hop/" + strings.Repeat("x", 22): "MaxRedirectsError: Redirected 21 times. Aborting.",
		"/to?ftp://example.test/":         "RequestError: Unsupported protocol: ftp:",
		"/to?http://[bad":                 "RequestError: Invalid URL",
	} {
		h := requestFlow(t, `{"url":"`+srv.URL+path+`","senderr":true}`, "")
		h.Send("n", `{}`)
		h.Wait()
		if got := caught(t, h); got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
}

func TestRedirectListNamesEachRedirect(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(redirector))
	defer srv.Close()
	h := requestFlow(t, `{"url":"`+srv.URL+`/tocookie?/hop/x"}`, "")
	h.Send("n", `{}`)
	h.Wait()
	payload(t, h)
	m := h.Got("out")[0]
	got, _, _ := msg.Stringify(m.Value("redirectList"), "")
	if want := `[{"location":"/hop/x","cookies":{"server":{"Path":"/","value":"1"}}},{"location":"/hop/"}]`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := m.String("responseUrl"); got != srv.URL+"/hop/" {
		t.Errorf("responseUrl is %s", got)
	}
}

// A header value from a message makes no line of its own, and a token none either.
func TestHeadersCannotBeForged(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(echo))
	defer srv.Close()
	for in, want := range map[string]string{
		`{"headers":{"X-A":"a\r\nX-Evil: 1"}}`:                        `RequestError: Invalid character in header content ["X-A"]`,
		`{"headers":{"X-A":"a\nX-Evil: 1"}}`:                          `RequestError: Invalid character in header content ["X-A"]`,
		`{"headers":{"X-A":["ok","a\u0000b"]}}`:                       `RequestError: Invalid character in header content ["X-A"]`,
		`{"headers":{"X-A: 1\r\nX-Evil":"1"}}`:                        "RequestError: Header name must be a valid HTTP token [\"X-A: 1\r\nX-Evil\"]",
		`{"headers":{"X-A":"日本"}}`:                                    `RequestError: Invalid character in header content ["X-A"]`,
		`{"cookies":{"a":{"value":"b\r\nX-Evil: 1","encode":false}}}`: `TypeError: argument val is invalid`,
		`{"method":"GET / HTTP/1.1\r\nX-Evil: 1\r\n"}`:                "RequestError: Method must be a valid HTTP token [\"GET / HTTP/1.1\r\nX-EVIL: 1\r\n\"]",
	} {
		h := requestFlow(t, `{"url":"`+srv.URL+`","method":"use","senderr":true}`, "")
		m := nodetest.Parse(t, in)
		if !m.Has("method") {
			m.Set("method", "GET")
		}
		h.SendMsg("n", m)
		h.Wait()
		if got := caught(t, h); got != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
}
