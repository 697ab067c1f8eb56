package network

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// tcpExchange is what goes on between a tcp request node and one server. One
// goroutine connects, reads and answers; messages meanwhile are queued.
type tcpExchange struct {
	n      *tcpRequestNode
	id     string // host:port as the message gave them
	host   string
	port   int
	ctx    context.Context // ends the connection
	cancel context.CancelFunc

	// Guarded by n.mu.
	running bool
	conn    *tcpConn       // takes messages; nil while they are queued
	queue   []*tcpQuestion // for a connection to come
	asked   *tcpQuestion   // written last
	last    *tcpQuestion   // come last: the one answered
}

// tcpQuestion is a message that was, or will be, written to a server. Its event is
// kept open until it is answered, or nobody will answer it.
type tcpQuestion struct {
	d       *runtime.Delivery
	ctx     context.Context
	hold    *runtime.Hold
	payload any

	mu      sync.Mutex // guards what follows
	uses    int
	retired bool
}

// retire lets the event go when nothing is done in it any more.
func (q *tcpQuestion) retire() {
	if q == nil {
		return
	}
	q.mu.Lock()
	q.retired = true
	free := q.uses == 0
	q.mu.Unlock()
	if free {
		q.hold.Release()
	}
}

// within runs f in the event of the message, or, once that was let go, in one of its own.
func (q *tcpQuestion) within(inst *runtime.Instance, f func(d *runtime.Delivery)) {
	q.mu.Lock()
	if q.retired {
		q.mu.Unlock()
		inst.Emit(func(d *runtime.Delivery) error {
			f(d)
			return nil
		})
		return
	}
	q.uses++
	q.mu.Unlock()
	q.hold.DoWait(q.ctx, func() { f(q.d) })
	q.mu.Lock()
	q.uses--
	free := q.retired && q.uses == 0
	q.mu.Unlock()
	if free {
		q.hold.Release()
	}
}

// pushLocked queues a message. It returns the one that had to give way.
func (x *tcpExchange) pushLocked(q *tcpQuestion) (dropped *tcpQuestion) {
	if len(x.queue) >= x.n.queue {
		dropped, x.queue = x.queue[0], x.queue[1:]
	}
	x.queue = append(x.queue, q)
	return dropped
}

// current returns the message to answer.
func (x *tcpExchange) current() *tcpQuestion {
	x.n.mu.Lock()
	defer x.n.mu.Unlock()
	return x.last
}

func (x *tcpExchange) tell(status *msg.Object) {
	x.current().within(x.n.inst, func(d *runtime.Delivery) { d.Status(status) })
}

func (x *tcpExchange) write(c *tcpConn, q *tcpQuestion) {
	if q.payload == msg.Undefined {
		return
	}
	if err := c.write(payloadBytes(q.payload, false)); err != nil {
		x.n.inst.Log.Error("error: " + err.Error())
	}
}

// run follows the connection to its end, and further ones while messages wait for them.
func (x *tcpExchange) run() {
	opened := func() *msg.Object {
		return runtime.NewStatus("green", "dot", connections(x.n.count()))
	}
	for more := true; more; more = x.next() {
		for x.connect(opened()) { // only after silence beyond the setting socketTimeout
			x.tell(runtime.NewStatus("grey", "dot", "tcpin.errors.connect-timeout"))
			opened = statusConnected
		}
	}
}

// next lets the messages of a connection go and tells whether others wait for a new one.
func (x *tcpExchange) next() bool {
	x.n.mu.Lock()
	gone := []*tcpQuestion{x.asked}
	x.asked = nil
	if x.ctx.Err() != nil || x.n.peers[x.id] != x {
		gone = append(gone, x.queue...)
		x.queue = nil
	}
	x.running = len(x.queue) > 0
	more := x.running
	x.n.mu.Unlock()
	for _, q := range gone {
		q.retire()
	}
	return more
}

// connect makes a connection and follows it to its end, which may be that it was silent for too long.
func (x *tcpExchange) connect(opened *msg.Object) (timedOut bool) {
	first := x.current()
	conn, err := x.n.dialer.dialTCP(x.ctx, x.host, x.port, x.n.secure.socketConfig(x.host))
	if err != nil {
		x.fail(first, err)
		return false
	}
	var silent atomic.Bool
	c := newTCPConn(conn, "", x.n.idle, func(c *tcpConn) {
		silent.Store(true)
		c.destroy()
	})
	stop := context.AfterFunc(x.ctx, c.destroy)
	x.tell(opened)
	x.flush(c)
	if x.n.Out == "time" && x.n.splitc < 0 {
		x.leave(c)
	} else {
		x.follow(c, first, &silent)
	}
	x.shut()
	stop()
	c.release()
	return silent.Load() && x.ctx.Err() == nil
}

// shut makes further messages wait for the next connection.
func (x *tcpExchange) shut() {
	x.n.mu.Lock()
	x.conn = nil
	x.n.mu.Unlock()
}

// flush writes what is queued and opens the connection for further messages.
func (x *tcpExchange) flush(c *tcpConn) {
	for {
		x.n.mu.Lock()
		queue := x.queue
		if x.queue = nil; len(queue) == 0 {
			x.conn = c
			x.n.mu.Unlock()
			return
		}
		x.n.mu.Unlock()
		for _, q := range queue {
			x.write(c, q)
			q.within(x.n.inst, func(*runtime.Delivery) { q.d.Complete(nil) })
			x.n.mu.Lock()
			old := x.asked
			x.asked = q
			x.n.mu.Unlock()
			old.retire()
		}
	}
}

// leave ends a connection whose answer nobody waits for.
func (x *tcpExchange) leave(c *tcpConn) {
	c.end()
	x.n.forget(x)
	x.tell(&msg.Object{})
	if c.read(func([]byte) {}) == nil {
		x.tell(statusEnded())
	}
}

func statusEnded() *msg.Object {
	return runtime.NewStatus("grey", "ring", "common.status.disconnected")
}

// fail reports that the server could not be reached, or the connection broke.
func (x *tcpExchange) fail(first *tcpQuestion, reason error) {
	if x.ctx.Err() != nil {
		return
	}
	x.n.forget(x)
	first.within(x.n.inst, func(d *runtime.Delivery) {
		d.Status(runtime.NewStatus("red", "ring", "common.status.error"))
		if !isDenied(reason) {
			reason = runtime.Text("connect failed " + x.id)
		}
		d.Error(reason, first.d.Msg)
	})
}

// follow reads answers until the connection has ended, or the answer is complete.
func (x *tcpExchange) follow(c *tcpConn, first *tcpQuestion, silent *atomic.Bool) {
	a := x.n.newAnswer()
	var complete bool
	var fault error
	err := c.read(func(b []byte) {
		if complete || fault != nil {
			return
		}
		var payloads []any
		if payloads, complete, fault = a.data(b); fault != nil {
			x.n.inst.Log.Error("error: " + fault.Error())
			x.n.forget(x)
			c.destroy()
			return
		}
		if len(payloads) > 0 {
			x.answer(payloads, complete)
		}
		switch {
		case complete:
			c.destroy()
		case a.timed && len(a.buf) > 0 && a.until.IsZero():
			a.until = time.Now().Add(a.wait)
			_ = c.SetReadDeadline(a.until) // fails only on what is closed already
		}
	})
	switch {
	case complete || fault != nil || silent.Load() || x.ctx.Err() != nil:
	case err == nil:
		x.shut()
		c.end()
		x.tell(statusEnded())
		if !a.until.IsZero() && pause(x.ctx, time.Until(a.until)) {
			x.answer([]any{a.payload(a.buf)}, false)
		}
	case isTimeout(err) && !a.until.IsZero():
		x.answer([]any{a.payload(a.buf)}, true)
	default:
		x.fail(first, err)
	}
}

// answer sends what the server said with the message that came last. A complete
// answer ends the exchange.
func (x *tcpExchange) answer(payloads []any, complete bool) {
	q := x.current()
	if complete {
		x.n.forget(x)
	}
	q.within(x.n.inst, func(d *runtime.Delivery) {
		for _, p := range payloads {
			m := msg.CloneMessage(q.d.Msg)
			m.Set(msg.PayloadKey, p)
			_ = d.Send(m) // nobody to tell once closed
		}
		if complete {
			d.Status(&msg.Object{})
		}
	})
	q.retire()
}
