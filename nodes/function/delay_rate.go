package function

import (
	"slices"
	"time"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// delayRate lets one message pass in a time, and keeps the others or drops them.
type delayRate struct {
	n        *delayNode
	rateMs   float64
	buffer   []kept
	ticks    ticks
	lastSent time.Time // of Drop; zero: none yet
}

func (q *delayRate) input(d *runtime.Delivery) {
	flush, hasFlush := d.Msg.Get("flush")
	reset := d.Msg.Has("reset")
	switch {
	case !q.n.Drop:
		q.take(d, hasFlush, reset)
		if hasFlush {
			q.flush(d, flush)
		}
	case !reset:
		q.pass(d)
		d.Complete(nil)
	}
	if reset {
		q.reset(d, flush == msg.Undefined, hasFlush && !q.n.Drop)
	}
}

// take sends the message if the time is free, else keeps it. One that holds
// nothing but its id and a flush is no message to be sent.
func (q *delayRate) take(d *runtime.Delivery, hasFlush, reset bool) {
	m := d.Msg
	if hasFlush { // what is completed keeps it
		m = msg.CloneMessage(m)
		m.Delete("flush")
	}
	if m.Len() <= 1 {
		return
	}
	rate, hasRate := q.n.rateOf(m)
	if q.ticks.running() {
		if hasRate && rate != q.rateMs {
			q.rateMs = rate
			q.ticks.start(q.n, timerOf(rate), q.tick)
		}
		if len(q.buffer) >= q.n.limit {
			release(q.buffer)
			q.buffer = nil
			d.Error(errTooManyDelay, m)
			return
		}
		at := len(q.buffer)
		if m.Value("toFront") == true {
			at = 0
		}
		q.buffer = slices.Insert(q.buffer, at, keep(d, m))
		q.n.reportDepthLocked(q.depth)
		return
	}
	if hasRate {
		q.rateMs = rate
	}
	switch {
	case !reset:
		_ = d.Send(m) // fails only once the node is closed
	case hasFlush:
		q.buffer = append(q.buffer, keep(d, m))
	}
	q.n.reportDepthLocked(q.depth)
	q.ticks.start(q.n, timerOf(q.rateMs), q.tick)
	d.Complete(nil)
}

func (q *delayRate) depth() int { return len(q.buffer) }

// tick sends the next message. When there is none, the clock stops.
func (q *delayRate) tick() {
	if len(q.buffer) == 0 {
		q.ticks.stop()
	} else {
		k := q.buffer[0]
		q.buffer = slices.Delete(q.buffer, 0, 1)
		if k.m.Len() > 1 {
			q.n.release(k)
		} else {
			k.let()
		}
	}
	q.n.reportDepthLocked(q.depth)
}

// flush sends the oldest at once.
func (q *delayRate) flush(d *runtime.Delivery, flush any) {
	count := flushCount(flush, len(q.buffer))
	if count == 0 {
		q.ticks.stop()
	} else {
		q.n.releaseFlushed(q.buffer[:count], 1)
		q.buffer = slices.Delete(q.buffer, 0, count)
		q.ticks.start(q.n, timerOf(q.rateMs), q.tick)
	}
	q.n.endFlush(d, depthStatus("dot", len(q.buffer)))
}

// releaseFlushed takes messages to the outbox, except those with no more than
// the given number of properties.
func (n *delayNode) releaseFlushed(messages []kept, bare int) {
	for _, k := range messages {
		k.m.Delete("flush")
		k.m.Delete("reset")
		if k.m.Len() > bare {
			n.release(k)
		} else {
			k.let()
		}
	}
}

// pass sends the message if the one before is long enough ago.
func (q *delayRate) pass(d *runtime.Delivery) {
	if rate, ok := q.n.rateOf(d.Msg); ok {
		q.rateMs = rate
	}
	now := time.Now()
	if q.lastSent.IsZero() || float64(now.Sub(q.lastSent)) > q.rateMs*float64(time.Millisecond) {
		q.lastSent = now
		_ = d.Send(d.Msg) // fails only once the node is closed
		return
	}
	sendAside(d, q.n)
}

// sendAside sends what does not pass to the second output, if there is one.
func sendAside(d *runtime.Delivery, n *delayNode) {
	if n.Outputs == 2 {
		_ = d.SendAll(nil, []*msg.Object{d.Msg}) // fails only once the node is closed
	}
}

// reset forgets what is kept, after what a flush has sent if there was one.
func (q *delayRate) reset(d *runtime.Delivery, stop, flushed bool) {
	if stop {
		q.ticks.stop()
		q.lastSent = time.Time{}
	}
	release(q.buffer)
	q.buffer = nil
	q.rateMs = q.n.rateMs
	if flushed {
		q.n.endFlush(d, depthStatus("ring", 0))
		return
	}
	d.Status(depthStatus("ring", 0))
	d.Complete(nil)
}

func (q *delayRate) close() {
	q.ticks.stop()
	release(q.buffer)
	q.buffer = nil
}

// delayBurst lets so many messages pass within a window of time that begins with each.
type delayBurst struct {
	n      *delayNode
	window time.Duration
	sent   []time.Time // when each place is free again, the first one first
	timer  *time.Timer
}

func (q *delayBurst) input(d *runtime.Delivery) {
	defer d.Complete(nil)
	if d.Msg.Has("reset") {
		q.close()
		d.Status(burstStatus("green", "ring"))
		return
	}
	if float64(len(q.sent)) >= q.n.Rate {
		sendAside(d, q.n)
		d.Status(burstStatus("red", "dot"))
		return
	}
	_ = d.Send(d.Msg) // fails only once the node is closed
	q.sent = append(q.sent, time.Now().Add(q.window))
	if q.timer == nil {
		q.timer = q.n.inst.AfterFunc(q.window, q.free)
	}
}

func burstStatus(fill, shape string) *msg.Object {
	return msg.NewObject("fill", fill, "shape", shape, "text", "")
}

// free gives back the places whose time is over.
func (q *delayBurst) free(d *runtime.Delivery) error {
	q.n.mu.Lock()
	defer q.n.mu.Unlock()
	if q.n.closed || q.timer == nil {
		return nil
	}
	full := float64(len(q.sent)) == q.n.Rate
	now := time.Now()
	q.sent = slices.DeleteFunc(q.sent, func(free time.Time) bool { return !free.After(now) })
	q.timer = nil
	if len(q.sent) > 0 {
		q.timer = q.n.inst.AfterFunc(time.Until(q.sent[0]), q.free)
	}
	if full && float64(len(q.sent)) < q.n.Rate {
		d.Status(burstStatus("green", "ring"))
	}
	return nil
}

func (q *delayBurst) close() {
	if q.timer != nil {
		q.timer.Stop()
		q.timer = nil
	}
	q.sent = nil
}
