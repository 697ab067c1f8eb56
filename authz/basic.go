package authz

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/netip"
	"runtime"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"
)

const (
	basicRemember = time.Minute // how long a success needs no hashing again
	hashQueue     = 64          // requests that may wait for their turn to hash
)

// BasicUser is the configured pair: Node-RED's httpNodeAuth {user, pass}.
type BasicUser struct {
	User string
	Hash string // bcrypt or argon2id
}

// basicAuth judges user and password (RFC 7617). Hashing is slow on purpose, so
// it is bounded, and a success is remembered for a minute under a keyed hash.
type basicAuth struct {
	user      string
	hash      passwordHash
	principal *Principal

	key     [sha256.Size]byte // of this process
	last    atomic.Pointer[basicSuccess]
	turns   chan struct{}
	waiting atomic.Int32
	limiter limiter
}

type basicSuccess struct {
	mac   [sha256.Size]byte
	until time.Time
}

func newBasicAuth(u BasicUser) (*basicAuth, error) {
	if u.User == "" || strings.Contains(u.User, ":") || !utf8.ValidString(u.User) {
		return nil, errors.New("basic authentication needs a user name without a colon")
	}
	hash, err := parsePasswordHash(u.Hash)
	if err != nil {
		return nil, err
	}
	b := &basicAuth{user: u.User, hash: hash, principal: &Principal{Type: PrincipalBasic, User: u.User},
		turns: make(chan struct{}, max(2, runtime.GOMAXPROCS(0)))}
	rand.Read(b.key[:])
	return b, nil
}

// authenticate judges what follows the scheme. Malformed and wrong credentials
// get one answer. leave is closed when the client has gone.
func (b *basicAuth) authenticate(credentials string, from netip.Addr, now time.Time, leave <-chan struct{}) (*Principal, *refusal) {
	raw, err := base64.StdEncoding.DecodeString(credentials)
	if err != nil || !utf8.Valid(raw) {
		return nil, refuseMissing
	}
	user, password, found := strings.Cut(string(raw), ":")
	if !found {
		return nil, refuseMissing
	}
	mac := hmac.New(sha256.New, b.key[:])
	mac.Write(raw)
	sum := [sha256.Size]byte(mac.Sum(nil))
	if s := b.last.Load(); s != nil && now.Before(s.until) && s.until.Sub(now) <= basicRemember && hmac.Equal(s.mac[:], sum[:]) {
		return b.principal, nil
	}
	if wait := b.limiter.blocked(now, user, from); wait > 0 {
		return nil, refuseLimit(int((wait + time.Second - 1) / time.Second))
	}
	if b.waiting.Add(1) > hashQueue {
		b.waiting.Add(-1)
		return nil, refuseBusy
	}
	select {
	case b.turns <- struct{}{}:
		b.waiting.Add(-1)
	case <-leave:
		b.waiting.Add(-1)
		return nil, refuseBusy
	}
	// An unknown user costs the same time as a wrong password.
	right := b.hash.matches(password)
	<-b.turns
	if subtle.ConstantTimeCompare([]byte(user), []byte(b.user)) != 1 || !right {
		b.limiter.fail(now, user, from)
		return nil, refuseMissing
	}
	b.limiter.succeed(user)
	b.last.Store(&basicSuccess{sum, now.Add(basicRemember)})
	return b.principal, nil
}
