package authz

import (
	"context"
	"crypto/subtle"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	pollEvery  = 50 * time.Millisecond  // how soon another process's change is noticed; a look costs 10 µs
	flushEvery = 250 * time.Millisecond // how soon events are in the audit
	staleAfter = 5 * time.Second        // how long tokens are believed while the database cannot be read
	useEvery   = 60 * time.Second       // at most one write of "last used" per token
	idleEvery  = 5 * time.Minute        // the same per session
	maxRecords = 10_000                 // of each kind: live tokens, and those that ended last; users; sessions
	maxEvents  = 256                    // waiting to be written; more are only logged
)

// Source is where a verifier has its data from; [Store] is one.
type Source interface {
	Load(ctx context.Context, max int) (Data, error)
	Epoch(ctx context.Context) (int64, error)
	Subscribe(f func())
	Flush(ctx context.Context, uses []Use, events []Event) error
}

// Verifier answers for tokens and sessions from memory, as requests need it: no
// database, no lock, no allocation. It holds all tokens of the instance and all
// sessions by the hash of their value, as one immutable snapshot that is replaced whole. A change through the
// same store counts when the call that makes it returns; one of another process
// within a second. When the database has not answered for 5 s, or when a change
// could not be read back, it says [ErrUnavailable] rather than trust old answers.
type Verifier struct {
	source Source
	now    func() time.Time
	log    *slog.Logger

	current  atomic.Pointer[snapshot]
	database freshness

	wanted     atomic.Int64      // changes of this process so far
	refreshing sync.Mutex        // one reload at a time, so that an older one never wins
	covered    int64             // of wanted, those the last reload has seen; guarded by refreshing
	usages     map[string]*usage // by id, replaced whole; guarded by refreshing

	mu      sync.Mutex          // guards what follows
	events  []Event             // waiting to be written
	watched map[*watch]struct{} // connections that stay open

	stop context.CancelFunc
	done sync.WaitGroup
}

// VerifierOptions may be zero.
type VerifierOptions struct {
	Now func() time.Time // judges expiry; time.Now if nil
	Log *slog.Logger
}

// OpenVerifier reads the tokens and keeps them current until Close.
func OpenVerifier(ctx context.Context, source Source, opts VerifierOptions) (*Verifier, error) {
	v := &Verifier{source: source, now: opts.Now, log: opts.Log}
	if v.now == nil {
		v.now = time.Now
	}
	if v.log == nil {
		v.log = slog.New(slog.DiscardHandler)
	}
	if err := v.refreshLocked(ctx); err != nil { // nobody else has it yet
		return nil, fmt.Errorf("open token verifier: %w", err)
	}
	source.Subscribe(v.changed)
	ctx, v.stop = context.WithCancel(context.WithoutCancel(ctx))
	v.done.Go(func() { v.poll(ctx) })
	return v, nil
}

// Close stops the polling and writes the last uses. Close it before its source.
func (v *Verifier) Close(ctx context.Context) error {
	v.stop()
	v.done.Wait()
	err := v.flush(ctx, 0, 0)
	v.disbelieve()
	v.database.stop()
	return err
}

// find judges a presented value: its existence, revocation and expiry at now, in ms.
func (v *Verifier) find(value string, now int64) (*credential, error) {
	if !shaped(value) {
		return nil, ErrUnknown
	}
	return v.findHash(hashOf(value), now)
}

// findHash is find by the value's hash.
func (v *Verifier) findHash(hash Hash, now int64) (*credential, error) {
	snap := v.believed()
	if snap == nil {
		return nil, ErrUnavailable
	}
	e, found := snap.entries[hash]
	if !found {
		return nil, ErrUnknown
	}
	stored := &e.hash
	if e.until != 0 {
		stored = &e.prev
	}
	if subtle.ConstantTimeCompare(stored[:], hash[:]) != 1 {
		return nil, ErrUnknown
	}
	if over, _ := passed(e.until, now, &e.usage.over); over {
		return nil, ErrUnknown
	}
	return e.credential, v.judge(e.credential, now)
}

// believed returns the tokens, nil if they may not be believed.
func (v *Verifier) believed() *snapshot {
	snap := v.current.Load()
	if snap.epoch == unbelievable || !v.database.fresh.Load() {
		return nil
	}
	return snap
}

func (v *Verifier) judge(c *credential, now int64) error {
	if c.revoked {
		return ErrRevoked
	}
	over, first := passed(c.expires, now, &c.usage.ended)
	if first {
		p := c.principal
		v.Record(Event{At: time.UnixMilli(now).UTC(), Type: EventExpired, Subject: p.TokenID, Detail: map[string]any{"name": p.TokenName}})
	}
	if over {
		return ErrExpired
	}
	return nil
}

// Authenticate returns who a token of a kind stands for. It is for callers that
// apply no scopes, such as an admin API; flows' endpoints are behind [Guard].
func (v *Verifier) Authenticate(kind Kind, value, remote string) (*Principal, error) {
	now := v.now().UnixMilli()
	c, err := v.find(value, now)
	if err != nil {
		return nil, err
	}
	if c.principal.kind != kind {
		return nil, ErrUnknown
	}
	if len(c.ips) > 0 && !contains(c.ips, addressOf(remote)) {
		return nil, ErrAddress
	}
	c.usage.used(now, remote)
	return c.principal, nil
}

// session judges the value of a session's cookie. A session that is unknown or
// over is ErrUnknown.
func (v *Verifier) session(value string, now int64) (*session, error) {
	if !shapedSession(value) {
		return nil, ErrUnknown
	}
	snap := v.believed()
	if snap == nil {
		return nil, ErrUnavailable
	}
	hash := hashOf(value)
	e := snap.sessions[hash]
	if e == nil || subtle.ConstantTimeCompare(e.hash[:], hash[:]) != 1 || e.over(now) {
		return nil, ErrUnknown
	}
	return e, nil
}

// Check reports whether the token or session behind a principal still verifies, and
// the user's role and the token's scopes are no less than they were, for websockets
// and event streams that stay open. Other principals always do.
func (v *Verifier) Check(p *Principal) error {
	if p.Type != PrincipalToken && p.Type != PrincipalSession {
		return nil
	}
	snap, now := v.believed(), v.now().UnixMilli()
	if snap == nil {
		return ErrUnavailable
	}
	if p.Type == PrincipalSession {
		e := snap.logins[p.SessionID]
		switch {
		case e == nil || e.over(now):
			return ErrUnknown
		case e.principal.rank() < p.rank():
			return ErrDenied
		}
		return nil
	}
	e, found := snap.entries[p.hash] // of the value it came with: a rotation may have ended that alone
	if !found {
		return ErrUnknown
	}
	if over, _ := passed(e.until, now, &e.usage.over); over {
		return ErrUnknown
	}
	if !slices.EqualFunc(e.principal.Scopes, p.Scopes, func(a, b Scope) bool { return a.String() == b.String() }) {
		return ErrDenied // they can only have shrunk
	}
	return v.judge(e.credential, now)
}

// Changed returns a channel that is closed when tokens have changed, for those
// who then have to [Verifier.Check] again.
func (v *Verifier) Changed() <-chan struct{} { return v.current.Load().changed }

// Record queues an event for the audit. It does not block; past a bound, events
// are in the log alone.
func (v *Verifier) Record(e Event) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.events) < maxEvents {
		v.events = append(v.events, e)
	}
}
