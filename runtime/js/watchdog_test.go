package js

import (
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dop251/goja"
)

func TestWatchdogStopsOnlyTheTurnThatIsLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := goja.New()
		w := &watchdog{rt: rt}
		defer w.close()
		interrupted := func() bool {
			_, err := rt.RunString("1")
			return err != nil
		}
		turn := func(limit, lasts time.Duration) bool {
			w.start(limit)
			time.Sleep(lasts)
			synctest.Wait()
			late := interrupted()
			w.stop()
			return late
		}
		for i, tc := range []struct {
			limit, lasts time.Duration
			late         bool
		}{
			{time.Second, time.Millisecond, false},
			{time.Minute, 30 * time.Second, false}, // the timer of the first turn fires meanwhile
			{time.Second, 2 * time.Second, true},
			{time.Second, 999 * time.Millisecond, false},
			{10 * time.Millisecond, 20 * time.Millisecond, true}, // sooner than the timer that is running
			{time.Hour, time.Minute, false},
		} {
			if late := turn(tc.limit, tc.lasts); late != tc.late {
				t.Errorf("turn %d: interrupted: %v", i, late)
			}
			if interrupted() {
				t.Errorf("turn %d: the interrupt outlasts its turn", i)
			}
		}
		w.close()
		if !turn(time.Second, 2*time.Second) {
			t.Error("a closed watchdog must start again")
		}
	})
}

func TestTurnsThatLastGetAProcessorOfTheirOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		spare.giveBackAll() // what the turns of other tests have left
		synctest.Wait()
		own := runtime.GOMAXPROCS(0)
		are := func(when string, want int) {
			t.Helper()
			synctest.Wait()
			if got := runtime.GOMAXPROCS(0); got != want {
				t.Errorf("%s: %d processors, want %d", when, got, want)
			}
		}
		var turns [3]*watchdog
		for i := range turns {
			turns[i] = &watchdog{rt: goja.New()}
			defer turns[i].close()
			turns[i].start(time.Minute)
		}
		time.Sleep(tick)
		are("short turns", own)
		time.Sleep(moment)
		are("long turns", own+len(turns))
		for _, w := range turns {
			w.stop()
		}
		are("a moment after them", own+len(turns))
		turns[0].start(time.Minute)
		time.Sleep(2*tick + moment)
		are("another long turn", own+len(turns))
		time.Sleep(linger)
		are("which is the only one", own+len(turns))
		turns[0].stop()
		time.Sleep(linger)
		are("afterwards", own)
	})
}

// giveBackAll lets no processor linger.
func (p *processors) giveBackAll() {
	p.mu.Lock()
	p.last = time.Time{}
	p.mu.Unlock()
	p.adjust()
}
