package authz

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// fakeSource is a source that tests change and break.
type fakeSource struct {
	mu      sync.Mutex
	epoch   int64
	records []Record
	err     error
	notify  []func()
	uses    []Use
	events  []Event
}

func (f *fakeSource) Load(context.Context, int) (Data, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return Data{Epoch: f.epoch, Tokens: f.records}, f.err
}

func (f *fakeSource) Epoch(context.Context) (int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.epoch, f.err
}

func (f *fakeSource) Subscribe(g func()) { f.notify = append(f.notify, g) }

func (f *fakeSource) Flush(_ context.Context, uses []Use, events []Event) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil {
		f.uses, f.events = append(f.uses, uses...), append(f.events, events...)
	}
	return f.err
}

func (f *fakeSource) set(epoch int64, err error, records ...Record) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.epoch, f.err, f.records = epoch, err, records
}

func record(value string, change ...func(*Record)) Record {
	r := Record{Token: Token{ID: "id-" + hintOf(value), Kind: KindHTTP, Name: "n"}, Hash: hashOf(value)}
	for _, f := range change {
		f(&r)
	}
	return r
}

// runVerifier runs f inside a bubble where waiting takes no time.
func runVerifier(t *testing.T, f func(t *testing.T, source *fakeSource, v *Verifier)) {
	synctest.Test(t, func(t *testing.T) {
		source := &fakeSource{epoch: 1, records: []Record{record(vector)}}
		v, err := OpenVerifier(ctx, source, VerifierOptions{})
		if err != nil {
			t.Fatal(err)
		}
		f(t, source, v)
		if err := v.Close(ctx); err != nil && source.err == nil {
			t.Error(err)
		}
	})
}

func (v *Verifier) verdict(value string) error {
	_, err := v.find(value, v.now().UnixMilli())
	return err
}

// Another process's change is noticed within a poll; one of this process at once.
func TestVerifierNoticesChanges(t *testing.T) {
	runVerifier(t, func(t *testing.T, source *fakeSource, v *Verifier) {
		if err := v.verdict(vector); err != nil {
			t.Fatal(err)
		}
		changed := v.Changed()
		source.set(2, nil, record(vector, func(r *Record) { r.RevokedAt = time.Now() }))
		time.Sleep(pollEvery)
		synctest.Wait()
		if err := v.verdict(vector); !errors.Is(err, ErrRevoked) {
			t.Errorf("after a poll: %v", err)
		}
		<-changed
		source.set(3, nil)
		source.notify[0]()
		if err := v.verdict(vector); !errors.Is(err, ErrUnknown) {
			t.Errorf("after a change of this process: %v", err)
		}
	})
}

// 3.5: while the database cannot be read, tokens count for 5 s and then nobody's does.
func TestVerifierUnreachableStore(t *testing.T) {
	runVerifier(t, func(t *testing.T, source *fakeSource, v *Verifier) {
		down := errors.New("disk on fire")
		source.set(1, down, record(vector))
		time.Sleep(staleAfter - pollEvery)
		synctest.Wait()
		if err := v.verdict(vector); err != nil {
			t.Errorf("before 5 s: %v", err)
		}
		time.Sleep(2 * pollEvery)
		synctest.Wait()
		if err := v.verdict(vector); !errors.Is(err, ErrUnavailable) {
			t.Errorf("after 5 s: %v", err)
		}
		if err := v.verdict("sluh_nonsense"); !errors.Is(err, ErrUnknown) {
			t.Errorf("what cannot be a token: %v", err)
		}
		source.set(1, nil, record(vector))
		time.Sleep(pollEvery)
		synctest.Wait()
		if err := v.verdict(vector); err != nil {
			t.Errorf("when it is back: %v", err)
		}
		source.set(2, down)
		source.notify[0]()
		if err := v.verdict(vector); !errors.Is(err, ErrUnavailable) {
			t.Errorf("after a change that could not be read back: %v", err)
		}
		if _, err := OpenVerifier(ctx, source, VerifierOptions{}); !errors.Is(err, down) {
			t.Errorf("opened without tokens: %v", err)
		}
		source.set(2, nil)
	})
}

// T22: a clock that jumps back does not revive a token seen expired.
func TestVerifierClockJumps(t *testing.T) {
	c := newClock()
	end := c.Now().Add(time.Hour)
	expiring := record(vector, func(r *Record) { r.ExpiresAt = end })
	const old = "the-value-before-the-rotation"
	rotated := record("the-value-after-the-rotation", func(r *Record) { r.PrevHash, r.PrevUntil = hashOf(old), end })
	source := &fakeSource{epoch: 1, records: []Record{expiring, rotated}}
	v := openVerifier(t, source, c)
	for _, value := range []string{vector, old} {
		if err := v.verdict(value); err != nil {
			t.Fatal(err)
		}
	}
	c.Advance(time.Hour)
	for range 2 {
		if err := v.verdict(vector); !errors.Is(err, ErrExpired) {
			t.Errorf("expired: %v", err)
		}
		if err := v.verdict(old); !errors.Is(err, ErrUnknown) {
			t.Errorf("grace over: %v", err)
		}
		source.notify[0]() // a reload forgets nothing
		c.Advance(-2 * time.Hour)
	}
	expiring.ExpiresAt = end.Add(time.Hour)
	source.set(2, nil, expiring)
	source.notify[0]()
	if err := v.verdict(vector); err != nil {
		t.Errorf("with a new expiry: %v", err)
	}
	if len(v.events) != 1 || v.events[0].Type != EventExpired {
		t.Errorf("events %v", v.events)
	}
}

// Last use is written at most once a minute per token, and at the end.
func TestVerifierLastUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := &fakeSource{epoch: 1, records: []Record{record(vector)}}
		v, err := OpenVerifier(ctx, source, VerifierOptions{})
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		for i := range 150 {
			if _, err := v.Authenticate(KindHTTP, vector, fmt.Sprintf("192.0.2.7:%d", i)); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
		}
		synctest.Wait()
		if n := len(source.uses); n != 3 {
			t.Errorf("%d writes in 150 s", n)
		}
		if err := v.Close(ctx); err != nil {
			t.Fatal(err)
		}
		last := source.uses[len(source.uses)-1]
		if got := last.At.Sub(start); len(source.uses) != 4 || got != 149*time.Second || last.IP != "192.0.2.7" {
			t.Errorf("%d writes, the last of %v from %s", len(source.uses), got, last.IP)
		}
	})
}

func TestVerifierKinds(t *testing.T) {
	c := newClock()
	s := testStore(t, c)
	_, admin := mustCreate(t, s, NewToken{Name: "a", Kind: KindAdmin})
	_, plain := mustCreate(t, s, NewToken{Name: "h"})
	v := openVerifier(t, s, c)
	p, err := v.Authenticate(KindAdmin, admin, "192.0.2.1:1")
	if err != nil || !p.May(FlowsWrite) {
		t.Errorf("admin: %v", err)
	}
	if _, err := v.Authenticate(KindHTTP, admin, ""); !errors.Is(err, ErrUnknown) {
		t.Errorf("an admin token opens endpoints: %v", err)
	}
	if _, err := v.Authenticate(KindAdmin, plain, ""); !errors.Is(err, ErrUnknown) {
		t.Errorf("a token of endpoints opens the admin API: %v", err)
	}
	p, err = v.Authenticate(KindHTTP, plain, "")
	if err != nil || p.May(FlowsRead) || FromContext(ctx).May(FlowsRead) {
		t.Errorf("more than nothing is allowed by default: %v", err)
	}
	if err := v.Check(p); err != nil {
		t.Error(err)
	}
	if _, err := s.Revoke(ctx, by, "h"); err != nil {
		t.Fatal(err)
	}
	if err := v.Check(p); !errors.Is(err, ErrRevoked) {
		t.Errorf("check of an open connection: %v", err)
	}
}

// Tokens of another instance in the same database are unknown here.
func TestVerifierInstances(t *testing.T) {
	c := newClock()
	path := filepath.Join(t.TempDir(), "sluice.db")
	here, there := openStore(t, path, Options{Now: c.Now}), openStore(t, path, Options{Now: c.Now, Instance: "other"})
	_, value := mustCreate(t, there, NewToken{Name: "x"})
	mustCreate(t, here, NewToken{Name: "x"})
	if err := openVerifier(t, here, c).verdict(value); !errors.Is(err, ErrUnknown) {
		t.Errorf("here: %v", err)
	}
	if err := openVerifier(t, there, c).verdict(value); err != nil {
		t.Errorf("there: %v", err)
	}
}

// T7: under load, a call that starts after the answer to a revocation is refused;
// of a revocation by another process, within a second.
func TestRevocationUnderLoad(t *testing.T) {
	c := newClock()
	path := filepath.Join(t.TempDir(), "sluice.db")
	server, other := openStore(t, path, Options{Now: c.Now}), openStore(t, path, Options{Now: c.Now})
	v := openVerifier(t, server, c)
	for _, tc := range []struct {
		name  string
		store *Store
		bound time.Duration
	}{{"in process", server, 0}, {"other process", other, time.Second}} {
		t.Run(tc.name, func(t *testing.T) {
			made, value := mustCreate(t, server, NewToken{Name: tc.name})
			var lastValid atomic.Int64 // when the last accepted call started
			var stop atomic.Bool
			var wg sync.WaitGroup
			start := time.Now()
			for range 2 {
				wg.Go(func() {
					for !stop.Load() {
						began := int64(time.Since(start))
						if v.verdict(value) == nil {
							for last := lastValid.Load(); began > last && !lastValid.CompareAndSwap(last, began); last = lastValid.Load() {
							}
						}
						runtime.Gosched()
					}
				})
			}
			changed := v.Changed()
			if _, err := tc.store.Revoke(ctx, by, made.ID); err != nil {
				t.Fatal(err)
			}
			answered := time.Since(start)
			<-changed
			for v.verdict(value) == nil && time.Since(start) < answered+2*time.Second {
				runtime.Gosched()
			}
			stop.Store(true)
			wg.Wait()
			if late := time.Duration(lastValid.Load()) - answered; late > tc.bound {
				t.Errorf("accepted %v after the answer", late)
			}
			if err := v.verdict(value); !errors.Is(err, ErrRevoked) {
				t.Errorf("after all: %v", err)
			}
		})
	}
}

// A database file that is taken away is noticed, though its connections still answer.
func TestEpochOfReplacedFile(t *testing.T) {
	s := testStore(t, newClock())
	before, err := s.Epoch(ctx)
	if err != nil {
		t.Fatal(err)
	}
	mustCreate(t, s, NewToken{Name: "x"})
	if after, err := s.Epoch(ctx); err != nil || after != before+1 {
		t.Errorf("epoch %d after %d, %v", after, before, err)
	}
	e := s.engine.(*sqliteEngine)
	e.path = filepath.Join(t.TempDir(), "gone.db")
	if _, err := s.Epoch(ctx); err == nil {
		t.Error("a deleted database was not noticed")
	}
	other, err := privateFile(e.path)
	if err != nil || other == nil {
		t.Fatal(err)
	}
	if _, err := s.Epoch(ctx); err == nil {
		t.Error("a replaced database was not noticed")
	}
}

// T17: what was presented and refused leaves nothing behind.
func TestRefusedTokensCostNoMemory(t *testing.T) {
	c := newClock()
	s := testStore(t, c)
	v := openVerifier(t, s, c)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for range 20_000 {
		if err := v.verdict(newSecret(KindHTTP)); !errors.Is(err, ErrUnknown) {
			t.Fatal(err)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 200<<10 {
		t.Errorf("heap grew by %d bytes", grown)
	}
}
