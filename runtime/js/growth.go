package js

import (
	"runtime"
	"runtime/metrics"
	"sync"
)

// growth is by how much the heap may grow during a turn. Go does not tell whose
// memory is whose, so it counts against the turn that runs meanwhile. Short turns
// are never looked at, and garbage is collected before a turn is stopped.
type growth struct {
	limit int64 // in bytes; 0: there is none
	base  int64 // what the heap was, or has shrunk to since
}

func growthUpTo(limit int64) growth {
	if limit <= 0 {
		return growth{}
	}
	return growth{limit, heapSize()}
}

// one is held while the heap is judged, so that one turn is stopped and not all that run.
var one sync.Mutex

// exceeded tells whether what lives in the heap has grown too much. It takes as
// long as a collection does if it seems so.
func (g *growth) exceeded() bool {
	if g.limit <= 0 || !g.seems() {
		return false
	}
	one.Lock()
	defer one.Unlock()
	if !g.seems() {
		return false
	}
	runtime.GC()
	return g.seems()
}

// seems counts garbage, too.
func (g *growth) seems() bool {
	heap := heapSize()
	g.base = min(g.base, heap)
	return heap-g.base >= g.limit
}

func heapSize() int64 {
	s := [...]metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s[:])
	return int64(s[0].Value.Uint64())
}
