package authz

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

// wire is a guarded server that tests talk to byte by byte.
type wire struct {
	*guarded
	addr string
}

func newWire(t *testing.T) *wire {
	t.Helper()
	g := newGuarded(t, bearerOnly)
	server := httptest.NewUnstartedServer(g.handler)
	server.Config.MaxHeaderBytes = 32<<10 - 4096 // net/http adds 4096 for buffering
	server.Start()
	t.Cleanup(server.Close)
	return &wire{g, server.Listener.Addr().String()}
}

// talk sends raw bytes and returns the answers as "status error-code", with
// "closed" at the end if the server closes the connection.
func (w *wire) talk(t *testing.T, raw string, want int) string {
	t.Helper()
	conn, err := net.Dial("tcp", w.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	raw = strings.NewReplacer("VALID", w.valid, "\n", "\r\n").Replace(raw)
	if _, err := io.WriteString(conn, raw); err != nil {
		t.Fatal(err)
	}
	var got []string
	in := bufio.NewReader(conn)
	for range want {
		res, err := http.ReadResponse(in, nil)
		if err != nil {
			got = append(got, fmt.Sprint("no answer: ", err))
			break
		}
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Errorf("body: %v", err)
		}
		code := ""
		if _, rest, found := strings.Cut(string(body), `"error":"`); found {
			code, _, _ = strings.Cut(rest, `"`)
		}
		got = append(got, strings.TrimSpace(fmt.Sprint(res.StatusCode, " ", code)))
		if res.Close {
			got = append(got, "closed")
			// net/http, having answered, still waits for a short body before it closes.
			if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
				t.Error(err)
			}
			if rest, _ := io.ReadAll(in); len(rest) > 0 { // a reset is a close too
				got = append(got, fmt.Sprintf("and then %q", rest))
			}
			break
		}
	}
	return strings.Join(got, ", ")
}

func TestGuardOnTheWire(t *testing.T) {
	w := newWire(t)
	const get = "GET /token-demo HTTP/1.1\nHost: x\n"
	for _, tc := range []struct {
		name, raw string
		answers   int
		want      string
	}{
		{"8 NUL", get + "Authorization: Bearer VALID\x00\n\n", 1, "400, closed"},
		{"8 control byte", get + "Authorization: Bearer VALID\x01\n\n", 1, "400, closed"},
		{"8 bare CR", get + "Authorization: Bearer \rVALID\n\n", 1, "400, closed"},
		{"8 folded line", get + "Authorization: Bearer\n VALID\n\n", 1, "200"}, // net/http joins folded lines with a space
		{"9 two lines", get + "Authorization: Bearer VALID\nauthorization: Bearer VALID\n\n", 1, "400 invalid_request"},
		{"10 long", get + "Authorization: Bearer " + strings.Repeat("a", 8193) + "\n\n", 1, "400 invalid_request"},
		{"11 header block", get + "X: " + strings.Repeat("a", 33<<10) + "\n\n", 1, "431, closed"},
		{"31 TRACE", "TRACE /token-demo HTTP/1.1\nHost: x\nAuthorization: Bearer VALID\n\n", 1, "405 method_not_allowed"},
		{"31 CONNECT", "CONNECT x:1 HTTP/1.1\nHost: x\n\n", 1, "405 method_not_allowed"},
		{"33 HTTP/1.0", "GET /token-demo HTTP/1.0\n\n", 1, "401 unauthorized, closed"},
		{"33 HTTP/1.0 with token", "GET /token-demo HTTP/1.0\nAuthorization: Bearer VALID\n\n", 1, "200, closed"},
		{"34 absolute-form", "GET http://elsewhere/token-demo HTTP/1.1\nHost: x\n\n", 1, "401 unauthorized"},
		{"34 userinfo", "GET http://u:p@x/token-demo HTTP/1.1\nHost: x\nAuthorization: Bearer VALID\n\n", 1, "400 bad_request"},
		{"asterisk", "GET * HTTP/1.1\nHost: x\nAuthorization: Bearer VALID\n\n", 1, "400 bad_request"},
		{"35 expect", "POST /token-demo HTTP/1.1\nHost: x\nExpect: 100-continue\nContent-Length: 5\n\n", 1, "401 unauthorized, closed"},
		{"35 body that never comes", "POST /token-demo HTTP/1.1\nHost: x\nContent-Length: 5\n\n", 1, "401 unauthorized, closed"},
		{"35 large body that never comes", "POST /token-demo HTTP/1.1\nHost: x\nContent-Length: 1000000\n\n", 1, "401 unauthorized, closed"},
		{"36 differing lengths", "POST /token-demo HTTP/1.1\nHost: x\nContent-Length: 5\nContent-Length: 6\n\nhello", 1, "400, closed"},
		{"36 odd coding", "POST /token-demo HTTP/1.1\nHost: x\nTransfer-Encoding: xchunked\n\n", 1, "501, closed"},
		{"36 two codings", "POST /token-demo HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\nTransfer-Encoding: identity\n\n", 1, "501, closed"},
		{"36 space before colon", get + "Authorization : Bearer VALID\n\n", 1, "400, closed"},
		{"36 length and chunked: the smuggled request is judged by itself",
			"POST /token-demo HTTP/1.1\nHost: x\nAuthorization: Bearer VALID\nContent-Length: 6\nTransfer-Encoding: chunked\n\n0\n\n" + get + "\n", 2, "204, 401 unauthorized"},
		{"37 trailer", "POST /token-demo HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\nTrailer: Authorization\n\n0\nAuthorization: Bearer VALID\n\n", 1, "401 unauthorized, closed"},
		{"38 pipelined", get + "\n" + get + "Authorization: Bearer VALID\n\n" + get + "Authorization: Bearer x\n\n", 3, "401 unauthorized, 200, 401 invalid_token"},
		{"38 a refused body is no request", "POST /token-demo HTTP/1.1\nHost: x\nContent-Length: 40\n\nGET /token-demo HTTP/1.1 hides in a body" + get + "Authorization: Bearer VALID\n\n", 2, "401 unauthorized, closed"},
		{"38 nor is a chunked one", "POST /x HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\n3\nabc\n0\n\n" + get + "Authorization: Bearer VALID\n\n", 2, "401 unauthorized, closed"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := w.talk(t, tc.raw, tc.answers); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
	if strings.Contains(w.log.String(), "sluh_") {
		t.Error("a token is in the log")
	}
}

// BenchmarkRefuseGuess is T4: each metric is the median time to refuse one of 10,000
// guesses. Random ones, and those that agree with a live token in 40 characters and
// in their check, are to take the same time within 15 %.
func BenchmarkRefuseGuess(b *testing.B) {
	s := testStore(b, newClock())
	_, valid := mustCreate(b, s, NewToken{Name: "valid"})
	g := mustGuard(b, mustPolicies(b, bearerOnly), GuardOptions{Verifier: openVerifier(b, s, newClock())})
	h := g.Wrap(http.NotFoundHandler())
	for name, guess := range map[string]func() string{
		"random": func() string { return newSecret(KindHTTP) },
		"near": func() string {
			near := []byte(newSecret(KindHTTP))
			copy(near, valid[:40])
			check := checkOf(string(near[:48]))
			copy(near[48:], check[:])
			return string(near)
		},
	} {
		b.Run(name, func(b *testing.B) {
			lines := make([][]string, 10_000)
			for i := range lines {
				lines[i] = []string{"Bearer " + guess()}
			}
			r := httptest.NewRequest("GET", "/token-demo", nil)
			times := make([]time.Duration, 0, len(lines))
			for i := 0; b.Loop(); i++ {
				r.Header["Authorization"] = lines[i%len(lines)]
				w := discardResponse{http.Header{}}
				began := time.Now()
				h.ServeHTTP(w, r)
				if took := time.Since(began); len(times) < cap(times) {
					times = append(times, took)
				} else {
					times[i%len(times)] = took
				}
			}
			slices.Sort(times)
			b.ReportMetric(float64(times[len(times)/2]), "median-ns")
		})
	}
}
