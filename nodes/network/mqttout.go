package network

import (
	"context"
	"errors"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// MQTTOut publishes messages to MQTT topics.
var MQTTOut = runtime.Type{
	Name: "mqtt out", Category: "network", Inputs: 1,
	New: func() runtime.Node { return &mqttOutNode{} },

	Exclusive: true, // closed with its broker
	Parallel:  true, // Input writes no field of the node
}

// mqttOutNode's properties, where they are set, go before those of the message.
type mqttOutNode struct {
	Broker      string `json:"broker"`
	Topic       string `json:"topic"`
	QoS         any    `json:"qos"`
	Retain      any    `json:"retain"`
	RespTopic   string `json:"respTopic"` // MQTT 5, as all that follow
	Correl      any    `json:"correl"`
	ContentType string `json:"contentType"`
	Expiry      any    `json:"expiry"` // seconds
	UserProps   any    `json:"userProps"`

	inst   *runtime.Instance
	broker *mqttBrokerNode // nil: it does not run
	user   *msg.Object     // UserProps
}

func (n *mqttOutNode) Init(inst *runtime.Instance) error {
	n.inst = inst
	broker, ok := runtime.Use[*mqttBrokerNode](inst, n.Broker)
	if !ok {
		inst.Log.Error("missing broker configuration")
		return nil
	}
	n.broker = broker
	if list := userProps(userPropsText(n.UserProps)); len(list) > 0 {
		n.user = &msg.Object{}
		for _, u := range list {
			n.user.Set(u.key, u.value)
		}
	}
	broker.use(inst)
	return nil
}

func (n *mqttOutNode) Start() {
	if n.broker != nil {
		n.broker.begin()
	}
}

func (n *mqttOutNode) Close(_ context.Context, removed bool) error {
	if n.broker != nil {
		n.broker.leave(n.inst, removed)
	}
	return nil
}

func (n *mqttOutNode) Input(d *runtime.Delivery) error {
	if n.broker == nil {
		d.Uncompleted()
		return nil
	}
	if msg.ToBool(d.Msg.Value("action")) {
		if known, err := n.broker.act(d); known {
			return err
		}
		return errMQTTAction
	}
	n.fill(d.Msg)
	if !d.Msg.Has(msg.PayloadKey) {
		return nil
	}
	run := n.broker.live()
	if run == nil {
		d.Uncompleted()
		return nil
	}
	m, err := outgoingMQTT(d.Msg, run.options.version == 5)
	if err != nil {
		return err
	}
	if m == nil {
		n.inst.Log.Warn(errMQTTTopic.Error())
		d.Uncompleted()
		return nil
	}
	d.Detach()
	hold := d.Hold()
	run.publish(m, func(err error) {
		if !errors.Is(err, errMQTTNotSent) {
			hold.Do(func() { d.Complete(err) })
		}
		hold.Release()
	})
	return nil
}

// fill sets what the node says in the message, where complete nodes can see it.
func (n *mqttOutNode) fill(m *msg.Object) {
	if v := m.Value("qos"); msg.ToBool(v) {
		q := msg.ParseInt(msg.ToString(v), 10)
		if q == 0 || q == 1 || q == 2 {
			m.Set("qos", q)
		} else {
			m.Set("qos", nil)
		}
	}
	if n.Topic != "" {
		m.Set("topic", n.Topic)
	}
	qos := m.Value("qos")
	if msg.ToBool(n.QoS) {
		qos = n.QoS
	}
	if !msg.ToBool(qos) {
		qos = 0.0
	}
	m.Set("qos", msg.Number(msg.ToNumber(qos)))
	retain := m.Value("retain")
	if msg.ToBool(n.Retain) {
		retain = n.Retain
	}
	m.Set("retain", isTrue(retain))
	if !n.broker.v5() {
		return
	}
	if n.user != nil {
		m.Set("userProperties", msg.Clone(n.user))
	}
	for _, p := range [...]struct {
		key string
		v   any
	}{{"responseTopic", n.RespTopic}, {"correlationData", n.Correl}, {"contentType", n.ContentType}, {"messageExpiryInterval", n.Expiry}} {
		if msg.ToBool(p.v) {
			m.Set(p.key, p.v)
		}
	}
}

// outgoingMQTT makes the message to publish; nil if it has no topic to go to.
func outgoingMQTT(m *msg.Object, v5 bool) (*mqttMessage, error) {
	payload, err := mqttBytes(m.Value(msg.PayloadKey))
	if err != nil {
		return nil, err
	}
	if _, ok := m.Value(msg.PayloadKey).(*msg.Buffer); !ok {
		m.Set(msg.PayloadKey, string(payload))
	}
	out := &mqttMessage{topic: m.String("topic"), payload: payload, retain: m.Value("retain") == true}
	if q := msg.ToNumber(m.Value("qos")); q == 1 || q == 2 {
		out.qos = byte(q)
	}
	if v5 {
		out.props = readProps(m)
		out.props.willDelay = nil
		if out.topic == "" && out.props.responseTopic != "" { // an answer
			out.topic = out.props.responseTopic
			m.Set("topic", out.topic)
			m.Delete("responseTopic")
		}
	}
	if !validTopic(out.topic) {
		return nil, nil
	}
	return out, nil
}
