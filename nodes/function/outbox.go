package function

import (
	"sync"

	"sluice/runtime"
)

// outbox sends the messages of a node whose time has come, one after the other:
// their order holds, whichever events brought them. Each is an event of the node's
// own, to which the event that brought it is tied.
type outbox struct {
	// dropCancelled forgets a message whose event was cancelled while it waited.
	dropCancelled bool

	mu    sync.Mutex
	queue []outgoingItem // guarded by mu
	busy  bool           // guarded by mu: someone is in drain
}

type outgoingItem struct {
	k kept
	f func(d *runtime.Delivery)
}

// put adds a message and what to do with it: f finds it in d.Msg.
func (o *outbox) put(k kept, f func(d *runtime.Delivery)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.queue = append(o.queue, outgoingItem{k, f})
}

// drainAfter is drain for code within a delivery: it happens on the goroutine of
// its run, after all that is queued there.
func (o *outbox) drainAfter(d *runtime.Delivery, inst *runtime.Instance) {
	hold := d.Hold()
	hold.Do(func() { o.drain(inst) })
	hold.Release()
}

// drain sends what is there, unless another goroutine does. Call it outside of
// any delivery and with nothing locked.
func (o *outbox) drain(inst *runtime.Instance) {
	o.mu.Lock()
	if o.busy {
		o.mu.Unlock()
		return
	}
	o.busy = true
	for len(o.queue) > 0 {
		queue := o.queue
		o.queue = nil
		o.mu.Unlock()
		for _, item := range queue {
			if o.dropCancelled && item.k.d.Run().Cause() != nil {
				item.k.let()
				continue
			}
			item.send(inst)
		}
		o.mu.Lock()
	}
	o.busy = false
	o.mu.Unlock()
}

func (item outgoingItem) send(inst *runtime.Instance) {
	k := item.k
	run := inst.Emit(func(d *runtime.Delivery) error {
		if k.hold != nil {
			d.Run().Adopt(k.hold)
		}
		d.Msg = k.m
		item.f(d)
		return nil
	})
	if run == nil {
		k.let()
	}
}
