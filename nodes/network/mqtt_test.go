package network

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"

	"sluice/nodes/nodetest"
	"sluice/runtime"
	"sluice/runtime/msg"
)

var mqttTypes = []runtime.Type{MQTTIn, MQTTOut, MQTTBroker}

// mqttPeer is a broker whose events the test waits for.
type mqttPeer struct {
	mqtt.HookBase
	t            *testing.T
	server       *mqtt.Server
	port         int
	connects     chan packets.Packet
	subscribed   chan packets.Packet
	unsubscribed chan packets.Packet
	ended        chan error
	published    chan packets.Packet
}

func (*mqttPeer) ID() string         { return "test" }
func (*mqttPeer) Provides(byte) bool { return true }

func (p *mqttPeer) OnConnectAuthenticate(_ *mqtt.Client, pk packets.Packet) bool {
	return string(pk.Connect.Password) != "wrong"
}
func (*mqttPeer) OnACLCheck(_ *mqtt.Client, topic string, write bool) bool {
	return topic != "forbidden" || !write
}
func (p *mqttPeer) OnConnect(_ *mqtt.Client, pk packets.Packet) error {
	p.connects <- pk
	return nil
}
func (p *mqttPeer) OnSubscribed(_ *mqtt.Client, pk packets.Packet, _ []byte) { p.subscribed <- pk }
func (p *mqttPeer) OnUnsubscribed(_ *mqtt.Client, pk packets.Packet)         { p.unsubscribed <- pk }
func (p *mqttPeer) OnDisconnect(_ *mqtt.Client, err error, _ bool)           { p.ended <- err }
func (p *mqttPeer) OnPublished(cl *mqtt.Client, pk packets.Packet) {
	if cl.ID != mqtt.InlineClientId {
		p.published <- pk
	}
}

func newMQTTPeer(t *testing.T) *mqttPeer {
	t.Helper()
	p := &mqttPeer{
		t: t, connects: make(chan packets.Packet, 10), subscribed: make(chan packets.Packet, 10),
		unsubscribed: make(chan packets.Packet, 10), ended: make(chan error, 10), published: make(chan packets.Packet, 100),
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.port = l.Addr().(*net.TCPAddr).Port
	capabilities := mqtt.NewDefaultServerCapabilities()
	capabilities.MaximumMessageExpiryInterval = 0 // messages keep what they say
	p.server = mqtt.New(&mqtt.Options{InlineClient: true, Capabilities: capabilities, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err := p.server.AddHook(p, nil); err != nil {
		t.Fatal(err)
	}
	counted := &countedListener{Listener: l}
	if err := p.server.AddListener(listeners.NewNet("test", counted)); err != nil {
		t.Fatal(err)
	}
	if err := p.server.Serve(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		l.Close()
		counted.conns.Wait() // the server's Close must not meet a connection that begins
		p.server.Close()
	})
	return p
}

// countedListener knows how many of its connections are open.
type countedListener struct {
	net.Listener
	conns sync.WaitGroup
}

func (l *countedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.conns.Add(1)
	return &countedConn{Conn: c, gone: sync.OnceFunc(l.conns.Done)}, nil
}

type countedConn struct {
	net.Conn
	gone func()
}

func (c *countedConn) Close() error {
	defer c.gone()
	return c.Conn.Close()
}

func wait[T any](t *testing.T, c <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(patience):
		t.Fatal("no ", what)
		panic("unreachable")
	}
}

// flow deploys nodes with a broker "b" of the given settings.
func (p *mqttPeer) flow(broker, nodes string) *bench {
	p.t.Helper()
	return newBench(p.t, fmt.Sprintf(`{"id":"b","type":"mqtt-broker","broker":"localhost","port":"%d",%s},%s`, p.port, broker, nodes),
		mqttTypes, nodetest.Settings(`{"mqttReconnectTime":20}`))
}

const (
	mqttV4 = `"protocolVersion":"4","clientid":"c"`
	mqttV5 = `"protocolVersion":"5","clientid":"c"`
)

func (b *bench) wantConnected() {
	b.t.Helper()
	b.wantStatus(`{"fill":"yellow","shape":"ring","text":"node-red:common.status.connecting"}`)
	b.wantStatus(`{"fill":"green","shape":"dot","text":"node-red:common.status.connected"}`)
}

func TestMQTTIn(t *testing.T) {
	for _, version := range []string{`"protocolVersion":"3"`, mqttV4, mqttV5} {
		for _, tc := range []struct{ datatype, payload, want string }{
			{"utf8", "12", `"payload":"12"`},
			{"auto-detect", "12", `"payload":12`},
			{"auto-detect", "\x00", `"payload":{"type":"Buffer","data":[0]}`},
			{"auto", "12", `"payload":"12"`},
			{"buffer", "a", `"payload":{"type":"Buffer","data":[97]}`},
			{"base64", "a", `"payload":"YQ=="`},
			{"json", `{"a":1}`, `"payload":{"a":1}`},
		} {
			t.Run(version+" "+tc.datatype, func(t *testing.T) {
				p := newMQTTPeer(t)
				b := p.flow(version, `{"id":"n","type":"mqtt in","broker":"b","topic":"a/+","qos":"1","datatype":"`+tc.datatype+`","wires":[["out"]]}`)
				b.wantConnected()
				wait(t, p.subscribed, "subscription")
				if err := p.server.Publish("a/b", []byte(tc.payload), false, 1); err != nil {
					t.Fatal(err)
				}
				b.wantMessage(`{"topic":"a/b",` + tc.want + `,"qos":1,"retain":false,"_topic":"a/b"}`)
			})
		}
	}
}

func TestMQTTInTellsOfBrokenJSON(t *testing.T) {
	p := newMQTTPeer(t)
	b := p.flow(mqttV4, `{"id":"n","type":"mqtt in","broker":"b","topic":"a","datatype":"json","wires":[["out"]]}`)
	wait(t, p.subscribed, "subscription")
	for payload, want := range map[string]string{"{": "Failed to parse JSON string", "\xff": "Invalid JSON string"} {
		if err := p.server.Publish("a", []byte(payload), false, 0); err != nil {
			t.Fatal(err)
		}
		if got := b.error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestMQTTOut(t *testing.T) {
	for _, version := range []string{mqttV4, mqttV5} {
		for _, tc := range []struct{ name, config, in, want string }{
			{"publishes to the message's topic", ``, `{"topic":"a","payload":"x"}`, `a x 0 false`},
			{"publishes to the node's topic", `"topic":"t","qos":"2","retain":"true",`, `{"topic":"a","payload":"x","qos":1}`, `t x 2 true`},
			{"publishes objects as JSON", ``, `{"topic":"a","payload":{"b":1},"qos":"1","retain":true}`, `a {"b":1} 1 true`},
			{"publishes numbers as text", ``, `{"topic":"a","payload":1.5,"qos":7}`, `a 1.5 0 false`},
			{"publishes nothing for null", ``, `{"topic":"a","payload":null}`, `a  0 false`},
		} {
			t.Run(version+" "+tc.name, func(t *testing.T) {
				p := newMQTTPeer(t)
				b := p.flow(version, `{"id":"n","type":"mqtt out","broker":"b",`+tc.config+`"wires":[]}`)
				b.wantConnected()
				b.Send("n", tc.in)
				pk := wait(t, p.published, "message")
				if got := fmt.Sprint(pk.TopicName, " ", string(pk.Payload), " ", pk.FixedHeader.Qos, " ", pk.FixedHeader.Retain); got != tc.want {
					t.Errorf("published %s, want %s", got, tc.want)
				}
				b.Wait()
			})
		}
	}
}

func TestMQTTOutKeepsTheOrder(t *testing.T) {
	for _, version := range []string{mqttV4, mqttV5} {
		p := newMQTTPeer(t)
		b := p.flow(version, `{"id":"n","type":"mqtt out","broker":"b","qos":"1","wires":[]}`)
		b.wantConnected()
		for i := range 50 {
			b.Send("n", fmt.Sprintf(`{"topic":"a","payload":%d}`, i))
		}
		for i := range 50 {
			if got := string(wait(t, p.published, "message").Payload); got != fmt.Sprint(i) {
				t.Fatalf("message %d is %s", i, got)
			}
		}
		b.Wait()
	}
}

func TestMQTTOutRefuses(t *testing.T) {
	p := newMQTTPeer(t)
	b := p.flow(mqttV5, `{"id":"n","type":"mqtt out","broker":"b","wires":[]}`)
	b.wantConnected()
	b.Send("n", `{"topic":"a/#","payload":1}`, `{"payload":1}`)
	if got := b.Log(); got[len(got)-1] != "WARN Invalid topic specified" || got[len(got)-2] != "WARN Invalid topic specified" {
		t.Errorf("logged %q", got)
	}
	for _, tc := range [][2]string{
		{`{"topic":"forbidden","payload":1,"qos":1}`, "Error: Publish error: Not authorized"},
		{`{"action":"dance"}`, "Error: Invalid action specified"},
		{`{"topic":"a","payload":1,"topicAlias":99}`, "Invalid topicAlias"},
		{`{"action":"connect","broker":{"clientid":"other"}}`, "Error: Disconnect from broker before connecting"},
	} {
		b.Send("n", tc[0])
		if got := b.error(); got != tc[1] {
			t.Errorf("%s: got %q, want %q", tc[0], got, tc[1])
		}
	}
}

func TestMQTT5Properties(t *testing.T) {
	p := newMQTTPeer(t)
	b := p.flow(mqttV5, `{"id":"in","type":"mqtt in","broker":"b","topic":"#","datatype":"auto-detect","wires":[["out"]]},
		{"id":"n","type":"mqtt out","broker":"b","respTopic":"back","correl":"c1","contentType":"application/json","expiry":"60","userProps":"{\"k\":\"v\"}","wires":[]}`)
	wait(t, p.subscribed, "subscription")
	b.Send("n", `{"topic":"a","payload":"[1]","payloadFormatIndicator":true}`)
	b.wantMessage(`{"topic":"a","payload":[1],"qos":0,"retain":false,"responseTopic":"back",` +
		`"correlationData":{"type":"Buffer","data":[99,49]},"contentType":"application/json","messageExpiryInterval":60,` +
		`"payloadFormatIndicator":true,"userProperties":{"k":"v"},"_topic":"a"}`)
	b.Send("n", `{"payload":"to the response topic"}`)
	if got := wait(t, p.published, "message").TopicName; got != "a" {
		t.Errorf("first published to %q", got)
	}
	if got := wait(t, p.published, "message").TopicName; got != "back" {
		t.Errorf("published to %q", got)
	}
}

func TestMQTTBrokerAnnouncesItself(t *testing.T) {
	for _, version := range []string{mqttV4, mqttV5} {
		p := newMQTTPeer(t)
		b := p.flow(version+`,"keepalive":"15","cleansession":false,
			"birthTopic":"up","birthPayload":"hello","birthQos":"1","closeTopic":"down","closePayload":"bye",
			"willTopic":"lost","willPayload":"gone","willQos":"1","willRetain":"true"`, `{"id":"n","type":"mqtt out","broker":"b","wires":[]}`)
		c := wait(t, p.connects, "connection").Connect
		if c.Keepalive != 15 || c.Clean || c.ClientIdentifier != "c" || c.WillTopic != "lost" || string(c.WillPayload) != "gone" || c.WillQos != 1 || !c.WillRetain {
			t.Errorf("connected with %+v", c)
		}
		if pk := wait(t, p.published, "birth message"); pk.TopicName != "up" || string(pk.Payload) != "hello" {
			t.Errorf("at birth %s got %q", pk.TopicName, pk.Payload)
		}
		b.Send("n", `{"action":"disconnect"}`)
		if pk := wait(t, p.published, "close message"); pk.TopicName != "down" || string(pk.Payload) != "bye" {
			t.Errorf("at the end %s got %q", pk.TopicName, pk.Payload)
		}
		wait(t, p.ended, "end")
		b.Wait()
	}
}

func TestMQTTInSubscribesByMessages(t *testing.T) {
	p := newMQTTPeer(t)
	b := p.flow(mqttV5, `{"id":"n","type":"mqtt in","broker":"b","inputs":1,"datatype":"auto-detect","wires":[["out"]]}`)
	b.wantConnected()
	b.Send("n", `{"action":"subscribe","topic":["a",{"topic":"b","qos":1,"nl":true,"datatype":"buffer"}]}`)
	wait(t, p.subscribed, "subscription")
	filter := wait(t, p.subscribed, "subscription").Filters[0]
	if filter.Filter != "b" || filter.Qos != 1 || !filter.NoLocal || !filter.RetainAsPublished {
		t.Errorf("subscribed with %+v", filter)
	}
	b.Send("n", `{"action":"getSubscriptions"}`)
	b.wantMessage(`{"action":"getSubscriptions","topic":"subscriptions","payload":[{"topic":"a","qos":2,"rh":0,"rap":true},` +
		`{"topic":"b","qos":1,"nl":true,"datatype":"buffer","rh":0,"rap":true}]}`)
	b.Send("n", `{"action":"unsubscribe","topic":"a"}`)
	if pk := wait(t, p.unsubscribed, "end of a subscription"); pk.Filters[0].Filter != "a" {
		t.Errorf("took back %s", pk.Filters[0].Filter)
	}
	b.Send("n", `{"action":"unsubscribe","topic":true}`)
	wait(t, p.unsubscribed, "end of a subscription")
	b.Send("n", `{"action":"getSubscriptions"}`)
	b.wantMessage(`{"action":"getSubscriptions","topic":"subscriptions","payload":[]}`)
	for _, in := range []string{`{"action":"subscribe","topic":"a/#/b"}`, `{"action":"subscribe","topic":5}`} {
		b.Send("n", in)
		b.error()
	}
}

func TestMQTTConnectAction(t *testing.T) {
	p := newMQTTPeer(t)
	b := p.flow(`"protocolVersion":"4","autoConnect":false`, `{"id":"n","type":"mqtt in","broker":"b","topic":"a","wires":[["out"]]}`)
	b.Send("n", `{"action":"connect","broker":{"clientid":"mine","username":"u","password":"p","keepalive":"7"}}`)
	c := wait(t, p.connects, "connection").Connect
	if c.ClientIdentifier != "mine" || string(c.Username) != "u" || c.Keepalive != 7 {
		t.Errorf("connected with %+v", c)
	}
	b.Wait()
	b.wantConnected()
	b.Send("n", `{"action":"connect","broker":{"force":true,"clientid":"other"}}`)
	if c := wait(t, p.connects, "connection").Connect; c.ClientIdentifier != "other" {
		t.Errorf("connected as %s", c.ClientIdentifier)
	}
	b.Wait()
}

func TestMQTTConnectsAgain(t *testing.T) {
	for _, version := range []string{mqttV4, mqttV5} {
		p := newMQTTPeer(t)
		b := p.flow(version, `{"id":"n","type":"mqtt in","broker":"b","topic":"a","wires":[["out"]]}`)
		b.wantConnected()
		wait(t, p.subscribed, "subscription")
		client, ok := p.server.Clients.Get("c")
		if !ok {
			t.Fatal("the client is not there")
		}
		client.Stop(io.EOF)
		b.wantStatus(`{"fill":"red","shape":"ring","text":"node-red:common.status.disconnected"}`)
		b.wantConnected()
		wait(t, p.subscribed, "subscription")
		if err := p.server.Publish("a", []byte("x"), false, 0); err != nil {
			t.Fatal(err)
		}
		b.wantMessage(`{"topic":"a","payload":"x","qos":0,"retain":false,"_topic":"a"}`)
	}
}

func TestMQTTTellsThatTheBrokerRefuses(t *testing.T) {
	for _, version := range []string{mqttV4, mqttV5} {
		p := newMQTTPeer(t)
		b := p.flow(`"autoConnect":false,`+version, `{"id":"n","type":"mqtt out","broker":"b","wires":[]}`)
		b.Send("n", `{"action":"connect","broker":{"username":"u","password":"wrong"}}`)
		for range 2 { // it goes on trying
			b.wantStatus(`{"fill":"yellow","shape":"ring","text":"node-red:common.status.connecting"}`)
		}
		if log := b.LogText(); !regexp.MustCompile(`INFO Connection failed to broker: c@mqtt://localhost:\d+`).MatchString(log) || strings.Contains(log, "wrong") {
			t.Errorf("logged %s", log)
		}
	}
}

func TestMQTTWithoutBroker(t *testing.T) {
	b := newBench(t, `{"id":"n","type":"mqtt in","broker":"x","topic":"a","wires":[]},{"id":"o","type":"mqtt out","broker":"x","wires":[]},
		{"id":"i","type":"mqtt in","broker":"x","topic":"#/a","wires":[]}`, mqttTypes)
	const want = "ERROR missing broker configuration\nERROR missing broker configuration\nWARN Invalid topic specified"
	if got := b.LogText(); got != want {
		t.Errorf("logged %s", got)
	}
}

func TestTopicMatches(t *testing.T) {
	for _, tc := range []struct {
		filter, topic string
		want          bool
	}{
		{"a/b", "a/b", true}, {"a/b", "a/b/c", false}, {"a/+", "a/b", true}, {"a/+", "a/", false}, {"a/+/c", "a/b/c", true},
		{"a/#", "a", true}, {"a/#", "a/b/c", true}, {"a/#", "ab", false}, {"#", "$SYS/x", true}, {"+/#", "a", true},
		{"$share/g/a/+", "a/b", true}, {"$share/g/a", "b", false}, {"a.b", "axb", false}, {"+", "", false},
	} {
		if got := topicMatches(tc.filter, tc.topic); got != tc.want {
			t.Errorf("%q matches %q: %v", tc.filter, tc.topic, got)
		}
	}
}

func TestValidFilter(t *testing.T) {
	for filter, want := range map[string]bool{"a/b": true, "+": true, "#": true, "a/#": true, "+/a/+": true, "a+": false, "#/a": false, "a/b#": false, "": true} {
		if got := validFilter(filter); got != want {
			t.Errorf("%q: %v", filter, got)
		}
	}
}

// nodeRedFilter is the regular expression that Node-RED judges filters with.
var nodeRedFilter = regexp.MustCompile(`^(#$|(\+|[^+#]*)(/(\+|[^+#]*))*(/(\+|#|[^+#]*))?$)`)

func FuzzValidFilter(f *testing.F) {
	for _, s := range []string{"a/b", "+/#", "#/", "a+/b", "//", "#"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, filter string) {
		if got, want := validFilter(filter), nodeRedFilter.MatchString(filter); got != want {
			t.Errorf("%q: %v, want %v", filter, got, want)
		}
	})
}

// toRegexp turns a filter into a regular expression as Node-RED does.
func toRegexp(filter string) (*regexp.Regexp, error) {
	filter = regexp.MustCompile(`^\$share/[^#+/]+/(.*)`).ReplaceAllString(filter, "$1")
	filter = strings.ReplaceAll(regexp.QuoteMeta(filter), `\+`, "[^/]+")
	if rest, ok := strings.CutSuffix(filter, "/#"); ok {
		filter = rest + "(/.*)?"
	}
	return regexp.Compile("^" + filter + "$")
}

func FuzzTopicMatches(f *testing.F) {
	f.Add("a/+/#", "a/b/c")
	f.Add("$share/g/+", "a")
	f.Fuzz(func(t *testing.T, filter, topic string) {
		if !validFilter(filter) || filter == "#" || strings.ContainsAny(filter+topic, "\n") || msg.ToUTF8(filter+topic) != filter+topic {
			return
		}
		re, err := toRegexp(filter)
		if err != nil {
			return
		}
		if got, want := topicMatches(filter, topic), re.MatchString(topic); got != want {
			t.Errorf("%q matches %q: %v, want %v", filter, topic, got, want)
		}
	})
}

func TestMQTTAddress(t *testing.T) {
	for _, tc := range []struct {
		s    mqttSettings
		want string
	}{
		{mqttSettings{broker: "h", port: "1"}, "mqtt://h:1"},
		{mqttSettings{broker: "h", useTLS: true}, "mqtts://h:1883"},
		{mqttSettings{broker: "::1", port: 5.0}, "mqtt://[::1]:5"},
		{mqttSettings{broker: ""}, "mqtt://localhost:1883"},
		{mqttSettings{broker: "ws://h/mqtt", port: "1"}, "ws://h/mqtt"},
		{mqttSettings{url: "mqtt://u", broker: "h"}, "mqtt://u"},
	} {
		if got := tc.s.address(); got != tc.want {
			t.Errorf("got %s, want %s", got, tc.want)
		}
	}
}
