// Package wire makes net/http's server speak HTTP/1 as Node's does, where clients
// and flows can tell: what is refused as malformed, the order and spelling of
// headers in both directions, reason phrases, and what a connection says of itself.
//
// It is no HTTP implementation. net/http reads and writes every byte; this package
// watches from below where messages begin, refuses what Node refuses, mends what
// net/http would refuse and Node takes, and puts the header lines that net/http
// has written in order. Where it loses track it leaves the bytes alone. HTTP/2 it
// does not know.
package wire

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Listener wraps the connections that l accepts.
func Listener(l net.Listener) net.Listener { return listener{l} }

type listener struct{ net.Listener }

func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c}, nil
}

type connKey struct{}

// ConnContext is to be the ConnContext of the http.Server.
func ConnContext(ctx context.Context, c net.Conn) context.Context {
	if ours, ok := c.(*conn); ok {
		return context.WithValue(ctx, connKey{}, ours)
	}
	return ctx
}

// conn is the connection below net/http. net/http reads on one goroutine at a
// time and writes on one, but reads ahead while a handler runs.
type conn struct {
	net.Conn
	tls     *tls.ConnectionState // nil for plain connections
	raw     atomic.Bool          // pass everything: another protocol, or no hope
	upgrade atomic.Bool          // another protocol has been asked for; the answer decides

	// Of the reading side alone.
	frames framing
	held   []byte // read, not yet handed on
	ready  int    // how much of held may be handed on

	// Of the writing side alone.
	answer   Answer    // that is on its way out
	part     []byte    // a header block that is not whole
	out      []byte    // memory for what goes out
	due      time.Time // when the deadline is to be set anew
	switched bool      // to another protocol

	mu     sync.Mutex // guards all below; never held while reading or writing
	number uint64     // of the request that is being answered
	head   head       // of it
	queue  []head     // of requests that net/http has read ahead
	next   Answer     // of it
	begun  bool       // its handler runs, and its final answer has not begun
}

// head is the beginning of a request as the client sent it.
type head struct {
	raw    []byte // request line and header lines, each with its line end
	target string // what the client asked for, if net/http was given something else
}

// Exchange is one request on its connection. The zero value belongs to no
// connection of this package; its methods do nothing.
type Exchange struct {
	conn   *conn
	number uint64
}

// Begin has to be called for each request before anything else looks at it: it
// restores the request target, and tells the connection that what net/http writes
// next is the answer to r.
func Begin(r *http.Request) {
	c := of(r)
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tls != nil {
		r.TLS = c.tls
	}
	c.number++
	c.begun, c.next = true, Answer{}
	if len(c.queue) == 0 {
		c.head.raw = c.head.raw[:0]
		return
	}
	spare := c.head.raw[:0]
	c.head = c.queue[0]
	last := len(c.queue) - 1
	copy(c.queue, c.queue[1:])
	c.queue[last] = head{raw: spare}
	c.queue = c.queue[:last]
	if c.head.target != "" {
		r.RequestURI = c.head.target
	}
}

// Of returns the exchange that r is part of.
func Of(r *http.Request) Exchange {
	c := of(r)
	if c == nil {
		return Exchange{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return Exchange{c, c.number}
}

func of(r *http.Request) *conn {
	c, _ := r.Context().Value(connKey{}).(*conn)
	return c
}

// push keeps the head of a request that goes to net/http.
func (c *conn) push(raw []byte, target string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := len(c.queue)
	if n < cap(c.queue) {
		c.queue = c.queue[:n+1]
	} else {
		c.queue = append(c.queue, head{})
	}
	c.queue[n].raw = append(c.queue[n].raw[:0], raw...)
	c.queue[n].target = target
}
