package http1

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestRequestsAreTakenAsNodeTakesThem(t *testing.T) {
	const rest = "Connection: close\r\n\r\n"
	for _, tc := range []struct{ name, request, want string }{
		{"a plain one", "GET /a HTTP/1.1\r\nHost: x\r\n" + rest, "200 /a x"},
		{"empty lines before it", "\r\n\n\r\nGET /a HTTP/1.1\r\nHost: x\r\n" + rest, "200 /a x"},
		{"several hosts: the first", "GET /a HTTP/1.1\r\nHost: x\r\nhost: y\r\n" + rest, "200 /a x"},
		{"a stray percent sign", "GET /%zz%41%?%zz HTTP/1.1\r\nHost: x\r\n" + rest, "200 /%zz%41%?%zz x"},
		{"no version of the protocol", "GET /a HTTP/3.7\r\nHost: x\r\n" + rest, "400"},
		{"line ends without CR", "GET /a HTTP/1.1\nHost: x\n\n", "400"},
		{"one line end without CR", "GET /a HTTP/1.1\r\nHost: x\nA: b\r\n" + rest, "400"},
		{"a continued line", "GET /a HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n" + rest, "400"},
		{"two lengths that differ", "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n" + rest + "ab", "400"},
		{"two lengths that agree", "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n" + rest + "a", "400"},
		{"a list of lengths", "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1, 1\r\n" + rest + "a", "400"},
		{"a signed length", "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n" + rest + "a", "400"},
		{"a length and chunks", "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n" + rest + "0\r\n\r\n", "400"},
		{"chunks and a length", "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n" + rest + "0\r\n\r\n", "400"},
		{"a coding that is not chunked", "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity\r\n" + rest, "400"},
		{"chunked twice in a list", "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, chunked\r\n" + rest + "0\r\n\r\n", "400"},
		{"another coding below chunked", "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n" + rest + "0\r\n\r\n", "400"},
		{"a method that nobody knows, for the guard to judge", "FOO /a HTTP/1.1\r\nHost: x\r\n" + rest, "200 /a x"},
		{"another protocol", "\x16\x03\x01", "400"},
		{"no host", "GET /a HTTP/1.1\r\n" + rest, "400"},
		{"a header with a control character", "GET /a HTTP/1.1\r\nHost: x\r\nA: \x01\r\n" + rest, "400"},
		{"a header with a CR", "GET /a HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n" + rest, "400"},
		{"a blank before the colon", "GET /a HTTP/1.1\r\nHost: x\r\nA : b\r\n" + rest, "400"},
		{"a target with a blank", "GET /a b HTTP/1.1\r\nHost: x\r\n" + rest, "400"},
		{"a target with a control character", "GET /a\x7f HTTP/1.1\r\nHost: x\r\n" + rest, "400"},
		{"an absolute target", "GET http://y/a HTTP/1.1\r\nHost: x\r\n" + rest, "200 http://y/a y"},
		{"chunked twice", "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n" + rest + "0\r\n\r\n", "400"},
		{"a line without a colon", "GET /a HTTP/1.1\r\nHost: x\r\nA\r\n" + rest, "400"},
		{"HTTP/1.0 without a host", "GET /a HTTP/1.0\r\n\r\n", "200 /a "},
		{"half a head", "GET /a HTTP/1.1\r\nHo", "400"},
		{"a head beyond the limit", "GET /a HTTP/1.1\r\nHost: x\r\nA: " + strings.Repeat("x", 40<<10) + "\r\n" + rest, "431"},
		{"one behind a body", "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n\n\nGET /%b HTTP/1.1\r\nHost: x\r\n" + rest, "200 /a x, 200 /%b x"},
		{"one behind chunks", "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n2;a=b\r\n\n\n\r\n0\r\nT: 1\r\n\r\nGET /%b HTTP/1.1\r\nHost: x\r\n" + rest, "200 /a x, 200 /%b x"},
	} {
		for _, step := range []int{1 << 20, 7, 1} {
			got := exchangeSteps(t, tc.request, step)
			if got != tc.want {
				t.Errorf("%s, %d bytes at a time: got %q, want %q", tc.name, step, got, tc.want)
			}
		}
	}
}

// exchangeSteps sends a request in steps to a server that tells what it has got.
func exchangeSteps(t *testing.T, request string, step int) string {
	t.Helper()
	var got []string
	handler := func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		got = append(got, "200 "+r.RequestURI+" "+r.Host)
	}
	var pieces net.Buffers
	for rest := []byte(request); len(rest) > 0; {
		n := min(step, len(rest))
		pieces = append(pieces, rest[:n])
		rest = rest[n:]
	}
	out := serveOne(t, handler, pieces)
	if line, _, _ := bytes.Cut(out, []byte(newline)); !bytes.Contains(line, []byte(" 200 ")) {
		status := strings.Fields(string(line))
		if len(status) < 2 {
			return string(out)
		}
		return status[1]
	}
	return strings.Join(got, ", ")
}

// script is a connection that gives one piece at each read, and then its end.
type script struct {
	net.Conn // its addresses and deadlines
	pieces   net.Buffers
	out      bytes.Buffer
	closed   chan struct{}
}

func (s *script) Read(p []byte) (int, error) {
	if len(s.pieces) == 0 {
		return 0, io.EOF
	}
	n := copy(p, s.pieces[0])
	if s.pieces[0] = s.pieces[0][n:]; len(s.pieces[0]) == 0 {
		s.pieces = s.pieces[1:]
	}
	return n, nil
}
func (s *script) Write(p []byte) (int, error) { return s.out.Write(p) }
func (s *script) Close() error {
	select {
	case <-s.closed:
	default:
		close(s.closed)
	}
	return s.Conn.Close()
}

type oneConn struct {
	net.Listener
	conn chan net.Conn
}

var errOver = errors.New("no more connections")

func (l oneConn) Accept() (net.Conn, error) {
	if c, ok := <-l.conn; ok {
		return c, nil
	}
	return nil, errOver
}
func (l oneConn) Close() error   { return nil }
func (l oneConn) Addr() net.Addr { return &net.TCPAddr{} }

func serveOne(t testing.TB, h http.HandlerFunc, pieces net.Buffers) []byte {
	t.Helper()
	near, far := net.Pipe()
	defer far.Close()
	c := &script{Conn: near, pieces: pieces, closed: make(chan struct{})}
	l := oneConn{conn: make(chan net.Conn, 1)}
	l.conn <- c
	close(l.conn)
	server := &Server{Handler: h}
	if err := server.Serve(l); !errors.Is(err, errOver) {
		t.Fatal(err)
	}
	<-c.closed
	return c.out.Bytes()
}

func TestFieldsAreAsTheClientSentThem(t *testing.T) {
	var lines []string
	exchange(t, func(w http.ResponseWriter, r *http.Request) {
		if lines != nil {
			return
		}
		r.Header.Del("Secret")                       // as a guard does
		r.Header["Cookie"] = []string{"b=2"}         // likewise
		r.Header["X-Added"] = []string{"by a guard"} // likewise
		fields, _ := Of(r).Fields(r.Header)
		for _, f := range fields {
			lines = append(lines, f.Name+":"+f.Value)
		}
	}, "GET / HTTP/1.1\r\nX-b:  1 \r\nHOST: x\r\nSecret: s\r\nx-A: 2\r\nX-B: 3\r\nCookie: a=1; b=2\r\n\r\n"+get)
	if got, want := strings.Join(lines, " "), "X-b:1 HOST:x x-A:2 X-B:3 Cookie:b=2 X-Added:by a guard"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestAnotherProtocolPassesUntouched(t *testing.T) {
	answer := exchange(t, func(w http.ResponseWriter, r *http.Request) {
		c, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\n\r\n")
		b := make([]byte, 4)
		if _, err := io.ReadFull(rw, b); err != nil {
			t.Error(err)
		}
		c.Write(append([]byte("HTTP/1.1 200 \n"), b...))
	}, "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: y\r\n\r\n\x81\n\nz")
	if !strings.HasSuffix(answer, "\r\n\r\nHTTP/1.1 200 \n\x81\n\nz") {
		t.Errorf("got %q", answer)
	}
}

func TestPlainTargetsAreReadAsNetHTTPReadsThem(t *testing.T) {
	for _, target := range []string{"/", "/a", "/a/b.c-d_e~f", "/a?b=c&d=%zz", "/a?", "/a??", "/a:b@c;d,e=f+g&h$", "/a?b?c", "/a?\"<>",
		"//a", "/a%20b", "/a b", "/a?b c", "/a!b", "/a#b", "/ä", "*", "", "a", "http://x/a", "/a?ä", "/[a]", "/a\"b"} {
		want, err := url.ParseRequestURI(target)
		var got url.URL
		if parsePlain(target, &got) && (err != nil || got != *want) {
			t.Errorf("%q: got %+v, want %+v, %v", target, got, want, err)
		}
	}
}
