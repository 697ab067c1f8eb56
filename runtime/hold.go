package runtime

import (
	"context"
	"sync/atomic"
)

// Hold keeps a run from being over: for a timer, a promise, or a message kept
// for later.
type Hold struct {
	run      *Run
	released atomic.Bool
}

// hold makes h, which is new, a hold on the run.
func (r *Run) hold(h *Hold) {
	h.run = r
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over {
		h.released.Store(true)
	} else {
		r.holds++
	}
}

// Open tells whether the run goes on: it was not over when the hold was made, and is held since.
func (h *Hold) Open() bool { return !h.released.Load() }

// Do runs f on the run's goroutine. It may be called from any goroutine and
// several times. Once the run is cancelled it does nothing.
func (h *Hold) Do(f func()) {
	if !h.released.Load() {
		h.run.do(f)
	}
}

// DoWait runs f as Do does and waits for it, or for ctx, the run's, to be cancelled.
func (h *Hold) DoWait(ctx context.Context, f func()) {
	done := make(chan struct{})
	h.Do(func() {
		defer close(done)
		f()
	})
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// Release lets go. Later calls do nothing.
func (h *Hold) Release() {
	if h.released.Swap(true) {
		return
	}
	r := h.run
	r.mu.Lock()
	r.holds--
	if r.adopted != nil {
		delete(r.adopted.by, h)
	}
	ended, waits := r.endLocked(), r.waitsLocked()
	r.mu.Unlock()
	for _, f := range ended {
		f()
	}
	if waits {
		r.breakCircle()
	}
}
