package authz

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/netip"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

const (
	basicRemember = time.Minute // how long a success needs no hashing again
	basicKeys     = 1000        // successes remembered at a time
)

// BasicUser is the configured pair: Node-RED's httpNodeAuth {user, pass}.
type BasicUser struct {
	User string
	Hash string // bcrypt or argon2id
}

// passwords judges user names and passwords: of the configured pair, and of the
// users that the verifier knows. Failures make further attempts wait.
type passwords struct {
	pair     *account  // nil if none is configured
	verifier *Verifier // may be nil
	now      func() time.Time
	dummy    passwordHash // for names that nobody has
	limiter  limiter

	key  [sha256.Size]byte // of this process
	mu   sync.Mutex
	done map[[sha256.Size]byte]success // guarded by mu
}

// success is a basic request that was let in; it counts while the account's hash
// is the one it was checked against.
type success struct {
	hash  string
	until time.Time
}

// limitError says that there were too many failures, and how long to wait.
type limitError struct{ wait time.Duration }

func (e *limitError) Error() string { return "too many failed attempts; wait before the next one" }

func newPasswords(pair *BasicUser, verifier *Verifier, now func() time.Time) (*passwords, error) {
	p := &passwords{verifier: verifier, now: now, dummy: dummyHash(), done: map[[sha256.Size]byte]success{}}
	rand.Read(p.key[:])
	if pair == nil {
		return p, nil
	}
	if pair.User == "" || strings.Contains(pair.User, ":") || !utf8.ValidString(pair.User) {
		return nil, errors.New("basic authentication needs a user name without a colon")
	}
	hash, err := parsePasswordHash(pair.Hash)
	if err != nil {
		return nil, err
	}
	p.pair = &account{text: pair.Hash, hash: hash, active: true, principal: &Principal{Type: PrincipalBasic, User: pair.User}}
	if verifier == nil {
		p.dummy = hash
	}
	return p, nil
}

// find returns the account of a user name, nil if there is none.
func (p *passwords) find(user string) (*account, error) {
	if p.pair != nil && subtle.ConstantTimeCompare([]byte(user), []byte(p.pair.principal.User)) == 1 {
		return p.pair, nil
	}
	if p.verifier == nil {
		return nil, nil
	}
	snap := p.verifier.believed()
	if snap == nil {
		return nil, ErrUnavailable
	}
	return snap.users[nameKey(user)], nil
}

// check judges a password with a slow hash. The error is ErrLogin, ErrBusy,
// ErrUnavailable or a limitError; with ErrLogin the account is who was meant.
func (p *passwords) check(ctx context.Context, user, password string, from netip.Addr) (*account, error) {
	key := nameKey(shorten(user, 128))
	if wait := p.limiter.blocked(p.now(), key, from); wait > 0 {
		return nil, &limitError{wait}
	}
	a, err := p.find(user)
	if err != nil {
		return nil, err
	}
	hash := p.dummy // an unknown user costs the same time as a wrong password
	if a != nil && a.active {
		hash = a.hash
	}
	right := false
	var wait time.Duration
	err = hashes.do(ctx, func() {
		// Those who waited for their turn beside others that failed get no more attempts.
		if wait = p.limiter.blocked(p.now(), key, from); wait == 0 {
			right = len(password) <= 4*maxPassword && hash.matches(password)
		}
	})
	switch {
	case err != nil:
		return nil, err
	case wait > 0:
		return nil, &limitError{wait}
	case a == nil || !a.active || !right:
		p.limiter.fail(p.now(), key, from)
		return a, ErrLogin
	}
	p.limiter.succeed(key)
	return a, nil
}

// basic judges what follows the scheme of RFC 7617. Malformed and wrong
// credentials get one answer. A success is remembered for a minute under a keyed hash.
func (p *passwords) basic(ctx context.Context, credentials string, from netip.Addr) (*Principal, *refusal) {
	raw, err := base64.StdEncoding.DecodeString(credentials)
	if err != nil || !utf8.Valid(raw) {
		return nil, refuseMissing
	}
	user, password, found := strings.Cut(string(raw), ":")
	if !found {
		return nil, refuseMissing
	}
	mac := hmac.New(sha256.New, p.key[:])
	mac.Write(raw)
	sum := [sha256.Size]byte(mac.Sum(nil))
	if principal := p.remembered(sum, user); principal != nil {
		return principal, nil
	}
	a, err := p.check(ctx, user, password, from)
	if err != nil {
		return nil, refusalFor(err)
	}
	p.remember(sum, a)
	return a.principal, nil
}

func (p *passwords) remembered(sum [sha256.Size]byte, user string) *Principal {
	p.mu.Lock()
	s, known := p.done[sum]
	p.mu.Unlock()
	left := s.until.Sub(p.now())
	if !known || left <= 0 || left > basicRemember {
		return nil
	}
	a, err := p.find(user)
	if err != nil || a == nil || !a.active || a.text != s.hash {
		return nil
	}
	return a.principal
}

func (p *passwords) remember(sum [sha256.Size]byte, a *account) {
	now := p.now()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.done) >= basicKeys {
		for key := range p.done { // any: it only has to hash again
			delete(p.done, key)
			break
		}
	}
	p.done[sum] = success{a.text, now.Add(basicRemember)}
}
