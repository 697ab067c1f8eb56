package network

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"sluice/nodes/nodetest"
	"sluice/runtime"
)

var wsTypes = []runtime.Type{WebSocketIn, WebSocketOut, WebSocketListener, WebSocketClient}

// wsServer serves the endpoints of a flow and returns their URL.
func wsServer(b *bench) string {
	s := httptest.NewServer(b.Engine.Router())
	b.t.Cleanup(s.Close)
	return "ws" + strings.TrimPrefix(s.URL, "http")
}

func wsDial(t *testing.T, url string, o *websocket.DialOptions) *websocket.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c, _, err := websocket.Dial(ctx, url, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.CloseNow() })
	return c
}

func wsWrite(t *testing.T, c *websocket.Conn, kind websocket.MessageType, text string) {
	t.Helper()
	if err := c.Write(t.Context(), kind, []byte(text)); err != nil {
		t.Fatal(err)
	}
}

func wsRead(t *testing.T, c *websocket.Conn) (websocket.MessageType, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	kind, b, err := c.Read(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return kind, string(b)
}

const wsFlow = `{"id":"c","type":"websocket-listener","path":"/ws","wholemsg":"WHOLE"},
	{"id":"n","type":"websocket in","server":"c","wires":[["out"]]}`

func TestWebSocketListenerReceives(t *testing.T) {
	for _, tc := range []struct {
		name, whole, in string
		kind            websocket.MessageType
		want            string
	}{
		{"texts", "false", "hello", websocket.MessageText, `{"payload":"hello"}`},
		{"bytes", "false", "hi", websocket.MessageBinary, `{"payload":{"type":"Buffer","data":[104,105]}}`},
		{"whole messages", "true", `{"payload":1,"topic":"t"}`, websocket.MessageText, `{"payload":1,"topic":"t"}`},
		{"a payload where a message should be", "true", `12`, websocket.MessageText, `{"payload":12}`},
		{"what is no JSON", "true", `{`, websocket.MessageText, `{"payload":"{"}`},
		{"the first of several messages", "true", `[{"payload":1},{"payload":2}]`, websocket.MessageText, `{"payload":1}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBench(t, strings.Replace(wsFlow, "WHOLE", tc.whole, 1), wsTypes)
			c := wsDial(t, wsServer(b)+"/ws", nil)
			b.wantStatus(`{"fill":"green","shape":"dot","text":"connected 1","event":"connect"}`)
			wsWrite(t, c, tc.kind, tc.in)
			m := b.next(b.out, "message")
			s := nodetest.Object(m.Value("_session"))
			if several := tc.in[0] == '['; several == m.Has("_session") || !several && (s.Value("type") != "websocket" || len(s.String("id")) != 16) {
				t.Errorf("the session is %s", nodetest.Text(s))
			}
			m.Delete("_session")
			if got := nodetest.Text(m); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
			c.Close(websocket.StatusNormalClosure, "")
			b.wantStatus(`{"fill":"red","shape":"ring","text":"common.status.disconnected","event":"disconnect"}`)
		})
	}
}

func TestWebSocketListenerSends(t *testing.T) {
	for _, tc := range []struct {
		name, whole, in string
		want            string
	}{
		{"texts", "false", `{"payload":"hello"}`, "hello"},
		{"objects as JSON", "false", `{"payload":{"a":1}}`, `{"a":1}`},
		{"numbers as text", "false", `{"payload":0}`, `0`},
		{"whole messages", "true", `{"_msgid":"1","payload":"x","topic":"t"}`, `{"_msgid":"1","payload":"x","topic":"t"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBench(t, strings.Replace(wsFlow, "WHOLE", tc.whole, 1)+`,{"id":"o","type":"websocket out","server":"c","wires":[]}`, wsTypes)
			url := wsServer(b)
			one, two := wsDial(t, url+"/ws", nil), wsDial(t, url+"/ws", nil)
			for range 4 { // two nodes show two connections
				b.status()
			}
			b.Send("o", `{"payload":""}`, `{}`) // nothing to send, but for whole messages
			b.Send("o", tc.in)
			for _, c := range []*websocket.Conn{one, two} {
				for range 3 {
					kind, got := wsRead(t, c)
					if kind != websocket.MessageText {
						t.Errorf("came as %v", kind)
					}
					if got == tc.want {
						break
					}
					if tc.whole != "true" {
						t.Fatalf("got %q, want %q", got, tc.want)
					}
				}
			}
		})
	}
}

func TestWebSocketOutRepliesToTheSender(t *testing.T) {
	b := newBench(t, `{"id":"c","type":"websocket-listener","path":"ws"},
		{"id":"n","type":"websocket in","server":"c","wires":[["o"]]},
		{"id":"o","type":"websocket out","server":"c","wires":[]}`, wsTypes)
	url := wsServer(b)
	one, two := wsDial(t, url+"/ws", nil), wsDial(t, url+"/ws", nil)
	for range 4 {
		b.status()
	}
	wsWrite(t, one, websocket.MessageText, "to one")
	if _, got := wsRead(t, one); got != "to one" {
		t.Errorf("got %q", got)
	}
	b.Send("o", `{"payload":"to all"}`)
	if _, got := wsRead(t, two); got != "to all" {
		t.Errorf("the other connection got %q", got)
	}
}

func TestWebSocketListenerAnswersNothingButUpgrades(t *testing.T) {
	b := newBench(t, wsFlow, wsTypes)
	w := httptest.NewRecorder()
	b.Engine.Router().ServeHTTP(w, httptest.NewRequest("GET", "/ws", nil))
	if w.Code != http.StatusNotFound {
		t.Errorf("got %d", w.Code)
	}
}

func TestWebSocketListenerChoosesTheFirstProtocol(t *testing.T) {
	b := newBench(t, wsFlow, wsTypes)
	c := wsDial(t, wsServer(b)+"/ws", &websocket.DialOptions{Subprotocols: []string{"b", "a"}})
	if got := c.Subprotocol(); got != "b" {
		t.Errorf("chose %q", got)
	}
}

func TestWebSocketListenerHasItsPathAlone(t *testing.T) {
	b := newBench(t, wsFlow+`,{"id":"c2","type":"websocket-listener","path":"/ws"}`, wsTypes)
	if got := b.LogText(); got != "ERROR Cannot have two WebSocket listeners on the same path: /ws" {
		t.Errorf("logged %q", got)
	}
}

func TestWebSocketListenerEndsWithTheRightToConnect(t *testing.T) {
	b := newBench(t, wsFlow, wsTypes)
	ctx, revoke := context.WithCancelCause(context.Background())
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.Engine.Router().ServeHTTP(w, r.WithContext(ctx))
	}))
	t.Cleanup(s.Close)
	c := wsDial(t, "ws"+strings.TrimPrefix(s.URL, "http")+"/ws", nil)
	b.status()
	revoke(errors.New("revoked"))
	_, _, err := c.Read(t.Context())
	if websocket.CloseStatus(err) != websocket.StatusPolicyViolation {
		t.Errorf("got %v", err)
	}
}

func TestWebSocketListenerRefusesBrokenText(t *testing.T) {
	b := newBench(t, wsFlow, wsTypes)
	c := wsDial(t, wsServer(b)+"/ws", nil)
	b.status()
	wsWrite(t, c, websocket.MessageText, "\xff")
	if _, _, err := c.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusInvalidFramePayloadData {
		t.Errorf("the client got %v", err)
	}
	b.wantStatus(`{"fill":"red","shape":"ring","text":"common.status.error","event":"error"}`)
	b.wantStatus(`{"fill":"red","shape":"ring","text":"common.status.disconnected","event":"disconnect"}`)
}

func TestWebSocketOfNothing(t *testing.T) {
	b := newBench(t, `{"id":"n","type":"websocket in","server":"x","wires":[]},{"id":"o","type":"websocket out","client":"y","wires":[]}`, wsTypes)
	if got := b.LogText(); got != "ERROR Missing server configuration\nERROR Missing server configuration" {
		t.Errorf("logged %q", got)
	}
}

// wsPeer is a server that hands its connections to the test. It and the client that
// has the type reach each other in memory, so that a bubble knows when both wait.
func wsPeer(t *testing.T, o *websocket.AcceptOptions) (client runtime.Type, conns chan *websocket.Conn, headers chan http.Header) {
	conns, headers = make(chan *websocket.Conn, 10), make(chan http.Header, 10)
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		headers <- r.Header
		if c, err := websocket.Accept(w, r, o); err == nil {
			conns <- c
		}
	})}
	l := pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	t.Cleanup(func() {
		s.Close()
		<-done
		for len(conns) > 0 {
			(<-conns).CloseNow()
		}
	})
	client = WebSocketClient
	client.New = func() runtime.Node { return &webSocketNode{dial: l.dial} }
	return client, conns, headers
}

// pipes is a listener to dial in memory.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (l pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case l.conns <- far:
		return near, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l pipes) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l pipes) Close() error {
	close(l.closed)
	return nil
}

func (l pipes) Addr() net.Addr { return &net.TCPAddr{} }

func TestWebSocketClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, conns, headers := wsPeer(t, &websocket.AcceptOptions{Subprotocols: []string{"p"}})
		b := newBench(t, `{"id":"c","type":"websocket-client","path":"ws://peer/","subprotocol":"p , q",
			"headers":[{"keyType":"other","keyValue":"X-Test","valueType":"other","valueValue":"1"},{"keyType":"other","keyValue":"X-Env","valueType":"env","valueValue":"TOKEN"}]},
		{"id":"n","type":"websocket in","client":"c","wires":[["out"]]},
		{"id":"o","type":"websocket out","client":"c","wires":[]}`, []runtime.Type{WebSocketIn, WebSocketOut, client}, nodetest.Env("TOKEN", "secret"))
		h := <-headers
		if h.Get("X-Test") != "1" || h.Get("X-Env") != "secret" || h.Get("Sec-WebSocket-Protocol") != "p,q" || h.Get("User-Agent") != "" {
			t.Errorf("the request had %v", h)
		}
		peer := <-conns
		for range 2 {
			b.wantStatus(`{"fill":"green","shape":"dot","text":"connected ","event":"connect"}`)
		}
		b.Send("o", `{"payload":"hello"}`)
		if _, got := wsRead(t, peer); got != "hello" {
			t.Errorf("the server got %q", got)
		}
		wsWrite(t, peer, websocket.MessageText, "back")
		b.wantMessage(`{"payload":"back"}`)
		cut := time.Now()
		peer.CloseNow()
		for range 2 {
			b.wantStatus(`{"fill":"red","shape":"ring","text":"common.status.disconnected","event":"disconnect"}`)
		}
		<-headers // it connects again
		if waited := time.Since(cut); waited != wsReconnect {
			t.Errorf("it connected again after %v", waited)
		}
	})
}

func TestWebSocketClientTellsThatNobodyIsThere(t *testing.T) {
	b := newBench(t, `{"id":"c","type":"websocket-client","path":"ws://127.0.0.1:1/"},
		{"id":"n","type":"websocket in","client":"c","wires":[["out"]]}`, wsTypes)
	b.wantStatus(`{"fill":"red","shape":"ring","text":"common.status.error","event":"error"}`)
	b.wantStatus(`{"fill":"red","shape":"ring","text":"common.status.disconnected","event":"disconnect"}`)
}

func TestWebSocketClientMissesTheHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, conns, _ := wsPeer(t, nil)
		b := newBench(t, `{"id":"c","type":"websocket-client","path":"ws://peer/","hb":"4"},
		{"id":"n","type":"websocket in","client":"c","wires":[["out"]]}`, []runtime.Type{WebSocketIn, client})
		defer (<-conns).CloseNow() // never read: no ping is answered
		begun := time.Now()
		b.wantStatus(`{"fill":"green","shape":"dot","text":"connected ","event":"connect"}`)
		b.wantStatus(`{"fill":"red","shape":"ring","text":"common.status.error","event":"error"}`)
		if since := time.Since(begun); since != 8*time.Second { // the ping, and a beat without an answer
			t.Errorf("it was cut after %v", since)
		}
	})
}
