package authz

import (
	"net/netip"
	"sync/atomic"
	"time"
)

// snapshot is every token, user and session at one epoch. Immutable, but for the
// usage it points to.
type snapshot struct {
	epoch    int64 // unbelievable: nothing may be believed
	entries  map[Hash]entry
	users    map[string]*account // by folded name
	sessions map[Hash]*session
	logins   map[string]*session // by id
	changed  chan struct{}       // closed when the next snapshot is in place
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

// account is a user, ready to be judged.
type account struct {
	id        string
	text      string // the stored hash
	hash      passwordHash
	active    bool // not disabled, has a password
	principal *Principal
}

// session is a browser's login, ready to be judged.
type session struct {
	hash      Hash
	expires   int64 // ms
	idleAfter int64 // ms
	principal *Principal
	usage     *usage
}

// usage is what happens to a token or a session while it is served. It passes
// from snapshot to snapshot.
type usage struct {
	session bool
	at      atomic.Int64           // last use, ms, to the second
	remote  atomic.Pointer[string] // peer or client address of about then
	written int64                  // at, as last written; the poller's alone
	ended   atomic.Int64           // the expiry that was seen to have passed, ms
	over    atomic.Int64           // the same for the grace of a rotation
}

// newSnapshot prepares the data; known is the usage so far, by id, and the result
// its successor.
func newSnapshot(d *Data, known map[string]*usage, now int64) (*snapshot, map[string]*usage) {
	s := &snapshot{epoch: d.Epoch, entries: make(map[Hash]entry, len(d.Tokens)),
		users: make(map[string]*account, len(d.Users)), sessions: make(map[Hash]*session, len(d.Sessions)),
		logins: make(map[string]*session, len(d.Sessions)), changed: make(chan struct{})}
	usages := make(map[string]*usage, len(d.Tokens)+len(d.Sessions))
	for i := range d.Tokens {
		r := &d.Tokens[i]
		c := &credential{hash: r.Hash, prev: r.PrevHash, revoked: !r.RevokedAt.IsZero(), scopes: r.Scopes, ips: r.IPs,
			principal: tokenPrincipal(&r.Token, r.Hash), usage: known[r.ID]}
		if !r.ExpiresAt.IsZero() {
			c.expires = r.ExpiresAt.UnixMilli()
		}
		if c.usage == nil {
			c.usage = newUsage(r, c.expires, now)
		}
		usages[r.ID] = c.usage
		s.entries[r.Hash] = entry{credential: c}
		if !r.PrevUntil.IsZero() {
			before := *c
			before.principal = tokenPrincipal(&r.Token, r.PrevHash)
			s.entries[r.PrevHash] = entry{credential: &before, until: r.PrevUntil.UnixMilli()}
		}
	}
	s.addLogins(d, known, usages)
	return s, usages
}

func (s *snapshot) addLogins(d *Data, known, usages map[string]*usage) {
	byID := make(map[string]*UserRecord, len(d.Users))
	for i := range d.Users {
		r := &d.Users[i]
		byID[r.ID] = r
		a := &account{id: r.ID, text: r.Hash, principal: userPrincipal(r, &d.Team, PrincipalBasic)}
		var err error
		a.hash, err = parsePasswordHash(r.Hash)
		a.active = err == nil && r.DisabledAt.IsZero()
		s.users[nameKey(r.Username)] = a
	}
	for i := range d.Sessions {
		r := &d.Sessions[i]
		user := byID[r.UserID]
		if user == nil || !user.DisabledAt.IsZero() {
			continue
		}
		p := userPrincipal(user, &d.Team, PrincipalSession)
		p.SessionID = r.ID
		e := &session{hash: r.Hash, expires: r.ExpiresAt.UnixMilli(), idleAfter: d.SessionIdle.Milliseconds(), principal: p, usage: known[r.ID]}
		if e.usage == nil {
			e.usage = &usage{session: true, written: r.LastUsed.UnixMilli()}
			e.usage.at.Store(e.usage.written)
		}
		usages[r.ID] = e.usage
		s.sessions[r.Hash] = e
		s.logins[r.ID] = e
	}
}

// over reports whether the session has expired, or was idle for too long. A clock
// that jumps back does not revive what was seen to be over.
func (e *session) over(now int64) bool {
	if now >= e.expires || now-e.usage.at.Load() >= e.idleAfter {
		e.usage.ended.Store(now)
	}
	return e.usage.ended.Load() != 0
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

// used notes a use, at most once a second: the poller writes it later still. remote
// is an address, with or without port.
func (u *usage) used(now int64, remote string) {
	if last := u.at.Load(); now-last < 1000 && now >= last {
		return
	}
	u.at.Store(now)
	changed := remote // what is stored escapes; remote itself need not
	u.remote.Store(&changed)
}

func (u *usage) use(id string, at int64) Use {
	use := Use{ID: id, Session: u.session, At: time.UnixMilli(at)}
	if remote := u.remote.Load(); remote != nil {
		if addr := addressOf(*remote); addr.IsValid() {
			use.IP = addr.String()
		}
	}
	return use
}
