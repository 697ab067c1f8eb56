package network

import (
	"context"
	"net"
	"net/url"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

// mqtt3Link speaks MQTT 3.1 and 3.1.1.
type mqtt3Link struct {
	client mqtt.Client
	ctx    context.Context // ends with the connection
	lose   context.CancelFunc
}

func connectMQTT3(ctx context.Context, conn net.Conn, o *mqttOptions, session *mqttSession, received func(*mqttMessage)) (mqttLink, error) {
	l := &mqtt3Link{}
	l.ctx, l.lose = context.WithCancel(context.Background())
	c := mqtt.NewClientOptions().
		AddBroker("tcp://" + o.url.Host). // only its name: the connection is there
		SetCustomOpenConnectionFn(func(*url.URL, mqtt.ClientOptions) (net.Conn, error) { return conn, nil }).
		SetClientID(o.clientID).SetUsername(o.username).SetPassword(o.password).
		SetKeepAlive(o.keepAlive).SetCleanSession(o.clean).SetStore(session.store).
		SetProtocolVersion(uint(o.version)).SetConnectTimeout(mqttTimeout).
		SetAutoReconnect(false).SetConnectRetry(false).
		SetConnectionLostHandler(func(mqtt.Client, error) { l.lose() }).
		SetDefaultPublishHandler(func(_ mqtt.Client, m mqtt.Message) {
			received(&mqttMessage{topic: m.Topic(), payload: m.Payload(), qos: m.Qos(), retain: m.Retained()})
		})
	if w := o.will; w != nil {
		c.SetBinaryWill(w.topic, w.payload, w.qos, w.retain)
	}
	l.client = mqtt.NewClient(c)
	token := l.client.Connect()
	select {
	case <-token.Done():
	case <-ctx.Done():
	}
	err := token.Error()
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	if err != nil {
		l.client.Disconnect(0)
		_ = conn.Close()
		return nil, err
	}
	return l, nil
}

func (l *mqtt3Link) lost() <-chan struct{} { return l.ctx.Done() }

func (l *mqtt3Link) properties() mqttServerProps { return mqttServerProps{} }

func (l *mqtt3Link) publish(m *mqttMessage, done func(error)) {
	token := l.client.Publish(m.topic, m.qos, m.retain, m.payload)
	if m.qos == 0 {
		l.await(token, done)
		return
	}
	go l.await(token, done) // ends with the connection at the latest
}

func (l *mqtt3Link) await(token mqtt.Token, done func(error)) {
	select {
	case <-token.Done():
		done(token.Error())
	case <-l.ctx.Done():
		done(errMQTTNotSent)
	}
}

func (l *mqtt3Link) subscribe(s *mqttSubscription) error {
	return l.answered(l.client.Subscribe(s.topic, s.qos, nil))
}

func (l *mqtt3Link) unsubscribe(topic string) error { return l.answered(l.client.Unsubscribe(topic)) }

func (l *mqtt3Link) answered(token mqtt.Token) error {
	timer := time.NewTimer(mqttRequest)
	defer timer.Stop()
	select {
	case <-token.Done():
		return token.Error()
	case <-l.ctx.Done():
		return errMQTTNotSent
	case <-timer.C:
		return context.DeadlineExceeded
	}
}

func (l *mqtt3Link) disconnect() {
	l.client.Disconnect(250) // ms for what is under way
	l.lose()
}
