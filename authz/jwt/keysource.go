package jwt

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	jose "github.com/go-jose/go-jose/v4"
)

const (
	minFresh     = 5 * time.Minute
	maxFresh     = 24 * time.Hour
	outage       = 24 * time.Hour   // how long old keys serve while the issuer is down
	fetchEvery   = 30 * time.Second // at most, whatever tokens ask for
	rediscovered = 24 * time.Hour   // how long a discovered address is believed
)

// keySource has the issuer's keys. They are fetched by one goroutine at a time, of
// its own, so that no client that leaves takes the answer with it.
type keySource struct {
	client *Client
	issuer string
	fixed  string // address of the keys; "": discover it
	now    func() time.Time
	log    *slog.Logger

	ctx     context.Context // ends with the source
	stop    context.CancelFunc
	running sync.WaitGroup

	mu       sync.Mutex    // guards what follows
	set      *keySet       // the last good one
	failing  bool          // the last fetch failed
	started  time.Time     // of the last fetch
	fetching chan struct{} // closed at its end; nil if none is under way

	address string    // discovered; the fetch's alone
	found   time.Time // likewise
}

type keySet struct {
	keys   []jose.JSONWebKey
	fresh  time.Time // until then there is no need to ask
	usable time.Time // until then they serve while the issuer is down
}

func newKeySource(o *Options, c *Client) *keySource {
	s := &keySource{client: c, issuer: o.Issuer, fixed: o.JWKSURI, now: o.Now, log: o.Log}
	s.ctx, s.stop = context.WithCancel(context.Background())
	return s
}

func (s *keySource) close() {
	s.mu.Lock()
	s.stop()
	s.mu.Unlock()
	s.running.Wait()
}

// find returns the key for a token. An id that is not known is a reason to ask the
// issuer again, as is the age of the keys.
func (s *keySource) find(ctx context.Context, h header) (*jose.JSONWebKey, error) {
	key, wait, err := s.look(h)
	if wait == nil {
		return key, err
	}
	select {
	case <-wait:
	case <-ctx.Done():
		return nil, unavailable(ctx.Err())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pickLocked(h)
}

// look returns the key, or what to wait for. While the issuer is known to be down
// nobody waits for it who can be served without.
func (s *keySource) look(h header) (*jose.JSONWebKey, <-chan struct{}, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	stale := s.set == nil || !now.Before(s.set.fresh)
	known := false
	if s.set != nil {
		_, known = pick(s.set.keys, h.alg, h.kid)
	}
	unknown := h.kid != "" && !known
	if stale || unknown {
		s.startLocked(now)
	}
	usable := s.set != nil && now.Before(s.set.usable)
	if s.fetching != nil && (unknown || stale && !(usable && s.failing)) {
		return nil, s.fetching, nil
	}
	key, err := s.pickLocked(h)
	return key, nil, err
}

func (s *keySource) pickLocked(h header) (*jose.JSONWebKey, error) {
	if s.set == nil || !s.now().Before(s.set.usable) {
		return nil, unavailable(errNoKeys)
	}
	key, known := pick(s.set.keys, h.alg, h.kid)
	switch {
	case key != nil:
		return key, nil
	case known:
		return nil, invalid("the key is not for this algorithm")
	case h.kid == "":
		return nil, invalid("header: kid is missing, and the issuer has several keys or none")
	case s.failing:
		return nil, unavailable(errNewKey) // it may be a new one
	}
	return nil, invalid("the issuer has no such key")
}

func (s *keySource) startLocked(now time.Time) {
	if s.fetching != nil || s.ctx.Err() != nil || !s.started.IsZero() && now.Sub(s.started) < fetchEvery {
		return
	}
	done := make(chan struct{})
	s.started, s.fetching = now, done
	s.running.Go(func() {
		set, err := s.fetch(s.ctx)
		s.mu.Lock()
		defer s.mu.Unlock()
		if err == nil {
			s.set = set
		} else if s.ctx.Err() == nil {
			s.log.Warn("the keys of the token issuer could not be fetched", "issuer", s.issuer, "error", err)
		}
		s.failing, s.fetching = err != nil, nil
		close(done)
	})
}

func (s *keySource) fetch(ctx context.Context) (*keySet, error) {
	address := s.fixed
	if address == "" {
		if s.address == "" || s.now().Sub(s.found) >= rediscovered {
			m, err := Discover(ctx, s.client, s.issuer)
			if err != nil {
				return nil, err
			}
			s.address, s.found = m.JWKSURI, s.now()
		}
		address = s.address
	}
	body, h, err := s.client.get(ctx, address)
	if err == nil {
		var keys []jose.JSONWebKey
		if keys, err = parseKeys(body); err == nil {
			fresh := s.now().Add(freshFor(h))
			return &keySet{keys, fresh, fresh.Add(outage)}, nil
		}
	}
	s.address = "" // it may have moved
	return nil, err
}

// freshFor is how long an answer need not be asked for again, by its Cache-Control
// (RFC 9111 5.2.2) within bounds.
func freshFor(h http.Header) time.Duration {
	fresh := minFresh
	for directive := range strings.SplitSeq(strings.Join(h["Cache-Control"], ","), ",") {
		name, value, _ := strings.Cut(strings.ToLower(strings.TrimSpace(directive)), "=")
		switch name {
		case "no-store", "no-cache":
			return minFresh
		case "max-age":
			seconds, err := strconv.ParseUint(strings.Trim(value, `"`), 10, 31)
			if err == nil {
				fresh = time.Duration(seconds) * time.Second
			}
		}
	}
	return min(max(fresh, minFresh), maxFresh)
}
