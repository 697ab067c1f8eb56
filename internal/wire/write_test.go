package wire

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestStatusLinesAreNodes(t *testing.T) {
	for _, tc := range []struct {
		name, request string
		status        int
		reason        string
		want          string
	}{
		{"a phrase that Node spells otherwise", get, 413, "", "HTTP/1.1 413 Payload Too Large"},
		{"a status without a phrase", get, 799, "", "HTTP/1.1 799 unknown"},
		{"a phrase of the flow's", get, 200, "Fine", "HTTP/1.1 200 Fine"},
		{"a phrase that would begin a line", get, 200, "a\r\nb: c", "HTTP/1.1 200 OK"},
		{"an answer to HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", 200, "", "HTTP/1.1 200 OK"},
	} {
		answer := exchange(t, func(w http.ResponseWriter, r *http.Request) {
			Of(r).Answer(Answer{Reason: tc.reason})
			w.WriteHeader(tc.status)
		}, tc.request)
		if line, _, _ := strings.Cut(answer, "\r\n"); line != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, line, tc.want)
		}
	}
}

func TestAnswersTellWhatBecomesOfTheConnection(t *testing.T) {
	for _, tc := range []struct{ name, request, want string }{
		{"kept", "GET / HTTP/1.1\r\nHost: x\r\n\r\n" + get, "Connection: keep-alive\r\nKeep-Alive: timeout=5\r\n"},
		{"closed", get, "Connection: close\r\n"},
		{"kept by HTTP/1.0", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + get, "Connection: keep-alive\r\nKeep-Alive: timeout=5\r\n"},
		{"closed by HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", "Connection: close\r\n"},
	} {
		answer := exchange(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "ok") }, tc.request)
		head, _, _ := strings.Cut(answer, "\r\n\r\n")
		if !strings.Contains(head+"\r\n", tc.want) || strings.Count(head, "Connection") != 1 {
			t.Errorf("%s: got\n%s", tc.name, head)
		}
	}
}

func TestAnEmptyLengthIsSentWhereItWasAskedFor(t *testing.T) {
	answer := exchange(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "0")
		Of(r).Answer(Answer{Names: []string{"Content-Length"}, Empty: true})
		w.WriteHeader(http.StatusNoContent)
	}, get)
	if !strings.Contains(answer, "Content-Length: 0\r\n") {
		t.Errorf("got\n%s", answer)
	}
}

// FuzzResponse puts any block in order: no line may be lost, doubled or invented.
func FuzzResponse(f *testing.F) {
	f.Add("A: 1\r\nB: 2\r\nDate: x\r\n", "b", "a", "OK")
	f.Fuzz(func(t *testing.T, lines, first, second, reason string) {
		if !strings.HasSuffix(lines, "\r\n") || strings.Contains(strings.ReplaceAll(lines, "\r\n", ""), "\n") {
			return
		}
		for line := range strings.SplitSeq(lines, "\r\n") {
			if sameName([]byte(line[:max(0, strings.IndexByte(line, ':'))]), "Connection") {
				return // replaced on purpose
			}
		}
		block := "HTTP/1.1 200 OK\r\n" + lines
		out := string(appendResponse(nil, []byte(block), Answer{Names: []string{first, second}, Reason: reason}))
		out = strings.Replace(out, keptAlive, "", 1)
		if strings.Count(out, "\n") != strings.Count(block, "\n") {
			t.Errorf("%q by %q, %q: %q", block, first, second, out)
		}
	})
}

func BenchmarkResponse(b *testing.B) {
	block := []byte("HTTP/1.1 200 OK\r\nContent-Length: 12\r\nContent-Type: text/html; charset=utf-8\r\nDate: Sun, 22 Nov 2026 03:16:36 GMT\r\nEtag: W/\"c\"\r\n")
	a := Answer{Names: []string{"Content-Type", "Content-Length", "ETag", "Date"}}
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst = appendResponse(dst[:0], block, a)
	}
}

func BenchmarkRead(b *testing.B) {
	request := []byte("GET /hello?name=world HTTP/1.1\r\nHost: 127.0.0.1:1880\r\nUser-Agent: bench\r\nAccept: */*\r\nAccept-Encoding: gzip\r\n\r\n")
	c := &conn{Conn: &endless{b: request}}
	p := make([]byte, 4096)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Read(p); err != nil {
			b.Fatal(err)
		}
		c.queue = c.queue[:0]
	}
}
