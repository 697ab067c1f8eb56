package network

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sluice/nodes/nodetest"
	"sluice/runtime/msg"
)

// rawServer runs serve for every connection.
func rawServer(t testing.TB, serve func(net.Conn)) (url string) {
	t.Helper()
	return "http://" + accept(t, serve).String()
}

// accept runs serve for every connection to the address it returns.
func accept(t testing.TB, serve func(net.Conn)) net.Addr {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				serve(c)
			}()
		}
	}()
	return l.Addr()
}

// readRequest reads a request without a body and returns whether there was one.
func readRequest(r *bufio.Reader) bool {
	req, err := http.ReadRequest(r)
	if err != nil {
		return false
	}
	io.Copy(io.Discard, req.Body)
	return true
}

func closedPort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestErrorsHaveNodesCodesAndWords(t *testing.T) {
	closed := closedPort(t)
	answer := func(text string) string {
		return rawServer(t, func(c net.Conn) {
			readRequest(bufio.NewReader(c))
			io.WriteString(c, text)
		})
	}
	silent := make(chan struct{})
	defer close(silent)
	mute := rawServer(t, func(c net.Conn) { <-silent })
	for _, tc := range []struct{ name, in, message, code string }{
		{"refused", `{"url":"http://` + closed + `/x?token=abc&q=1"}`, "RequestError: connect ECONNREFUSED " + closed, "ECONNREFUSED"},
		{"closed without an answer", `{"url":"` + answer("") + `"}`, "RequestError: socket hang up", "ECONNRESET"},
		{"closed within the body", `{"url":"` + answer("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf") + `"}`, "ReadError: The server aborted pending request", "ECONNRESET"},
		{"no HTTP", `{"url":"` + answer("what?\r\n\r\n") + `"}`, "RequestError: Parse Error: Expected HTTP/, RTSP/ or ICE/", "HPE_INVALID_CONSTANT"},
		{"no answer in time", `{"url":"` + mute + `","requestTimeout":20}`, "no response from server", ""},
		{"a timeout that is no number", `{"url":"` + mute + `","requestTimeout":"20"}`, "RequestError: Option 'timeout.request': Expected values which are `number` or `undefined`. Received values of type `string`.", "ERR_GOT_REQUEST_ERROR"},
		{"no URL", `{}`, "No url specified", ""},
		{"a URL that is none", `{"url":"http://[x"}`, "TypeError: Invalid URL", "ERR_INVALID_URL"},
		{"a URL that is no text", `{"url":5}`, "TypeError: url.indexOf is not a function", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := requestFlow(t, `{"senderr":true}`, "")
			h.Send("n", tc.in)
			h.Wait()
			if got := caught(t, h); got != tc.message {
				t.Errorf("got %q, want %q", got, tc.message)
			}
			got := h.Got("catch")[0].Value("error").(*msg.Object).Value("code")
			if tc.code != "" && got != tc.code || tc.code == "" && got != msg.Undefined {
				t.Errorf("code %v, want %q", got, tc.code)
			}
			if n := len(h.Got("out")); n != 0 {
				t.Errorf("%d messages went on although errors go to the catch nodes only", n)
			}
		})
	}
}

func TestErrorsOfTheNetworkHaveACause(t *testing.T) {
	closed := closedPort(t)
	for in, want := range map[string]string{
		`{"url":"http://` + closed + `"}`: "Error: connect ECONNREFUSED " + closed + " (ECONNREFUSED)",
		`{"url":"http://[x"}`:             "", // found wrong before anything was asked
	} {
		h := requestFlow(t, `{"senderr":true}`, "")
		h.Send("n", in)
		h.Wait()
		got := ""
		if cause, ok := h.Got("catch")[0].Value("error").(*msg.Object).Value("cause").(*msg.Error); ok {
			got = cause.Error() + " (" + cause.Props.String("code") + ")"
		}
		if got != want {
			t.Errorf("%s: cause %q, want %q", in, got, want)
		}
	}
}

func TestAnErrorGoesOnWithTheMessage(t *testing.T) {
	closed := closedPort(t)
	h := requestFlow(t, `{"url":"http://u:pass@`+closed+`/x?token=abc&q=1"}`, "")
	h.Send("n", `{}`)
	h.Wait()
	if got, want := payload(t, h), "RequestError: connect ECONNREFUSED "+closed+" : http://"+closed+"/x?token=[redacted]&q=1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := h.Got("out")[0].Value("statusCode"); got != "ECONNREFUSED" {
		t.Errorf("statusCode is %v", got)
	}
	if all := h.Text("out") + h.Text("catch") + h.LogText() + h.Text("status"); strings.Contains(all, "pass") || strings.Contains(all, "abc") {
		t.Errorf("a secret shows: %s", all)
	}
}

func TestStatusShowsTheRequest(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(echo))
	defer srv.Close()
	show := func(h *nodetest.Harness) string {
		var texts []string
		for _, m := range h.Got("status") {
			s := m.Value("status").(*msg.Object)
			texts = append(texts, s.String("fill")+" "+s.String("text"))
		}
		return strings.Join(texts, ", ")
	}
	for _, tc := range []struct{ url, want string }{
		{srv.URL, "blue httpin.status.requesting,  "},
		{"http://" + closedPort(t), "blue httpin.status.requesting, red ECONNREFUSED"},
		{"ftp://x/", "blue httpin.status.requesting, red httpin.errors.invalid-transport"},
	} {
		h := requestFlow(t, `{}`, "")
		h.SendMsg("n", msg.NewObject("url", tc.url))
		h.Wait()
		if got := show(h); got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.url, got, tc.want)
		}
	}
}

func TestConnectionsAreUsedAgain(t *testing.T) {
	for _, persist := range []string{"true", "false"} {
		conns := make(chan net.Conn, 10)
		url := rawServer(t, func(c net.Conn) {
			conns <- c
			for r := bufio.NewReader(c); readRequest(r); {
				io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
			}
		})
		h := requestFlow(t, `{"url":"`+url+`","persist":`+persist+`}`, "")
		for range 3 {
			h.Send("n", `{}`)
			h.Wait()
		}
		if len(h.Got("out")) != 3 || len(conns) != 1 {
			t.Errorf("persist %s: %d answers over %d connections, want 3 over 1", persist, len(h.Got("out")), len(conns))
		}
	}
}

// A server may close a connection while it is idle: the next request takes a new one.
func TestAnIdleConnectionThatWasClosedIsNotUsed(t *testing.T) {
	closed := make(chan struct{}, 1)
	url := rawServer(t, func(c net.Conn) {
		readRequest(bufio.NewReader(c))
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		c.(*net.TCPConn).CloseWrite()
		io.Copy(io.Discard, c) // until the client has seen it and closes
		closed <- struct{}{}
	})
	h := requestFlow(t, `{"url":"`+url+`"}`, "")
	for i := range 2 {
		h.Send("n", `{}`)
		h.Wait()
		if i == 1 {
			<-closed
		}
	}
	if len(h.Got("out")) != 2 {
		t.Errorf("errors: %s", h.Text("catch"))
	}
}

// A server may answer a long body before it has read it, and read no more.
func TestAnEarlyAnswerToALongBodyCounts(t *testing.T) {
	done := make(chan struct{})
	defer close(done)
	url := rawServer(t, func(c net.Conn) {
		http.ReadRequest(bufio.NewReader(c))
		io.WriteString(c, "HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig")
		<-done
	})
	h := requestFlow(t, `{"url":"`+url+`","method":"POST"}`, "")
	h.SendMsg("n", msg.NewObject("payload", strings.Repeat("x", 20<<20)))
	h.Wait()
	if got := payload(t, h); got != "big" {
		t.Errorf("got %q", got)
	}
}

func TestTooLargeAResponseIsAnError(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, strings.Repeat("x", 2000)) }))
	defer srv.Close()
	h := requestFlow(t, `{"url":"`+srv.URL+`","senderr":true}`, "", nodetest.Settings(`{"httpRequestMaxLength":"1kb"}`))
	h.Send("n", `{}`)
	h.Wait()
	if got := caught(t, h); !strings.Contains(got, "more than 1024 bytes") {
		t.Errorf("got %q", got)
	}
}

// The end of the flows ends a request that waits for its server.
func TestClosingTheEngineAbortsARequest(t *testing.T) {
	arrived, gone := make(chan struct{}), make(chan struct{})
	url := rawServer(t, func(c net.Conn) {
		readRequest(bufio.NewReader(c))
		close(arrived)
		io.Copy(io.Discard, c) // returns when the client closes
		close(gone)
	})
	h := requestFlow(t, `{"url":"`+url+`"}`, "")
	h.Send("n", `{}`)
	<-arrived
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := h.Engine.Close(ctx); err != nil {
		t.Fatal(err)
	}
	<-gone
}

func TestHeadersOfTheWrongTypeAreErrorsAsInNodeRED(t *testing.T) {
	for in, want := range map[string]string{
		`{"headers":{"cookie":["a=1"]}}`: "TypeError: argument str must be a string",
		`{"headers":{"cookie":5}}`:       "TypeError: argument str must be a string",
		`{"headers":"😀"}`:                `RequestError: Invalid character in header content ["0"]`,
	} {
		h := requestFlow(t, `{"url":"http://`+closedPort(t)+`"}`, "")
		h.Send("n", in)
		h.Wait()
		if got := caught(t, h); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}
