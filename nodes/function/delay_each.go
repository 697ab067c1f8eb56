package function

import (
	"math/rand/v2"
	"slices"
	"time"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// delayEach delays each message: for a fixed time, for msg.delay, or at random.
// Messages due together keep their order.
type delayEach struct {
	n       *delayNode
	waiting []*delayed // in the order of arrival
	alarms  alarms
}

type delayed struct {
	kept
	alarm *alarm
}

func newDelayEach(n *delayNode) *delayEach {
	return &delayEach{n: n, alarms: alarms{mu: &n.mu, after: func() { n.outbox.drain(n.inst) }}}
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
		k := &delayed{kept: keep(d, m)}
		k.alarm = q.alarms.setLocked(q.wait(m), func() { q.due(k) })
		q.waiting = append(q.waiting, k)
	}
	reset := m.Has("reset")
	flushes := hasFlush && (!reset || q.n.PauseType != "delay")
	if reset {
		q.clear(d, q.showsDepth() && q.n.PauseType != "delay" && !flushes)
	}
	switch {
	case flushes:
		q.flush(d, flush)
	case !reset && q.showsDepth():
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

// clear forgets all that wait, which completes them before the status changes.
func (q *delayEach) clear(d *runtime.Delivery, showDepth bool) {
	for _, k := range q.waiting {
		q.alarms.stopLocked(k.alarm)
		q.n.outbox.put(k.kept, k.complete)
	}
	q.waiting = nil
	q.n.outbox.put(keep(d, d.Msg), func(d *runtime.Delivery) {
		d.Status(depthStatus("ring", 0))
		if showDepth {
			d.Status(depthStatus("dot", 0))
		}
	})
	q.n.outbox.drainAfter(d, q.n.inst)
}

// flush sends the oldest at once.
func (q *delayEach) flush(d *runtime.Delivery, flush any) {
	count := flushCount(flush, len(q.waiting))
	for i, k := range q.waiting[:count] {
		q.alarms.stopLocked(k.alarm)
		q.release(k.kept, len(q.waiting)-i-1)
	}
	q.waiting = slices.Delete(q.waiting, 0, count)
	statuses := []*msg.Object{depthStatus("dot", len(q.waiting))}
	if q.showsDepth() && q.n.PauseType != "delay" {
		statuses = append(statuses, depthStatus("dot", len(q.waiting)))
	}
	q.n.endFlush(d, statuses...)
}

// due sends a message whose time has come.
func (q *delayEach) due(k *delayed) {
	if i := slices.Index(q.waiting, k); i >= 0 {
		q.waiting = slices.Delete(q.waiting, i, i+1)
		q.release(k.kept, len(q.waiting))
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
	q.alarms.closeLocked()
	for _, k := range q.waiting {
		k.hold.Release()
	}
	q.waiting = nil
}
