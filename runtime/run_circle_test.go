package runtime_test

import (
	"testing"
	"testing/synctest"

	"sluice/runtime"
)

// event begins an event that is held open.
func event(t *testing.T, inst *runtime.Instance) (*runtime.Run, *runtime.Hold) {
	t.Helper()
	var h *runtime.Hold
	run := inst.Emit(func(d *runtime.Delivery) error {
		h = d.Hold()
		return nil
	})
	if run == nil || run.IsOver() {
		t.Fatal("the event is over")
	}
	return run, h
}

func TestEventsThatWaitForEachOtherAloneAreOver(t *testing.T) {
	for name, n := range map[string]int{"two": 2, "five": 5} {
		t.Run(name, func(t *testing.T) {
			e := storeEngine(t, "", `{}`)
			defer e.Close(t.Context())
			inst := node(t, e)
			runs, holds := make([]*runtime.Run, n), make([]*runtime.Hold, n)
			for i := range n {
				runs[i], holds[i] = event(t, inst)
			}
			for i := range n - 1 {
				runs[i].Adopt(holds[i+1])
			}
			for i, r := range runs {
				if r.IsOver() {
					t.Fatalf("event %d is over before the circle is closed", i)
				}
			}
			runs[n-1].Adopt(holds[0])
			for i, r := range runs {
				if !r.IsOver() {
					t.Errorf("event %d is still open", i)
				}
			}
		})
	}
}

func TestACircleThatCanStillDoSomethingStaysOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := storeEngine(t, "", `{}`)
		defer e.Close(t.Context())
		inst := node(t, e)
		a, ha := event(t, inst)
		b, hb := event(t, inst)
		var own *runtime.Hold
		ha.Do(func() {})                                 // a turn more or less makes no difference
		c := inst.Emit(func(d *runtime.Delivery) error { // a timer somewhere, of which b waits for the event
			own = d.Hold()
			d.Run().Adopt(hb)
			return nil
		})
		a2, b2 := ha, hb
		a.Adopt(b2)
		b.Adopt(a2)
		synctest.Wait()
		if a.IsOver() || b.IsOver() || c.IsOver() {
			t.Fatal("over, though an event that is waited for is not")
		}
		own.Release()
		synctest.Wait()
		if !a.IsOver() || !b.IsOver() || !c.IsOver() {
			t.Error("still open")
		}
	})
}
