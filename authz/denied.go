package authz

import (
	"log/slog"
	"net/netip"
	"sync"
	"time"
)

const (
	deniedAgain = time.Minute // until the same reason from the same address is told again
	deniedKeys  = 4096        // remembered at a time
	deniedRows  = 60          // audit rows a minute, whatever the number of addresses
)

// deniedSample tells of refused requests: the first, then one a minute for each
// reason and address. Its memory is bounded.
type deniedSample struct {
	log    *slog.Logger
	record func(Event) // the audit; may be nil

	mu     sync.Mutex // guards what follows
	told   map[deniedKey]time.Time
	minute time.Time
	rows   int
}

type deniedKey struct {
	reason string
	from   netip.Addr
}

// event tells of one, if it is the turn of key.
func (d *deniedSample) event(now time.Time, key deniedKey, e Event) {
	row, tell := d.sample(now, key)
	if !tell {
		return
	}
	e.log(d.log)
	if row && d.record != nil {
		d.record(e)
	}
}

func (d *deniedSample) sample(now time.Time, key deniedKey) (row, tell bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if age := now.Sub(d.minute); age >= time.Minute || age < 0 {
		d.minute, d.rows = now, 0
	}
	if last, known := d.told[key]; known && now.Sub(last) < deniedAgain && !now.Before(last) {
		return false, false
	}
	if len(d.told) >= deniedKeys && !d.makeRoomLocked(now) {
		return false, false // a flood from many addresses tells enough by its first lines
	}
	if d.told == nil {
		d.told = map[deniedKey]time.Time{}
	}
	d.told[key] = now
	d.rows++
	return d.rows <= deniedRows, true
}

// makeRoomLocked looks at a few entries, in Go's random order, so that a flood
// stays cheap.
func (d *deniedSample) makeRoomLocked(now time.Time) bool {
	looked := 0
	for key, last := range d.told {
		if now.Sub(last) >= deniedAgain || now.Before(last) {
			delete(d.told, key)
			return true
		}
		if looked++; looked == 16 {
			break
		}
	}
	return false
}
