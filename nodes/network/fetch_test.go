package network

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"sluice/nodes/nodetest"
	"sluice/runtime"
	"sluice/runtime/msg"
)

// newFetcher is a Fetcher with the given settings.
func newFetcher(t *testing.T, settings string) *Fetcher {
	t.Helper()
	h := nodetest.Flow(t, []runtime.Type{HTTPRequest}, `[{"id":"n","type":"http request","wires":[]}]`, nodetest.Settings(settings))
	return NewFetcher(h.Instance("n"))
}

// fetchServer answers with what it was asked, or what the path says.
func fetchServer(t *testing.T, elsewhere string) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			status := int(msg.ParseInt(r.URL.Query().Get("status"), 10))
			http.Redirect(w, r, r.URL.Query().Get("to"), status)
		case "/away":
			http.Redirect(w, r, elsewhere+"/echo", http.StatusTemporaryRedirect)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/bomb":
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = z.Write(make([]byte, 1<<20))
			_ = z.Close()
		case "/zipped":
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = io.WriteString(z, "text")
			_ = z.Close()
		case "/half":
			w.Header().Set("Content-Length", "10")
			_, _ = io.WriteString(w, "half")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		default:
			body, _ := io.ReadAll(r.Body)
			_, _ = io.WriteString(w, strings.Join([]string{r.Method, r.Header.Get("Authorization"), r.Header.Get("Cookie"), r.Header.Get("X-K"), r.Header.Get("Content-Type"), string(body)}, "|"))
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func TestFetchAsksAndFollowsAsInNode(t *testing.T) {
	other := fetchServer(t, "")
	s := fetchServer(t, other.URL)
	secret := [][2]string{{"authorization", "Bearer t"}, {"cookie", "a=b"}, {"x-k", "1"}, {"content-type", "text/plain"}}
	f := newFetcher(t, `{"httpRequestMaxLength":"64kb"}`)
	for _, tc := range []struct {
		name, method, path, redirect, body string
		want                               string // status and body, or the error
	}{
		{"sends what it is given", "PUT", "/echo", "", "x", "200 PUT|Bearer t|a=b|1|text/plain|x"},
		{"turns a moved POST into GET", "POST", "/moved?status=301&to=/echo", "", "x", "200 GET|Bearer t|a=b|1||"},
		{"turns 303 into GET", "PUT", "/moved?status=303&to=/echo", "", "x", "200 GET|Bearer t|a=b|1||"},
		{"repeats what 308 asks for", "POST", "/moved?status=308&to=/echo", "", "x", "200 POST|Bearer t|a=b|1|text/plain|x"},
		{"tells no other origin secrets", "POST", "/away", "", "x", "200 POST|||1|text/plain|x"},
		{"leaves a redirect to the body", "POST", "/moved?status=307&to=/echo", "manual", "x", "307 "},
		{"fails where no redirect is wanted", "GET", "/moved?status=302&to=/echo", "error", "", "Error unexpected redirect"},
		{"follows no circle for ever", "GET", "/loop", "", "", "Error redirect count exceeded"},
		{"goes to web servers only", "GET", "/moved?status=302&to=file:///etc/passwd", "", "", "Error URL scheme must be a HTTP(S) scheme"},
		{"takes no credentials from redirects", "GET", "/moved?status=302&to=" + url.QueryEscape(strings.Replace(other.URL, "//", "//u:p@", 1)), "", "", `Error cross origin not allowed for request mode "cors"`},
		{"decodes", "GET", "/zipped", "", "", "200 text"},
		{"bounds what it decodes", "GET", "/bomb", "", "", "200  fault ERR_RESPONSE_TOO_LARGE"},
		{"tells of half a body", "GET", "/half", "", "", "200  fault UND_ERR_SOCKET"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := FetchRequest{Method: tc.method, URL: s.URL + tc.path, Headers: secret, Redirect: tc.redirect}
			if tc.body != "" {
				r.Body = []byte(tc.body)
			}
			res, err := f.Fetch(t.Context(), r)
			got := msg.FormatNumber(float64(res.Status)) + " " + string(bytes.TrimSpace(res.Body))
			if e, ok := errors.AsType[*msg.Error](err); ok {
				got = e.Name + " " + e.Message
			}
			if res.Fault != nil {
				got += " fault " + errorCode(res.Fault)
			}
			if got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestFetchTellsWhyItFailed(t *testing.T) {
	s := fetchServer(t, "")
	gone := httptest.NewServer(nil)
	gone.Close()
	for _, tc := range []struct{ name, settings, url, want string }{
		{"nobody listens", `{}`, gone.URL, `{"code":"ECONNREFUSED","syscall":"connect"`},
		{"no such name", `{}`, "http://a.invalid/", `"syscall":"getaddrinfo"`},
		{"no URL", `{}`, "http://", `{"code":"ERR_INVALID_URL"`},
		{"a server that is denied", `{"outgoing":{"deny":["127.0.0.0/8"]}}`, s.URL, `{"code":"ERR_OUTGOING_DENIED"`},
		{"secrets in the clear", `{"outgoing":{"requireTls":true}}`, "http://a.invalid/", `over plain http`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := FetchRequest{Method: "GET", URL: tc.url}
			if strings.Contains(tc.settings, "requireTls") {
				r.Headers = [][2]string{{"authorization", "Bearer t"}}
			}
			_, err := newFetcher(t, tc.settings).Fetch(t.Context(), r)
			e, ok := errors.AsType[*msg.Error](err)
			if !ok {
				t.Fatalf("%v is no error for a flow", err)
			}
			props, _, _ := msg.Stringify(e.Props, "")
			if !strings.Contains(props+e.Message, tc.want) {
				t.Errorf("got %s %s, want %s", e.Message, props, tc.want)
			}
		})
	}
}

func TestFetchSendsNothingWithoutRules(t *testing.T) {
	fault := errors.New("outgoing.deny: no rule")
	if _, err := (&Fetcher{fault: fault}).Fetch(t.Context(), FetchRequest{Method: "GET", URL: fetchServer(t, "").URL}); err != fault {
		t.Errorf("got %v, want %v", err, fault)
	}
}

func TestFetchEndsWithItsContext(t *testing.T) {
	asked := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(asked)
		<-r.Context().Done()
	}))
	t.Cleanup(s.Close)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-asked
		cancel()
	}()
	if _, err := newFetcher(t, `{}`).Fetch(ctx, FetchRequest{Method: "GET", URL: s.URL}); err == nil {
		t.Error("a request that was cancelled has an answer")
	}
}
