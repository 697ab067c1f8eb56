package oidc

import (
	"sync"
	"time"
)

const (
	usedFor = 10 * time.Minute
	maxUsed = 4096 // in each half
)

// used remembers the states of logins that were finished, for 10 minutes or more:
// codes do not live as long. When it is full the older half goes; what it then
// forgets the issuer still refuses, since a code works once. The zero value is ready.
type used struct {
	mu         sync.Mutex // guards what follows
	young, old map[string]struct{}
	since      time.Time // of young
}

// first reports whether a state is seen for the first time.
func (u *used) first(state string, now time.Time) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.young == nil || len(u.young) >= maxUsed || now.Sub(u.since) >= usedFor {
		u.young, u.old, u.since = map[string]struct{}{}, u.young, now
	}
	_, young := u.young[state]
	_, old := u.old[state]
	u.young[state] = struct{}{}
	return !young && !old
}
