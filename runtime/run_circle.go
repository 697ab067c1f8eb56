package runtime

import (
	"maps"
	"slices"
)

// Runs keep each other open where nodes join what several events brought. Once all
// that are left in a circle wait for each other alone, nothing can happen in any of
// them any more: they are over together.

// adopted is what other runs have to do with a run that they keep open.
type adopted struct {
	by    map[*Hold][]*Run // the runs that keep a hold until they are over
	turns int              // how often the run has begun to drain since
}

// Adopt keeps the other hold until r is over: r carries on what the hold's run
// began, as a join node does that sends what several messages brought.
func (r *Run) Adopt(h *Hold) {
	if h.run == r { // it would wait for itself
		h.Release()
		return
	}
	h.run.mu.Lock()
	if !h.released.Load() {
		if h.run.adopted == nil {
			h.run.adopted = &adopted{by: map[*Hold][]*Run{}}
		}
		h.run.adopted.by[h] = append(h.run.adopted.by[h], r)
	}
	h.run.mu.Unlock()
	r.mu.Lock()
	over := r.over
	if !over {
		r.onOver = append(r.onOver, h.Release)
	}
	r.mu.Unlock()
	if over {
		h.Release()
		return
	}
	h.run.breakCircle()
}

// waitsLocked tells whether the run only waits for others to be over.
func (r *Run) waitsLocked() bool {
	return r.adopted != nil && !r.draining && len(r.inbox) == 0 && r.holds > 0 && r.holds == len(r.adopted.by)
}

// breakCircle releases the run, and those that wait for it and it for them, if
// none of them can do anything any more. Call it with nothing locked.
func (r *Run) breakCircle() {
	r.mu.Lock()
	waits := r.waitsLocked()
	r.mu.Unlock()
	if !waits {
		return
	}
	turns := map[*Run]int{}
	if !r.allWait(turns) {
		return
	}
	// A run that was looked at early may have had something to do since. If none has
	// begun a turn between two looks, all waited at the moment between them.
	again := map[*Run]int{}
	if !r.allWait(again) {
		return
	}
	for run, n := range again {
		if before, ok := turns[run]; !ok || before != n {
			return
		}
	}
	for run := range again {
		run.mu.Lock()
		holds := slices.Collect(maps.Keys(run.adopted.by))
		run.mu.Unlock()
		for _, h := range holds {
			h.Release()
		}
	}
}

// allWait tells whether the run, those it waits for, and so on, only wait. It
// notes how many turns each has had.
func (r *Run) allWait(turns map[*Run]int) bool {
	if _, seen := turns[r]; seen {
		return true
	}
	r.mu.Lock()
	if !r.waitsLocked() {
		r.mu.Unlock()
		return false
	}
	turns[r] = r.adopted.turns
	keepers := slices.Concat(slices.Collect(maps.Values(r.adopted.by))...)
	r.mu.Unlock()
	for _, k := range keepers {
		if !k.allWait(turns) {
			return false
		}
	}
	return true
}
