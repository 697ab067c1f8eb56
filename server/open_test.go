package server

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sluice/authz"
)

// openFlows serve a stream of events, a slow answer, and a websocket that answers what it hears.
const openFlows = `[{"id":"t","type":"tab"},
	{"id":"i","type":"http in","z":"t","url":"/events","method":"get","x":1,"y":1,"wires":[["f"]]},
	{"id":"f","type":"function","z":"t","x":1,"y":1,"wires":[[]],"func":"msg.res._res.set('Content-Type', 'text/event-stream'); msg.res._res.write('data: 1\\n\\n');"},
	{"id":"l","type":"websocket-listener","path":"/ws","wholemsg":"false"},
	{"id":"in","type":"websocket in","z":"t","server":"l","x":1,"y":1,"wires":[["out"]]},
	{"id":"out","type":"websocket out","z":"t","server":"l","x":1,"y":1,"wires":[]}]`

// opened sends a request whose connection stays open, and reads the head of the answer.
func (p *peer) opened(t *testing.T, line string, fields ...string) (net.Conn, *bufio.Reader, *http.Response) {
	t.Helper()
	conn, err := net.Dial("tcp", p.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, strings.NewReplacer(p.names...).Replace(request(line, fields...))); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(conn)
	res, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	return conn, in, res
}

var upgradeFields = []string{"Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="}

// Rows 28 and 29: who may not call gets an ordinary answer to the upgrade, and a page
// of another site no connection with the cookie of its visitor (T10).
func TestWebSocketsAreGuarded(t *testing.T) {
	p := openPeer(t)
	for _, tc := range []struct {
		name   string
		fields []string
		status int
	}{
		{"nobody", nil, 401},
		{"a browser", []string{"Accept: text/html"}, 302},
		{"a bad token", []string{"Authorization: Bearer x"}, 401},
		{"an expired one", []string{"Authorization: Bearer EXPIRED"}, 401},
		{"one for other paths", []string{"Authorization: Bearer SCOPED"}, 403},
		{"one in the query", []string{"Sec-WebSocket-Protocol: VALID"}, 401},
		{"a token", []string{"Authorization: Bearer VALID"}, 101},
		{"a token, whatever the page", []string{"Authorization: Bearer VALID", "Origin: http://evil.example"}, 101},
		{"a session", []string{"Cookie: sluice=MEMBER", "Origin: http://h"}, 101},
		{"a session without an origin", []string{"Cookie: sluice=MEMBER"}, 403},
		{"a session from another page", []string{"Cookie: sluice=MEMBER", "Origin: http://evil.example"}, 403},
		{"from another port", []string{"Cookie: sluice=MEMBER", "Origin: http://h:81"}, 403},
		{"from no page", []string{"Cookie: sluice=MEMBER", "Origin: null"}, 403},
		{"from two pages", []string{"Cookie: sluice=MEMBER", "Origin: http://h", "Origin: http://evil.example"}, 403},
		{"from a page that names us in its name", []string{"Cookie: sluice=MEMBER", "Origin: http://h.evil.example"}, 403},
		{"a stranger's session", []string{"Cookie: sluice=STRANGER", "Origin: http://h"}, 403},
	} {
		_, _, res := p.opened(t, "GET /ws", append(tc.fields, upgradeFields...)...)
		if res.StatusCode != tc.status {
			t.Errorf("%s: %s, want %d", tc.name, res.Status, tc.status)
		}
		if res.StatusCode == 401 && res.Header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s: no challenge", tc.name)
		}
	}
}

// 3.5, T7: a connection that is open ends when whoever opened it may no longer, in
// this process's doing or another's, however it was asked for.
func TestOpenConnectionsEndWithTheRightToThem(t *testing.T) {
	p := openPeer(t)
	other, err := authz.Open(t.Context(), filepath.Join(p.cfg.UserDir, "sluice.db"), authz.Options{}) // as the command line does
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	by := authz.Actor{Name: "test"}
	credentials := []string{"Authorization: Bearer LATER"}
	session := []string{"Cookie: sluice=MEMBER", "Origin: http://h"}
	for i, tc := range []struct {
		name   string
		line   string
		fields []string
		end    func(name string) error
	}{
		{"a websocket, its token revoked", "GET /ws", append(credentials, upgradeFields...), func(name string) error { _, err := p.store.Revoke(t.Context(), by, name); return err }},
		{"a websocket, its token revoked by another process", "GET /ws", append(credentials, upgradeFields...), func(name string) error { _, err := other.Revoke(t.Context(), by, name); return err }},
		{"a websocket, its user out of the team", "GET /ws", append(session, upgradeFields...), func(string) error { return other.RemoveMember(t.Context(), by, authz.DefaultTeam, "member") }},
		{"a stream, its token revoked", "GET /events", credentials, func(name string) error { _, err := p.store.Revoke(t.Context(), by, name); return err }},
		{"a stream that was asked for as one", "GET /events", append(credentials, "Accept: text/event-stream"), func(name string) error { _, err := other.Revoke(t.Context(), by, name); return err }},
		{"a stream, its token rotated", "GET /events", credentials, func(name string) error { _, _, err := other.Rotate(t.Context(), by, name, 0); return err }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			name := fmt.Sprint("later", i)
			_, value, err := p.store.Create(t.Context(), by, authz.NewToken{Name: name})
			if err != nil {
				t.Fatal(err)
			}
			p.names = append([]string{"LATER", value}, p.names...)
			conn, in, res := p.opened(t, tc.line, tc.fields...)
			if strings.HasSuffix(tc.line, "/ws") {
				if res.StatusCode != 101 {
					t.Fatal(res.Status)
				}
				sendText(t, conn, "hello")
				if opcode, text := readFrame(t, in); opcode != 1 || string(text) != "hello" {
					t.Fatalf("opcode %d, %q", opcode, text)
				}
				if err := tc.end(name); err != nil {
					t.Fatal(err)
				}
				opcode, reason := readFrame(t, in)
				if opcode != 8 || len(reason) < 2 || binary.BigEndian.Uint16(reason) != 1008 || string(reason[2:]) != "auth" {
					t.Errorf("opcode %d, %q; want a close with 1008 and auth", opcode, reason)
				}
				return
			}
			part := make([]byte, 9)
			if _, err := io.ReadFull(res.Body, part); err != nil || res.StatusCode != 200 {
				t.Fatalf("%s %q %v", res.Status, part, err)
			}
			if err := tc.end(name); err != nil {
				t.Fatal(err)
			}
			if rest, err := io.ReadAll(res.Body); len(rest) > 0 || isTimeout(err) {
				t.Errorf("%q, %v", rest, err)
			}
		})
	}
}

func isTimeout(err error) bool {
	n, ok := err.(net.Error)
	return ok && n.Timeout()
}

func openPeer(t *testing.T) *peer {
	t.Helper()
	dir := layOut(t, map[string]string{"flows.json": openFlows, "sluice.yaml": "auth: {mode: team}\n"})
	names := seed(t, filepath.Join(dir, "sluice.db"))
	p := listenIn(t, dir)
	p.names = names
	return p
}

// sendText sends a short text as a frame of a client (RFC 6455 5.2), masked with zeros.
func sendText(t *testing.T, conn net.Conn, text string) {
	t.Helper()
	if _, err := conn.Write(append([]byte{0x81, 0x80 | byte(len(text)), 0, 0, 0, 0}, text...)); err != nil {
		t.Fatal(err)
	}
}

// readFrame reads a short frame of a server, which masks nothing.
func readFrame(t *testing.T, in *bufio.Reader) (opcode byte, payload []byte) {
	t.Helper()
	head := make([]byte, 2)
	if _, err := io.ReadFull(in, head); err != nil {
		t.Fatal(err)
	}
	payload = make([]byte, head[1]&0x7f)
	if _, err := io.ReadFull(in, payload); err != nil {
		t.Fatal(err)
	}
	return head[0] & 0xf, payload
}
