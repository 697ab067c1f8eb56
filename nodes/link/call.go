package link

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"sync"
	"time"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// Source is the property of a message that holds the calls it has to return to.
const Source = "_linkSource"

// ErrTimeout is the error of a call whose answer did not come in time.
var ErrTimeout = errors.New("timeout")

// Returner is a node that calls link in nodes: a link out node in return mode
// hands it the answer.
type Returner interface {
	// ReturnLink is called within d, a delivery of the link out node, which gives m away.
	ReturnLink(d *runtime.Delivery, id string, m *msg.Object)
}

// Calls are the calls of one node that wait for their answer. The zero Calls is
// ready to use.
type Calls struct {
	mu      sync.Mutex
	pending map[string]*call // guarded by mu
}

type call struct {
	run    *runtime.Run
	hold   *runtime.Hold
	timer  *time.Timer
	answer func(*msg.Object, error)
}

// Call sends m from the node of d to a link in node. Within the run of d, answer is
// called once with the message that comes back, or with ErrTimeout; once the node is closed, never.
func (c *Calls) Call(d *runtime.Delivery, from string, to *runtime.Instance, m *msg.Object, timeout time.Duration, answer func(*msg.Object, error)) {
	var random [14]byte
	_, _ = rand.Read(random[:]) // never fails
	id := hex.EncodeToString(random[:])
	p := &call{run: d.Run(), hold: d.Hold(), answer: answer}
	c.mu.Lock()
	if c.pending == nil {
		c.pending = map[string]*call{}
	}
	c.pending[id] = p
	p.timer = time.AfterFunc(timeout, func() { c.expire(id) })
	c.mu.Unlock()

	stack, ok := m.Value(Source).(*msg.Array)
	if !ok {
		stack = &msg.Array{}
		m.Set(Source, stack)
	}
	stack.Append(msg.NewObject("id", id, "node", from))
	d.Relay(to, m)
}

func (c *Calls) take(id string) *call {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.pending[id]
	delete(c.pending, id)
	return p
}

func (c *Calls) expire(id string) {
	if p := c.take(id); p != nil {
		p.hold.Do(func() { p.answer(nil, ErrTimeout) })
		p.hold.Release()
	}
}

// Return answers a call with m, within a delivery of the run that m is in. It
// tells whether the call still waited.
func (c *Calls) Return(d *runtime.Delivery, id string, m *msg.Object) bool {
	if stack, ok := m.Value(Source).(*msg.Array); ok && stack.Len() == 0 {
		m.Delete(Source)
	}
	p := c.take(id)
	if p == nil {
		return false
	}
	p.timer.Stop()
	if p.run == d.Run() {
		p.answer(m, nil)
	} else {
		m = msg.CloneMessage(m) // which d completes meanwhile
		p.hold.Do(func() { p.answer(m, nil) })
	}
	p.hold.Release()
	return true
}

// Close forgets the calls that still wait.
func (c *Calls) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range c.pending {
		p.timer.Stop()
		p.hold.Release()
	}
	clear(c.pending)
}
