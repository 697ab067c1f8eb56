package js

import (
	"sync"
	"sync/atomic"
	"time"

	"sluice/runtime/msg"
)

// probation keeps a function that was stopped at a limit from using up the machine
// again and again. Its calls run one at a time, and after
// each that is stopped, too, the function rests for a multiple of what the call
// took: first four times as long, then eight, up to thirty-two times, and never
// longer than longestRest. Each call that ends by itself takes one level back.
//
// A call that hoards costs its neighbours more than its own share: until it is
// stopped, what it keeps has to be looked through by several collections, which
// take all processors, those of Go's that serve a connection for up to 10 ms on
// end.
type probation struct {
	level   atomic.Int32 // 0: there is none
	stops   atomic.Int64
	waiting atomic.Int32

	turn  sync.Mutex // of the call that runs; guards what follows
	until time.Time  // the function rests
}

const (
	maxLevel    = 5
	longestRest = 10 * time.Second
)

// stopped puts the function on probation.
func (p *probation) stopped() {
	p.stops.Add(1)
	p.level.CompareAndSwap(0, 1)
}

func (p *probation) on() bool { return p.level.Load() > 0 }

// runOnProbation is Run for a function that was stopped.
func (f *Function) runOnProbation(call Call, m *msg.Object) {
	if !f.probation.run(f.closed, func() { f.runNow(call, m) }) {
		call.Done(&LimitError{"Error: too many messages wait for a function that was stopped before", codeResting})
	}
}

// run calls f once it is f's turn and the function has rested, or is closed. false: too many wait.
func (p *probation) run(closed <-chan struct{}, f func()) bool {
	if p.waiting.Add(1) > maxWaiting {
		p.waiting.Add(-1)
		return false
	}
	p.turn.Lock()
	defer p.turn.Unlock()
	if rest := time.Until(p.until); rest > 0 {
		select {
		case <-time.After(rest):
		case <-closed:
		}
	}
	p.waiting.Add(-1)
	stops, start := p.stops.Load(), time.Now()
	f()
	p.judge(p.stops.Load() > stops, time.Since(start))
	return true
}

// judge takes down how a call has ended, with turn held.
func (p *probation) judge(stopped bool, took time.Duration) {
	if !stopped {
		p.level.Store(max(0, p.level.Load()-1))
		return
	}
	level := min(p.level.Load()+1, maxLevel)
	p.level.Store(level)
	p.until = time.Now().Add(min(took<<level, longestRest))
}
