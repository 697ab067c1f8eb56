// Command soak keeps a server busy for a while with clients of every manner, of
// which some leave early, read slowly or send what is no HTTP, and tells whether
// answers stay right and memory and goroutines stay bounded.
//
// It runs the server in its own process, on loopback only, and measures nothing
// that a benchmark would: the clients share its processor.
package main

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sluice/config"
	"sluice/server"
)

//go:embed flows.json
var flows []byte

func main() {
	length := flag.Duration("for", 2*time.Minute, "how long")
	clients := flag.Int("clients", 200, "connections at a time")
	every := flag.Duration("every", 10*time.Second, "between two lines of the report")
	flag.Parse()
	if err := run(*length, *every, *clients); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

func run(length, every time.Duration, clients int) (err error) {
	before := runtime.NumGoroutine()
	addr, stop, err := start()
	if err != nil {
		return err
	}
	counts := make([]count, len(manners))
	ctx, cancel := context.WithTimeout(context.Background(), length)
	defer cancel()
	var wg sync.WaitGroup
	for i := range clients {
		wg.Go(func() { client(ctx, addr, &manners[i%len(manners)], &counts[i%len(manners)]) })
	}
	begin := time.Now()
	fmt.Println("   time   answers  faults  MB resident  MB heap  goroutines of the server")
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for ctx.Err() == nil {
		select {
		case <-ticker.C:
			report(begin, counts, runtime.NumGoroutine()-clients-before)
		case <-ctx.Done():
		}
	}
	wg.Wait()
	if err := stop(); err != nil {
		return err
	}
	debug.FreeOSMemory()
	left := waitFor(before)
	report(begin, counts, left)
	return verdict(counts, left)
}

// start serves the flows on a free port.
func start() (addr string, stop func() error, err error) {
	dir, err := os.MkdirTemp("", "soak")
	if err != nil {
		return "", nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "flows.json"), flows, 0o600); err != nil {
		return "", nil, err
	}
	cfg, err := config.Load(dir, config.Flags{Host: "127.0.0.1", Port: "0", Auth: "none"}, func(string) (string, bool) { return "", false })
	if err != nil {
		return "", nil, err
	}
	ctx := context.Background()
	s, err := server.New(ctx, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return "", nil, err
	}
	at, err := s.Listen(ctx)
	if err != nil {
		return "", nil, err
	}
	if err := s.Deploy(ctx); err != nil {
		return "", nil, err
	}
	if p := s.Problems(); len(p) > 0 {
		return "", nil, fmt.Errorf("%v", p)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve() }()
	return at.String(), func() error {
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		return errors.Join(s.Close(ctx), <-served, os.RemoveAll(dir))
	}, nil
}

// count is what came of one manner of client.
type count struct {
	answers, faults atomic.Int64
	mu              sync.Mutex
	first           error // guarded by mu
}

func (c *count) add(n int, err error) {
	c.answers.Add(int64(n))
	if err == nil {
		return
	}
	c.faults.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.first == nil {
		c.first = err
	}
}

// client makes one connection after the other until ctx ends.
func client(ctx context.Context, addr string, m *manner, c *count) {
	random := rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())) //nolint:gosec // no secret
	for ctx.Err() == nil {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			c.add(0, err)
			return
		}
		_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
		n, err := m.use(newPeer(conn), random)
		_ = conn.Close()
		if m.rude {
			err = nil // it has asked for whatever came
		}
		c.add(n, err)
	}
}

func report(begin time.Time, counts []count, goroutines int) {
	var answers, faults int64
	for i := range counts {
		answers += counts[i].answers.Load()
		faults += counts[i].faults.Load()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	fmt.Printf("%6.0f s %9d %7d %12.1f %8.1f %11d\n", time.Since(begin).Seconds(), answers, faults, resident(), float64(m.HeapAlloc)/(1<<20), goroutines)
}

// resident is the process's resident memory in MB, 0 where that cannot be told.
func resident() float64 {
	text, err := os.ReadFile("/proc/self/statm")
	var total, pages int64
	if _, scanErr := fmt.Fscan(strings.NewReader(string(text)), &total, &pages); err != nil || scanErr != nil && !errors.Is(scanErr, io.EOF) {
		return 0
	}
	return float64(pages*int64(os.Getpagesize())) / (1 << 20)
}

// waitFor gives what is ending a moment and returns how many goroutines are left beyond those before.
func waitFor(before int) int {
	for range 50 {
		if runtime.NumGoroutine() <= before {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	return runtime.NumGoroutine() - before
}

func verdict(counts []count, left int) error {
	var failed []error
	for i := range counts {
		c := &counts[i]
		fmt.Printf("%-24s %9d answers %6d faults\n", manners[i].name, c.answers.Load(), c.faults.Load())
		if c.faults.Load() > 0 {
			failed = append(failed, fmt.Errorf("%s: %w", manners[i].name, c.first))
		}
	}
	if left > 0 {
		buf := make([]byte, 1<<20)
		failed = append(failed, fmt.Errorf("%d goroutines are left:\n%s", left, buf[:runtime.Stack(buf, true)]))
	}
	return errors.Join(failed...)
}
