package authz

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

// watchEvery is how often who holds a connection open is judged again; a change of
// tokens, users or sessions does so within a poll.
const watchEvery = 5 * time.Second

// watch is a connection that stays open for a principal.
type watch struct {
	principal *Principal
	end       func(error)
}

// watch has end called once the principal no longer verifies, unless stop is
// called before.
func (v *Verifier) watch(p *Principal, end func(error)) (stop func()) {
	w := &watch{p, end}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.watched == nil {
		v.watched = map[*watch]struct{}{}
	}
	v.watched[w] = struct{}{}
	return func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		delete(v.watched, w)
	}
}

// recheck judges all open connections again.
func (v *Verifier) recheck() {
	v.mu.Lock()
	list := make([]*watch, 0, len(v.watched))
	for w := range v.watched {
		list = append(list, w)
	}
	v.mu.Unlock()
	for _, w := range list {
		if err := v.Check(w.principal); err != nil {
			v.mu.Lock()
			delete(v.watched, w)
			v.mu.Unlock()
			w.end(err)
		}
	}
}

type guardKey struct{}

// Watch has end called once whoever sent the request of ctx may do so no longer: for
// an answer that stays open, such as a stream of events. stop ends the watch; end may
// still be under way then. The context of a websocket's request ends by itself.
func Watch(ctx context.Context, end func(error)) (stop func()) {
	p := FromContext(ctx)
	g, _ := ctx.Value(guardKey{}).(*Guard)
	if g == nil || p.Type == PrincipalBasic || p.Type == PrincipalNone {
		return func() {}
	}
	return g.watch(p, end)
}

// serveWatched serves a request for a websocket, whose connection outlives the
// handler. When its principal no longer verifies, the request's context ends, with
// the reason as its cause; it lasts to the close of the connection otherwise.
func (g *Guard) serveWatched(next http.Handler, w http.ResponseWriter, r *http.Request, p *Principal) {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(r.Context()))
	stop := sync.OnceFunc(g.watch(p, cancel))
	taken := &takenConn{ResponseWriter: w, stop: stop}
	next.ServeHTTP(taken, r.WithContext(ctx))
	if !taken.hijacked {
		stop()
		cancel(context.Canceled)
	}
}

// watch has end called once the principal no longer verifies. A token of an outside
// issuer is good until it expires: nobody tells of its end before.
func (g *Guard) watch(p *Principal, end func(error)) (stop func()) {
	if p.Type != PrincipalJWT {
		return g.verifier.watch(p, end)
	}
	timer := time.AfterFunc(p.expires.Sub(g.opts.Now()), func() { end(ErrExpired) })
	return func() { timer.Stop() }
}

// takenConn notices when a handler takes the connection over, and its close.
type takenConn struct {
	http.ResponseWriter
	stop     func()
	hijacked bool
}

func (t *takenConn) Unwrap() http.ResponseWriter { return t.ResponseWriter }

func (t *takenConn) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(t.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	t.hijacked = true
	return &watchedConn{conn, t.stop}, rw, nil
}

type watchedConn struct {
	net.Conn
	stop func()
}

func (c *watchedConn) Close() error {
	c.stop()
	return c.Conn.Close()
}
