package http1

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

// TLSListener accepts TLS connections. The first listener gives those that speak
// HTTP/1, the second one those that have agreed on HTTP/2; both have to be served.
// To close one is to close both.
func TLSListener(l net.Listener, config *tls.Config) (http1, http2 net.Listener) {
	t := &handshakes{Listener: l, config: config, fault: make(chan error), closed: make(chan struct{}), turn: make(chan struct{}, maxHandshakes)}
	one, two := &agreed{t, make(chan net.Conn)}, &agreed{t, make(chan net.Conn)}
	go t.accept(one, two)
	return one, two
}

// handshakes are what goes on before a connection can be served.
type handshakes struct {
	net.Listener
	config *tls.Config
	fault  chan error
	turn   chan struct{}
	once   sync.Once
	closed chan struct{}
}

// agreed gives the connections that have agreed on one protocol.
type agreed struct {
	*handshakes
	ready chan net.Conn
}

func (a *agreed) Accept() (net.Conn, error) {
	select {
	case c := <-a.ready:
		return c, nil
	case err := <-a.fault:
		return nil, err
	case <-a.closed:
		return nil, net.ErrClosed
	}
}

func (t *handshakes) Close() error {
	err := net.ErrClosed
	t.once.Do(func() {
		close(t.closed)
		err = t.Listener.Close()
	})
	return err
}

func (t *handshakes) accept(one, two *agreed) {
	for {
		select {
		case t.turn <- struct{}{}:
		case <-t.closed:
			return
		}
		c, err := t.Listener.Accept()
		if err == nil {
			go t.handshake(tls.Server(c, t.config), one, two)
			continue
		}
		<-t.turn
		select {
		case t.fault <- err: // who is served decides whether to go on, and when
		case <-t.closed:
			return
		}
	}
}

func (t *handshakes) handshake(c *tls.Conn, one, two *agreed) {
	ctx, cancel := context.WithTimeout(context.Background(), handshakeLimit)
	err := c.HandshakeContext(ctx)
	cancel()
	<-t.turn
	if err != nil {
		_ = c.Close()
		return
	}
	var to *agreed
	switch c.ConnectionState().NegotiatedProtocol {
	case "h2":
		to = two
	case "", "http/1.1":
		to = one
	default: // the handshake was all there is to it: acme-tls/1
		_ = c.Close()
		return
	}
	select {
	case to.ready <- c:
	case <-t.closed:
		_ = c.Close()
	}
}
