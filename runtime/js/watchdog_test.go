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
		own := runtime.GOMAXPROCS(0)
		var turns [3]*watchdog
		for i := range turns {
			turns[i] = &watchdog{rt: goja.New()}
			defer turns[i].close()
			turns[i].start(time.Minute)
		}
		time.Sleep(tick)
		synctest.Wait()
		if got := runtime.GOMAXPROCS(0); got != own {
			t.Errorf("short turns have %d processors, want %d", got, own)
		}
		time.Sleep(2 * tick)
		synctest.Wait()
		for i := range turns {
			if got, want := runtime.GOMAXPROCS(0), own+len(turns)-i; got != want {
				t.Errorf("%d long turns have %d processors, want %d", len(turns)-i, got, want)
			}
			turns[i].stop()
		}
		if got := runtime.GOMAXPROCS(0); got != own {
			t.Errorf("afterwards there are %d processors, want %d", got, own)
		}
	})
}
