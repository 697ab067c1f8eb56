package function

import (
	"slices"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// delayQueue keeps the last message of each topic and, at each tick, sends the
// first of them or all.
type delayQueue struct {
	n      *delayNode
	rateMs float64
	all    bool
	buffer []kept
	ticks  ticks
}

func (q *delayQueue) input(d *runtime.Delivery) {
	m := d.Msg
	if rate, ok := q.n.rateOf(m); ok && rate != q.rateMs {
		q.rateMs = rate
		q.ticks.start(q.n, timerOf(rate), q.tick)
	}
	if !m.Has("topic") {
		m.Set("topic", "_none_")
	}
	if !q.replace(d) {
		if len(q.buffer) >= q.n.limit {
			release(q.buffer)
			q.buffer = nil
			d.Error(errTooManyDelay, m)
			return
		}
		q.buffer = append(q.buffer, keep(d, m))
		q.n.reportDepthLocked(q.depth)
	}
	if flush, ok := m.Get("flush"); ok {
		count := flushCount(flush, len(q.buffer))
		q.n.releaseFlushed(q.buffer[:count], 2)
		q.buffer = slices.Delete(q.buffer, 0, count)
		q.n.endFlush(d, &msg.Object{})
	}
	if m.Has("reset") {
		for _, k := range q.buffer {
			q.n.outbox.put(k, k.complete)
		}
		q.buffer = nil
		q.rateMs = q.n.rateMs
		q.n.endFlush(d, msg.NewObject("text", "reset")) // the message itself was kept too
	}
}

// replace puts the message in the place of the one with its topic.
func (q *delayQueue) replace(d *runtime.Delivery) bool {
	topic := d.Msg.Value("topic")
	for i, old := range q.buffer {
		if !msg.StrictEqual(topic, old.m.Value("topic")) {
			continue
		}
		q.n.outbox.put(old, func(e *runtime.Delivery) {
			if q.n.Outputs == 2 {
				_ = e.SendAll(nil, []*msg.Object{old.m}) // fails only once the node is closed
			}
			old.complete(e)
		})
		q.n.outbox.drainAfter(d, q.n.inst)
		q.buffer[i] = keep(d, d.Msg)
		return true
	}
	return false
}

func (q *delayQueue) depth() int { return len(q.buffer) }

func (q *delayQueue) tick() {
	count := min(1, len(q.buffer))
	if q.all {
		count = len(q.buffer)
	}
	for _, k := range q.buffer[:count] {
		q.n.release(k)
	}
	q.buffer = slices.Delete(q.buffer, 0, count)
	q.n.reportDepthLocked(q.depth)
}

func (q *delayQueue) close() {
	q.ticks.stop()
	release(q.buffer)
	q.buffer = nil
}
