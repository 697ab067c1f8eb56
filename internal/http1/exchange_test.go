package http1

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type ofTest struct{}

func TestNobodyReadsAheadUnlessSomebodyWaits(t *testing.T) {
	exchange(t, func(w http.ResponseWriter, r *http.Request) {
		ctx := context.WithValue(r.Context(), ofTest{}, 1)
		if ctx.Err() != nil || Of(r).watching != nil {
			t.Error("the connection is watched before anybody has asked")
		}
		_ = ctx.Done()
		if Of(r).watching == nil {
			t.Error("the connection is not watched")
		}
	}, get)
}

func TestAHandlerThatWaitsNoticesThatItsClientLeaves(t *testing.T) {
	for _, tc := range []struct{ name, request string }{
		{"no body", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"},
		{"a body that is read", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab"},
		{"chunks that are read", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"},
	} {
		waits, left := make(chan struct{}), make(chan error, 1)
		s := start(t, func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithCancel(r.Context()) // before the body is read
			defer cancel()
			io.Copy(io.Discard, r.Body)
			close(waits)
			<-ctx.Done()
			left <- r.Context().Err()
		})
		c := s.dial()
		io.WriteString(c, tc.request)
		<-waits
		c.Close()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
}

func TestWhatIsReadAheadIsTheNextRequest(t *testing.T) {
	s := start(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/first" {
			_ = r.Context().Done()
			Of(r).untilAhead(len("GET /second HTTP/1.1\r\n"))
		}
		io.WriteString(w, r.URL.Path)
	})
	c := s.dial()
	io.WriteString(c, "GET /first HTTP/1.1\r\nHost: x\r\n\r\n")
	io.WriteString(c, "GET /second HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	got, _ := io.ReadAll(c)
	if !strings.Contains(string(got), "/first") || !strings.HasSuffix(string(got), "/second") {
		t.Errorf("got\n%s", got)
	}
}

// untilAhead waits until the reader ahead has that much. It takes the reader's
// place, since nothing else may look at what it reads.
func (x *Exchange) untilAhead(n int) {
	x.mu.Lock()
	watching := x.watching
	x.watching = nil
	x.mu.Unlock()
	x.conn.in.limit(longAgo)
	<-watching
	x.conn.in.limit(time.Time{})
	for x.conn.in.buffered() < n {
		if x.conn.in.fill() != nil {
			return
		}
	}
}

func TestTheContextEndsWithTheHandler(t *testing.T) {
	var first, late context.Context
	var cancel context.CancelFunc
	defer func() { cancel() }()
	exchange(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/one" {
			late = r.Context()
			_ = late.Done()
			first, cancel = context.WithCancel(late)
			return
		}
		if first.Err() == nil || late.Err() == nil {
			t.Error("the context of a request that is over goes on")
		}
	}, "GET /one HTTP/1.1\r\nHost: x\r\n\r\n"+get)
}

func TestValuesOfARequest(t *testing.T) {
	type key struct{}
	exchange(t, func(w http.ResponseWriter, r *http.Request) {
		r.Context().(interface{ SetValue(key, value any) }).SetValue(key{}, "v")
		if r.Context().Value(key{}) != "v" || r.WithContext(context.WithValue(r.Context(), ofTest{}, 1)).Context().Value(key{}) != "v" {
			t.Error("the value is lost")
		}
		if addr, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); !ok || addr.String() != r.Context().(*requestContext).conn.rwc.LocalAddr().String() {
			t.Error("the local address is not known")
		}
	}, get)
}

func TestBodies(t *testing.T) {
	const rest = "\r\nConnection: close\r\nHost: x\r\n\r\n"
	for _, tc := range []struct{ name, framing, body, want string }{
		{"a length", "Content-Length: 3", "abc", "abc"},
		{"a length that is not reached", "Content-Length: 4", "abc", "abc unexpected EOF"},
		{"chunks", "Transfer-Encoding: chunked", "1\r\na\r\n0002;x=\"y\"\r\nbc\r\n0\r\n\r\n", "abc"},
		{"trailers", "Transfer-Encoding: chunked", "1\r\na\r\n0\r\nA-b:  c \r\nD: e\r\n\r\n", "a A-b=c D=e"},
		{"a chunk without its end", "Transfer-Encoding: chunked", "1\r\nab\r\n0\r\n\r\n", "a " + errFraming.Error()},
		{"a bare line end behind a chunk", "Transfer-Encoding: chunked", "1\r\na\n0\r\n\r\n", "a " + errFraming.Error()},
		{"a bare line end behind a length", "Transfer-Encoding: chunked", "1\na\r\n0\r\n\r\n", " " + errFraming.Error()},
		{"a length that is none", "Transfer-Encoding: chunked", "g\r\na\r\n0\r\n\r\n", " " + errFraming.Error()},
		{"an empty length", "Transfer-Encoding: chunked", "\r\na\r\n0\r\n\r\n", " " + errFraming.Error()},
		{"a signed length", "Transfer-Encoding: chunked", "+1\r\na\r\n0\r\n\r\n", " " + errFraming.Error()},
		{"a length with blanks behind it", "Transfer-Encoding: chunked", "1 \r\na\r\n0\r\n\r\n", " " + errFraming.Error()},
		{"a length beyond all bounds", "Transfer-Encoding: chunked", "fffffffffffffffff\r\na", " " + errFraming.Error()},
		{"an extension with a CR", "Transfer-Encoding: chunked", "1;a\rb\r\na\r\n0\r\n\r\n", " " + errFraming.Error()},
		{"an extension beyond all bounds", "Transfer-Encoding: chunked", "1;" + strings.Repeat("x", maxLine) + "\r\na\r\n0\r\n\r\n", " " + errFraming.Error()},
		{"a trailer that is none", "Transfer-Encoding: chunked", "0\r\nA b: c\r\n\r\n", " " + errFraming.Error()},
		{"trailers beyond all bounds", "Transfer-Encoding: chunked", "0\r\n" + strings.Repeat("A: "+strings.Repeat("x", 1000)+"\r\n", 5) + "\r\n", " " + errFraming.Error()},
	} {
		for _, step := range []int{1 << 20, 5, 1} {
			var got string
			handler := func(w http.ResponseWriter, r *http.Request) {
				b, err := io.ReadAll(r.Body)
				got = string(b)
				if err != nil {
					got += " " + err.Error()
				}
				for _, f := range Of(r).Trailers() {
					got += " " + f.Name + "=" + f.Value
				}
			}
			serveOne(t, handler, pieces("POST / HTTP/1.1\r\n"+tc.framing+rest+tc.body, step))
			if got != tc.want {
				t.Errorf("%s, %d bytes at a time: got %.80q, want %q", tc.name, step, got, tc.want)
			}
		}
	}
}

func TestABodyThatTheClientHoldsBackIsAskedForWhenItIsRead(t *testing.T) {
	const request = "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n"
	answer := exchange(t, func(w http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body) }, request+"x"+get)
	if !strings.HasPrefix(answer, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n") || strings.Count(answer, "200 OK") != 2 {
		t.Errorf("got\n%s", answer)
	}
	answer = exchange(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusForbidden) }, request)
	if !strings.HasPrefix(answer, "HTTP/1.1 403 ") || !strings.Contains(answer, "Connection: close\r\n") {
		t.Errorf("a body that nobody wants: got\n%s", answer)
	}
	answer = exchange(t, func(http.ResponseWriter, *http.Request) { t.Error("a handler ran") }, "POST / HTTP/1.1\r\nHost: x\r\nExpect: wonders\r\nContent-Length: 1\r\n\r\n")
	if answer != "HTTP/1.1 417 Expectation Failed\r\nConnection: close\r\n\r\n" {
		t.Errorf("another expectation: got\n%s", answer)
	}
}

func TestTheRestOfABodyIsReadForTheNextRequestOrTheConnectionClosed(t *testing.T) {
	var paths []string
	handler := func(w http.ResponseWriter, r *http.Request) { paths = append(paths, r.URL.Path) }
	for _, tc := range []struct {
		name, body string
		want       string
	}{
		{"a short one", "Content-Length: 5\r\n\r\nabcde", "/a /"},
		{"chunks", "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", "/a /"},
		{"a long one", fmt.Sprintf("Content-Length: %d\r\n\r\n", maxDiscard+1) + strings.Repeat("x", maxDiscard+1), "/a"},
		{"bad chunks", "Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n", "/a"},
	} {
		paths = nil
		serveOne(t, handler, pieces("POST /a HTTP/1.1\r\nHost: x\r\n"+tc.body+get, 1<<20))
		if got := strings.Join(paths, " "); got != tc.want {
			t.Errorf("%s: %s answered, want %s", tc.name, got, tc.want)
		}
	}
}

func TestSlowClientsGetTheirTimeAndNoMore(t *testing.T) {
	for _, tc := range []struct {
		name, sent, want string
		after            time.Duration
	}{
		{"nothing sent", "", "", headLimit},
		{"half a head", "GET / HT", "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n", headLimit},
		{"half a body", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nx", "timeout", bodyLimit},
		{"no next request", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "<nil>", headLimit},
	} {
		synctest.Test(t, func(t *testing.T) {
			near, far := net.Pipe()
			defer far.Close()
			l := oneConn{conn: make(chan net.Conn, 1)}
			l.conn <- near
			server := &Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, err := io.Copy(io.Discard, r.Body)
				var timeout net.Error
				if errors.As(err, &timeout) && timeout.Timeout() {
					err = errors.New("timeout")
				}
				fmt.Fprint(w, err)
			})}
			go server.Serve(l)
			defer close(l.conn)
			begun := time.Now()
			go io.WriteString(far, tc.sent)
			got, _ := io.ReadAll(far)
			if !strings.HasSuffix(string(got), tc.want) || tc.want == "" && len(got) > 0 {
				t.Errorf("%s: got %q", tc.name, got)
			}
			if took := time.Since(begun); took > tc.after+2*time.Second || took < tc.after/2 {
				t.Errorf("%s: closed after %v", tc.name, took)
			}
		})
	}
}

func TestAPanicEndsItsConnectionAlone(t *testing.T) {
	s := start(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/bad" {
			panic("on purpose")
		}
	})
	c := s.dial()
	io.WriteString(c, "GET /bad HTTP/1.1\r\nHost: x\r\n\r\n")
	if got, _ := io.ReadAll(c); len(got) > 0 {
		t.Errorf("got %q", got)
	}
	c = s.dial()
	io.WriteString(c, get)
	if got, _ := io.ReadAll(c); !strings.HasPrefix(string(got), "HTTP/1.1 200 OK") {
		t.Errorf("another connection: got %q", got)
	}
}

func TestShutdownAnswersWhatIsUnderWayAndClosesTheRest(t *testing.T) {
	entered, finish := make(chan struct{}), make(chan struct{})
	s := start(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			close(entered)
			<-finish
		}
		io.WriteString(w, "done")
	})
	waiting, busy := s.dial(), s.dial()
	io.WriteString(waiting, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	res, err := http.ReadResponse(bufio.NewReader(waiting), nil)
	if err != nil {
		t.Fatal(err)
	}
	io.Copy(io.Discard, res.Body)
	io.WriteString(busy, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
	<-entered
	late, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.server.Shutdown(late); !errors.Is(err, context.Canceled) {
		t.Errorf("a request is under way, and Shutdown returned %v", err)
	}
	if n, err := waiting.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Error("a connection that waits is still open")
	}
	over := make(chan error)
	go func() { over <- s.server.Shutdown(t.Context()) }()
	close(finish)
	got, _ := io.ReadAll(busy)
	if !strings.HasSuffix(string(got), "done") || !strings.Contains(string(got), "Connection: close\r\n") {
		t.Errorf("got %q", got)
	}
	if err := <-over; err != nil {
		t.Error(err)
	}
}

// started is a server of a test.
type started struct {
	t      *testing.T
	server *Server
	addr   string
}

func start(t *testing.T, h http.HandlerFunc) started {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &Server{Handler: h}
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	t.Cleanup(func() {
		server.Close()
		<-done
	})
	return started{t, server, l.Addr().String()}
}

func (s started) dial() net.Conn {
	s.t.Helper()
	c, err := net.Dial("tcp", s.addr)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	return c
}

func pieces(text string, step int) net.Buffers {
	var list net.Buffers
	for rest := []byte(text); len(rest) > 0; {
		n := min(step, len(rest))
		list = append(list, rest[:n:n])
		rest = rest[n:]
	}
	return list
}

// shortOnce is a listener of a system that has no more files at first.
type shortOnce struct {
	net.Listener
	tries int
}

func (l *shortOnce) Accept() (net.Conn, error) {
	if l.tries++; l.tries == 1 {
		return nil, &net.OpError{Op: "accept", Err: syscall.EMFILE}
	}
	return nil, errOver
}

func TestAWantOfFilesPasses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &shortOnce{Listener: oneConn{}}
		if err := new(Server).Serve(l); !errors.Is(err, errOver) || l.tries != 2 {
			t.Errorf("after %d tries: %v", l.tries, err)
		}
	})
}
