package authz

import (
	"bufio"
	"flag"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// childMain is what the test binary does as the victim of TestKill: it makes and
// rotates tokens and prints each value.
func childMain() bool {
	if dir := os.Getenv("SLUICE_TEST_KILL_CREDENTIALS"); dir != "" {
		credentialChild(dir)
		return true
	}
	path := os.Getenv("SLUICE_TEST_KILL")
	if path == "" {
		return false
	}
	s, err := Open(ctx, path, Options{})
	if err != nil {
		fmt.Println("error:", err)
		return true
	}
	for i := 0; ; i++ {
		t, value, err := s.Create(ctx, by, NewToken{Name: fmt.Sprintf("%d-%d", os.Getpid(), i)})
		if err == nil && i%2 == 1 {
			fmt.Println(value)
			_, value, err = s.Rotate(ctx, by, t.ID, time.Hour)
		}
		if err != nil {
			fmt.Println("error:", err)
			return true
		}
		fmt.Println(value)
	}
}

// kills is how often each test of kill -9 kills its victim; make kills kills 200 times.
var kills = flag.Int("kills", 6, "how often each test of kill -9 kills")

// killRounds parts kills so that a database does not reach its limits.
func killRounds() iter.Seq[int] {
	return func(yield func(rounds int) bool) {
		const most = 10
		for left := *kills; left > 0 && yield(min(left, most)); left -= most {
		}
	}
}

// Each value that was printed verifies, whenever the process was killed.
func TestKill(t *testing.T) {
	for rounds := range killRounds() {
		killTokenWriters(t, rounds)
	}
}

func killTokenWriters(t *testing.T, rounds int) {
	path := filepath.Join(t.TempDir(), "sluice.db")
	var values []string
	for range rounds {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), "SLUICE_TEST_KILL="+path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		left := 1 + rand.IntN(30) // the moment to kill: after that many values
		for lines := bufio.NewScanner(out); lines.Scan(); left-- {
			if strings.HasPrefix(lines.Text(), "error:") {
				t.Fatal(lines.Text())
			}
			values = append(values, lines.Text())
			if left == 0 {
				time.AfterFunc(time.Duration(rand.IntN(2000))*time.Microsecond, func() { _ = cmd.Process.Kill() })
			}
		}
		_ = cmd.Wait() // killed
	}
	s := openStore(t, path, Options{})
	for _, value := range values {
		if _, err := s.Verify(ctx, value); err != nil {
			t.Errorf("a printed value: %v", err)
		}
	}
	var report string
	if err := s.engine.Reader().QueryRow("PRAGMA integrity_check").Scan(&report); err != nil || report != "ok" {
		t.Errorf("integrity: %s, %v", report, err)
	}
	t.Logf("%d values", len(values))
}
