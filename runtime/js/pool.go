package js

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// pool has the VMs for bodies that keep nothing between calls (see placement).
// They are made as they are needed. One function holds at most as many as
// there are cores and there are twice as many, so that a function that computes
// for long leaves VMs to the others; who waits is served in the order of
// how little its function holds.
type pool struct {
	opts     *Options
	foreigns *atomic.Bool

	mu      sync.Mutex
	share   int // how many one function may hold
	all     []*vm
	made    int // VMs made or being made
	free    []*vm
	waiting []*Function // functions with a queue, the one that has waited longest first
}

// lease is what a function holds of the pool, guarded by pool.mu.
type lease struct {
	held  int
	queue []chan *vm
}

func newPool(opts *Options, foreigns *atomic.Bool) *pool {
	share := runtime.GOMAXPROCS(0)
	return &pool{opts: opts, foreigns: foreigns, share: share, all: make([]*vm, 2*share)}
}

// take returns a VM for one call of f, once there is one.
func (p *pool) take(f *Function) *vm {
	p.mu.Lock()
	if f.lease.held < p.share {
		if n := len(p.free) - 1; n >= 0 {
			v := p.free[n] // the one used last: its memory is in the caches
			p.free = p.free[:n]
			f.lease.held++
			p.mu.Unlock()
			return v
		}
		if i := p.made; i < len(p.all) {
			p.made++
			f.lease.held++
			p.mu.Unlock()
			v := newVM(p.opts, new(sync.Mutex), p.foreigns)
			v.index = i
			p.mu.Lock()
			p.all[i] = v
			p.mu.Unlock()
			return v
		}
	}
	turn := make(chan *vm, 1)
	if len(f.lease.queue) == 0 {
		p.waiting = append(p.waiting, f)
	}
	f.lease.queue = append(f.lease.queue, turn)
	p.mu.Unlock()
	return <-turn
}

// put gives back a VM that f has held.
func (p *pool) put(v *vm, f *Function) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f.lease.held--
	next := -1
	for i, w := range p.waiting {
		if w.lease.held < p.share && (next < 0 || w.lease.held < p.waiting[next].lease.held) {
			next = i
		}
	}
	if next < 0 {
		p.free = append(p.free, v)
		return
	}
	w := p.waiting[next]
	p.waiting = append(p.waiting[:next], p.waiting[next+1:]...)
	w.lease.held++
	w.lease.queue[0] <- v
	if w.lease.queue = w.lease.queue[1:]; len(w.lease.queue) > 0 {
		p.waiting = append(p.waiting, w)
	}
}

func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, v := range p.all {
		if v != nil {
			v.watch.close()
		}
	}
}
