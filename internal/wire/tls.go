package wire

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
	"time"
)

// Limits of handshakes, which strangers can begin and leave.
const (
	handshakeLimit = 10 * time.Second
	maxHandshakes  = 1000 // at a time; more connections wait in the kernel
)

// TLSListener accepts TLS connections. Those that agree on HTTP/2 go to net/http
// as they are, the others as those of Listener. Begin tells requests about them.
func TLSListener(l net.Listener, config *tls.Config) net.Listener {
	t := &tlsListener{Listener: l, config: config, ready: make(chan net.Conn), fault: make(chan error), closed: make(chan struct{}), turn: make(chan struct{}, maxHandshakes)}
	go t.accept()
	return t
}

type tlsListener struct {
	net.Listener
	config *tls.Config
	ready  chan net.Conn
	fault  chan error
	turn   chan struct{}
	once   sync.Once
	closed chan struct{}
}

func (t *tlsListener) Accept() (net.Conn, error) {
	select {
	case c := <-t.ready:
		return c, nil
	case err := <-t.fault:
		return nil, err
	case <-t.closed:
		return nil, net.ErrClosed
	}
}

func (t *tlsListener) Close() error {
	t.once.Do(func() { close(t.closed) })
	return t.Listener.Close()
}

func (t *tlsListener) accept() {
	for {
		select {
		case t.turn <- struct{}{}:
		case <-t.closed:
			return
		}
		c, err := t.Listener.Accept()
		if err == nil {
			go t.handshake(tls.Server(c, t.config))
			continue
		}
		<-t.turn
		select {
		case t.fault <- err: // net/http decides whether to go on, and when
		case <-t.closed:
			return
		}
	}
}

func (t *tlsListener) handshake(c *tls.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), handshakeLimit)
	err := c.HandshakeContext(ctx)
	cancel()
	<-t.turn
	if err != nil {
		_ = c.Close()
		return
	}
	state := c.ConnectionState()
	var ready net.Conn = c
	switch state.NegotiatedProtocol {
	case "h2":
	case "", "http/1.1":
		ready = &conn{Conn: c, tls: &state}
	default: // the handshake was all there is to it: acme-tls/1
		_ = c.Close()
		return
	}
	select {
	case t.ready <- ready:
	case <-t.closed:
		_ = c.Close()
	}
}
