package authz

import (
	"sync"
	"sync/atomic"
	"time"
)

// freshness knows whether the database has answered within staleAfter. Requests
// ask it, so a timer watches the clock, which costs them more to read than a flag.
// It is stale until the first answer.
type freshness struct {
	fresh atomic.Bool

	mu    sync.Mutex // guards what follows
	asked time.Time  // when the last question that has been answered was put
	timer *time.Timer
}

// answered notes that the database has answered what was asked at a time.
func (f *freshness) answered(asked time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.asked.After(asked) {
		return
	}
	f.asked = asked
	left := staleAfter - time.Since(asked)
	f.fresh.Store(left > 0)
	if f.timer == nil {
		f.timer = time.AfterFunc(left, f.expire)
	} else {
		f.timer.Reset(left)
	}
}

// expire is called by a timer that an answer may just have set anew.
func (f *freshness) expire() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if time.Since(f.asked) >= staleAfter {
		f.fresh.Store(false)
	}
}

func (f *freshness) stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.timer != nil {
		f.timer.Stop()
	}
}
