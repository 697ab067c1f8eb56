package network

import (
	"context"
	"slices"
	"sync"
	"time"
)

// connKey says which connections are alike: where they lead, and how they are secured.
type connKey struct {
	address  string
	secure   bool
	tls      string // identity of a tls-config, "" for the defaults
	insecure bool   // not verified, by msg.rejectUnauthorized
}

// Bounds of a pool.
const (
	maxConnsPerHost = 256 // at a time; further requests wait their turn
	maxIdlePerPool  = 256
	sharedIdle      = 5 * time.Second  // of connections that any node may use, as Node's global agent
	persistIdle     = 60 * time.Second // of a node that keeps its connections
)

// connPool keeps idle connections, the last used first, and bounds those in use.
type connPool struct {
	limit time.Duration // how long a connection may be idle

	mu     sync.Mutex // guards what follows, and the endpoints
	hosts  map[connKey]*poolHost
	idling int         // over all hosts
	sweep  *time.Timer // runs while there are hosts
	closed bool
}

// poolHost is what a pool knows of one connKey.
type poolHost struct {
	idle    []*outgoingConn
	used    int             // turns taken
	waiting []chan struct{} // for a turn; closed when it comes
}

func newConnPool(limit time.Duration) *connPool {
	return &connPool{limit: limit, hosts: map[connKey]*poolHost{}}
}

// acquire waits until the deadline for a turn to use a connection, and returns an
// idle one or nil. The caller gives the turn back with release.
func (p *connPool) acquire(ctx context.Context, key connKey, deadline time.Time) (*outgoingConn, error) {
	p.mu.Lock()
	e := p.hosts[key]
	if e == nil {
		e = &poolHost{}
		p.hosts[key] = e
		if p.sweep == nil && !p.closed {
			p.sweep = time.AfterFunc(p.limit, p.closeOld)
		}
	}
	if e.used >= maxConnsPerHost {
		if err := p.wait(ctx, e, deadline); err != nil {
			return nil, err
		}
	} else {
		e.used++
	}
	defer p.mu.Unlock()
	for now := time.Now(); len(e.idle) > 0; {
		c := e.idle[len(e.idle)-1]
		e.idle = e.idle[:len(e.idle)-1]
		p.idling--
		if c.alive(now) {
			return c, nil
		}
		c.Close()
	}
	return nil, nil
}

// wait queues for a turn. p.mu is held at the call, and after it unless there is an error.
func (p *connPool) wait(ctx context.Context, e *poolHost, deadline time.Time) error {
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	turn := make(chan struct{})
	e.waiting = append(e.waiting, turn)
	p.mu.Unlock()
	select {
	case <-turn:
		p.mu.Lock()
		return nil
	case <-ctx.Done():
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.Index(e.waiting, turn); i >= 0 {
		e.waiting = slices.Delete(e.waiting, i, i+1)
	} else {
		p.passOn(e) // the turn came at the same moment
	}
	return context.Cause(ctx)
}

// release gives a turn back. A connection that is not nil is kept for up to idle.
func (p *connPool) release(key connKey, c *outgoingConn, idle time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.hosts[key]
	if c != nil {
		c.idleSince, c.idleLimit = time.Now(), min(idle, p.limit)
		if p.closed || p.idling >= maxIdlePerPool || c.idleLimit <= 0 {
			c.Close()
		} else {
			e.idle = append(e.idle, c)
			p.idling++
		}
	}
	p.passOn(e)
}

// passOn gives a turn to who waits longest. The caller holds p.mu.
func (p *connPool) passOn(e *poolHost) {
	if len(e.waiting) == 0 {
		e.used--
		return
	}
	close(e.waiting[0])
	e.waiting = slices.Delete(e.waiting, 0, 1)
}

// closeOld closes what has been idle for too long and forgets hosts without connections.
func (p *connPool) closeOld() {
	now := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	for key, e := range p.hosts {
		e.idle = slices.DeleteFunc(e.idle, func(c *outgoingConn) bool {
			old := now.Sub(c.idleSince) >= c.idleLimit
			if old {
				p.idling--
				c.Close()
			}
			return old
		})
		if e.used == 0 && len(e.idle) == 0 {
			delete(p.hosts, key)
		}
	}
	if p.sweep = nil; len(p.hosts) > 0 && !p.closed {
		p.sweep = time.AfterFunc(p.limit, p.closeOld)
	}
}

// Close closes the idle connections; those in use are closed when they are released.
func (p *connPool) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	if p.sweep != nil {
		p.sweep.Stop()
		p.sweep = nil
	}
	for _, e := range p.hosts {
		for _, c := range e.idle {
			c.Close()
		}
		e.idle = nil
	}
	p.idling = 0
}
