package http1

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// FuzzConnection gives a connection anything, in pieces of any size. How it comes
// in must not matter, and every answer must be one.
func FuzzConnection(f *testing.F) {
	f.Add("GET / HTTP/1.1\r\nHost: x\r\n\r\n", uint8(3))
	f.Add("POST /%z HTTP/1.1\r\nHost: x\r\nHost: y\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nT: 1\r\n\r\nGET / HTTP/1.1\r\n\r\n", uint8(1))
	f.Add("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc\r\n\r\nGET", uint8(200))
	f.Add("POST / HTTP/1.0\r\nConnection: keep-alive\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\nHEAD //x:1?y HTTP/1.1\r\nHost: x\r\n\r\n", uint8(9))
	f.Fuzz(func(t *testing.T, data string, step uint8) {
		if len(data) > 64<<10 {
			return
		}
		whole, answer := tell(t, data, len(data)+1)
		steps, _ := tell(t, data, int(step)%64+1)
		if whole != steps {
			t.Errorf("%q at once: %q\nin pieces of %d: %q", data, whole, step%64+1, steps)
		}
		checkAnswers(t, answer)
	})
}

// tell tells what the handlers of a connection got, and what it answered.
func tell(t *testing.T, data string, step int) (got string, answer []byte) {
	var b strings.Builder
	answer = serveOne(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		fields, _ := Of(r).Fields(r.Header)
		fmt.Fprintf(&b, "%s %s %v %q %v %v\n", r.Method, r.RequestURI, fields, body, err, Of(r).Trailers())
		if r.Method != http.MethodHead {
			w.Write(body)
		}
	}, pieces(data, step))
	return b.String(), answer
}

func checkAnswers(t *testing.T, answer []byte) {
	reader := bufio.NewReader(bytes.NewReader(answer))
	for {
		if _, err := reader.Peek(1); err != nil {
			return
		}
		res, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Errorf("%q: %v", answer, err)
			return
		}
		if _, err := io.Copy(io.Discard, res.Body); err != nil {
			t.Errorf("%q: %v", answer, err)
			return
		}
		res.Body.Close()
	}
}

// FuzzHeader gives a response any header: nothing that is not a header line may come out.
func FuzzHeader(f *testing.F) {
	f.Add("X-A", "1", "x-a", "Fine", 200, false)
	f.Add("Content-Length", "a\r\nB: c", "transfer-encoding", "a\nb", 204, true)
	f.Add("Connection", "close", "connection", "", 404, true)
	f.Fuzz(func(t *testing.T, name, value, spelled, reason string, status int, lines bool) {
		if status < 200 || status > 999 {
			return
		}
		answer := serveOne(t, func(w http.ResponseWriter, r *http.Request) {
			look := Answer{Names: []string{spelled, name}, Reason: reason}
			if lines {
				look.Fields = []Field{{spelled, reason}, {name, value}}
			}
			w.Header()[name] = []string{value}
			Of(r).Answer(look)
			w.WriteHeader(status)
		}, pieces(get, 1<<10))
		head, body, ok := bytes.Cut(answer, []byte("\r\n\r\n"))
		if !ok || len(body) > len("0\r\n\r\n") {
			t.Errorf("%q", answer)
		}
		sent := strings.Split(string(head), "\r\n")
		if len(sent) > 6 {
			t.Errorf("more lines than there are headers: %q", answer)
		}
		for i, line := range sent {
			if strings.ContainsAny(line, "\r\n") || i > 0 && !strings.Contains(line, ": ") {
				t.Errorf("line %d of %q", i, answer)
			}
		}
	})
}
