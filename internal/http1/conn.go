package http1

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"sync/atomic"
	"time"
)

// Limits of a connection. Node's defaults for a head are a minute and 16 kB.
const (
	headLimit = 60 * time.Second // for a head to arrive, and for the next request to begin
	maxHead   = 16 << 10
	bodyLimit = 300 * time.Second // for a body to arrive, unless the handler says otherwise: Node's server.requestTimeout
)

// conn is one connection. Its goroutine alone uses it, except for what is said below.
type conn struct {
	server *Server
	rwc    net.Conn
	remote string
	tls    *tls.ConnectionState // nil for plain connections
	in     input
	out    []byte    // of the answer, not yet sent
	both   [2][]byte // memory for sendBoth
	due    time.Time // when the deadline for writing is to be set anew

	state atomic.Int32 // Shutdown closes a connection that is idle
}

const (
	idle int32 = iota
	active
	closed
)

func newConn(s *Server, nc net.Conn) *conn {
	c := &conn{server: s, rwc: nc}
	c.in.from = nc
	if addr := nc.RemoteAddr(); addr != nil {
		c.remote = addr.String()
	}
	if secure, ok := nc.(*tls.Conn); ok {
		state := secure.ConnectionState()
		c.tls = &state
	}
	return c
}

// closeIdle closes the connection if it waits for a request.
func (c *conn) closeIdle() {
	if c.state.CompareAndSwap(idle, closed) {
		_ = c.rwc.Close()
	}
}

// serve answers request after request.
func (c *conn) serve() {
	defer c.server.gone(c)
	for {
		head, err := c.nextHead()
		if err != nil {
			c.refuse(err)
			return
		}
		x, err := c.begin(head)
		if err != nil {
			c.refuse(err)
			return
		}
		switch c.answer(x) {
		case kept:
		case taken:
			return
		case ended:
			c.close(x)
			return
		}
		if !c.state.CompareAndSwap(active, idle) || c.server.closing.Load() {
			_ = c.rwc.Close()
			return
		}
	}
}

// nextHead waits for the next request and returns its head, which is good until
// more is read.
func (c *conn) nextHead() ([]byte, error) {
	c.in.extend(c.server.clock.now(), headLimit)
	for begun := false; ; {
		head, err := c.in.head()
		if head != nil || err != nil {
			c.state.CompareAndSwap(idle, active)
			return head, err
		}
		if c.in.buffered() > 0 && !begun { // the head has its own time
			begun = true
			if !c.state.CompareAndSwap(idle, active) {
				return nil, net.ErrClosed
			}
			c.in.limit(time.Now().Add(headLimit))
		}
		if err := c.in.fill(); err != nil {
			return nil, c.headError(err)
		}
	}
}

// headError says what a connection that ends inside of a head deserves.
func (c *conn) headError(err error) error {
	switch {
	case c.in.buffered() == 0:
		return net.ErrClosed
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &fault{http.StatusRequestTimeout}
	case errors.Is(err, io.EOF):
		return &fault{http.StatusBadRequest}
	}
	return err
}

// fault is a request that no handler sees. Node tells nothing but the status.
type fault struct{ status int }

func (f *fault) Error() string { return http.StatusText(f.status) }

// refuse answers a request that cannot be read, and closes the connection.
func (c *conn) refuse(err error) {
	if f, ok := errors.AsType[*fault](err); ok {
		c.out = appendStatus(c.out[:0], f.status, "")
		c.out = append(c.out, "\r\nConnection: close\r\n\r\n"...)
		if c.send(c.out) == nil {
			c.linger()
		}
	}
	_ = c.rwc.Close()
}

// fate is what becomes of a connection after an answer.
type fate int

const (
	kept  fate = iota // for the next request
	ended             // to be closed
	taken             // by the handler
)

// answer runs the handler and completes its answer.
func (c *conn) answer(x *Exchange) fate {
	panicked := c.run(x)
	x.stopWatching()
	defer x.end()
	switch {
	case x.res.taken:
		return taken
	case panicked:
		x.close = true
		return ended
	case x.res.finish() != nil:
		x.close = true
	case !x.close:
		x.close = !x.body.discard()
	}
	if x.close {
		return ended
	}
	return kept
}

// run calls the handler. A panic ends its connection and nothing else.
func (c *conn) run(x *Exchange) (panicked bool) {
	defer func() {
		if v := recover(); v != nil {
			panicked = true
			if v != http.ErrAbortHandler {
				c.server.log().Error("a handler panicked", "panic", v, "stack", string(debug.Stack()))
			}
		}
	}()
	c.server.Handler.ServeHTTP(&x.res, &x.request)
	return false
}

// close closes the connection. A client that is still sending gets time to read
// the answer: a reset would take it away.
func (c *conn) close(x *Exchange) {
	if !x.body.over() || c.in.buffered() > 0 {
		c.linger()
	}
	_ = c.rwc.Close()
}

// Bounds of what is read of a request that has been answered already.
const (
	lingerLimit = 500 * time.Millisecond
	maxDiscard  = 256 << 10
)

// linger says that the answer is over and reads what the client still sends.
func (c *conn) linger() {
	if half, ok := c.rwc.(interface{ CloseWrite() error }); !ok || half.CloseWrite() != nil {
		return
	}
	_ = c.rwc.SetReadDeadline(time.Now().Add(lingerLimit))
	_, _ = io.CopyN(io.Discard, c.rwc, maxDiscard)
}

// slowLimit is how long a client may take nothing of what it is sent. It is about
// progress: a long answer may take as long as its client goes on reading.
const (
	slowLimit = 2 * time.Minute
	slowPiece = 256 << 10 // bytes that have to be taken within it
)

// send writes to the connection, in pieces that each have their time.
func (c *conn) send(b []byte) error {
	for {
		if err := c.limitWrite(); err != nil {
			return err
		}
		n := min(len(b), slowPiece)
		if _, err := c.rwc.Write(b[:n]); err != nil {
			return err
		}
		if b = b[n:]; len(b) == 0 {
			return nil
		}
	}
}

func (c *conn) limitWrite() error {
	now := c.server.clock.now()
	if !now.After(c.due) {
		return nil
	}
	c.due = now.Add(slowLimit / 8) // set anew now and then, not at each answer
	return c.rwc.SetWriteDeadline(now.Add(slowLimit))
}

// sendBoth sends a header and a piece of a body in one go, without a copy where the system can.
func (c *conn) sendBoth(header, piece []byte) error {
	if _, ok := c.rwc.(*net.TCPConn); !ok || len(header) == 0 {
		return c.send(append(header, piece...))
	}
	if err := c.limitWrite(); err != nil {
		return err
	}
	c.both = [2][]byte{header, piece}
	both := net.Buffers(c.both[:])
	_, err := both.WriteTo(c.rwc)
	c.both = [2][]byte{}
	return err
}
