package http1

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

func TestLinesGoOutAsTheyAreGiven(t *testing.T) {
	for _, tc := range []struct {
		name   string
		answer Answer
		want   string // of all header lines
	}{
		{"in their order and spelling", Answer{Fields: []Field{{"x-b", "1"}, {"Set-Cookie", "a"}, {"Set-Cookie", "b"}, {"content-length", "02"}, {"X-A", ""}}},
			"x-b: 1|Set-Cookie: a|Set-Cookie: b|content-length: 2|X-A: |Date: *|Connection: close"},
		{"none", Answer{Fields: []Field{}}, "Date: *|Connection: close|Content-Length: 2"},
		{"a length that is none", Answer{Fields: []Field{{"Content-Length", "x"}}}, "Date: *|Connection: close|Content-Length: 2"},
		{"chunks, named twice", Answer{Fields: []Field{{"transfer-encoding", "x"}, {"Transfer-Encoding", "y"}}}, "transfer-encoding: chunked|Date: *|Connection: close"},
		{"a date of its own", Answer{Fields: []Field{{"date", "now"}}, Dateless: true}, "date: now|Connection: close|Content-Length: 2"},
		{"no date", Answer{Fields: []Field{{"a", "1"}}, Dateless: true}, "a: 1|Connection: close|Content-Length: 2"},
		{"what becomes of the connection", Answer{Fields: []Field{{"connection", "close"}, {"a", "1"}}}, "connection: close|a: 1|Date: *|Content-Length: 2"},
		{"no second line", Answer{Fields: []Field{{"a", "1\r\nb: 2"}, {"c:", "3"}}}, "a: 1  b: 2|Date: *|Connection: close|Content-Length: 2"},
	} {
		answer := exchange(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Unseen", "1")
			Of(r).Answer(tc.answer)
			io.WriteString(w, "ok")
		}, get)
		head, _, _ := strings.Cut(answer, "\r\n\r\n")
		lines := strings.Split(head, "\r\n")[1:]
		for i, line := range lines {
			if strings.HasPrefix(line, "Date: ") {
				lines[i] = "Date: *"
			}
		}
		if got := strings.Join(lines, "|"); got != tc.want {
			t.Errorf("%s: got\n%s, want\n%s", tc.name, got, tc.want)
		}
	}
}

func TestAStreamHasNoLength(t *testing.T) {
	for _, tc := range []struct{ name, request, body string }{
		{"chunks", get, "2\r\nok\r\n0\r\n\r\n"},
		{"the end of the connection, which is all that HTTP/1.0 knows", "GET / HTTP/1.0\r\n\r\n", "ok"},
	} {
		answer := exchange(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Transfer-Encoding", "chunked")
			Of(r).Answer(Answer{Names: []string{"Transfer-Encoding"}})
			io.WriteString(w, "ok")
		}, tc.request)
		head, body, _ := strings.Cut(answer, "\r\n\r\n")
		if strings.Contains(head, "Content-Length") || body != tc.body {
			t.Errorf("%s: got\n%s", tc.name, answer)
		}
	}
}
