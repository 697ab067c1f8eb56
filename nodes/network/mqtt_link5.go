package network

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"sync"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/eclipse/paho.golang/packets"
	"github.com/eclipse/paho.golang/paho"
	pahosession "github.com/eclipse/paho.golang/paho/session"
	"github.com/eclipse/paho.golang/paho/session/state"
)

// mqttSession is what outlasts a connection: messages under way, of either protocol.
type mqttSession struct {
	store mqtt.Store                 // version 3
	state pahosession.SessionManager // version 5
	ctx   context.Context
	end   context.CancelFunc
	work  sync.WaitGroup // those who wait for an acknowledgement
}

func newMQTTSession() *mqttSession {
	s := &mqttSession{store: mqtt.NewMemoryStore(), state: state.NewInMemory()}
	s.ctx, s.end = context.WithCancel(context.Background())
	return s
}

// close lets go who waits for an acknowledgement.
func (s *mqttSession) close() {
	s.end()
	_ = s.state.Close()
	s.work.Wait()
}

// mqtt5Link speaks MQTT 5.
type mqtt5Link struct {
	client *paho.Client
	acks   *mqttAcks
	props  mqttServerProps
	ctx    context.Context // ends with the connection
	lose   context.CancelFunc
}

func connectMQTT5(ctx context.Context, conn net.Conn, o *mqttOptions, s *mqttSession, received func(*mqttMessage)) (mqttLink, error) {
	l := &mqtt5Link{acks: &mqttAcks{SessionManager: s.state, session: s}}
	l.ctx, l.lose = context.WithCancel(context.Background())
	l.client = paho.NewClient(paho.ClientConfig{
		Conn: packets.NewThreadSafeConn(conn), Session: l.acks, PacketTimeout: mqttTimeout,
		OnClientError:      func(error) { l.lose() },
		OnServerDisconnect: func(d *paho.Disconnect) { o.disconnected(d); l.lose() },
		OnPublishReceived: []func(paho.PublishReceived) (bool, error){func(p paho.PublishReceived) (bool, error) {
			received(fromPublish(p.Packet))
			return true, nil
		}},
	})
	ack, err := l.client.Connect(ctx, connectPacket(o))
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	if p := ack.Properties; p != nil {
		l.props.subscriptionIDs = p.SubIDAvailable
		if p.TopicAliasMaximum != nil {
			l.props.maxAlias = *p.TopicAliasMaximum
		}
	}
	return l, nil
}

// maxMQTTReceived bounds the messages that the broker may send before they are acknowledged.
const maxMQTTReceived = 1000

func connectPacket(o *mqttOptions) *paho.Connect {
	limit := uint16(maxMQTTReceived)
	c := &paho.Connect{
		ClientID: o.clientID, Username: o.username, Password: []byte(o.password),
		UsernameFlag: o.username != "", PasswordFlag: o.password != "",
		KeepAlive: uint16(min(o.keepAlive.Seconds(), math.MaxUint16)), CleanStart: o.clean,
		Properties: &paho.ConnectProperties{
			RequestProblemInfo: true, RequestResponseInfo: true, ReceiveMaximum: &limit,
			SessionExpiryInterval: o.sessionExpiry, User: toUser(o.userProps),
		},
	}
	if w := o.will; w != nil {
		c.WillMessage = &paho.WillMessage{Retain: w.retain, QoS: w.qos, Topic: w.topic, Payload: w.payload}
		c.WillProperties = &paho.WillProperties{
			WillDelayInterval: w.props.willDelay, MessageExpiry: w.props.expiry, ContentType: w.props.contentType,
			ResponseTopic: w.props.responseTopic, CorrelationData: w.props.correlation, User: toUser(w.props.user),
		}
	}
	return c
}

func toUser(list []mqttUserProp) (user paho.UserProperties) {
	for _, p := range list {
		user.Add(p.key, p.value)
	}
	return user
}

func fromPublish(p *paho.Publish) *mqttMessage {
	m := &mqttMessage{topic: p.Topic, payload: p.Payload, qos: p.QoS, retain: p.Retain}
	if q := p.Properties; q != nil {
		m.props = mqttProps{
			responseTopic: q.ResponseTopic, contentType: q.ContentType, correlation: q.CorrelationData, expiry: q.MessageExpiry,
		}
		if q.PayloadFormat != nil {
			isText := *q.PayloadFormat == 1
			m.props.isText = &isText
		}
		if q.SubscriptionIdentifier != nil {
			m.props.subscription = *q.SubscriptionIdentifier
		}
		for _, u := range q.User {
			m.props.user = append(m.props.user, mqttUserProp{u.Key, u.Value})
		}
	}
	return m
}

func toPublish(m *mqttMessage) *paho.Publish {
	p := &paho.Publish{QoS: m.qos, Retain: m.retain, Topic: m.topic, Payload: m.payload, Properties: &paho.PublishProperties{
		ResponseTopic: m.props.responseTopic, ContentType: m.props.contentType, CorrelationData: m.props.correlation,
		MessageExpiry: m.props.expiry, User: toUser(m.props.user),
	}}
	if m.props.isText != nil {
		var format byte
		if *m.props.isText {
			format = 1
		}
		p.Properties.PayloadFormat = &format
	}
	if m.props.alias != 0 {
		p.Properties.TopicAlias = &m.props.alias
	}
	return p
}

func (l *mqtt5Link) lost() <-chan struct{} { return l.ctx.Done() }

func (l *mqtt5Link) properties() mqttServerProps { return l.props }

func (l *mqtt5Link) publish(m *mqttMessage, done func(error)) {
	ctx, cancel := context.WithTimeout(l.ctx, mqttRequest)
	defer cancel()
	l.acks.next = done
	_, err := l.client.PublishWithOptions(ctx, toPublish(m), paho.PublishOptions{Method: paho.PublishMethod_AsyncSend})
	switch {
	case l.acks.next == nil: // the acknowledgement, or its absence, is told
	case err != nil && ctx.Err() != nil:
		done(errMQTTNotSent)
	default:
		done(err)
	}
	l.acks.next = nil
}

func (l *mqtt5Link) subscribe(s *mqttSubscription) error {
	ctx, cancel := context.WithTimeout(l.ctx, mqttRequest)
	defer cancel()
	p := &paho.Subscribe{Subscriptions: []paho.SubscribeOptions{{
		Topic: s.topic, QoS: s.qos, NoLocal: s.nl, RetainAsPublished: s.rap, RetainHandling: s.rh,
	}}}
	if l.props.subscriptionIDs {
		p.Properties = &paho.SubscribeProperties{SubscriptionIdentifier: &s.id}
	}
	_, err := l.client.Subscribe(ctx, p)
	return err
}

func (l *mqtt5Link) unsubscribe(topic string) error {
	ctx, cancel := context.WithTimeout(l.ctx, mqttRequest)
	defer cancel()
	_, err := l.client.Unsubscribe(ctx, &paho.Unsubscribe{Topics: []string{topic}})
	return err
}

func (l *mqtt5Link) disconnect() {
	_ = l.client.Disconnect(&paho.Disconnect{}) // the broker may be gone
	l.lose()
	<-l.client.Done()
}

// mqttAcks is a session that tells when a message is acknowledged: the client
// itself would have to wait for each before it writes the next.
type mqttAcks struct {
	pahosession.SessionManager
	session *mqttSession
	next    func(error) // of the message being published; nil once it is in the session
}

func (a *mqttAcks) AddToSession(ctx context.Context, packet pahosession.Packet, resp chan<- packets.ControlPacket) error {
	p, ok := packet.(*packets.Publish)
	if !ok {
		return a.SessionManager.AddToSession(ctx, packet, resp)
	}
	answer := make(chan packets.ControlPacket, 1)
	if err := a.SessionManager.AddToSession(ctx, p, answer); err != nil {
		return err
	}
	done := a.next
	a.next = nil
	a.session.work.Go(func() {
		select {
		case got := <-answer:
			done(ackError(got))
			resp <- got // buffered
		case <-a.session.ctx.Done():
			done(errMQTTNotSent)
		}
	})
	return nil
}

// mqttReasons are mqtt.js's words for the reasons to refuse a message.
var mqttReasons = map[byte]string{
	0x80: "Unspecified error", 0x83: "Implementation specific error", 0x87: "Not authorized", 0x90: "Topic Name invalid",
	0x91: "Packet identifier in use", 0x97: "Quota exceeded", 0x99: "Payload format invalid",
}

func ackError(p packets.ControlPacket) error {
	var code byte
	switch c := p.Content.(type) {
	case *packets.Puback:
		code = c.ReasonCode
	case *packets.Pubrec:
		code = c.ReasonCode
	case *packets.Pubcomp:
		code = c.ReasonCode
	case nil:
		return errMQTTNotSent
	}
	if code < 0x80 {
		return nil
	}
	if reason, ok := mqttReasons[code]; ok {
		return errors.New("Publish error: " + reason)
	}
	return fmt.Errorf("Publish error: %d", code)
}
