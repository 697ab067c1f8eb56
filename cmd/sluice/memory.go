package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"time"
)

// gcPercent lets the heap grow to five times what is live before it is collected:
// a sixth less CPU on small messages and a third less on large ones, for 12 to 30
// MB (docs/performance.md). The limit below takes the space back when it is short.
const gcPercent = 400

// tuneMemory applies the defaults. GOGC and GOMEMLIMIT of the environment win.
func tuneMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
		p := &pacer{percent: gcPercent, last: time.Now()}
		p.watch()
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		if total := memoryAtHand(); total > 0 {
			debug.SetMemoryLimit(total / 4 * 3)
		}
	}
}

// A pacer gives the heap more room while it would be collected very often: a collection
// costs by what is live, not by what is garbage, and a small server that is sent
// large bodies makes its share of garbage a hundred times a second.
type pacer struct {
	percent int
	last    time.Time // of the last collection
}

const (
	often  = 40 * time.Millisecond // collections that are closer get more room
	seldom = time.Second           // and give it back when they are rarer

	// pacerRoom is how much garbage it may let pile up. Beyond gcPercent's share only
	// heaps that are smaller than a quarter of it get any.
	pacerRoom = 40 << 20
	// leastLive is what Go takes a smaller heap for.
	leastLive = 4 << 20
)

// watch has the pacer look after the next collection, and after each that follows.
func (p *pacer) watch() {
	garbage := new(*pacer)
	runtime.AddCleanup(garbage, func(p *pacer) {
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		now := time.Now()
		percent := pace(p.percent, now.Sub(p.last), live[0].Value.Uint64())
		if percent != p.percent {
			debug.SetGCPercent(percent)
		}
		p.percent, p.last = percent, now
		p.watch()
	}, p)
}

// pace returns the next percentage, some time after the last collection.
func pace(percent int, since time.Duration, live uint64) int {
	switch {
	case since < often:
		percent *= 2
	case since > seldom:
		percent /= 2
	}
	most := int(pacerRoom * 100 / max(live, leastLive))
	return max(gcPercent, min(percent, most))
}

// memoryAtHand is what the control group allows, else what the machine has, in
// bytes; 0 where neither is to be found out.
func memoryAtHand() int64 {
	if text, err := os.ReadFile("/sys/fs/cgroup/memory.max"); err == nil {
		if n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil {
			return n
		}
	}
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if kb, ok := strings.CutPrefix(line, "MemTotal:"); ok {
			n, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(kb), " kB"), 10, 64)
			return n << 10
		}
	}
	return 0
}
