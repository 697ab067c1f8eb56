package server

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sluice/config"
	"sluice/internal/logtest"
)

// peer is an instance that listens, for tests that talk to it byte by byte.
type peer struct {
	*Server
	addr  string
	log   *logtest.Buffer
	names []string // placeholders and what they stand for, as strings.NewReplacer takes them
}

func layOut(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		writeFile(t, path, text)
	}
	return dir
}

func writeFile(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// listenIn runs an instance of a user directory on a port of its own. env is NAME=value.
func listenIn(t testing.TB, dir string, env ...string) *peer {
	t.Helper()
	cfg, err := config.Load(dir, config.Flags{Port: "0", Host: "127.0.0.1"}, func(name string) (string, bool) {
		for _, e := range env {
			if value, ok := strings.CutPrefix(e, name+"="); ok {
				return value, true
			}
		}
		return "", false
	})
	if err != nil {
		t.Fatal(err)
	}
	text := &logtest.Buffer{}
	s, err := New(t.Context(), cfg, slog.New(slog.NewTextHandler(text, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		t.Fatal(err)
	}
	addr, err := s.Listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Deploy(t.Context()); err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve() }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.Close(ctx); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return &peer{Server: s, addr: addr.String(), log: text}
}

// answer is one response.
type answer struct {
	*http.Response
	body string
}

// conversation is what came back over one connection.
type conversation struct {
	answers []answer
	open    bool // the connection could be used further
}

// last asks whether a connection still knows where requests begin: if it does, this
// one's answer is the last, and if it does not, whatever was taken for it shows.
const last = "GET /_sluice/health HTTP/1.1\r\nHost: last\r\nConnection: close\r\n\r\n"

// say sends raw bytes, and returns all that is answered.
func (p *peer) say(t testing.TB, raw string) conversation {
	t.Helper()
	conn, err := net.Dial("tcp", p.addr)
	if err != nil {
		t.Fatal(err)
	}
	return converse(t, conn, strings.NewReplacer(p.names...).Replace(raw))
}

// saySlowly is say in pieces of a few bytes, as a slow network brings them.
func (p *peer) saySlowly(t testing.TB, raw string) conversation {
	t.Helper()
	conn, err := net.Dial("tcp", p.addr)
	if err != nil {
		t.Fatal(err)
	}
	return converse(t, crumbs{conn}, strings.NewReplacer(p.names...).Replace(raw))
}

type crumbs struct{ net.Conn }

func (c crumbs) Write(p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		var m int
		m, err = c.Conn.Write(p[n:min(n+3, len(p))])
		n += m
	}
	return n, err
}

func converse(t testing.TB, conn net.Conn, raw string) (c conversation) {
	t.Helper()
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(conn, raw+last) // who has been refused need not read it all
	in := bufio.NewReader(conn)
	for {
		var asked *http.Request
		if len(c.answers) == 0 && strings.HasPrefix(raw, "HEAD ") {
			asked = &http.Request{Method: http.MethodHead}
		}
		res, err := http.ReadResponse(in, asked)
		if err != nil {
			if err != io.ErrUnexpectedEOF && !isReset(err) {
				t.Errorf("after %d answers: %v", len(c.answers), err)
			}
			return c
		}
		body, err := io.ReadAll(res.Body)
		if err != nil && !isReset(err) {
			t.Errorf("body of answer %d: %v", len(c.answers)+1, err)
		}
		if c.open = string(body) == `{"status":"ok"}`; c.open {
			continue
		}
		c.answers = append(c.answers, answer{res, string(body)})
	}
}

func isReset(err error) bool {
	op, ok := err.(*net.OpError)
	return ok && !op.Timeout()
}

// ask sends one request; line is its method and target, fields its header.
func (p *peer) ask(t testing.TB, line string, fields ...string) answer {
	t.Helper()
	c := p.say(t, request(line, fields...))
	if len(c.answers) != 1 {
		t.Fatalf("%s: %d answers", line, len(c.answers))
	}
	return c.answers[0]
}

func request(line string, fields ...string) string {
	var b strings.Builder
	b.WriteString(line + " HTTP/1.1\r\nHost: h\r\n")
	for _, f := range fields {
		b.WriteString(f + "\r\n")
	}
	b.WriteString("\r\n")
	return b.String()
}

// challenges is what a client reads of WWW-Authenticate.
func (a answer) challenges() string { return strings.Join(a.Header["Www-Authenticate"], " + ") }

// code is the error code of a body, as RFC 6750 has them.
func (a answer) code() string {
	_, rest, _ := strings.Cut(a.body, `"error":"`)
	code, _, _ := strings.Cut(rest, `"`)
	return code
}
