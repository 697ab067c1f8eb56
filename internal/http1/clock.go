package http1

import (
	"net/http"
	"sync/atomic"
	"time"
)

// clock tells the time to a second, which is all that deadlines and the Date
// header need; Node keeps its Date as long. To ask the system cost a twentieth of
// a small request.
type clock struct{ tick atomic.Pointer[tick] }

type tick struct {
	now  time.Time
	date string // as in a Date header
}

// start keeps the clock going until stop.
func (c *clock) start() (stop func()) {
	set := func() (next time.Duration) {
		now := time.Now()
		c.tick.Store(&tick{now, now.UTC().Format(http.TimeFormat)})
		return now.Truncate(time.Second).Add(time.Second).Sub(now)
	}
	timer := time.NewTimer(set())
	over, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-timer.C:
				timer.Reset(set())
			case <-over:
				timer.Stop()
				return
			}
		}
	}()
	return func() {
		close(over)
		<-ended
	}
}

func (c *clock) now() time.Time { return c.tick.Load().now }

func (c *clock) date() string { return c.tick.Load().date }
