package js

import (
	"sync"
	"time"

	"github.com/dop251/goja"
)

// watchdog interrupts a VM whose turn outlasts its limit. One timer serves all
// turns and is left running between them: a turn costs it a clock reading.
type watchdog struct {
	rt *goja.Runtime

	mu       sync.Mutex
	timer    *time.Timer
	armed    time.Time // when the timer fires; zero if it does not
	deadline time.Time // of the turn that runs; zero if none does
	limit    time.Duration
}

// errTimeout is the value of the interrupt.
type errTimeout struct{ limit time.Duration }

func (w *watchdog) start(limit time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.limit, w.deadline = limit, time.Now().Add(limit)
	if !w.armed.IsZero() && !w.deadline.Before(w.armed) {
		return
	}
	w.armed = w.deadline
	if w.timer == nil {
		w.timer = time.AfterFunc(limit, w.fire)
		return
	}
	w.timer.Reset(limit)
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
	if left := time.Until(w.deadline); left > 0 {
		w.armed = w.deadline
		w.timer.Reset(left)
		return
	}
	w.deadline = time.Time{}
	w.rt.Interrupt(errTimeout{w.limit})
}

func (w *watchdog) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timer != nil {
		w.timer.Stop()
	}
	w.armed = time.Time{}
}
