package js

import (
	"runtime"
	"runtime/metrics"
	"sync"
	"time"

	"github.com/dop251/goja"
)

// watchdog interrupts a VM whose turn outlasts its time or while whose turn
// the heap grows beyond its limit. One timer serves all turns and is left
// running between them: a turn costs it a clock reading.
//
// Go does not tell whose memory is whose, so growth counts against the turn
// that runs meanwhile. Short turns are never looked at, and garbage is
// collected before a turn is stopped.
type watchdog struct {
	rt     *goja.Runtime
	memory int64 // by how much the heap may grow during a turn, in bytes; 0: no limit

	mu       sync.Mutex
	timer    *time.Timer
	armed    time.Time // when the timer fires; zero if it does not
	deadline time.Time // of the turn that runs; zero if none does
	limit    time.Duration
	turn     uint64 // counts the turns
	sampled  uint64 // the turn that base is of
	base     int64  // heap when the turn was first looked at
}

// sampleEvery is how often the heap is looked at while a turn runs.
const sampleEvery = 20 * time.Millisecond

// errTimeout and errMemory are values of interrupts.
type (
	errTimeout struct{ limit time.Duration }
	errMemory  struct{ limit int64 }
)

func (w *watchdog) start(limit time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	w.turn++
	w.limit, w.deadline = limit, now.Add(limit)
	w.armLocked(now)
}

// armLocked sees to it that the timer fires in time for the turn.
func (w *watchdog) armLocked(now time.Time) {
	next := w.deadline
	if soon := now.Add(sampleEvery); w.memory > 0 && soon.Before(next) {
		next = soon
	}
	if !w.armed.IsZero() && !next.Before(w.armed) {
		return
	}
	w.armed = next
	if w.timer == nil {
		w.timer = time.AfterFunc(next.Sub(now), w.fire)
		return
	}
	w.timer.Reset(next.Sub(now))
}

// stop ends the turn's limit; an interrupt that came too late is taken back.
func (w *watchdog) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.deadline.IsZero() {
		w.rt.ClearInterrupt()
	}
	w.deadline = time.Time{}
}

func (w *watchdog) fire() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.armed = time.Time{}
	if w.deadline.IsZero() {
		return
	}
	now := time.Now()
	switch {
	case !now.Before(w.deadline):
		w.interruptLocked(errTimeout{w.limit})
	case w.memory > 0 && w.grownLocked():
		w.interruptLocked(errMemory{w.memory})
	default:
		w.armLocked(time.Now())
	}
}

func (w *watchdog) interruptLocked(why any) {
	w.deadline = time.Time{}
	w.rt.Interrupt(why)
}

// one is held while the heap is judged, so that one turn is stopped and not all that run.
var one sync.Mutex

// grownLocked tells whether what lives in the heap has grown too much during the turn.
func (w *watchdog) grownLocked() bool {
	heap := heapSize()
	if w.sampled != w.turn || heap < w.base {
		w.sampled, w.base = w.turn, heap
		return false
	}
	if heap-w.base < w.memory {
		return false
	}
	one.Lock()
	defer one.Unlock()
	if heapSize()-w.base < w.memory {
		return false
	}
	runtime.GC()
	return heapSize()-w.base >= w.memory
}

func heapSize() int64 {
	s := [...]metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s[:])
	return int64(s[0].Value.Uint64())
}

func (w *watchdog) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timer != nil {
		w.timer.Stop()
	}
	w.armed = time.Time{}
}
