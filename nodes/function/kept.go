package function

import (
	"time"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// timerOf is how long Node's timers wait for a number of milliseconds: one for
// what they cannot count.
func timerOf(ms float64) time.Duration {
	if !(ms >= 1 && ms <= float64(maxTimer/time.Millisecond)) {
		return time.Millisecond
	}
	return time.Duration(ms * float64(time.Millisecond))
}

// kept is a message that a node keeps for later. Its hold keeps the event open
// that brought it, so that a request is not answered as if nobody would.
type kept struct {
	m    *msg.Object
	d    *runtime.Delivery // that brought it, detached
	hold *runtime.Hold
}

func keep(d *runtime.Delivery, m *msg.Object) kept {
	return kept{m, d, d.Hold()}
}

// handOver ties the event of the kept message to that of d, which carries the message on.
func (k kept) handOver(d *runtime.Delivery) {
	d.Run().Adopt(k.hold)
}

// complete completes the message as it came, within a delivery of the outbox.
func (k kept) complete(d *runtime.Delivery) {
	d.Msg = k.d.Msg
	d.Complete(nil)
}

// let lets go of the message, if there is one.
func (k kept) let() {
	if k.hold != nil {
		k.hold.Release()
	}
}

func release(messages []kept) {
	for _, k := range messages {
		k.let()
	}
}
