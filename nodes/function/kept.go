package function

import (
	"sluice/runtime"
	"sluice/runtime/msg"
)

// maxKept bounds the messages that one node keeps where the settings do not.
const maxKept = 1_000_000

// keepLimit is how many messages a node may keep: the setting nodeMessageBufferMaxLength.
func keepLimit(inst *runtime.Instance) int {
	if limit := msg.ToNumber(inst.Setting("nodeMessageBufferMaxLength")); limit > 0 && limit < maxKept {
		return int(limit)
	}
	return maxKept
}

// kept is a message that a node keeps for later. Its hold keeps the event open
// that brought it, so that a request is not answered as if nobody would.
type kept struct {
	m    *msg.Object
	run  *runtime.Run
	hold *runtime.Hold
}

func keep(d *runtime.Delivery, m *msg.Object) kept {
	return kept{m, d.Run(), d.Hold()}
}

// handOver ties the event of the kept message to that of d, which carries the message on.
func (k kept) handOver(d *runtime.Delivery) {
	if k.run == d.Run() {
		k.hold.Release()
		return
	}
	d.Run().Adopt(k.hold)
}

func release(messages []kept) {
	for _, k := range messages {
		k.hold.Release()
	}
}
