// Command hostile tells whether function nodes that loop, hoard memory, recurse,
// match without end or throw what is no error disturb another endpoint: it asks
// that endpoint at a steady rate, first alone, then beside each of them, and
// compares errors and times.
//
// The server is a process of its own, on loopback only. It measures how well
// endpoints are kept apart, not how fast they are.
package main

import (
	"cmp"
	"context"
	_ "embed"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

//go:embed flows.json
var flows []byte

// hostile are the endpoints of flows.json that misbehave.
var hostile = []string{"loop", "hoard", "recurse", "regexp", "throw", "all"}

// neighbours are those that must not feel it: one without state, one that counts in a context.
var neighbours = []string{"plain", "counter"}

func main() {
	binary := flag.String("binary", "bin/sluice", "the server to run")
	length := flag.Duration("for", 10*time.Second, "how long each pair runs")
	rate := flag.Int("rate", 200, "requests per second to the neighbour")
	only := flag.String("only", "", "the hostile endpoint to measure; all of them if empty")
	flag.Parse()
	if *only != "" {
		hostile = []string{*only}
	}
	if err := run(*binary, *length, *rate); err != nil {
		fmt.Fprintln(os.Stderr, "hostile:", err)
		os.Exit(1)
	}
}

func run(binary string, length time.Duration, rate int) error {
	base, stop, err := start(binary)
	if err != nil {
		return err
	}
	defer stop()
	fmt.Printf("%-9s %-9s %8s %7s %9s %9s %9s %6s\n", "neighbour", "beside", "answers", "errors", "p50", "p99", "max", "p99 x")
	bad := 0
	for _, to := range neighbours {
		for _, name := range hostile {
			quiet, beside := pair(base+to, base+name, length, rate)
			quiet.print(to, "nothing", quiet)
			beside.print(to, name, quiet)
			if beside.errors > 0 || beside.at(99) > 3*quiet.at(99) {
				bad++
			}
		}
	}
	if bad > 0 {
		return fmt.Errorf("in %d pairs the neighbour had errors, or a p99 of more than three times its quiet one", bad)
	}
	return nil
}

// rounds is how often both of a pair are measured, by turns: the machine may have
// other things to do, and the middle of an odd number of runs forgives some.
const rounds = 5

// pests is how many clients ask the hostile endpoint.
const pests = 4

// pair measures a neighbour alone and beside a hostile endpoint.
func pair(neighbour, hostile string, length time.Duration, rate int) (quiet, beside *result) {
	var alone, together []*result
	for range rounds {
		alone = append(alone, measure(neighbour, length/rounds, rate))
		ctx, cancel := context.WithCancel(context.Background())
		var wg sync.WaitGroup
		for range pests {
			wg.Go(func() { pester(ctx, hostile) })
		}
		together = append(together, measure(neighbour, length/rounds, rate))
		cancel()
		wg.Wait()
		time.Sleep(2 * time.Second) // until what still runs has met its time limit
	}
	return middle(alone), middle(together)
}

// middle returns the run with the median p99, and the answers and errors of all.
func middle(runs []*result) *result {
	slices.SortFunc(runs, func(a, b *result) int { return cmp.Compare(a.at(99), b.at(99)) })
	r := *runs[len(runs)/2]
	r.answers, r.errors = 0, 0
	for _, one := range runs {
		r.answers, r.errors = r.answers+one.answers, r.errors+one.errors
	}
	return &r
}

// start runs the server on a free port.
func start(binary string) (base string, stop func(), err error) {
	dir, err := os.MkdirTemp("", "hostile")
	if err != nil {
		return "", nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "flows.json"), flows, 0o600); err != nil {
		return "", nil, err
	}
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	l.Close()
	cmd := exec.Command(binary, "run", "--quiet", "--auth", "none", "--port", port, dir) //nolint:gosec // the caller's own
	cmd.Stderr = io.Discard
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = os.RemoveAll(dir)
	}
	base = "http://127.0.0.1:" + port + "/"
	for range 200 {
		if ask(context.Background(), base+"plain") == nil {
			return base, stop, nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	stop()
	return "", nil, fmt.Errorf("%s does not answer on port %s", binary, port)
}

var client = &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 100}}

func ask(ctx context.Context, url string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	res, err := client.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", res.StatusCode)
	}
	return nil
}

// pester asks an endpoint again and again, up to twenty times a second; what it answers is its own affair.
func pester(ctx context.Context, url string) {
	tick := time.NewTicker(time.Second / 20)
	defer tick.Stop()
	for ctx.Err() == nil {
		_ = ask(ctx, url)
		<-tick.C
	}
}

// result is what came of a run, with the times sorted.
type result struct {
	times           []time.Duration
	answers, errors int
}

// measure asks at a steady rate, whether answers come or not: a slow answer delays no other.
func measure(url string, length time.Duration, rate int) *result {
	var mu sync.Mutex
	var wg sync.WaitGroup
	r := &result{}
	tick := time.NewTicker(time.Second / time.Duration(rate))
	defer tick.Stop()
	for end := time.Now().Add(length); time.Now().Before(end); {
		due := <-tick.C
		wg.Go(func() {
			err := ask(context.Background(), url)
			took := time.Since(due)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				r.errors++
			}
			r.answers++
			r.times = append(r.times, took)
		})
	}
	wg.Wait()
	slices.Sort(r.times)
	return r
}

// at returns a percentile.
func (r *result) at(percent int) time.Duration {
	if len(r.times) == 0 {
		return 0
	}
	return r.times[min(len(r.times)-1, len(r.times)*percent/100)]
}

func (r *result) print(to, beside string, quiet *result) {
	fmt.Printf("%-9s %-9s %8d %7d %9s %9s %9s %6.1f\n", to, beside, r.answers, r.errors, r.at(50).Round(10*time.Microsecond),
		r.at(99).Round(10*time.Microsecond), r.at(100).Round(10*time.Microsecond), float64(r.at(99))/float64(max(1, quiet.at(99))))
}
