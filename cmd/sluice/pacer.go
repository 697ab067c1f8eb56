package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// A pacer sets, after each collection, how much garbage may pile up until the next. A
// collection costs by what is live, not by what is garbage: small heaps may leave more
// of it lying about than Go's default, and those that work hard more than those at rest.
type pacer struct {
	percent    int
	total, gc  float64 // CPU seconds up to the last collection: worked, and of that collecting
	collection []metrics.Sample
}

const (
	// leastRoom is the garbage that may pile up in a heap of any size, in bytes, and
	// leastPercent in relation to what is live. Under load both may grow by mostGrowth.
	leastRoom    = 32 << 20
	leastPercent = 100
	mostGrowth   = 2

	// Of the CPU time, collections may take this much before there is more room, and
	// this little before there is less.
	muchCollecting   = 0.10
	littleCollecting = 0.04

	leastLive = 4 << 20 // what Go takes a smaller heap for
)

// paceCollections begins to pace, once the flows run. GOGC of the environment wins.
func paceCollections() {
	if os.Getenv("GOGC") != "" {
		return
	}
	p := &pacer{collection: []metrics.Sample{
		{Name: "/gc/heap/live:bytes"},
		{Name: "/cpu/classes/total:cpu-seconds"},
		{Name: "/cpu/classes/idle:cpu-seconds"},
		{Name: "/cpu/classes/gc/total:cpu-seconds"},
		{Name: "/cpu/classes/gc/mark/idle:cpu-seconds"},
	}}
	p.collected()
}

// collected looks at the last collection, and waits for the next.
func (p *pacer) collected() {
	metrics.Read(p.collection)
	live := p.collection[0].Value.Uint64()
	seconds := func(i int) float64 { return p.collection[i].Value.Float64() }
	gc := seconds(3) - seconds(4) // but for what it does with time that nobody wants
	total := seconds(1) - seconds(2) - seconds(4)
	share := 0.0
	if total > p.total {
		share = (gc - p.gc) / (total - p.total)
	}
	percent := pace(p.percent, share, live)
	if percent != p.percent {
		debug.SetGCPercent(percent)
	}
	p.percent, p.total, p.gc = percent, total, gc
	garbage := new(*pacer)
	runtime.AddCleanup(garbage, (*pacer).collected, p)
}

// pace returns the next percentage, when collections have taken some share of the CPU
// time and so many bytes are live.
func pace(percent int, share float64, live uint64) int {
	least := max(leastPercent, leastRoom*100/int(max(live, leastLive)))
	switch {
	case share > muchCollecting:
		percent += percent / 2
	case share < littleCollecting:
		percent -= percent / 3
	}
	return max(least, min(percent, mostGrowth*least))
}
