package network

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"sluice/runtime"
)

// As in Node-RED a path can have an endpoint and a listener, in either order.
func TestWebSocketListenerSharesItsPathWithAnEndpoint(t *testing.T) {
	listener := `{"id":"c","type":"websocket-listener","path":"/ws"},{"id":"n","type":"websocket in","server":"c","wires":[["o"]]},{"id":"o","type":"websocket out","server":"c","wires":[]}`
	endpoint := `{"id":"h","type":"http in","method":"get","url":"/:any","wires":[["r"]]},{"id":"r","type":"http response","wires":[],"statusCode":"204"}`
	for name, flow := range map[string]string{"the endpoint first": endpoint + "," + listener, "the listener first": listener + "," + endpoint} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, flow, append(slices.Clone(wsTypes), HTTPIn, HTTPResponse))
			url := wsServer(b)
			c := wsDial(t, url+"/ws", nil)
			wsWrite(t, c, websocket.MessageText, "hello")
			if _, got := wsRead(t, c); got != "hello" {
				t.Errorf("the listener sent %q", got)
			}
			for _, tc := range []struct {
				method, path, upgrade string
				status                int
			}{
				{"GET", "/ws", "", 204},
				{"HEAD", "/ws", "", 204},
				{"GET", "/other", "websocket", 204}, // nobody listens there
				{"GET", "/ws", "h2c", 204},
				{"POST", "/ws", "websocket", 404},
			} {
				req := httptest.NewRequest(tc.method, tc.path, nil)
				if tc.upgrade != "" {
					req.Header.Set("Upgrade", tc.upgrade)
					req.Header.Set("Connection", "Upgrade")
				}
				w := httptest.NewRecorder()
				b.Engine.Router().ServeHTTP(w, req)
				if w.Code != tc.status {
					t.Errorf("%s %s with Upgrade %q: %d, want %d", tc.method, tc.path, tc.upgrade, w.Code, tc.status)
				}
			}
		})
	}
}

// What guards a route by its pattern is asked for the one that answers.
func TestAHandshakeIsGuardedAsItsListener(t *testing.T) {
	b := newBench(t, wsFlow+`,{"id":"h","type":"http in","method":"get","url":"/:any","wires":[["r"]]},{"id":"r","type":"http response","wires":[]}`,
		append(slices.Clone(wsTypes), HTTPIn, HTTPResponse))
	router := b.Engine.Router()
	for upgrade, want := range map[string]string{"": "/:any", "WebSocket": "/ws"} {
		req := httptest.NewRequest("GET", "/ws", nil)
		req.Header.Set("Upgrade", upgrade)
		req.Header.Set("Connection", "keep-alive, Upgrade")
		if got, _ := router.PatternOf(req); got != want {
			t.Errorf("Upgrade %q: the pattern is %s, want %s", upgrade, got, want)
		}
	}
	for _, route := range router.Routes() {
		if route.Method == runtime.Upgrade {
			t.Error("a rule for GET would not be about the listener")
		}
	}
	s := httptest.NewServer(router)
	defer s.Close()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, s.URL+"/ws", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if text, err := io.ReadAll(res.Body); err != nil || strings.Contains(string(text), runtime.Upgrade) {
		t.Errorf("%s, %v", text, err)
	}
}
