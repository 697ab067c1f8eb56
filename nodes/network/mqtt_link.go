package network

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/coder/websocket"

	"sluice/internal/weburl"
)

// mqttLink is one connection to a broker, of either protocol. Its methods are
// called from one goroutine.
type mqttLink interface {
	// publish hands a message to the broker. done is called once, from any goroutine:
	// when it is written (QoS 0) or acknowledged, or can be neither.
	publish(m *mqttMessage, done func(error))
	subscribe(s *mqttSubscription) error
	unsubscribe(topic string) error
	// disconnect says goodbye and closes the connection.
	disconnect()
	// lost is closed when the connection is.
	lost() <-chan struct{}
	// properties tells what the broker said about itself.
	properties() mqttServerProps
}

// mqttServerProps is what an MQTT 5 broker offers.
type mqttServerProps struct {
	subscriptionIDs bool
	maxAlias        uint16
}

// mqttSubscription is what one node asks for.
type mqttSubscription struct {
	topic  string
	ref    string // id of the node
	qos    byte
	id     int // identifier, of MQTT 5
	nl     bool
	rap    bool
	rh     byte
	handle func(*mqttMessage)
}

const (
	mqttTimeout = 30 * time.Second // to connect, as mqtt.js
	mqttRequest = 10 * time.Second // for an answer to a subscription
)

// errMQTTNotSent marks a message that no broker will get.
var errMQTTNotSent = errors.New("the connection to the broker was lost")

// connectMQTT connects to a broker. received is called for each message that
// comes, in order; the next one waits for it.
func connectMQTT(ctx context.Context, o *mqttOptions, session *mqttSession, received func(*mqttMessage)) (mqttLink, error) {
	ctx, cancel := context.WithTimeout(ctx, mqttTimeout)
	defer cancel()
	conn, err := dialMQTT(ctx, o)
	if err != nil {
		return nil, err
	}
	if o.version == 5 {
		return connectMQTT5(ctx, conn, o, session, received)
	}
	return connectMQTT3(ctx, conn, o, session, received)
}

// dialMQTT opens the connection that MQTT runs over: TCP, TLS or WebSocket.
func dialMQTT(ctx context.Context, o *mqttOptions) (net.Conn, error) {
	secure := false
	switch o.url.Scheme {
	case "mqtt", "tcp":
	case "mqtts", "ssl", "tls":
		secure = true
	case "ws", "wss":
		return dialMQTTWebSocket(ctx, o)
	default:
		return nil, fmt.Errorf("unknown protocol %q: use mqtt, mqtts, ws or wss", o.url.Scheme)
	}
	port := 1883
	if secure {
		port = 8883
	}
	if text := o.url.Port(); text != "" {
		var err error
		if port, err = strconv.Atoi(text); err != nil {
			return nil, err
		}
	}
	if !secure {
		return o.dialer.dialTCP(ctx, o.url.Hostname(), port, nil)
	}
	return o.dialer.dialTCP(ctx, o.url.Hostname(), port, o.tlsConfig())
}

func (o *mqttOptions) tlsConfig() *tls.Config {
	config := o.secure.socketConfig(o.url.Hostname())
	if config == nil {
		config = (&tlsNode{}).socketConfig(o.url.Hostname())
		config.InsecureSkipVerify = o.insecure
	}
	return config
}

func dialMQTTWebSocket(ctx context.Context, o *mqttOptions) (net.Conn, error) {
	protocol := "mqtt"
	if o.version == 3 {
		protocol = "mqttv3.1"
	}
	dial := o.dialer.dial
	if proxied, err := o.behindProxy(ctx); err != nil {
		return nil, err
	} else if proxied {
		dial = (&socketDialer{}).dial // the server has been judged, and the proxy is the operator's
	}
	c, _, err := websocket.Dial(ctx, o.url.String(), &websocket.DialOptions{
		HTTPClient: &http.Client{
			Transport:     &http.Transport{DialContext: dial, TLSClientConfig: o.tlsConfig(), DisableKeepAlives: true, Proxy: o.proxy},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // as ws
		},
		Subprotocols: []string{protocol},
		HTTPHeader:   http.Header{"User-Agent": {""}},
	})
	if err != nil {
		return nil, err
	}
	c.SetReadLimit(-1) // packets have their own limits, and may share a message
	return websocket.NetConn(context.Background(), c, websocket.MessageBinary), nil
}

// behindProxy tells whether a proxy connects to the broker, which the rules then judge here.
func (o *mqttOptions) behindProxy(ctx context.Context) (bool, error) {
	u := *o.url
	u.Scheme = strings.Replace(u.Scheme, "ws", "http", 1)
	via, err := o.proxy(&http.Request{URL: &u})
	if via == nil || err != nil {
		return false, err
	}
	target, err := weburl.Parse(u.String(), nil)
	if err != nil {
		return false, err
	}
	err = judgeBehindProxy(ctx, o.dialer.rules, target)
	if err != nil {
		o.dialer.log.Warn(err.Error())
	}
	return true, err
}

// redacted is a URL for the log.
func redacted(u *url.URL) string {
	c := *u
	c.User = nil
	return c.String()
}
