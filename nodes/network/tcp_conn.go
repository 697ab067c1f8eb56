package network

import (
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// tcpConn is a connection with a queue of what is to be written, so that no flow
// waits for a peer that reads slowly.
type tcpConn struct {
	net.Conn
	id string // of the session; "" without one

	wake chan struct{} // there is something to write, or to end
	done chan struct{} // the writer is gone

	idle   time.Duration // 0: it may be silent for ever
	silent *time.Timer

	mu     sync.Mutex // guards what follows
	queue  [][]byte
	queued int
	ending bool // no further writes: the peer is told after the queue
	whole  bool // the connection is closed after the queue, not only its writing side
}

const (
	// maxTCPQueued bounds what waits for a peer; one that falls behind further is cut off.
	maxTCPQueued = 16 << 20
	// flushTime is how long a connection that is being closed may take to write its queue.
	flushTime = time.Second
	tcpChunk  = 64 << 10 // what Node reads at once
)

var errTCPBehind = errors.New("the peer does not read what it is sent")

// newTCPConn takes over a connection. After idle without traffic onIdle is called.
func newTCPConn(conn net.Conn, id string, idle time.Duration, onIdle func(*tcpConn)) *tcpConn {
	c := &tcpConn{Conn: conn, id: id, wake: make(chan struct{}, 1), done: make(chan struct{}), idle: idle}
	if idle > 0 {
		c.silent = time.AfterFunc(idle, func() { onIdle(c) })
	}
	go c.writeQueue()
	return c
}

func (c *tcpConn) active() {
	if c.silent != nil {
		c.silent.Reset(c.idle)
	}
}

// write queues b, which must not be changed any more. It fails if the peer has
// fallen too far behind; after end it does nothing.
func (c *tcpConn) write(b []byte) error {
	c.mu.Lock()
	if c.ending {
		c.mu.Unlock()
		return nil
	}
	if c.queued+len(b) > maxTCPQueued {
		c.mu.Unlock()
		c.destroy()
		return errTCPBehind
	}
	c.queue = append(c.queue, b)
	c.queued += len(b)
	c.mu.Unlock()
	c.signal()
	return nil
}

// end tells the peer, after what is queued, that nothing more will come.
func (c *tcpConn) end() { c.finish(false) }

// close closes the connection after what is queued, or soon.
func (c *tcpConn) close() {
	c.finish(true)
	_ = c.SetWriteDeadline(time.Now().Add(flushTime)) // fails only on what is closed already
}

func (c *tcpConn) finish(whole bool) {
	c.mu.Lock()
	c.ending = true
	c.whole = c.whole || whole
	c.mu.Unlock()
	c.signal()
	select {
	case <-c.done: // the writer has ended before
		if whole {
			_ = c.Conn.Close()
		}
	default:
	}
}

// destroy closes the connection at once; what is queued is lost.
func (c *tcpConn) destroy() {
	c.mu.Lock()
	c.ending = true
	c.queue = nil
	c.mu.Unlock()
	_ = c.Conn.Close()
	c.signal()
}

func (c *tcpConn) signal() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *tcpConn) writeQueue() {
	defer close(c.done)
	for {
		c.mu.Lock()
		queue, ending := c.queue, c.ending
		c.queue, c.queued = nil, 0
		c.mu.Unlock()
		if len(queue) == 0 {
			if ending {
				break
			}
			<-c.wake
			continue
		}
		buffers := net.Buffers(queue)
		if _, err := buffers.WriteTo(c.Conn); err != nil {
			_ = c.Conn.Close() // the reader notices
			c.mu.Lock()
			c.ending = true
			c.mu.Unlock()
			return
		}
		c.active()
	}
	c.mu.Lock()
	whole := c.whole
	c.mu.Unlock()
	half, ok := c.Conn.(interface{ CloseWrite() error })
	if whole || !ok || half.CloseWrite() != nil {
		_ = c.Conn.Close()
	}
}

// read calls data for each piece that comes and returns nil when the peer has
// ended the connection. The piece is data's to keep. It ends the connection's writer.
func (c *tcpConn) read(data func(b []byte)) error {
	buf := make([]byte, tcpChunk)
	for {
		n, err := c.Conn.Read(buf)
		if n > 0 {
			c.active()
			data(append([]byte(nil), buf[:n]...))
		}
		switch {
		case err == nil:
		case errors.Is(err, io.EOF):
			return nil
		default:
			return err
		}
	}
}

// release closes the connection when the peer has taken what is queued, and waits for that.
func (c *tcpConn) release() {
	c.finish(true)
	<-c.done
	if c.silent != nil {
		c.silent.Stop()
	}
	_ = c.Conn.Close()
}
