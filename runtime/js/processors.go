package js

import (
	"runtime"
	"sync"
	"time"
)

// A turn that computes for long gets a processor of Go's beside those that there
// are. Go hands a busy processor on every 10 ms only, so that as many such turns
// as there are processors would make every other goroutine wait that long; the
// system's scheduler lets those go first that have slept. (From then on Go does not
// notice by itself when a container's limit changes.)
//
// To change their number stops the world, and waits for a collection that is under
// way: it is done beside the turn, and they stay for a while when it has ended.
type processors struct {
	mu   sync.Mutex
	own  int // as many as there are without those lent; 0: none is lent
	lent int
	last time.Time // one was lent or given back
	busy bool      // the number is being changed
}

// spare are the processors of this process.
var spare processors

const (
	maxLent = 64 // which are that many threads
	linger  = time.Second
)

func (p *processors) lend() { p.count(1) }

func (p *processors) giveBack() {
	p.count(-1)
	time.AfterFunc(linger, p.adjust)
}

func (p *processors) count(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.own == 0 {
		p.own = runtime.GOMAXPROCS(0)
	}
	p.lent, p.last = p.lent+n, time.Now()
	if n > 0 && !p.busy {
		p.busy = true
		go p.change()
	}
}

// adjust takes in what was given back, unless one was in use since.
func (p *processors) adjust() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.busy && time.Since(p.last) >= linger {
		p.busy = true
		go p.change()
	}
}

// change makes the number right.
func (p *processors) change() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		n := p.own + min(p.lent, maxLent)
		if old := runtime.GOMAXPROCS(0); n == old || n < old && time.Since(p.last) < linger {
			break
		}
		p.mu.Unlock()
		runtime.GOMAXPROCS(n)
		p.mu.Lock()
	}
	if p.busy = false; p.lent == 0 && runtime.GOMAXPROCS(0) == p.own {
		p.own = 0
	}
}
