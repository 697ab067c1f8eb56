package http1

import (
	"context"
	"time"
)

// A client that leaves is noticed by reading on: its goodbye, or its next request,
// is all that can come. Most requests are answered before anybody would care, so
// the reading begins when somebody first asks for the Done channel of the
// request's context, and the body has been read.

// leaves returns the context that ends when the client leaves.
func (x *Exchange) leaves() context.Context {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.leaving == nil {
		x.leaving, x.leave = context.WithCancel(context.Background())
		switch {
		case x.over:
			x.leave()
		case x.bodyDone && !x.deaf:
			x.watchLocked()
		}
	}
	return x.leaving
}

// bodyRead tells that nothing of the request is left to read.
func (x *Exchange) bodyRead() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.bodyDone = true
	if x.leaving != nil && !x.deaf {
		x.watchLocked()
	}
}

func (x *Exchange) watchLocked() {
	in := &x.conn.in
	if in.failed != nil {
		x.leave()
		return
	}
	if in.buffered() > maxHead {
		return // it has sent so much ahead that it will not have left
	}
	in.limit(time.Time{})
	watching := make(chan struct{})
	x.watching = watching
	go func() {
		defer close(watching)
		for in.buffered() <= maxHead {
			if err := in.fill(); err != nil {
				x.lost(err)
				return
			}
		}
	}()
}

// lost ends the context, unless the reading was only ended by stopWatching.
func (x *Exchange) lost(err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.watching == nil {
		return
	}
	x.conn.in.failed = err
	x.leave()
}

// stopWatching returns when nobody reads ahead any more, nor will.
func (x *Exchange) stopWatching() {
	x.mu.Lock()
	watching := x.deafLocked()
	x.mu.Unlock()
	x.await(watching)
}

// end ends the context: the handler has returned. Nobody reads ahead any more, nor will.
func (x *Exchange) end() {
	x.mu.Lock()
	watching := x.deafLocked()
	x.over = true
	if x.leave != nil {
		x.leave()
	}
	x.mu.Unlock()
	x.await(watching)
}

// deafLocked lets nobody begin to read ahead, and returns what to await of who does.
func (x *Exchange) deafLocked() (watching chan struct{}) {
	watching = x.watching
	x.watching, x.deaf = nil, true
	return watching
}

func (x *Exchange) await(watching chan struct{}) {
	if watching != nil {
		x.conn.in.limit(longAgo)
		<-watching
	}
}

var longAgo = time.Unix(1, 0)
