package js

import (
	"runtime"
	"sync"
)

// A turn that computes for long gets a processor of Go's beside those that there
// are. Go hands a busy processor on every 10 ms only, so that as many such turns
// as there are processors would make every other goroutine wait that long; the
// system's scheduler lets those go first that have slept. (From then on Go does not
// notice by itself when a container's limit changes.)
type processors struct {
	mu   sync.Mutex
	own  int // as many as there are without those lent
	lent int
}

// spare are the processors of this process.
var spare processors

// maxLent bounds the processors that are lent, which are that many threads.
const maxLent = 64

func (p *processors) lend() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lent == 0 {
		p.own = runtime.GOMAXPROCS(0)
	}
	if p.lent++; p.lent <= maxLent {
		runtime.GOMAXPROCS(p.own + p.lent)
	}
}

func (p *processors) giveBack() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lent--; p.lent < maxLent {
		runtime.GOMAXPROCS(p.own + p.lent)
	}
}
