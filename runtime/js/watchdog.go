package js

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/dop251/goja"
)

// watchdog interrupts a VM whose turn outlasts its time or while whose turn
// the heap grows beyond its limit. One timer ticks while there are turns and
// looks whose number runs; a turn itself only writes its number down, without
// a look at the clock. Its time therefore counts from the tick that first saw
// it: it is stopped up to a tick and a moment late, never early.
type watchdog struct {
	rt     *goja.Runtime
	memory int64 // by how much the heap may grow during a turn, in bytes; 0: no limit

	turn    uint64        // counts the turns; only who holds the VM touches it
	running atomic.Uint64 // the turn that runs, 0 for none; condemned once it is to be stopped
	limit   atomic.Int64  // of that turn, in nanoseconds
	armed   atomic.Bool   // the timer will fire

	mu     sync.Mutex // guards what follows, and is held while a turn is stopped
	timer  *time.Timer
	seen   uint64    // the turn of the last tick
	since  time.Time // when that was first seen
	heap   growth    // since then
	second bool      // the timer fires after a moment, for a second look at it
}

// tick is how often it is looked which turn runs, and moment how long afterwards
// it is looked once more whether it still does: a turn that lasts has to get its
// processor before many others wait for it.
const (
	tick   = 20 * time.Millisecond
	moment = 2 * time.Millisecond
)

// Marks on the number of a turn.
const (
	condemned = 1 << 63 // it is being stopped
	furthered = 1 << 62 // it has lasted, and has a processor of its own
)

// errTimeout and errMemory are values of interrupts.
type (
	errTimeout struct{ limit time.Duration }
	errMemory  struct{ limit int64 }
)

func (w *watchdog) start(limit time.Duration) {
	w.turn++
	if w.limit.Load() != int64(limit) {
		w.limit.Store(int64(limit))
	}
	w.running.Store(w.turn)
	if limit < tick {
		w.watch(limit)
	} else if !w.armed.Load() {
		w.arm(tick)
	}
}

// watch looks at the turn from its very start: its time is shorter than a tick.
func (w *watchdog) watch(limit time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.see(w.turn, time.Now())
	w.armLocked(limit)
}

func (w *watchdog) arm(after time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.armLocked(after)
}

func (w *watchdog) armLocked(after time.Duration) {
	w.armed.Store(true)
	if w.timer == nil {
		w.timer = time.AfterFunc(after, w.fire)
		return
	}
	w.timer.Reset(after)
}

// stop ends the turn; an interrupt that came too late is taken back.
func (w *watchdog) stop() {
	if w.running.CompareAndSwap(w.turn, 0) {
		return
	}
	w.mu.Lock() // until the interrupt is there
	defer w.mu.Unlock()
	if w.running.Load()&furthered != 0 {
		spare.giveBack()
	}
	w.rt.ClearInterrupt()
	w.running.Store(0)
}

func (w *watchdog) fire() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.armed.Store(false)
	turn, limit := w.running.Load(), time.Duration(w.limit.Load())
	if turn == 0 || turn&condemned != 0 {
		return // the next turn arms the timer
	}
	now := time.Now()
	if turn&^furthered != w.seen {
		if w.second = !w.second; w.second { // turns that are short are not worth a second look
			w.see(turn, now)
			w.armLocked(min(moment, limit))
		} else {
			w.armLocked(tick)
		}
		return
	}
	w.second = false
	if w.running.CompareAndSwap(w.seen, w.seen|furthered) {
		turn |= furthered
		spare.lend()
	}
	switch {
	case now.Sub(w.since) >= limit:
		w.interruptLocked(turn, errTimeout{limit})
	case w.heap.exceeded():
		w.interruptLocked(turn, errMemory{w.memory})
	}
	w.armLocked(min(tick, max(0, limit-now.Sub(w.since))))
}

func (w *watchdog) see(turn uint64, now time.Time) {
	w.seen, w.since, w.heap = turn, now, growthUpTo(w.memory)
}

// interruptLocked stops a turn, unless that has ended meanwhile.
func (w *watchdog) interruptLocked(turn uint64, why any) {
	if w.running.CompareAndSwap(turn, turn|condemned) {
		w.rt.Interrupt(why)
	}
}

func (w *watchdog) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timer != nil {
		w.timer.Stop()
	}
	w.armed.Store(false)
}
