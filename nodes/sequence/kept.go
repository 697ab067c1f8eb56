package sequence

import (
	"context"
	"sync"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// kept is a message that a node keeps for later, before it is completed. Its hold
// keeps the event open that brought it, so that a request is not answered as if
// nobody would.
type kept struct {
	m    *msg.Object
	err  error // what it is completed with
	d    *runtime.Delivery
	hold *runtime.Hold
}

// keep leaves completing the message to the node.
func keep(d *runtime.Delivery) *kept {
	k := keptOf(d)
	return &k
}

func keptOf(d *runtime.Delivery) kept {
	d.Detach()
	return kept{m: d.Msg, d: d, hold: d.Hold()}
}

// take returns the message itself for d to send. Complete nodes, which hear of it
// in the event that brought it, then see a copy: the message may have moved on.
func (k *kept) take(d *runtime.Delivery) *msg.Object {
	if k.d.Run() != d.Run() {
		k.d.Msg = msg.CloneMessage(k.m)
	}
	return k.m
}

// carry keeps the event of a message that stays kept open until d's is over, which
// has sent a copy of it.
func (k *kept) carry(d *runtime.Delivery) {
	if k.d.Run() != d.Run() {
		d.Run().Adopt(k.d.Hold())
	}
}

// finish completes messages in their order. d is the delivery in progress: its
// event carries on what the messages began, so theirs last as long as it does.
func finish(d *runtime.Delivery, messages []*kept) {
	for i, k := range messages {
		if k.d.Run() != d.Run() {
			finishElsewhere(d, messages[i:])
			return
		}
		k.d.Complete(k.err)
		k.hold.Release()
	}
}

// finishElsewhere completes messages, each on the goroutine of its event and after
// all that follows from d, and from the message before: complete nodes show the order.
func finishElsewhere(d *runtime.Delivery, messages []*kept) {
	for _, k := range messages {
		k.carry(d)
	}
	h := d.Hold()
	inTurn(d.Run(), h, func() {}, func() {
		h.Release()
		finishInTurn(messages)
	})
}

func finishInTurn(messages []*kept) {
	if len(messages) == 0 {
		return
	}
	k := messages[0]
	inTurn(k.d.Run(), k.hold, func() { k.d.Complete(k.err) }, func() {
		k.hold.Release()
		finishInTurn(messages[1:])
	})
}

// inTurn runs f as part of an event, and next once nothing that f began is queued
// any more. If the event is cancelled, f may not run, but next does all the same.
func inTurn(run *runtime.Run, h *runtime.Hold, f, next func()) {
	next = sync.OnceFunc(next)
	stop := context.AfterFunc(run.Context(), next)
	h.Do(func() {
		f()
		h.Do(func() {
			stop()
			next()
		})
	})
}

// release lets go of messages without completing them.
func release(messages []*kept) {
	for _, k := range messages {
		k.hold.Release()
	}
}
