package authz

import (
	"net/netip"
	"sync/atomic"
	"time"
)

// snapshot is every token at one epoch. Immutable, but for the usage it points to.
type snapshot struct {
	epoch   int64 // unbelievable: nothing may be believed
	entries map[Hash]entry
	byID    map[string]*credential
	changed chan struct{} // closed when the next snapshot is in place
}

const unbelievable = -1

// entry is a value that leads to a token: its own, or the one before a rotation.
type entry struct {
	*credential
	until int64 // ms; 0: no end
}

// credential is a token, ready to be judged.
type credential struct {
	hash, prev Hash
	expires    int64 // ms; 0: never
	revoked    bool
	scopes     []Scope
	ips        []netip.Prefix
	principal  *Principal
	usage      *usage
}

// usage is what happens to a token while it is served. It passes from snapshot
// to snapshot.
type usage struct {
	at      atomic.Int64           // last use, ms, to the second
	remote  atomic.Pointer[string] // peer or client address of about then
	written int64                  // at, as last written; the poller's alone
	ended   atomic.Int64           // the expiry that was seen to have passed, ms
	over    atomic.Int64           // the same for the grace of a rotation
}

// newSnapshot prepares the records; known is the usage so far, by token id, and the
// result its successor.
func newSnapshot(epoch int64, records []Record, known map[string]*usage, now int64) (*snapshot, map[string]*usage) {
	s := &snapshot{epoch: epoch, entries: make(map[Hash]entry, len(records)), byID: make(map[string]*credential, len(records)),
		changed: make(chan struct{})}
	usages := make(map[string]*usage, len(records))
	for i := range records {
		r := &records[i]
		c := &credential{hash: r.Hash, prev: r.PrevHash, revoked: !r.RevokedAt.IsZero(), scopes: r.Scopes, ips: r.IPs,
			principal: tokenPrincipal(&r.Token), usage: known[r.ID]}
		if !r.ExpiresAt.IsZero() {
			c.expires = r.ExpiresAt.UnixMilli()
		}
		if c.usage == nil {
			c.usage = newUsage(r, c.expires, now)
		}
		usages[r.ID] = c.usage
		s.byID[r.ID] = c
		s.entries[r.Hash] = entry{credential: c}
		if !r.PrevUntil.IsZero() {
			s.entries[r.PrevHash] = entry{credential: c, until: r.PrevUntil.UnixMilli()}
		}
	}
	return s, usages
}

func newUsage(r *Record, expires, now int64) *usage {
	u := &usage{}
	if !r.LastUsedAt.IsZero() {
		u.written = r.LastUsedAt.UnixMilli()
		u.at.Store(u.written)
	}
	if expires != 0 && expires <= now {
		u.ended.Store(expires) // not an event of this process
	}
	return u
}

// passed reports whether a deadline is over, and remembers it in seen: a clock
// that jumps back does not revive what this process has seen end. first tells
// that nobody has seen it before.
func passed(deadline, now int64, seen *atomic.Int64) (over, first bool) {
	if deadline == 0 {
		return false, false
	}
	if now < deadline {
		return seen.Load() == deadline, false
	}
	return true, seen.Load() != deadline && seen.Swap(deadline) != deadline
}

// used notes a use; the poller writes it. remote is an address, with or without port.
func (u *usage) used(now int64, remote string) {
	if now-u.at.Load() >= 1000 || now < u.at.Load() {
		u.at.Store(now)
	}
	if last := u.remote.Load(); last == nil || *last != remote {
		changed := remote // what is stored escapes; remote itself need not
		u.remote.Store(&changed)
	}
}

func (u *usage) use(id string, at int64) Use {
	use := Use{ID: id, At: time.UnixMilli(at)}
	if remote := u.remote.Load(); remote != nil {
		if addr := addressOf(*remote); addr.IsValid() {
			use.IP = addr.String()
		}
	}
	return use
}
