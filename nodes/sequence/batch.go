package sequence

import (
	"context"
	"sync"
	"time"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// Batch makes sequences of messages: by number, by time, or of other sequences.
var Batch = runtime.Type{
	Name: "batch", Category: "sequence", Inputs: 1, Outputs: 1,
	New: func() runtime.Node { return &batchNode{Mode: "count", Count: 1} },

	Parallel: true, // but see batchNode.mu
}

type batchNode struct {
	Mode        string  `json:"mode"` // count, interval or concat
	Count       float64 `json:"count"`
	Overlap     float64 `json:"overlap"`
	HonourParts bool    `json:"honourParts"`
	Interval    float64 `json:"interval"` // in seconds
	AllowEmpty  bool    `json:"allowEmptySequence"`
	Topics      []struct {
		Topic any `json:"topic"`
	} `json:"topics"`

	inst    *runtime.Instance
	idle    idle
	limit   int
	overlap int

	mu       sync.Mutex // guards what follows; held during Input
	messages []*kept    // of modes count and interval
	topics   map[string]*topic
	pending  int
	timer    *time.Timer
	tick     int // tells a timer that has been stopped too late
}

func (n *batchNode) Init(inst *runtime.Instance) error {
	n.inst = inst
	n.limit = inst.KeepLimit()
	n.topics = map[string]*topic{}
	switch n.Mode {
	case "count":
		if !msg.ToBool(inst.Props().Value("count")) {
			n.Count = 1
		}
		if n.Count <= n.Overlap {
			return n.idle.logged(inst, runtime.Text("Invalid count and overlap"))
		}
		n.overlap = max(0, int(n.Overlap))
	case "interval", "concat":
	default:
		return n.idle.logged(inst, runtime.Text("unexpected mode"))
	}
	return nil
}

// Start begins the first interval.
func (n *batchNode) Start() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.startTimer()
}

func (n *batchNode) Input(d *runtime.Delivery) error {
	if n.idle {
		d.Uncompleted()
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if d.Msg.Has("reset") {
		n.reset(d)
		return nil
	}
	if n.Mode == "concat" {
		return n.concat(d)
	}
	n.messages = append(n.messages, keep(d))
	n.pending++
	if n.Mode == "count" && (float64(len(n.messages)) == n.Count || n.endsSequence(d.Msg)) {
		n.sendCount(d)
	}
	if n.pending > n.limit {
		last := n.messages[len(n.messages)-1]
		last.err = errTooManyBatch
		finish(d, append([]*kept{last}, n.messages[:len(n.messages)-1]...))
		n.messages, n.pending = nil, 0
	}
	return nil
}

const errTooManyBatch = runtime.Text("too many pending messages in batch node")

// endsSequence tells whether m is the last of a sequence, if that counts.
func (n *batchNode) endsSequence(m *msg.Object) bool {
	if !n.HonourParts {
		return false
	}
	parts, _, _ := partsOf(m)
	index, ok := parts.Get("index")
	return ok && msg.StrictEqual(msg.Number(msg.ToNumber(index)+1), parts.Value("count"))
}

// reset drops everything for the message of d.
func (n *batchNode) reset(d *runtime.Delivery) {
	all := append(n.messages, n.inTopics()...)
	n.messages, n.topics, n.pending = nil, map[string]*topic{}, 0
	finish(d, append(all, keep(d)))
	n.startTimer()
}

// sendCount sends the messages, of which the last may begin the next sequence too.
func (n *batchNode) sendCount(d *runtime.Delivery) {
	all := n.messages
	if n.overlap == 0 {
		n.sendSequence(d, all, false)
		n.messages = nil
		finish(d, all)
	} else {
		n.sendSequence(d, all, true)
		done := max(0, len(all)-n.overlap)
		n.messages = append([]*kept(nil), all[done:]...)
		finish(d, all[:done])
	}
	n.pending = 0 // whatever is kept for the overlap is not counted
}

// sendSequence sends messages as one sequence, or copies of them.
func (n *batchNode) sendSequence(d *runtime.Delivery, messages []*kept, copies bool) {
	id := messages[0].m.Value(msg.ID)
	for i, k := range messages {
		m := k.m
		if copies {
			m = msg.CloneMessage(m)
			k.carry(d)
		}
		parts, ok := m.Value(partsKey).(*msg.Object)
		if !ok {
			parts = &msg.Object{}
			m.Set(partsKey, parts)
		}
		parts.Set("id", id)
		parts.Set("index", msg.Number(float64(i)))
		parts.Set("count", msg.Number(float64(len(messages))))
		if !copies {
			m = k.take(d)
		}
		_ = d.Send(m) // fails only once the node is closed
	}
}

// startTimer begins an interval anew.
func (n *batchNode) startTimer() {
	interval := time.Duration(n.Interval * float64(time.Second))
	if n.Mode != "interval" || interval <= 0 {
		return
	}
	if n.timer != nil {
		n.timer.Stop()
	}
	n.tick++
	tick := n.tick
	n.timer = n.inst.AfterFunc(interval, func(d *runtime.Delivery) error {
		n.mu.Lock()
		defer n.mu.Unlock()
		if tick == n.tick {
			n.startTimer()
			n.sendInterval(d)
		}
		return nil
	})
}

// sendInterval sends what has arrived since the last time.
func (n *batchNode) sendInterval(d *runtime.Delivery) {
	all := n.messages
	n.messages, n.pending = nil, 0
	if len(all) > 0 {
		n.sendSequence(d, all, false)
		finish(d, all)
	} else if n.AllowEmpty {
		_ = d.Send(msg.NewObject(msg.PayloadKey, nil,
			partsKey, msg.NewObject("id", msg.NewID(), "index", 0.0, "count", 1.0)))
	}
}

// Close stops the timer and lets go of what is kept.
func (n *batchNode) Close(context.Context, bool) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.tick++
	if n.timer != nil {
		n.timer.Stop()
	}
	release(n.messages)
	release(n.inTopics())
	n.messages, n.topics, n.pending = nil, nil, 0
	return nil
}
