package network

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sluice/nodes/nodetest"
	"sluice/runtime"
)

// TestRulesJudgeEverySocket holds what the setting outgoing says for nodes that are
// no http request: nothing arrives at a server it refuses, and somebody is told.
func TestRulesJudgeEverySocket(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var accepted atomic.Int32
	arrived := make(chan struct{}, 100)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			accepted.Add(1)
			arrived <- struct{}{}
			c.Close()
		}
	}()
	udp := peerUDP(t)
	go func() {
		for buf := make([]byte, 9); ; {
			if _, _, err := udp.ReadFrom(buf); err != nil {
				return
			}
			accepted.Add(1)
			arrived <- struct{}{}
		}
	}()
	tcpPort, udpPort := fmt.Sprint(l.Addr().(*net.TCPAddr).Port), fmt.Sprint(udp.LocalAddr().(*net.UDPAddr).Port)
	types := slices.Concat(tcpTypes, udpTypes, mqttTypes, wsTypes)
	const client = `"server":"client","host":"HOST","port":"TCP"`
	nodes := map[string]string{ // each sends as soon as it runs, or when it gets a message
		"tcp in":           `{"id":"n","type":"tcp in",` + client + `,"wires":[["out"]]}`,
		"tcp out":          `{"id":"n","type":"tcp out","beserver":"client","host":"HOST","port":"TCP","wires":[]}`,
		"tcp request":      `{"id":"n","type":"tcp request","server":"HOST","port":"TCP","out":"immed","wires":[["out"]]}`,
		"udp out":          `{"id":"n","type":"udp out","addr":"HOST","port":"UDP","multicast":"false","wires":[]}`,
		"mqtt in":          `{"id":"c","type":"mqtt-broker","broker":"HOST","port":"TCP"},{"id":"n","type":"mqtt in","broker":"c","topic":"a","qos":"0","wires":[["out"]]}`,
		"mqtt over wss":    `{"id":"c","type":"mqtt-broker","broker":"wss://HOST:TCP/"},{"id":"n","type":"mqtt in","broker":"c","topic":"a","qos":"0","wires":[["out"]]}`,
		"mqtt over ws":     `{"id":"c","type":"mqtt-broker","broker":"ws://HOST:TCP/"},{"id":"n","type":"mqtt in","broker":"c","topic":"a","qos":"0","wires":[["out"]]}`,
		"websocket client": `{"id":"c","type":"websocket-client","path":"ws://HOST:TCP/"},{"id":"n","type":"websocket in","client":"c","wires":[["out"]]}`,
	}
	const text = "the setting outgoing does not let calls go to this server: "
	for name, config := range nodes {
		for _, tc := range []struct {
			rules, host string
			denied      bool
		}{
			{`{}`, "127.0.0.1", false},
			{`{"deny":["private"]}`, "127.0.0.1", true},
			{`{"deny":["private"]}`, "localhost", true},
			{`{"deny":["localhost"]}`, "localhost", true},
			{`{"allow":["api.example.com"]}`, "127.0.0.1", true},
			{`{"allow":["localhost"]}`, "localhost", false},
		} {
			t.Run(name+" "+tc.rules+" "+tc.host, func(t *testing.T) {
				before := accepted.Load()
				config := strings.NewReplacer("HOST", tc.host, "TCP", tcpPort, "UDP", udpPort).Replace(config)
				told := make(chan struct{})
				var once atomic.Bool
				b := newBench(t, config, types, nodetest.Settings(`{"outgoing":`+tc.rules+`,"mqttReconnectTime":60000}`), onLog(func(line string) {
					if strings.Contains(line, text+tc.host) && once.CompareAndSwap(false, true) {
						close(told)
					}
				}))
				switch name {
				case "tcp request", "udp out":
					b.Send("n", `{"payload":"x"}`)
				}
				switch {
				case !tc.denied:
					<-arrived
				case name == "tcp request", name == "udp out":
					if got := b.error(); got != "RequestError: "+text+tc.host {
						t.Errorf("got %q", got)
					}
				default:
					select {
					case <-told:
					case <-time.After(patience):
						t.Fatal("nobody was told")
					}
				}
				if got := accepted.Load() - before; (got > 0) == tc.denied {
					t.Errorf("the server was reached %d times", got)
				}
			})
		}
	}
}

// A proxy that the environment names is no way around the rules for MQTT over WebSocket.
func TestAProxyIsNoWayAroundTheRulesForMQTT(t *testing.T) {
	via := make(chan struct{}, 100)
	proxySrv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		via <- struct{}{}
		w.WriteHeader(502)
	}))
	defer proxySrv.Close()
	for _, name := range []string{"http_proxy", "https_proxy", "all_proxy", "no_proxy"} {
		t.Setenv(name, "")
		t.Setenv(strings.ToUpper(name), "")
	}
	t.Setenv("http_proxy", proxySrv.URL)
	const flow = `{"id":"c","type":"mqtt-broker","broker":"ws://localhost:1/"},{"id":"n","type":"mqtt in","broker":"c","topic":"a","qos":"0","wires":[["out"]]}`
	told := make(chan struct{}, 100)
	listener := onLog(func(line string) {
		if strings.Contains(line, "does not let calls go") {
			told <- struct{}{}
		}
	})
	newBench(t, flow, mqttTypes, nodetest.Settings(`{"outgoing":{"deny":["private"]}}`), listener)
	<-told
	if len(via) > 0 {
		t.Error("the proxy was asked for a broker that is refused")
	}
	newBench(t, flow, mqttTypes, nodetest.Settings(`{"outgoing":{"deny":["10.0.0.0/8"]}}`), listener)
	<-via
}

// onLog has f called with what is logged.
func onLog(f func(line string)) func(*runtime.Options) {
	return func(o *runtime.Options) { o.Log = slog.New(&lineHandler{o.Log.Handler(), f}) }
}

type lineHandler struct {
	slog.Handler
	f func(string)
}

func (h *lineHandler) WithAttrs([]slog.Attr) slog.Handler { return h }
func (h *lineHandler) WithGroup(string) slog.Handler      { return h }

func (h *lineHandler) Handle(ctx context.Context, rec slog.Record) error {
	h.f(rec.Message)
	return h.Handler.Handle(ctx, rec)
}
