package runtime

import (
	"context"
	"sync"
	"sync/atomic"
)

// tally counts what is under way, without a lock, and lets one waiter know when
// nothing is. The zero tally is ready to use.
type tally struct {
	n    atomic.Int64
	shut atomic.Bool
	once sync.Once
	none chan struct{} // closed once nothing is left; made by wait
	mu   sync.Mutex    // guards none
}

// enter counts one more and tells whether it may begin.
func (t *tally) enter() bool {
	t.n.Add(1)
	if t.shut.Load() {
		t.leave()
		return false
	}
	return true
}

func (t *tally) leave() {
	if t.n.Add(-1) == 0 && t.shut.Load() {
		t.signal()
	}
}

func (t *tally) signal() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.none != nil {
		t.once.Do(func() { close(t.none) })
	}
}

// close lets nothing more begin.
func (t *tally) close() { t.shut.Store(true) }

// wait closes the tally and returns when nothing is under way, or with ctx's error.
func (t *tally) wait(ctx context.Context) error {
	t.mu.Lock()
	if t.none == nil {
		t.none = make(chan struct{})
	}
	none := t.none
	t.mu.Unlock()
	t.close()
	if t.n.Load() == 0 {
		t.signal()
	}
	select {
	case <-none:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
