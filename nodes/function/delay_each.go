package function

import (
	"math/rand/v2"
	"slices"
	"time"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// delayEach delays each message: for a fixed time, for msg.delay, or at random.
// One timer serves all, so that messages due together keep their order.
type delayEach struct {
	n       *delayNode
	waiting []delayed // in the order of arrival
	timer   *time.Timer
	next    time.Time // when timer fires
}

type delayed struct {
	kept
	due time.Time
}

func (q *delayEach) input(d *runtime.Delivery) {
	m := d.Msg
	flush, hasFlush := m.Get("flush")
	switch {
	case m.Len() == 2 && hasFlush:
		d.Complete(nil)
	case len(q.waiting) >= q.n.limit:
		d.Error(errTooManyDelay, m)
		return
	default:
		due := time.Now().Add(q.wait(m))
		q.waiting = append(q.waiting, delayed{keep(d, m), due})
		q.arm(due)
	}
	reset := m.Has("reset")
	if reset {
		q.clear(d)
		d.Status(depthStatus("ring", 0))
	}
	if hasFlush && (!reset || q.n.PauseType != "delay") {
		q.flush(d, flush)
	} else if q.showsDepth() && !(reset && q.n.PauseType == "delay") {
		d.Status(depthStatus("dot", len(q.waiting)))
	}
}

// wait is how long a message waits.
func (q *delayEach) wait(m *msg.Object) time.Duration {
	n := q.n
	switch n.PauseType {
	case "delayv":
		ms := n.timeMs
		if v, ok := m.Get("delay"); ok {
			if f := msg.ParseFloat(msg.ToString(v)); f == f {
				ms = f
			}
		}
		return timerOf(max(ms, 0))
	case "random":
		unit := unitOf(n.RandomUnits)
		return timerOf(n.RandomFirst*unit + (n.RandomLast-n.RandomFirst)*unit*rand.Float64())
	}
	return timerOf(n.timeMs)
}

// showsDepth tells whether how many wait is worth a status.
func (q *delayEach) showsDepth() bool {
	switch q.n.PauseType {
	case "delay":
		return q.n.timeMs > 1000
	case "random":
		return q.n.timeMs >= 1000
	}
	return true
}

// clear forgets all that wait, which completes them.
func (q *delayEach) clear(d *runtime.Delivery) {
	for _, k := range q.waiting {
		q.n.outbox.put(k.kept, k.complete)
	}
	q.waiting = nil
	q.n.outbox.drainAfter(d, q.n.inst)
}

// flush sends the oldest at once.
func (q *delayEach) flush(d *runtime.Delivery, flush any) {
	count := flushCount(flush, len(q.waiting))
	for i, k := range q.waiting[:count] {
		q.release(k.kept, len(q.waiting)-i-1)
	}
	q.waiting = slices.Delete(q.waiting, 0, count)
	statuses := []*msg.Object{depthStatus("dot", len(q.waiting))}
	if q.showsDepth() && q.n.PauseType != "delay" {
		statuses = append(statuses, depthStatus("dot", len(q.waiting)))
	}
	q.n.endFlush(d, statuses...)
}

// arm sets the timer for a message, unless it is set for an earlier one.
func (q *delayEach) arm(due time.Time) {
	if q.timer != nil && !due.Before(q.next) {
		return
	}
	q.disarm()
	q.next = due
	q.timer = time.AfterFunc(time.Until(due), func() {
		q.releaseDue()
		q.n.outbox.drain(q.n.inst)
	})
}

func (q *delayEach) disarm() {
	if q.timer != nil {
		q.timer.Stop()
		q.timer = nil
	}
}

// releaseDue takes what is due to the outbox.
func (q *delayEach) releaseDue() {
	q.n.mu.Lock()
	defer q.n.mu.Unlock()
	if q.n.closed {
		return
	}
	now := time.Now()
	var due []delayed
	q.waiting = slices.DeleteFunc(q.waiting, func(k delayed) bool {
		if k.due.After(now) {
			return false
		}
		due = append(due, k)
		return true
	})
	slices.SortStableFunc(due, func(a, b delayed) int { return a.due.Compare(b.due) })
	left := len(q.waiting) + len(due)
	for _, k := range due {
		left--
		q.release(k.kept, left)
	}
	q.disarm()
	for _, k := range q.waiting {
		q.arm(k.due)
	}
}

// release takes a message to the outbox, with its statuses in Node-RED's order;
// depth is how many are left.
func (q *delayEach) release(k kept, depth int) {
	n := q.n
	n.outbox.put(k, func(d *runtime.Delivery) {
		switch {
		case n.PauseType == "delay" && n.timeMs > 1000:
			d.Status(depthStatus("dot", depth))
		case n.PauseType == "delayv" && depth == 0:
			d.Status(&msg.Object{})
		}
		_ = d.Send(d.Msg) // fails only once the node is closed
		if n.PauseType == "delayv" || n.PauseType == "random" && n.timeMs >= 1000 {
			d.Status(depthStatus("dot", depth))
		}
		d.Complete(nil)
	})
}

func (q *delayEach) close() {
	q.disarm()
	for _, k := range q.waiting {
		k.hold.Release()
	}
	q.waiting = nil
}
