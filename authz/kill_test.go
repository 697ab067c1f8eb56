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
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"
)

// childMain is what the test binary does as the victim of TestKill: it makes and
// rotates tokens, makes users, sessions and new passwords, and prints each value.
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
	for i := 0; err == nil; i++ {
		err = makeOne(s, fmt.Sprintf("%d-%d", os.Getpid(), i), i%4)
	}
	fmt.Println("error:", err)
	return true
}

// makeOne changes the store in one of four ways. What it prints is the kind of a
// value and the value, with a name in front if it needs one.
func makeOne(s *Store, name string, way int) error {
	if way < 2 {
		t, value, err := s.Create(ctx, by, NewToken{Name: name})
		if err == nil && way == 1 {
			fmt.Println("token", value)
			_, value, err = s.Rotate(ctx, by, t.ID, time.Hour)
		}
		if err == nil {
			fmt.Println("token", value)
		}
		return err
	}
	u, err := s.AddUser(ctx, by, NewUser{Username: name, Hash: testHash})
	if err != nil {
		return err
	}
	fmt.Println("password", name, "secret")
	if way == 3 { // a new one, as of rotation: the old one is over
		if _, err = s.setHash(ctx, by, u.ID, renewedHash(), "", EventUserPassword); err == nil {
			fmt.Println("password", name, "renewed")
		}
		return err
	}
	value, _, err := s.NewSession(ctx, by, u.ID, "", "")
	if err == nil {
		fmt.Println("session", value)
	}
	return err
}

// renewedHash is bcrypt of "renewed", of the lowest cost.
var renewedHash = sync.OnceValue(func() string {
	hash, err := bcrypt.GenerateFromPassword([]byte("renewed"), bcrypt.MinCost)
	if err != nil {
		panic(err)
	}
	return string(hash)
})

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

// Each value that was printed works, and nothing is half made, whenever the process was killed.
func TestKill(t *testing.T) {
	for rounds := range killRounds() {
		killWriters(t, rounds)
	}
}

func killWriters(t *testing.T, rounds int) {
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
	checkPrinted(t, s, values)
	reader := s.engine.Reader()
	var report string
	if err := reader.QueryRow("PRAGMA integrity_check").Scan(&report); err != nil || report != "ok" {
		t.Errorf("integrity: %s, %v", report, err)
	}
	for table, event := range map[string]string{"auth_token": EventCreated, "auth_user": EventUserCreated, "auth_session": EventLogin} {
		var made, told int
		if err := reader.QueryRow("SELECT (SELECT count(*) FROM "+table+"), (SELECT count(*) FROM auth_audit WHERE type = $1)", event).Scan(&made, &told); err != nil || made != told {
			t.Errorf("%s has %d rows, and the audit tells of %d: %v", table, made, told, err)
		}
	}
	t.Logf("%d values", len(values))
}

// checkPrinted holds that values work; of two passwords of a user, the last.
func checkPrinted(t *testing.T, s *Store, values []string) {
	t.Helper()
	data, err := s.Load(ctx, maxRecords)
	if err != nil {
		t.Fatal(err)
	}
	sessions := map[Hash]bool{}
	for _, e := range data.Sessions {
		sessions[e.Hash] = true
	}
	passwords := map[string]string{}
	for _, line := range values {
		switch f := strings.Fields(line); f[0] {
		case "token":
			if _, err := s.Verify(ctx, f[1]); err != nil {
				t.Errorf("a printed token: %v", err)
			}
		case "session":
			if !sessions[hashOf(f[1])] {
				t.Error("a printed session is not there")
			}
		default:
			passwords[f[1]] = f[2]
		}
	}
	for _, u := range data.Users {
		hash, err := parsePasswordHash(u.Hash)
		want, printed := passwords[u.Username]
		delete(passwords, u.Username)
		// The process may have ended between a change and its line.
		if err != nil || printed && !hash.matches(want) && (want != "secret" || !hash.matches("renewed")) {
			t.Errorf("user %s: the printed password does not match: %v", u.Username, err)
		}
	}
	if len(passwords) > 0 {
		t.Errorf("printed users that are not there: %v", passwords)
	}
}
