package network

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/eclipse/paho.golang/paho"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// MQTTBroker is the config node of a connection to an MQTT broker, which all nodes
// that name it share.
var MQTTBroker = runtime.Type{
	Name: "mqtt-broker", Category: "config",
	New: func() runtime.Node { return &mqttBrokerNode{} },

	Exclusive: true, // a broker knows each client id once
}

type mqttBrokerNode struct {
	Broker          any    `json:"broker"` // a host, or a URL
	Port            any    `json:"port"`
	URL             any    `json:"url"`
	TLS             string `json:"tls"`
	ClientID        any    `json:"clientid"`
	AutoConnect     any    `json:"autoConnect"`
	UseTLS          any    `json:"usetls"`
	Verify          any    `json:"verifyservercert"` // without a tls-config
	CompatMode      any    `json:"compatmode"`       // MQTT 3.1
	ProtocolVersion any    `json:"protocolVersion"`  // 3, 4 or 5
	KeepAlive       any    `json:"keepalive"`        // seconds
	CleanSession    any    `json:"cleansession"`
	AutoUnsubscribe any    `json:"autoUnsubscribe"`
	UserProps       any    `json:"userProps"`
	SessionExpiry   any    `json:"sessionExpiry"` // seconds

	BirthTopic   any `json:"birthTopic"`
	BirthQoS     any `json:"birthQos"`
	BirthRetain  any `json:"birthRetain"`
	BirthPayload any `json:"birthPayload"`
	BirthMsg     any `json:"birthMsg"` // properties of MQTT 5, as the next two
	CloseTopic   any `json:"closeTopic"`
	CloseQoS     any `json:"closeQos"`
	CloseRetain  any `json:"closeRetain"`
	ClosePayload any `json:"closePayload"`
	CloseMsg     any `json:"closeMsg"`
	WillTopic    any `json:"willTopic"`
	WillQoS      any `json:"willQos"`
	WillRetain   any `json:"willRetain"`
	WillPayload  any `json:"willPayload"`
	WillMsg      any `json:"willMsg"`

	inst    *runtime.Instance
	secure  *tlsNode
	session *mqttSession
	retry   time.Duration
	work    sync.WaitGroup

	turn sync.Mutex // held while users are told of the connection, so that they hear of all in order

	mu         sync.Mutex // guards what follows
	settings   mqttSettings
	options    *mqttOptions
	subs       []*mqttSubscription
	ids        map[string]int // identifiers of subscriptions, by topic
	lastID     int
	run        *mqttRun // nil: not to be connected
	connecting bool     // for the first time; not while it connects again
	connected  bool
	users      []*runtime.Instance
	begun      bool          // the first of the users has started
	left       chan struct{} // of a closed node: closed when the last user has gone
	closed     bool
}

const mqttReconnect = 5 * time.Second // setting mqttReconnectTime

func (n *mqttBrokerNode) Init(inst *runtime.Instance) (err error) {
	n.inst = inst
	n.session = newMQTTSession()
	n.ids = map[string]int{}
	if n.retry = settingMS(inst, "mqttReconnectTime"); n.retry == 0 {
		n.retry = mqttReconnect
	}
	if n.secure, err = useTLS(inst, n.TLS); err != nil {
		return err
	}
	n.settings = mqttSettings{
		url: n.URL, broker: n.Broker, port: n.Port, clientID: n.ClientID, useTLS: n.UseTLS, verify: n.Verify,
		compat: n.CompatMode, version: n.ProtocolVersion, keepAlive: n.KeepAlive, cleanSession: n.CleanSession,
		autoUnsubscribe: n.AutoUnsubscribe, userProps: n.UserProps, sessionExpiry: n.SessionExpiry,
		username: inst.Credential("user"), password: inst.Credential("password"),
	}
	for _, a := range [...]struct {
		to                                 **mqttMessage
		topic, payload, qos, retain, props any
	}{
		{&n.settings.birth, n.BirthTopic, n.BirthPayload, n.BirthQoS, n.BirthRetain, n.BirthMsg},
		{&n.settings.closing, n.CloseTopic, n.ClosePayload, n.CloseQoS, n.CloseRetain, n.CloseMsg},
		{&n.settings.will, n.WillTopic, n.WillPayload, n.WillQoS, n.WillRetain, n.WillMsg},
	} {
		if *a.to, err = announcement(a.topic, a.payload, a.qos, a.retain, a.props); err != nil {
			return err
		}
	}
	n.options, err = n.prepare(n.settings)
	return err
}

func (n *mqttBrokerNode) prepare(s mqttSettings) (*mqttOptions, error) {
	o, err := s.options(n.inst, n.secure)
	if err != nil {
		return nil, err
	}
	o.disconnected = func(d *paho.Disconnect) {
		reason := ""
		if d.Properties != nil {
			reason = d.Properties.ReasonString
		}
		n.inst.Log.Info("Broker " + o.name + " disconnected client: " + msg.FormatNumber(float64(d.ReasonCode)) + " " + reason)
	}
	return o, nil
}

// Close disconnects when the nodes that use it have unsubscribed.
func (n *mqttBrokerNode) Close(ctx context.Context, _ bool) error {
	n.mu.Lock()
	n.closed = true
	n.left = make(chan struct{})
	if len(n.users) == 0 {
		close(n.left)
	}
	n.mu.Unlock()
	timer := time.NewTimer(time.Second)
	defer timer.Stop()
	select {
	case <-n.left:
	case <-timer.C:
	case <-ctx.Done():
	}
	n.disconnect(nil)
	err := waitFor(ctx, n.work.Wait)
	n.session.close()
	return err
}

// use enters a node that is being made as a user.
func (n *mqttBrokerNode) use(inst *runtime.Instance) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.users = append(n.users, inst)
	if n.connected {
		showAtInit(inst, statusMQTTConnected())
		return
	}
	showAtInit(inst, statusMQTTDisconnected())
}

// begin connects when the first of the users starts, unless that is left to messages.
func (n *mqttBrokerNode) begin() {
	n.mu.Lock()
	first := !n.begun
	n.begun = true
	n.mu.Unlock()
	if first && n.AutoConnect != false && n.AutoConnect != "false" {
		n.connect(nil)
	}
}

// leave takes a user off that is being closed. The last one disconnects, if it is
// removed; one that is only made anew finds the connection as it was.
func (n *mqttBrokerNode) leave(inst *runtime.Instance, removed bool) {
	n.mu.Lock()
	n.users = slices.DeleteFunc(n.users, func(other *runtime.Instance) bool { return other == inst })
	last := len(n.users) == 0
	if last {
		n.begun = false
	}
	if last && n.left != nil {
		close(n.left)
	}
	disconnects := last && removed && !n.closed
	n.mu.Unlock()
	if disconnects {
		n.disconnect(nil)
	}
}

func statusMQTTDisconnected() *msg.Object {
	return runtime.NewStatus("red", "ring", "node-red:common.status.disconnected")
}

func statusMQTTConnecting() *msg.Object {
	return runtime.NewStatus("yellow", "ring", "node-red:common.status.connecting")
}

func statusMQTTConnected() *msg.Object {
	return runtime.NewStatus("green", "dot", "node-red:common.status.connected")
}

func (n *mqttBrokerNode) tell(status func() *msg.Object) {
	n.turn.Lock()
	defer n.turn.Unlock()
	n.mu.Lock()
	users := slices.Clone(n.users)
	n.mu.Unlock()
	for _, user := range users {
		tell(user, status())
	}
}

// v5 tells whether the broker is spoken to in MQTT 5.
func (n *mqttBrokerNode) v5() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.options.version == 5
}

func (n *mqttBrokerNode) isLocal() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.options.local
}

// live returns the run that is connected, nil if none is.
func (n *mqttBrokerNode) live() *mqttRun {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.connected {
		return nil
	}
	return n.run
}

// subscribe adds a subscription of a node, in place of an older one to the same topic.
func (n *mqttBrokerNode) subscribe(s *mqttSubscription) {
	n.mu.Lock()
	n.subs = slices.DeleteFunc(n.subs, func(old *mqttSubscription) bool { return old.topic == s.topic && old.ref == s.ref })
	if n.ids[s.topic] == 0 {
		n.lastID++
		n.ids[s.topic] = n.lastID
	}
	s.id = n.ids[s.topic]
	n.subs = append(n.subs, s)
	n.mu.Unlock()
	if r := n.live(); r != nil {
		r.do(func(l mqttLink) { r.subscribe(l, s) }, nil)
	}
}

// unsubscribe takes a subscription back; the broker is told when no node has the
// topic any more, and always says whether it is told at all.
func (n *mqttBrokerNode) unsubscribe(topic, ref string, always bool) {
	n.mu.Lock()
	n.subs = slices.DeleteFunc(n.subs, func(s *mqttSubscription) bool { return s.topic == topic && s.ref == ref })
	if slices.ContainsFunc(n.subs, func(s *mqttSubscription) bool { return s.topic == topic }) || !always && !n.options.unsubscribe {
		n.mu.Unlock()
		return
	}
	delete(n.ids, topic)
	n.mu.Unlock()
	if r := n.live(); r != nil {
		r.do(func(l mqttLink) {
			if err := l.unsubscribe(topic); err != nil {
				n.inst.Log.Debug("the broker did not take a subscription back", "topic", topic, "error", err)
			}
		}, nil)
	}
}

// received hands a message to the nodes that asked for it.
func (n *mqttBrokerNode) received(m *mqttMessage, p mqttServerProps) {
	n.mu.Lock()
	subs := slices.Clone(n.subs)
	n.mu.Unlock()
	for _, s := range subs {
		if p.subscriptionIDs && m.props.subscription != 0 && m.props.subscription != s.id {
			continue
		}
		if topicMatches(s.topic, m.topic) {
			s.handle(m)
		}
	}
}
