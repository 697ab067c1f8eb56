package authz

import (
	"context"
	"time"
)

func (v *Verifier) poll(ctx context.Context) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	var judged *snapshot // by which open connections were judged
	var at, flushed time.Time
	var unwritten error
	for failing := false; ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := v.check(ctx)
		if snap := v.current.Load(); snap != judged || time.Since(at) >= watchEvery {
			judged, at = snap, time.Now()
			v.recheck()
		}
		if err == nil {
			if time.Since(flushed) >= flushEvery {
				flushed, unwritten = time.Now(), v.flush(ctx, useEvery, idleEvery)
			}
			err = unwritten
		}
		if ctx.Err() == nil && (err != nil) != failing {
			failing = err != nil
			if failing {
				v.log.Error("the token store fails; requests with tokens are refused once it could not be read for 5 s", "error", err)
			} else {
				v.log.Info("the token store works again")
			}
		}
	}
}

// check compares epochs and reloads when they differ.
func (v *Verifier) check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	began := time.Now()
	epoch, err := v.source.Epoch(ctx)
	if err != nil {
		return err
	}
	if v.current.Load().epoch != epoch {
		v.refreshing.Lock()
		defer v.refreshing.Unlock()
		return v.refreshLocked(ctx)
	}
	v.database.answered(began)
	return nil
}

// changed runs inside the call that changed the store. What cannot be read back
// must not be believed either. Of many calls at once, such as logins, one reload
// that began after the last of them serves all.
func (v *Verifier) changed() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	ticket := v.wanted.Add(1)
	v.refreshing.Lock()
	defer v.refreshing.Unlock()
	if v.covered >= ticket {
		return
	}
	if err := v.refreshLocked(ctx); err != nil {
		v.log.Error("token store changed and cannot be read; requests with tokens are refused until it can", "error", err)
		v.disbelieve()
	}
}

func (v *Verifier) refreshLocked(ctx context.Context) error {
	began, wanted := time.Now(), v.wanted.Load()
	data, err := v.source.Load(ctx, maxRecords)
	if err != nil {
		return err
	}
	snap, usages := newSnapshot(&data, v.usages, v.now().UnixMilli())
	v.usages, v.covered = usages, wanted
	v.replace(snap)
	v.database.answered(began)
	return nil
}

func (v *Verifier) disbelieve() {
	v.replace(&snapshot{epoch: unbelievable, changed: make(chan struct{})})
}

func (v *Verifier) replace(next *snapshot) {
	if old := v.current.Swap(next); old != nil {
		close(old.changed)
	}
}

// flush writes the uses that are newer than what was written, by at least so much
// for tokens and for sessions, and the queued events. What could not be written is
// kept for the next time.
func (v *Verifier) flush(ctx context.Context, tokens, sessions time.Duration) error {
	v.refreshing.Lock()
	usages := v.usages
	v.refreshing.Unlock()
	var uses []Use
	for id, u := range usages {
		every := tokens
		if u.session {
			every = sessions
		}
		if at := u.at.Load(); at < u.written || at > u.written && at-u.written >= every.Milliseconds() {
			uses = append(uses, u.use(id, at))
		}
	}
	v.mu.Lock()
	events := v.events
	v.events = nil
	v.mu.Unlock()
	if len(uses)+len(events) == 0 {
		return nil
	}
	if err := v.source.Flush(ctx, uses, events); err != nil {
		for _, e := range events {
			v.Record(e)
		}
		return err
	}
	for _, u := range uses {
		usages[u.ID].written = u.At.UnixMilli()
	}
	return nil
}
