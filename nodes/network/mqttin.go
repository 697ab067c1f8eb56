package network

import (
	"context"
	"errors"
	"strings"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// MQTTIn receives the messages of MQTT topics: of the one in its settings, or of
// those that messages to it subscribe to.
var MQTTIn = runtime.Type{
	Name: "mqtt in", Category: "network", Inputs: 1, Outputs: 1,
	New: func() runtime.Node { return &mqttInNode{DataType: "utf8"} },

	Exclusive: true, // closed with its broker, from which it unsubscribes
}

type mqttInNode struct {
	Broker   string `json:"broker"`
	Topic    any    `json:"topic"`
	QoS      any    `json:"qos"`
	DataType string `json:"datatype"` // auto-detect, auto, utf8, buffer, base64 or json
	Inputs   any    `json:"inputs"`   // 1: messages subscribe
	NL       any    `json:"nl"`       // MQTT 5: not what this client publishes itself
	RAP      any    `json:"rap"`      // MQTT 5: retain as published
	RH       any    `json:"rh"`       // MQTT 5: handling of retained messages

	inst    *runtime.Instance
	broker  *mqttBrokerNode // nil: it does not run
	dynamic bool

	subs *msg.Object // of messages, by topic; guarded by the node's lock
}

var errMQTTTopic = errors.New("Invalid topic specified")

func (n *mqttInNode) Init(inst *runtime.Instance) error {
	n.inst = inst
	n.subs = &msg.Object{}
	n.dynamic = msg.ToNumber(n.Inputs) == 1
	topic := ""
	if n.Topic != nil {
		topic = msg.ToString(n.Topic)
	}
	if !n.dynamic && !validFilter(topic) {
		inst.Log.Warn(errMQTTTopic.Error())
		return nil
	}
	broker, ok := runtime.Use[*mqttBrokerNode](inst, n.Broker)
	if !ok {
		inst.Log.Error("missing broker configuration")
		return nil
	}
	n.broker = broker
	broker.use(inst)
	switch {
	case n.dynamic:
	case topic == "":
		inst.Log.Error("topic not defined")
	default:
		s := &mqttSubscription{topic: topic, ref: inst.ID, qos: 2, handle: n.handler(n.DataType)}
		if q := msg.ParseInt(msg.ToString(n.QoS), 10); q == 0 || q == 1 {
			s.qos = byte(q)
		}
		s.nl, s.rap = isTrue(n.NL), isTrue(n.RAP)
		if rh := msg.ParseInt(msg.ToString(n.RH), 10); rh == 1 || rh == 2 {
			s.rh = byte(rh)
		}
		broker.subscribe(s)
	}
	return nil
}

func isTrue(v any) bool { return v == true || v == "true" }

func (n *mqttInNode) Input(d *runtime.Delivery) error {
	if n.broker == nil {
		d.Uncompleted()
		return nil
	}
	if known, err := n.broker.act(d); known {
		return err
	}
	switch d.Msg.Value("action") {
	case "subscribe":
		return n.subscribe(d.Msg)
	case "unsubscribe":
		return n.unsubscribe(d.Msg)
	case "getSubscriptions":
		d.Msg.Set("topic", "subscriptions")
		d.Msg.Set(msg.PayloadKey, n.list())
		return d.Send(d.Msg)
	}
	return errMQTTAction
}

// list gives the subscriptions that messages made.
func (n *mqttInNode) list() *msg.Array {
	list := &msg.Array{}
	for _, s := range n.subs.All() {
		list.Append(msg.Clone(s))
	}
	return list
}

// wanted reads msg.topic: a topic, an object with one, or a list of these.
func (n *mqttInNode) wanted(v any) (list []*msg.Object, err error) {
	all, ok := v.(*msg.Array)
	if !ok {
		switch v.(type) {
		case string, *msg.Object:
			all = msg.NewArray(v)
		default:
			return nil, errors.New("msg.topic is missing or invalid")
		}
	}
	for _, v := range all.All() {
		if topic, ok := v.(string); ok {
			v = msg.NewObject("topic", topic)
		}
		s, ok := v.(*msg.Object)
		if !ok || s.String("topic") == "" || !validFilter(s.String("topic")) {
			return nil, errMQTTTopic
		}
		list = append(list, s)
	}
	return list, nil
}

func (n *mqttInNode) subscribe(m *msg.Object) error {
	list, err := n.wanted(m.Value("topic"))
	if err != nil {
		return err
	}
	v5 := n.broker.v5()
	for _, wanted := range list {
		topic := wanted.String("topic")
		if n.subs.Has(topic) {
			n.broker.unsubscribe(topic, n.inst.ID, true)
			n.subs.Delete(topic)
		}
		described := msg.Clone(wanted).(*msg.Object)
		s := &mqttSubscription{topic: topic, ref: n.inst.ID}
		s.qos = optionByte(described, "qos", 2)
		if v5 {
			s.rh = optionByte(described, "rh", 0)
			s.rap = described.Value("rap") != false && described.Value("rap") != "false"
			described.Set("rap", s.rap)
			s.nl = isTrue(described.Value("nl"))
			switch described.Value("nl") {
			case true, "true", false, "false":
				described.Set("nl", s.nl)
			default:
				described.Delete("nl")
			}
		}
		datatype := described.String("datatype")
		if datatype == "" {
			datatype = n.DataType
		}
		s.handle = n.handler(datatype)
		n.broker.subscribe(s)
		n.subs.Set(topic, described)
	}
	m.Set("subscriptions", n.list())
	return nil
}

// optionByte reads an option between 0 and 2 and writes it back as it is used.
func optionByte(o *msg.Object, key string, otherwise byte) byte {
	if v := uintProp(o, key); v != nil && *v <= 2 {
		otherwise = byte(*v)
	} else if o.Has(key) {
		otherwise = 0 // what is no such option leaves the protocol's default
	}
	o.Set(key, float64(otherwise))
	return otherwise
}

func (n *mqttInNode) unsubscribe(m *msg.Object) error {
	topic := m.Value("topic")
	if topic == true {
		topic = n.list()
	}
	list, err := n.wanted(topic)
	if err != nil {
		return err
	}
	for _, s := range list {
		n.broker.unsubscribe(s.String("topic"), n.inst.ID, true)
		n.subs.Delete(s.String("topic"))
	}
	m.Set("subscriptions", n.list())
	return nil
}

// handler sends on what comes, with its payload as datatype says.
func (n *mqttInNode) handler(datatype string) func(*mqttMessage) {
	return func(in *mqttMessage) {
		n.inst.Emit(func(d *runtime.Delivery) error {
			m := msg.NewObject("topic", in.topic, msg.PayloadKey, nil, "qos", float64(in.qos), "retain", in.retain)
			if n.broker.v5() {
				in.props.describe(m)
			}
			payload, err := mqttPayload(in, datatype)
			if err != nil {
				d.Msg = msg.NewObject(msg.PayloadKey, &msg.Buffer{B: in.payload}, "topic", in.topic, "qos", float64(in.qos), "retain", in.retain)
				return err
			}
			m.Set(msg.PayloadKey, payload)
			if n.broker.isLocal() {
				m.Set("_topic", in.topic)
			}
			d.Msg = m
			return d.Send(m)
		})
	}
}

const (
	errMQTTNoText = runtime.Text("Invalid JSON string")
	errMQTTNoJSON = runtime.Text("Failed to parse JSON string")
)

// mqttPayload makes a payload of bytes. The automatic datatypes go by the media type
// of MQTT 5, if one is told that Node-RED knows, else by whether the bytes are text.
func mqttPayload(m *mqttMessage, datatype string) (any, error) {
	saysText := m.props.isText != nil && *m.props.isText
	buffer := &msg.Buffer{B: append([]byte(nil), m.payload...)} // several nodes may get it
	text := func() string {
		s, _ := msg.EncodeBytes(m.payload, "utf8")
		return s
	}
	switch datatype {
	case "buffer":
		return buffer, nil
	case "base64":
		s, _ := msg.EncodeBytes(m.payload, "base64")
		return s, nil
	case "utf8":
		return text(), nil
	case "json":
		if !saysText && !msg.IsText(m.payload) {
			return nil, errMQTTNoText
		}
		v, err := msg.Parse(text())
		if err != nil {
			return nil, errMQTTNoJSON
		}
		return v, nil
	}
	detect := datatype == "auto-detect"
	switch mediaTypes[strings.ToLower(m.props.contentType)] {
	case "string":
		return text(), nil
	case "buffer":
		return buffer, nil
	case "json":
		v, err := msg.Parse(text())
		switch {
		case err != nil:
			return nil, errMQTTNoJSON
		case detect:
			return v, nil
		}
		return text(), nil
	}
	if !saysText && !msg.IsText(m.payload) {
		return buffer, nil
	}
	if detect {
		if v, err := msg.Parse(text()); err == nil {
			return v, nil
		}
	}
	return text(), nil
}

func (n *mqttInNode) Start() {
	if n.broker != nil {
		n.broker.begin()
	}
}

func (n *mqttInNode) Close(_ context.Context, removed bool) error {
	if n.broker == nil {
		return nil
	}
	for topic := range n.subs.All() {
		n.broker.unsubscribe(topic, n.inst.ID, removed)
	}
	if !n.dynamic && n.Topic != nil {
		n.broker.unsubscribe(msg.ToString(n.Topic), n.inst.ID, removed)
	}
	n.broker.leave(n.inst, removed)
	return nil
}
