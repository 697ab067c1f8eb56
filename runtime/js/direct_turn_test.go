package js

import (
	"sync"
	"testing"
	"time"

	"sluice/runtime/msg"
)

func TestRunsThatLastWaitForATurn(t *testing.T) {
	b := newBench(t)
	f := b.compile(Source{Body: `let n = 0; for (let i = 0; i < 3e5; i++) n += i; node.status(n)`, Timeout: time.Minute})
	f.node = quiet{b}
	share := b.e.pool.share
	var wg sync.WaitGroup
	for range 3 * share {
		wg.Go(func() { f.Run(newCall(b), msg.NewObject()) })
	}
	wg.Wait()
	if f.c.direct.left.n.Load() > 0 || f.lease.held > 0 || len(f.lease.queue) > 0 {
		t.Errorf("%d left to a VM, %d turns held, %d waited for", f.c.direct.left.n.Load(), f.lease.held, len(f.lease.queue))
	}
}
