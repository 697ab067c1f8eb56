package authz

import (
	"context"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Rate is a number of requests in a time. The zero value is no limit.
type Rate struct {
	N   int
	Per time.Duration
}

var rateUnits = map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour}

// ParseRate reads "10/s", "100/m" or "1000/h"; "" is no limit.
func ParseRate(text string) (Rate, error) {
	if text == "" {
		return Rate{}, nil
	}
	number, unit, _ := strings.Cut(text, "/")
	n, err := strconv.Atoi(strings.TrimSpace(number))
	per, known := rateUnits[strings.TrimSpace(unit)]
	if err != nil || !known || n < 1 || n > 1_000_000 {
		return Rate{}, fmt.Errorf("%q is no rate; give one such as 10/s, 100/m or 1000/h", text)
	}
	return Rate{n, per}, nil
}

func (r Rate) String() string {
	for unit, per := range rateUnits {
		if r.Per == per {
			return fmt.Sprint(r.N, "/", unit)
		}
	}
	return fmt.Sprint(r.N, " in ", r.Per)
}

func (r Rate) limit() *rateLimit {
	if r.N == 0 {
		return nil
	}
	return &rateLimit{Rate: r, every: r.Per / time.Duration(r.N), next: map[failKey]time.Time{}}
}

const rateKeys = 10_000

// rateLimit holds each client to a rate, after a first burst of as many requests
// (the generic cell rate algorithm of ATM). Its memory is bounded.
type rateLimit struct {
	Rate
	every time.Duration

	mu   sync.Mutex
	next map[failKey]time.Time // when a request would come in time at exactly the rate; guarded by mu
}

// take counts a request, or returns how long to wait with it.
func (l *rateLimit) take(key failKey, now time.Time) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	due, known := l.next[key]
	if !known {
		makeRoom(l.next, rateKeys, func(due time.Time) bool { return due.Before(now) })
	}
	if due.Before(now) || due.Sub(now) > l.Per+time.Second { // the clock jumped back
		due = now
	}
	if ahead := due.Add(l.every).Sub(now); ahead > l.Per {
		return ahead - l.Per
	}
	l.next[key] = due.Add(l.every)
	return 0
}

// overRate counts a request against the policy's limits, for the principal or
// else for the address.
func (p *policy) overRate(who *Principal, from netip.Addr, now time.Time) *refusal {
	key := ipKey(from)
	switch {
	case who.TokenID != "":
		key = failKey{user: who.TokenID}
	case who.Subject != "":
		key = failKey{user: "subject " + who.Subject}
	case who.UserID != "":
		key = failKey{user: who.UserID}
	}
	for _, l := range p.limits {
		if wait := l.take(key, now); wait > 0 {
			return refuseRate(wait)
		}
	}
	return nil
}

type timeLimitKey struct{}

// TimeLimit returns how long a flow may take to answer the request of ctx, if its
// policy says so; 0 if it does not.
func TimeLimit(ctx context.Context) time.Duration {
	d, _ := ctx.Value(timeLimitKey{}).(time.Duration)
	return d
}
