package network

import (
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/eclipse/paho.golang/paho"

	"sluice/internal/weburl"
	"sluice/runtime"
	"sluice/runtime/msg"
)

// mqttSettings are what the flow file, or a message with the action connect, says
// about a broker. Their types are the sayer's: texts and values both occur.
type mqttSettings struct {
	url, broker, port        any
	clientID                 any
	autoConnect              any
	useTLS, verify           any
	compat, version          any
	keepAlive, cleanSession  any
	autoUnsubscribe          any
	userProps, sessionExpiry any
	username, password       string
	birth, closing, will     *mqttMessage
}

// override takes what the object has. Errors say what is wrong with its messages.
func (s *mqttSettings) override(o *msg.Object) error {
	for key, to := range map[string]*any{
		"url": &s.url, "broker": &s.broker, "port": &s.port, "clientid": &s.clientID, "autoConnect": &s.autoConnect,
		"usetls": &s.useTLS, "verifyservercert": &s.verify, "compatmode": &s.compat, "protocolVersion": &s.version,
		"keepalive": &s.keepAlive, "cleansession": &s.cleanSession, "autoUnsubscribe": &s.autoUnsubscribe,
	} {
		if v, ok := o.Get(key); ok {
			*to = v
		}
	}
	for _, names := range [...]struct {
		to         *any
		name, less string
	}{{&s.userProps, "userProperties", "userProps"}, {&s.sessionExpiry, "sessionExpiry", "sessionExpiryInterval"}} {
		if v, ok := o.Get(names.name); ok {
			*names.to = v
		} else if v, ok := o.Get(names.less); ok {
			*names.to = v
		}
	}
	if v, ok := o.Get("username"); ok {
		s.username = msg.ToString(v)
	}
	if v, ok := o.Get("password"); ok {
		s.password = msg.ToString(v)
	}
	for key, to := range map[string]**mqttMessage{"birth": &s.birth, "close": &s.closing, "will": &s.will} {
		v, ok := o.Get(key)
		if !ok {
			continue
		}
		m, _ := v.(*msg.Object)
		read, err := announcement(m.Value("topic"), m.Value("payload"), m.Value("qos"), m.Value("retain"), m.Value("properties"))
		if err != nil {
			return err
		}
		*to = read
	}
	return nil
}

// announcement makes a birth, close or will message; nil without a topic.
func announcement(topic, payload, qos, retain, properties any) (*mqttMessage, error) {
	if !msg.ToBool(topic) {
		return nil, nil
	}
	if !msg.ToBool(payload) {
		payload = ""
	}
	b, err := mqttBytes(payload)
	if err != nil {
		return nil, err
	}
	m := &mqttMessage{topic: msg.ToString(topic), payload: b, retain: retain == true || retain == "true"}
	if q := msg.ToNumber(qos); q == 1 || q == 2 {
		m.qos = byte(q)
	}
	if p, ok := properties.(*msg.Object); ok {
		p = msg.Clone(p).(*msg.Object)
		for _, names := range [...][2]string{ // those of the editor
			{"respTopic", "responseTopic"}, {"correl", "correlationData"}, {"expiry", "messageExpiryInterval"},
			{"delay", "willDelayInterval"}, {"userProps", "userProperties"},
		} {
			if v, ok := p.Get(names[0]); ok {
				p.Set(names[1], v)
			}
		}
		if user := userPropsText(p.Value("userProperties")); user != nil {
			p.Set("userProperties", user)
		}
		m.props = readProps(p)
	}
	return m, nil
}

// mqttOptions are the settings made ready for one connection.
type mqttOptions struct {
	url           *url.URL
	name          string // for the log, without secrets
	local         bool   // Node-RED adds msg._topic to messages of a broker on this machine
	version       int    // 3, 4 or 5
	secure        *tlsNode
	insecure      bool // without a tls-config: certificates are not verified
	dialer        *socketDialer
	proxy         func(*http.Request) (*url.URL, error)
	clientID      string
	username      string
	password      string
	keepAlive     time.Duration
	clean         bool
	unsubscribe   bool // when a node is closed
	sessionExpiry *uint32
	userProps     []mqttUserProp
	birth         *mqttMessage
	closing       *mqttMessage
	will          *mqttMessage

	disconnected func(*paho.Disconnect) // the broker says why it ends the connection
}

func (s *mqttSettings) options(inst *runtime.Instance, secure *tlsNode) (*mqttOptions, error) {
	text := s.address()
	u, err := url.Parse(text)
	if err != nil {
		return nil, runtime.Text("the address of the broker is no URL: check server and port")
	}
	o := &mqttOptions{
		url: u, local: s.broker == "localhost" || s.broker == "127.0.0.1", version: 4,
		username: s.username, password: s.password, keepAlive: time.Minute,
		clean: s.cleanSession == nil || s.cleanSession == msg.Undefined || msg.ToBool(s.cleanSession), unsubscribe: s.autoUnsubscribe != false,
		birth: s.birth, closing: s.closing, will: s.will,
		insecure: s.verify == false || s.verify == "false",
	}
	if u.User != nil && o.username == "" { // as mqtt.js
		o.username = u.User.Username()
		o.password, _ = u.User.Password()
	}
	if msg.ToBool(s.useTLS) {
		o.secure = secure
	}
	if v := s.keepAlive; v != nil && v != msg.Undefined {
		o.keepAlive = 0
		if f := msg.ToNumber(v); f > 0 && f <= 65535 {
			o.keepAlive = time.Duration(f) * time.Second
		}
	}
	if msg.ToBool(s.clientID) {
		o.clientID = msg.ToString(s.clientID)
	} else {
		if !o.clean {
			o.clean = true
			inst.Log.Warn("No client ID set, using clean session")
		}
		o.clientID = "nodered" + msg.NewID()
	}
	if msg.ToBool(s.clientID) {
		o.name = o.clientID + "@"
	}
	o.name += redacted(u)
	switch {
	case s.compat == true || s.compat == "true", msg.ToNumber(s.version) == 3:
		o.version = 3
	case msg.ToNumber(s.version) == 5:
		o.version = 5
		o.userProps = userProps(userPropsText(s.userProps))
		if msg.ToBool(s.sessionExpiry) && s.sessionExpiry != "0" {
			o.sessionExpiry = uintProp(msg.NewObject("v", s.sessionExpiry), "v")
		}
	}
	if o.dialer, err = newSocketDialer(inst); err != nil {
		return nil, err
	}
	rules := newProxyRules(inst, nil)
	o.proxy = func(r *http.Request) (*url.URL, error) {
		target, err := weburl.Parse(r.URL.String(), nil)
		if err != nil {
			return nil, err
		}
		found := rules.find(target)
		if found == "" {
			return nil, nil
		}
		return url.Parse(found)
	}
	return o, nil
}

// address gives the URL of the broker.
func (s *mqttSettings) address() string {
	if msg.ToBool(s.url) {
		return msg.ToString(s.url)
	}
	broker := ""
	if msg.ToBool(s.broker) {
		broker = msg.ToString(s.broker)
	}
	if strings.Contains(broker, "://") {
		return broker
	}
	scheme := "mqtt://"
	if msg.ToBool(s.useTLS) {
		scheme = "mqtts://"
	}
	port := "1883"
	if broker == "" {
		return scheme + "localhost:" + port
	}
	if msg.ToBool(s.port) {
		port = msg.ToString(s.port)
	}
	return scheme + net.JoinHostPort(broker, port)
}
