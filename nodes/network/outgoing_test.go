package network

import (
	"bufio"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"sluice/internal/weburl"
	"sluice/runtime/msg"
)

func readResponse(text, method string, lenient bool) (*outgoingResponse, error) {
	p := responseReader{r: bufio.NewReaderSize(strings.NewReader(text), 32), lenient: lenient, maxBody: 1000}
	return p.read(method)
}

func TestResponsesReadAsInNode(t *testing.T) {
	for _, tc := range []struct{ name, text, strict, lenient string }{
		{"length", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokrest", "200 ok keep", ""},
		{"until close", "HTTP/1.1 200 OK\r\n\r\nall", "200 all", ""},
		{"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nok\r\n0\r\nTrailer: 1\r\n\r\n", "200 ok keep", ""},
		{"interim responses", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 204 None\r\n\r\n", "204  keep", ""},
		{"no body for 304", "HTTP/1.1 304 \r\nContent-Length: 5\r\n\r\n", "304  keep", ""},
		{"no reason", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "200  keep", ""},
		{"close", "HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 0\r\n\r\n", "200 ", ""},
		{"1.0", "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", "200 ", ""},
		{"1.0 kept", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n", "200  keep", ""},
		{"bare line feeds", "HTTP/1.1 200 OK\nContent-Length: 0\n\n", "HPE_CR_EXPECTED", "200  keep"},
		{"bare line feed after the status", "HTTP/1.1 200\nContent-Length: 0\r\n\r\n", "HPE_INVALID_STATUS", "200  keep"},
		{"not HTTP", "SSH-2.0-x\r\n", "HPE_INVALID_CONSTANT", ""},
		{"HTTP/2", "HTTP/2 200 OK\r\n\r\n", "HPE_INVALID_VERSION", ""},
		{"status of two digits", "HTTP/1.1 99 No\r\n\r\n", "HPE_INVALID_STATUS", ""},
		{"status with a sign", "HTTP/1.1 +20 No\r\n\r\n", "HPE_INVALID_STATUS", ""},
		{"space in a name", "HTTP/1.1 200 OK\r\nX Y: 1\r\n\r\n", "HPE_INVALID_HEADER_TOKEN", ""},
		{"space before the colon", "HTTP/1.1 200 OK\r\nX : 1\r\n\r\n", "HPE_INVALID_HEADER_TOKEN", ""},
		{"control in a value", "HTTP/1.1 200 OK\r\nX: a\x01b\r\nContent-Length: 0\r\n\r\n", "HPE_INVALID_HEADER_TOKEN", "200  keep"},
		{"folded line", "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n", "HPE_UNEXPECTED_SPACE", "200  keep"},
		{"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok", "HPE_UNEXPECTED_CONTENT_LENGTH", ""},
		{"length with a sign", "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok", "HPE_INVALID_CONTENT_LENGTH", ""},
		{"length and chunks", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "HPE_UNEXPECTED_CONTENT_LENGTH", "200  keep"},
		{"bad chunk size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "HPE_INVALID_CHUNK_SIZE", ""},
		{"chunk longer than it says", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nok\r\n", "HPE_STRICT", ""},
		{"cut short", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok", "ECONNRESET", ""},
		{"chunks cut short", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nok", "ECONNRESET", ""},
		{"too large", "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", "ERR_RESPONSE_TOO_LARGE", ""},
		{"chunks too large", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\n", "ERR_RESPONSE_TOO_LARGE", ""},
		{"too large until close", "HTTP/1.1 200 OK\r\n\r\n" + strings.Repeat("x", 1001), "ERR_RESPONSE_TOO_LARGE", ""},
		{"header too large", "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", maxHead) + "\r\n\r\n", "HPE_HEADER_OVERFLOW", ""},
		{"nothing", "", "ECONNRESET", ""},
		{"half a line", "HTTP/1.1 2", "ECONNRESET", ""},
	} {
		if tc.lenient == "" {
			tc.lenient = tc.strict
		}
		for lenient, want := range map[bool]string{false: tc.strict, true: tc.lenient} {
			res, err := readResponse(tc.text, "GET", lenient)
			got := ""
			if err != nil {
				got = errorCode(exchangeError(err))
			} else {
				got = msg.FormatNumber(float64(res.status)) + " " + string(res.body)
				if res.keepAlive {
					got += " keep"
				}
			}
			if got != want {
				t.Errorf("%s (lenient: %t): got %q, want %q", tc.name, lenient, got, want)
			}
		}
	}
	if res, err := readResponse("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "HEAD", false); err != nil || len(res.body) > 0 || !res.keepAlive {
		t.Errorf("HEAD: %v, %v", res, err)
	}
}

func TestResponseHeadersJoinAsInNode(t *testing.T) {
	res, err := readResponse("HTTP/1.1 204 No\r\nX-Dup: a\r\nX-DUP: b\r\nSet-Cookie: a=1\r\nAge: 1\r\nage: 2\r\nset-cookie: b=2\r\nX-Latin: caf\xe9\r\n\r\n", "GET", false)
	if err != nil {
		t.Fatal(err)
	}
	got, _, _ := msg.Stringify(nodeHeaders(res.header), "")
	if want := `{"x-dup":"a, b","set-cookie":["a=1","b=2"],"age":"1","x-latin":"café"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestHashSumIsThatOfNPM(t *testing.T) {
	cyclic := msg.NewObject("a", "b")
	cyclic.Set("self", cyclic)
	for _, tc := range []struct {
		v    any
		want string
	}{
		{msg.NewObject("content-type", "text/html", "x", "é"), "5ddc5616"},
		{msg.NewObject("set-cookie", msg.NewArray("a=1", "b=2"), "n", 5.0, "t", true, "z", nil), "0f67c044"},
		{cyclic, "5ae4f0e8"},
	} {
		if got := hashSum(tc.v); got != tc.want {
			t.Errorf("%s: got %s, want %s", msg.ToString(tc.v), got, tc.want)
		}
	}
}

func FuzzResponse(f *testing.F) {
	for _, s := range []string{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nT: 1\r\n\r\n", "HTTP/1.0 200\n\n"} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, s string, lenient bool) {
		res, err := readResponse(s, "GET", lenient)
		if err != nil {
			if errorCode(exchangeError(err)) == "" {
				t.Fatalf("an error without a code: %v", err)
			}
			return
		}
		if len(res.body) > len(s) || res.status < 200 || res.status > 999 {
			t.Fatalf("status %d, %d bytes of body from %d", res.status, len(res.body), len(s))
		}
		for _, h := range res.header {
			if !isToken(h.name) {
				t.Fatalf("header name %q", h.name)
			}
		}
	})
}

func TestSetCookieFollowsRFC6265(t *testing.T) {
	u, _ := weburl.Parse("http://www.example.com/dir/page", nil)
	for _, tc := range []struct{ line, at, want string }{
		{"a=1", "http://www.example.com/dir/x", "a=1"},
		{"a=1", "http://www.example.com/dirx", ""},
		{"a=1", "http://www.example.com/", ""},
		{"a=1; Path=/", "http://www.example.com/", "a=1"},
		{"a=1; Path=relative", "http://www.example.com/dir/", "a=1"},
		{"a=1; Path=/", "http://example.com/", ""},
		{"a=1; Path=/; Domain=.example.com", "http://other.example.com/", "a=1"},
		{"a=1; Path=/; Domain=example.com", "http://badexample.com/", ""},
		{"a=1; Path=/; Domain=com", "http://www.example.com/", ""},
		{"a=1; Path=/; Domain=other.test", "http://www.example.com/", ""},
		{"a=1; Path=/; Secure", "http://www.example.com/", ""},
		{"a=1; Path=/; Secure", "https://www.example.com/", "a=1"},
		{"a=1; Path=/; Max-Age=0", "http://www.example.com/", ""},
		{"a=1; Path=/; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "http://www.example.com/", "a=1"},
		{"a=1; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "http://www.example.com/", ""},
		{"__Host-a=1; Path=/", "http://www.example.com/", ""},
		{"=1; Path=/", "http://www.example.com/", ""},
		{"a; Path=/", "http://www.example.com/", ""},
	} {
		var jar cookieJar
		jar.store(&outgoingResponse{header: headerList{{"set-cookie", tc.line}}}, u)
		at, err := weburl.Parse(tc.at, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := jar.header(at, true); got != tc.want {
			t.Errorf("%s, sent to %s: got %q, want %q", tc.line, tc.at, got, tc.want)
		}
	}
}

func FuzzSetCookie(f *testing.F) {
	for _, s := range []string{"a=1; Path=/; Domain=example.com; Secure; Max-Age=5", "a=\"b\"; Expires=Wed, 09 Jun 2032 10:18:14 GMT", ";=;", "__Host-a=b"} {
		f.Add(s)
	}
	u, _ := weburl.Parse("https://www.example.com/dir/page", nil)
	f.Fuzz(func(t *testing.T, s string) {
		var jar cookieJar
		jar.store(&outgoingResponse{header: headerList{{"set-cookie", s}}}, u)
		if !isFieldValue(jar.header(u, true)) {
			t.Fatalf("%q makes the header %q", s, jar.header(u, true))
		}
		responseCookies(msg.NewArray(s))
	})
}

// A pool hands out no more connections to a host than its bound, gives turns in
// order, and loses none when a waiter gives up.
func TestPoolBoundsTheConnectionsOfAHost(t *testing.T) {
	p := newConnPool(time.Minute)
	defer p.Close()
	key := connKey{address: "h:80"}
	for range maxConnsPerHost {
		if _, err := p.acquire(t.Context(), key, time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	errGone := errors.New("gone")
	gone, cancel := context.WithCancelCause(t.Context())
	left := make(chan error)
	go func() {
		_, err := p.acquire(gone, key, time.Now().Add(time.Hour))
		left <- err
	}()
	cancel(errGone)
	if err := <-left; !errors.Is(err, errGone) {
		t.Fatalf("a waiter that gives up gets %v", err)
	}
	if _, err := p.acquire(t.Context(), key, time.Now()); !isTimeout(err) {
		t.Fatalf("a waiter whose time is up gets %v", err)
	}
	turn := make(chan error)
	go func() {
		_, err := p.acquire(t.Context(), key, time.Now().Add(time.Hour))
		turn <- err
	}()
	p.release(key, nil, 0)
	if err := <-turn; err != nil {
		t.Fatal(err)
	}
	for range maxConnsPerHost {
		p.release(key, nil, 0)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if e := p.hosts[key]; e.used != 0 || len(e.waiting) != 0 {
		t.Errorf("%d turns are still taken, %d wait", e.used, len(e.waiting))
	}
}
