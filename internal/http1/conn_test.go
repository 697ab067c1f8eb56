package http1

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// exchange sends requests over one connection to a server with the handler and
// returns everything that came back.
func exchange(t *testing.T, h http.HandlerFunc, requests string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &Server{Handler: h}
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	defer func() {
		server.Close()
		<-done
	}()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, requests); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(bufio.NewReader(c))
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

func names(answer string) string {
	head, _, _ := strings.Cut(answer, "\r\n\r\n")
	var out []string
	for _, line := range strings.Split(head, "\r\n")[1:] {
		name, _, _ := strings.Cut(line, ":")
		out = append(out, name)
	}
	return strings.Join(out, " ")
}

const get = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

func TestHeadersGoOutInTheHandlersOrderAndSpelling(t *testing.T) {
	answer := exchange(t, func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Length", "2")
		h.Set("X-B", "1")
		h["Set-Cookie"] = []string{"a=1", "b=2"}
		h.Set("X-A", "1")
		Next(r, []string{"x-b", "X-A", "Set-Cookie", "Content-Length"})
		io.WriteString(w, "ok")
	}, get)
	if got, want := names(answer), "x-b X-A Set-Cookie Set-Cookie Content-Length Date Connection"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if !strings.Contains(answer, "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n") || !strings.HasSuffix(answer, "\r\n\r\nok") {
		t.Errorf("values or body changed:\n%s", answer)
	}
}

func TestAnOrderHoldsForOneResponse(t *testing.T) {
	first := true
	answer := exchange(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-B", "1")
		w.Header().Set("A", "1")
		if first {
			Next(r, []string{"X-B", "A"})
		}
		first = false
	}, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"+get)
	second := answer[strings.Index(answer, "\r\n\r\n")+4:]
	if !strings.HasPrefix(names(answer), "X-B A ") || !strings.HasPrefix(names(second), "A X-B ") {
		t.Errorf("got\n%s", answer)
	}
}

func TestInterimResponsesAreLeftAlone(t *testing.T) {
	answer := exchange(t, func(w http.ResponseWriter, r *http.Request) {
		Next(r, []string{"X-B", "A"})
		w.Header().Set("X-B", "1")
		w.Header().Set("A", "1")
		io.Copy(io.Discard, r.Body) // makes net/http send 100 Continue
	}, "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx")
	interim, rest, _ := strings.Cut(answer, "\r\n\r\n")
	if interim != "HTTP/1.1 100 Continue" || !strings.HasPrefix(names(rest), "X-B A ") {
		t.Errorf("got\n%s", answer)
	}
}

func TestBlocksThatCannotBeOrderedGoOutWhole(t *testing.T) {
	answer := exchange(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Long", strings.Repeat("x", 8<<10))
		w.Header().Set("A", "1")
		Next(r, []string{"Long", "A"})
		io.WriteString(w, "ok")
	}, get)
	res, err := http.ReadResponse(bufio.NewReader(strings.NewReader(answer)), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || len(res.Header.Get("Long")) != 8<<10 || res.Header.Get("A") != "1" || string(body) != "ok" {
		t.Errorf("%v: %d bytes, body %q", err, len(answer), body)
	}
}
