package authz

import (
	"net/netip"
	"sync"
	"time"
)

const (
	failWindow   = 10 * time.Minute
	failsPerUser = 5
	failsPerIP   = 20
	maxPenalty   = 15 * time.Minute
	limiterKeys  = 10_000
)

// limiter counts failed passwords by user name and by client address, and makes
// further attempts wait: 1 s, then twice as long after each failure, to 15 min.
// The zero value is usable; its memory is bounded.
type limiter struct {
	mu     sync.Mutex
	counts map[failKey]*failures // guarded by mu
}

// failKey is one of the two.
type failKey struct {
	user string
	net  netip.Prefix // the address; of IPv6 its /64, which one customer has to itself
}

type failures struct {
	since   time.Time
	n       int
	until   time.Time // blocked
	penalty time.Duration
}

func ipKey(from netip.Addr) failKey {
	bits := 32
	if from.Is6() {
		bits = 64
	}
	p, _ := from.Prefix(bits) // an unknown address shares one key
	return failKey{net: p}
}

func userKey(user string) failKey { return failKey{user: user[:min(len(user), 128)]} }

// blocked returns how long the client has to wait before its next attempt.
func (l *limiter) blocked(now time.Time, user string, from netip.Addr) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return max(l.waitLocked(now, userKey(user)), l.waitLocked(now, ipKey(from)))
}

// blockedAddress is blocked, where no user name is known.
func (l *limiter) blockedAddress(now time.Time, from netip.Addr) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.waitLocked(now, ipKey(from))
}

func (l *limiter) waitLocked(now time.Time, key failKey) time.Duration {
	if f := l.counts[key]; f != nil {
		return max(0, f.until.Sub(now))
	}
	return 0
}

func (l *limiter) fail(now time.Time, user string, from netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.countLocked(now, userKey(user), failsPerUser)
	l.countLocked(now, ipKey(from), failsPerIP)
}

// failAddress is fail, where no user name is known.
func (l *limiter) failAddress(now time.Time, from netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.countLocked(now, ipKey(from), failsPerIP)
}

func (l *limiter) countLocked(now time.Time, key failKey, limit int) {
	f := l.counts[key]
	if f == nil || f.stale(now) {
		if l.counts == nil {
			l.counts = map[failKey]*failures{}
		}
		makeRoom(l.counts, limiterKeys, func(f *failures) bool { return f.stale(now) })
		f = &failures{since: now}
		l.counts[key] = f
	}
	if f.n++; f.n >= limit {
		f.penalty = min(max(2*f.penalty, time.Second), maxPenalty)
		f.until = now.Add(f.penalty)
	}
}

func (f *failures) stale(now time.Time) bool {
	return now.Sub(f.since) > failWindow && now.After(f.until.Add(failWindow))
}

// makeRoom takes an entry out of a full map. A look at some, in Go's random order,
// keeps a flood cheap. If none of them is stale any one goes: the bound on memory
// counts for more than a count.
func makeRoom[V any](counts map[failKey]V, limit int, stale func(V) bool) {
	if len(counts) < limit {
		return
	}
	looked := 0
	var any failKey
	for key, v := range counts {
		if any = key; stale(v) {
			break
		}
		if looked++; looked == 16 {
			break
		}
	}
	delete(counts, any)
}

func (l *limiter) succeed(user string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.counts, userKey(user))
}
