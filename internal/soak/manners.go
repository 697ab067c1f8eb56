package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"time"
)

// peer is one connection of a client.
type peer struct {
	net.Conn
	in *bufio.Reader
}

func newPeer(c net.Conn) *peer { return &peer{c, bufio.NewReader(c)} }

// manner is how a client behaves. use returns how many answers it got, and what
// was wrong with them.
type manner struct {
	name string
	rude bool // leaves or talks nonsense: whatever it gets is right
	use  func(p *peer, random *rand.Rand) (int, error)
}

var manners = []manner{
	{name: "hello, kept alive", use: times(50, get("/hello", 200, "Hello, world"))},
	{name: "parameters", use: times(50, get("/items/7?q=a%20b", 200, `{"id":"7","q":"a b","cookie":"d"}`))},
	{name: "json", use: times(20, post("/echo", "application/json", `{"a":[1,2]}`, `{"a":[1,2]}`))},
	{name: "upload", use: times(5, post("/upload", "multipart/form-data; boundary=B", form, fmt.Sprintf(`{"field":"1","size":%d}`, 64<<10)))},
	{name: "chunked", use: times(20, chunked)},
	{name: "pipelined", use: pipelined},
	{name: "a late answer", use: times(5, get("/late", 200, ""))},
	{name: "no answer", use: times(5, get("/silent", 500, ""))},
	{name: "not found", use: times(20, get("/nowhere", 404, ""))},
	{name: "large", use: get("/large", 200, strings.Repeat("x", 1<<20))},
	{name: "reads slowly", use: slowReader},
	{name: "sends slowly", use: slowSender},
	{name: "leaves before the answer", rude: true, use: leave("GET /late HTTP/1.1\r\nHost: x\r\n\r\n", 0)},
	{name: "leaves within the answer", rude: true, use: leave("GET /large HTTP/1.1\r\nHost: x\r\n\r\n", 5000)},
	{name: "leaves within the body", rude: true, use: leave("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nabc", 0)},
	{name: "leaves within the head", rude: true, use: leave("GET /hello HTTP/1.1\r\nHo", 0)},
	{name: "talks nonsense", rude: true, use: nonsense},
}

var form = "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n" +
	strings.Repeat("y", 64<<10) + "\r\n--B--\r\n"

type use = func(p *peer, random *rand.Rand) (int, error)

// times does the same n times on one connection.
func times(n int, one use) use {
	return func(p *peer, random *rand.Rand) (int, error) {
		for i := range n {
			if _, err := one(p, random); err != nil {
				return i, err
			}
		}
		return n, nil
	}
}

func get(target string, status int, body string) use {
	return func(p *peer, _ *rand.Rand) (int, error) {
		if _, err := io.WriteString(p, "GET "+target+" HTTP/1.1\r\nHost: x\r\nCookie: c=d\r\n\r\n"); err != nil {
			return 0, err
		}
		return 1, p.expect(p.in, status, body)
	}
}

func post(target, kind, body, want string) use {
	return func(p *peer, _ *rand.Rand) (int, error) {
		if _, err := fmt.Fprintf(p, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", target, kind, len(body), body); err != nil {
			return 0, err
		}
		return 1, p.expect(p.in, http.StatusOK, want)
	}
}

// expect reads an answer; an empty body is not compared.
func (p *peer) expect(from *bufio.Reader, status int, body string) error {
	res, err := http.ReadResponse(from, nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	switch {
	case err != nil:
		return err
	case res.StatusCode != status:
		return fmt.Errorf("status %d: %.200s", res.StatusCode, got)
	case body != "" && string(got) != body:
		return fmt.Errorf("body of %d bytes: %.200s", len(got), got)
	}
	return nil
}

func chunked(p *peer, _ *rand.Rand) (int, error) {
	if _, err := io.WriteString(p, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"); err != nil {
		return 0, err
	}
	return 1, p.expect(p.in, http.StatusOK, "abcde")
}

func pipelined(p *peer, _ *rand.Rand) (int, error) {
	const n = 10
	if _, err := io.WriteString(p, strings.Repeat("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\n\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n", n)); err != nil {
		return 0, err
	}
	for i := range n {
		if err := errors.Join(p.expect(p.in, http.StatusOK, "\r\n\r\n"), p.expect(p.in, http.StatusOK, "Hello, world")); err != nil {
			return 2 * i, err
		}
	}
	return 2 * n, nil
}

// drip reads a little at a time.
type drip struct{ io.Reader }

func (d drip) Read(b []byte) (int, error) {
	time.Sleep(5 * time.Millisecond)
	return d.Reader.Read(b[:min(len(b), 16<<10)])
}

func slowReader(p *peer, _ *rand.Rand) (int, error) {
	if _, err := io.WriteString(p, "GET /large HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		return 0, err
	}
	return 1, p.expect(bufio.NewReader(drip{p}), http.StatusOK, strings.Repeat("x", 1<<20))
}

func slowSender(p *peer, random *rand.Rand) (int, error) {
	text := "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 10\r\n\r\n0123456789"
	for len(text) > 0 {
		n := min(1+random.IntN(8), len(text))
		if _, err := io.WriteString(p, text[:n]); err != nil {
			return 0, err
		}
		text = text[n:]
		time.Sleep(2 * time.Millisecond)
	}
	return 1, p.expect(p.in, http.StatusOK, "0123456789")
}

// leave sends something, reads a little and is gone.
func leave(text string, read int64) use {
	return func(p *peer, random *rand.Rand) (int, error) {
		if _, err := io.WriteString(p, text); err != nil {
			return 0, err
		}
		if _, err := io.CopyN(io.Discard, p, read); err != nil {
			return 0, err
		}
		time.Sleep(time.Duration(random.IntN(20)) * time.Millisecond)
		return 0, nil
	}
}

func nonsense(p *peer, random *rand.Rand) (int, error) {
	b := []byte("GET /hello HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nA: b\r\n\r\nabc")
	for range 1 + random.IntN(4) {
		b[random.IntN(len(b))] = byte(random.IntN(256))
	}
	if _, err := p.Write(b); err != nil {
		return 0, err
	}
	_ = p.SetDeadline(time.Now().Add(200 * time.Millisecond))
	n, err := io.Copy(io.Discard, p)
	return min(int(n), 1), err
}
