package network

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"sluice/flows"
	"sluice/runtime"
	"sluice/runtime/msg"
)

// redeployed is an engine whose flows a test changes node by node.
type redeployed struct {
	*runtime.Engine
	t   *testing.T
	out probe
}

func newRedeployed(t *testing.T, types []runtime.Type) *redeployed {
	t.Helper()
	r := &redeployed{t: t, out: make(probe, 10)}
	types = append(types, runtime.Type{Name: "out", Inputs: 1, Parallel: true, New: func() runtime.Node { return r.out }})
	e, err := runtime.New(runtime.Options{Log: slog.New(slog.DiscardHandler), Types: types})
	if err != nil {
		t.Fatal(err)
	}
	r.Engine = e
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel() // nothing is left to finish
		if err := e.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return r
}

func (r *redeployed) deploy(nodes string) {
	r.t.Helper()
	file, err := flows.Parse([]byte(`[{"id":"f","type":"tab"},{"id":"out","type":"out","z":"f","x":0,"y":0,"wires":[]},` + nodes + `]`))
	if err != nil {
		r.t.Fatal(err)
	}
	for _, p := range r.Deploy(r.t.Context(), file, flows.ModifiedNodes) {
		r.t.Error(p)
	}
}

func (r *redeployed) next() *msg.Object { return wait(r.t, r.out, "message") }

func TestMQTTConnectionOutlivesItsUsers(t *testing.T) {
	for _, version := range []string{mqttV4, mqttV5} {
		p := newMQTTPeer(t)
		r := newRedeployed(t, mqttTypes)
		const node = `,{"id":"n","type":"mqtt in","broker":"b","topic":"%s","z":"f","x":0,"y":0,"wires":[["out"]]}`
		broker := fmt.Sprintf(`{"id":"b","type":"mqtt-broker","broker":"localhost","port":"%d",%s}`, p.port, version)
		r.deploy(broker + fmt.Sprintf(node, "one"))
		wait(t, p.connects, "connection")
		wait(t, p.subscribed, "subscription")
		r.deploy(broker + fmt.Sprintf(node, "two"))
		if got := wait(t, p.unsubscribed, "end of the subscription").Filters[0].Filter; got != "one" {
			t.Errorf("took back %s", got)
		}
		wait(t, p.subscribed, "subscription")
		if err := p.server.Publish("two", []byte("x"), false, 0); err != nil {
			t.Fatal(err)
		}
		if m := r.next(); m.Value("topic") != "two" {
			t.Errorf("got %v", m.Value("topic"))
		}
		if len(p.connects) != 0 || len(p.ended) != 0 {
			t.Error("it connected anew")
		}
		r.deploy(broker) // the last user is removed
		wait(t, p.ended, "end")
	}
}

func TestWebSocketConnectionOutlivesItsUsers(t *testing.T) {
	r := newRedeployed(t, wsTypes)
	const config = `{"id":"c","type":"websocket-listener","path":"/ws"}`
	const node = `,{"id":"%s","type":"websocket in","server":"c","z":"f","x":0,"y":0,"wires":[["out"]]}`
	r.deploy(config + fmt.Sprintf(node, "one"))
	s := httptest.NewServer(r.Router())
	t.Cleanup(s.Close)
	c := wsDial(t, "ws"+strings.TrimPrefix(s.URL, "http")+"/ws", nil)
	wsWrite(t, c, websocket.MessageText, "1")
	if m := r.next(); m.Value("payload") != "1" {
		t.Errorf("got %v", m.Value("payload"))
	}
	r.deploy(config + fmt.Sprintf(node, "two"))
	wsWrite(t, c, websocket.MessageText, "2")
	if m := r.next(); m.Value("payload") != "2" {
		t.Errorf("got %v", m.Value("payload"))
	}
	r.deploy(config)
	r.deploy(`{"id":"x","type":"websocket-listener","path":"/ws"}`)
	if _, _, err := c.Read(t.Context()); err == nil {
		t.Error("the connection outlives its listener")
	}
	wsDial(t, "ws"+strings.TrimPrefix(s.URL, "http")+"/ws", nil)
}
