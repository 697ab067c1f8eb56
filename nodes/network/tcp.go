package network

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"time"

	"sluice/authz"
	"sluice/runtime"
	"sluice/runtime/msg"
)

// emit sends a message of the node's own and returns when nothing of it is queued.
func emit(inst *runtime.Instance, m *msg.Object) {
	inst.Emit(func(d *runtime.Delivery) error {
		d.Msg = m
		return d.Send(m)
	})
}

// tell shows a status in order with what the same goroutine emits.
func tell(inst *runtime.Instance, status *msg.Object) {
	inst.Emit(func(d *runtime.Delivery) error {
		d.Status(status)
		return nil
	})
}

// showAtInit shows a status that only an editor sees: as in Node-RED, status
// nodes hear nothing before every node has been made.
func showAtInit(inst *runtime.Instance, status *msg.Object) {
	inst.Publish(runtime.StatusEvent, status)
}

func statusConnecting() *msg.Object {
	return runtime.NewStatus("grey", "dot", "common.status.connecting")
}

func statusConnected() *msg.Object {
	return runtime.NewStatus("green", "dot", "common.status.connected")
}

func statusDisconnected() *msg.Object {
	return runtime.NewStatus("red", "ring", "common.status.disconnected")
}

// session names a connection, for replies to it.
func session(kind, id string) *msg.Object { return msg.NewObject("type", kind, "id", id) }

// connections is Node-RED's text for a number of them.
func connections(n int) string {
	if n == 1 {
		return "1 connection"
	}
	return strconv.Itoa(n) + " connections"
}

// tcpPort reads a port; ok is false for what is none.
func tcpPort(v any) (port int, ok bool) {
	f := msg.ToNumber(v)
	if f != float64(int(f)) || f < 0 || f > 65535 {
		return 0, false
	}
	return int(f), true
}

// settingMS reads a setting in milliseconds; 0 if it is not there.
func settingMS(inst *runtime.Instance, key string) time.Duration {
	if ms := msg.ToNumber(inst.Setting(key)); ms > 0 && ms < 1<<31 {
		return time.Duration(ms * float64(time.Millisecond))
	}
	return 0
}

// tcpKeepAlive is Node's setKeepAlive(true, 120000).
var tcpKeepAlive = net.KeepAliveConfig{Enable: true, Idle: 120 * time.Second, Interval: time.Second, Count: 10}

// socketDialer makes every TCP connection of a node that is no http request, as far
// as the setting outgoing lets it.
type socketDialer struct {
	rules *authz.OutgoingRules
	log   *slog.Logger
}

func newSocketDialer(inst *runtime.Instance) (*socketDialer, error) {
	rules, err := outgoingRules(inst)
	return &socketDialer{rules, inst.Log}, err
}

// dial connects to address, host:port. That the rules refuse it is told in the log
// too: many of these nodes have no message that could fail.
func (s *socketDialer) dial(ctx context.Context, _, address string) (net.Conn, error) {
	conn, err := dialRuled(ctx, s.rules, net.Dialer{KeepAliveConfig: tcpKeepAlive}, address)
	if errors.Is(err, authz.ErrOutgoing) {
		err = deniedError(err)
		s.log.Warn(err.Error())
	}
	return conn, err
}

// dialTCP connects, through TLS if config is not nil. An empty host is this one.
func (s *socketDialer) dialTCP(ctx context.Context, host string, port int, config *tls.Config) (net.Conn, error) {
	if host == "" {
		host = "localhost"
	}
	conn, err := s.dial(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(port)))
	if err != nil || config == nil {
		return conn, err
	}
	if config.ServerName == "" {
		config = config.Clone()
		config.ServerName = host
	}
	secured := tls.Client(conn, config)
	if err := secured.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return secured, nil
}

// useTLS returns the tls-config node with the given id, nil for none.
func useTLS(inst *runtime.Instance, id string) (*tlsNode, error) {
	if id == "" {
		return nil, nil
	}
	n, ok := runtime.Use[*tlsNode](inst, id)
	if !ok {
		return nil, fmt.Errorf("the TLS configuration %s does not run: choose another, or none", id)
	}
	return n, nil
}

// socketConfig is clientConfig for a connection that does not speak HTTP; nil without a node.
func (n *tlsNode) socketConfig(host string) *tls.Config {
	if n == nil {
		return nil
	}
	c := n.clientConfig(host)
	if n.ALPN == "" {
		c.NextProtos = nil
	}
	return c
}

// serverConfig is the configuration of a server, nil without a node.
func (n *tlsNode) serverConfig() *tls.Config {
	if n == nil {
		return nil
	}
	c := &tls.Config{Certificates: n.certificates, MinVersion: tls.VersionTLS12}
	if n.ALPN != "" {
		c.NextProtos = []string{n.ALPN}
	}
	return c
}

// addressText gives an address as Node does: of a socket that takes both
// versions, IPv4 addresses are mapped into IPv6.
func addressText(ip net.IP, zone string, mapped bool) string {
	text := ip.String()
	if zone != "" {
		text += "%" + zone
	}
	if mapped && ip.To4() != nil {
		return "::ffff:" + text
	}
	return text
}

// listenErrorText gives an error of listening in Node's words.
func listenErrorText(err error, port int) string {
	code, ok := errnoCode(err)
	switch {
	case code == "EADDRINUSE":
		return fmt.Sprintf("Error: listen EADDRINUSE: address already in use :::%d", port)
	case code == "EACCES":
		return fmt.Sprintf("Error: listen EACCES: permission denied :::%d", port)
	case ok:
		return fmt.Sprintf("Error: listen %s :::%d", code, port)
	}
	return "Error: " + err.Error()
}

// payloadBytes gives what a payload is on the wire.
func payloadBytes(v any, isBase64 bool) []byte {
	switch v := v.(type) {
	case *msg.Buffer:
		return v.B
	case string:
		if isBase64 {
			b, _ := msg.DecodeText(v, "base64")
			return b
		}
	}
	b, _ := msg.DecodeText(msg.ToString(v), "utf8")
	return b
}

// pause waits and tells whether ctx is still good.
func pause(ctx context.Context, wait time.Duration) bool {
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// waitFor waits for done, at most until ctx ends.
func waitFor(ctx context.Context, done func()) error {
	finished := make(chan struct{})
	go func() {
		done()
		close(finished)
	}()
	select {
	case <-finished:
		return nil
	case <-ctx.Done():
		return errors.New("its connections did not close in time")
	}
}
