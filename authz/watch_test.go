package authz

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// upgrader takes the connection over, as a websocket node does, and reports how the
// context of its request ends.
type upgrader struct{ ended chan error }

func (u upgrader) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Upgrade") == "" { // a stream of events
		_, _ = io.WriteString(w, "data: x\n\n")
		_ = http.NewResponseController(w).Flush()
		over := make(chan error, 1)
		defer Watch(r.Context(), func(err error) { over <- err })()
		u.ended <- <-over
		return
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		u.ended <- err
		return
	}
	_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
	ctx := r.Context()
	go func() {
		left := make(chan bool)
		go func() { _, _ = io.Copy(io.Discard, conn); close(left) }()
		select {
		case <-ctx.Done():
			_ = conn.Close()
			<-left
			u.ended <- context.Cause(ctx)
		case <-left:
			_ = conn.Close()
			u.ended <- io.EOF
		}
	}()
}

// 4.4, T7: websockets and event streams end when the token or session behind them
// does; a client that leaves leaves nothing behind.
func TestOpenConnectionsEnd(t *testing.T) {
	for _, tc := range []struct {
		name, user, header string
		end                func(g *teamed, id string) error
		want               error
	}{
		{"a websocket, its token revoked", "", "Upgrade: websocket", func(g *teamed, _ string) error { return second(g.store.Revoke(ctx, by, "valid")) }, ErrRevoked},
		{"a stream, its token revoked", "", "X-Stream: events", func(g *teamed, _ string) error { return second(g.store.Revoke(ctx, by, "valid")) }, ErrRevoked},
		{"a websocket, its token good for less", "", "Upgrade: websocket", func(g *teamed, _ string) error {
			return second(g.store.Update(ctx, by, "valid", Change{Scopes: &[]Scope{mustScope(t, "/a/*")}}))
		}, ErrDenied},
		{"a websocket, its user signed out", "alice", "Upgrade: websocket", func(g *teamed, id string) error { return g.store.EndSession(ctx, by, id) }, ErrUnknown},
		{"a websocket, its user out of the team", "alice", "Upgrade: websocket", func(g *teamed, _ string) error { return g.store.RemoveMember(ctx, by, DefaultTeam, "alice") }, ErrDenied},
		{"a websocket that is closed", "", "Upgrade: websocket", nil, io.EOF},
	} {
		t.Run(tc.name, func(t *testing.T) {
			g := newTeamed(t, teamOnly)
			up := upgrader{make(chan error, 1)}
			server := httptest.NewServer(g.guard.Wrap(up))
			defer server.Close()
			conn, err := net.Dial("tcp", server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			credentials, id := "Authorization: Bearer "+g.valid, ""
			if tc.user != "" {
				var value string
				value, id = g.login(t, tc.user)
				credentials = "Cookie: sluice=" + value + "\r\nOrigin: http://h"
			}
			if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\n"+tc.header+"\r\n"+credentials+"\r\n\r\n"); err != nil {
				t.Fatal(err)
			}
			line, err := bufio.NewReader(conn).ReadString('\n')
			if err != nil || line != "HTTP/1.1 101 Switching Protocols\r\n" && line != "HTTP/1.1 200 OK\r\n" {
				t.Fatalf("%q, %v", line, err)
			}
			if tc.end == nil {
				_ = conn.Close()
			} else if err := tc.end(g, id); err != nil {
				t.Fatal(err)
			}
			select {
			case err := <-up.ended:
				if !errors.Is(err, tc.want) {
					t.Errorf("ended by %v, want %v", err, tc.want)
				}
			case <-time.After(10 * time.Second):
				t.Error("it stays open")
			}
			v := g.guard.verifier
			v.mu.Lock()
			defer v.mu.Unlock()
			if len(v.watched) != 0 {
				t.Error("it is still watched")
			}
		})
	}
}
