package network

import (
	"context"
	"crypto/tls"
	"fmt"
	"sync"
	"time"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// tcpClient keeps a connection to a server, and makes a new one when it is lost.
type tcpClient struct {
	inst   *runtime.Instance
	host   string
	port   int
	config *tls.Config // nil: plain
	dialer *socketDialer
	retry  time.Duration

	// The handler of one connection, told of it on the client's goroutine.
	handler func(id string) tcpHandler

	cancel context.CancelFunc
	work   sync.WaitGroup

	mu   sync.Mutex // guards what follows
	conn *tcpConn   // nil: not connected
}

// tcpHandler is told of a connection that a client makes.
type tcpHandler interface {
	opened(c *tcpConn)
	data(c *tcpConn, b []byte)
	ended()              // the peer has ended it
	closed() (soon bool) // or could not be made; soon asks for the next one at once
}

const (
	defaultReconnect = 10 * time.Second      // setting socketReconnectTime
	soonAgain        = 20 * time.Millisecond // after a connection that did its work
)

func (t *tcpClient) prepare(host string, port any, secure *tlsNode) error {
	n, ok := tcpPort(port)
	if !ok {
		return fmt.Errorf("%q is no port number: it must be between 0 and 65535", msg.ToString(port))
	}
	t.host, t.port = host, n
	var err error
	if t.dialer, err = newSocketDialer(t.inst); err != nil {
		return err
	}
	if secure != nil {
		t.config = secure.socketConfig(host)
	}
	if t.retry = settingMS(t.inst, "socketReconnectTime"); t.retry == 0 {
		t.retry = defaultReconnect
	}
	showAtInit(t.inst, statusConnecting())
	return nil
}

func (t *tcpClient) start() {
	ctx, cancel := context.WithCancel(context.Background())
	t.cancel = cancel
	t.work.Go(func() { t.run(ctx) })
}

func (t *tcpClient) run(ctx context.Context) {
	for {
		t.inst.Log.Info(fmt.Sprintf("connecting to %s:%d", t.host, t.port))
		wait := t.retry
		if t.attempt(ctx) {
			wait = soonAgain
		} else if ctx.Err() == nil {
			t.inst.Log.Info(fmt.Sprintf("connection lost to %s:%d", t.host, t.port))
		}
		if !pause(ctx, wait) {
			return
		}
		tell(t.inst, statusConnecting())
	}
}

// attempt makes one connection and follows it to its end.
func (t *tcpClient) attempt(ctx context.Context) (soon bool) {
	h := t.handler(msg.NewID())
	conn, err := t.dialer.dialTCP(ctx, t.host, t.port, t.config)
	if err != nil {
		t.inst.Log.Info("error: " + err.Error())
		return h.closed()
	}
	c := newTCPConn(conn, "", 0, nil)
	defer context.AfterFunc(ctx, c.close)()
	t.inst.Log.Info(fmt.Sprintf("connected to %s:%d", t.host, t.port))
	t.set(c)
	h.opened(c)
	if err := c.read(func(b []byte) { h.data(c, b) }); err == nil {
		c.end() // as the peer did: nothing can be sent any more
		h.ended()
	} else if ctx.Err() == nil {
		t.inst.Log.Info("error: " + err.Error())
	}
	t.set(nil)
	c.release()
	return h.closed()
}

func (t *tcpClient) set(c *tcpConn) {
	t.mu.Lock()
	t.conn = c
	t.mu.Unlock()
}

// connected returns the connection, nil if there is none.
func (t *tcpClient) connected() *tcpConn {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.conn
}

func (t *tcpClient) close(ctx context.Context) error {
	if t.cancel == nil { // it never started
		return nil
	}
	t.cancel()
	return waitFor(ctx, t.work.Wait)
}
