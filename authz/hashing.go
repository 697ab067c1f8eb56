package authz

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
)

// hashQueue is how many may wait for their turn to hash.
const hashQueue = 64

// errBusy says that more passwords are being checked than the process takes on.
var errBusy = errors.New("too many passwords are being checked")

// hashes is shared by all that hash passwords in this process: what has to be
// bounded is its memory and its processors.
var hashes = newHashing()

// hashing runs a few slow hashes at a time, so that a flood of logins leaves
// processors and memory to the requests that are let in.
type hashing struct {
	turns   chan struct{}
	waiting atomic.Int32
	done    atomic.Uint32
}

// collectEvery is after how many hashes their memory, 19 MiB each, is collected:
// a collector that is tuned to let the heap grow would come late.
const collectEvery = 4

func newHashing() *hashing {
	return &hashing{turns: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2))}
}

// do runs f when its turn has come. It fails with errBusy when too many wait
// already, and when ctx ends first.
func (h *hashing) do(ctx context.Context, f func()) error {
	if h.waiting.Add(1) > hashQueue {
		h.waiting.Add(-1)
		return errBusy
	}
	select {
	case h.turns <- struct{}{}:
		h.waiting.Add(-1)
	case <-ctx.Done():
		h.waiting.Add(-1)
		return errBusy
	}
	defer func() { <-h.turns }()
	f()
	if h.done.Add(1)%collectEvery == 0 {
		runtime.GC()
	}
	return nil
}
