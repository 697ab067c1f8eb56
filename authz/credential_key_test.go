package authz

import (
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestASecretOpensInItsPlaceAlone(t *testing.T) {
	k, err := ParseKeys(base64.StdEncoding.EncodeToString(make([]byte, 32)), "test")
	if err != nil {
		t.Fatal(err)
	}
	id, sealed, err := k.Seal("ROW", "token", "value")
	if err != nil || !strings.HasPrefix(sealed, "v1.") || strings.Contains(sealed, "value") {
		t.Fatalf("%s %s %v", id, sealed, err)
	}
	if again, _ := k.byID(id); again.id != id || id == "" {
		t.Error("the key has no id")
	}
	if v, err := k.Open(id, "ROW", "token", sealed); v != "value" || err != nil {
		t.Errorf("got %q, %v", v, err)
	}
	for name, args := range map[string][4]string{
		"another row":       {id, "ROW2", "token", sealed},
		"another field":     {id, "ROW", "password", sealed},
		"another key":       {"00", "ROW", "token", sealed},
		"a changed text":    {id, "ROW", "token", sealed[:len(sealed)-2] + "AA"},
		"a cut text":        {id, "ROW", "token", sealed[:10]},
		"no text":           {id, "ROW", "token", ""},
		"another version":   {id, "ROW", "token", "v2." + sealed[3:]},
		"what is no base64": {id, "ROW", "token", "v1.***"},
	} {
		if v, err := k.Open(args[0], args[1], args[2], args[3]); !errors.Is(err, ErrKey) || v != "" {
			t.Errorf("%s: %q, %v", name, v, err)
		}
	}
	if _, twice, _ := k.Seal("ROW", "token", "value"); twice == sealed {
		t.Error("a nonce was used twice")
	}
}

func TestAKeyFileIsItsOwnersAlone(t *testing.T) {
	dir := t.TempDir()
	key := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 32)))
	for _, tc := range []struct {
		name, text string
		mode       os.FileMode
		want       string
	}{
		{"right", key + "\n", 0o600, ""},
		{"read-only", key, 0o400, ""},
		{"others can read it", key, 0o644, "chmod 600"},
		{"the group can read it", key, 0o640, "chmod 600"},
		{"empty", "", 0o600, "empty"},
		{"too short", key[:20], 0o600, "32 bytes"},
		{"no base64", strings.Repeat("!", 44), 0o600, "32 bytes"},
	} {
		path := filepath.Join(dir, strings.ReplaceAll(tc.name, " ", "-"))
		if err := os.WriteFile(path, []byte(tc.text), tc.mode); err != nil {
			t.Fatal(err)
		}
		_, err := OpenKeys(path)
		if tc.want == "" && err != nil || tc.want != "" && (!errors.Is(err, ErrKey) || !strings.Contains(err.Error(), tc.want)) {
			t.Errorf("%s: %v, want %q", tc.name, err, tc.want)
		}
		if err != nil && tc.text != "" && strings.Contains(err.Error(), tc.text) {
			t.Errorf("%s: the error repeats the key", tc.name)
		}
		if text, _ := os.ReadFile(path); string(text) != tc.text {
			t.Errorf("%s: the file was changed", tc.name)
		}
	}
	if _, err := OpenKeys(dir); err == nil {
		t.Error("a folder is taken for a key file")
	}
}

func TestALostKeyIsNotReplaced(t *testing.T) {
	s, k := testStore(t, newClock()), testKeys(t)
	mustSet(t, s, k, bearerFor("a", "h"), "value-one")
	if info, err := os.Stat(k.path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	if err := os.Rename(k.path, k.path+".away"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.SetCredential(ctx, k, by, bearerFor("b", "h"), "value-two"); !errors.Is(err, ErrKey) || !strings.Contains(err.Error(), "backup") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(k.path); !errors.Is(err, os.ErrNotExist) {
		t.Error("a new key hides that the old one is gone")
	}
}

func TestKeysOfTheEnvironmentTakeOverInTurn(t *testing.T) {
	s := testStore(t, newClock())
	one, two := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("1", 32))), base64.StdEncoding.EncodeToString([]byte(strings.Repeat("2", 32)))
	old, _ := ParseKeys(one, "SLUICE_MASTER_KEY")
	mustSet(t, s, old, bearerFor("a", "h"), "value-one")
	if _, err := s.RotateKeys(ctx, old, by); !errors.Is(err, ErrKeyFixed) {
		t.Errorf("one key: %v", err)
	}
	both, _ := ParseKeys(two+" "+one, "SLUICE_MASTER_KEY")
	if n, err := s.RotateKeys(ctx, both, by); err != nil || n != 1 {
		t.Fatalf("%d, %v", n, err)
	}
	alone, _ := ParseKeys(two, "SLUICE_MASTER_KEY")
	if entries, err := s.openCredentials(ctx, alone); err != nil || entries["a"].grant.Secret != "value-one" {
		t.Errorf("%v", err)
	}
	if _, err := ParseKeys(" ", "SLUICE_MASTER_KEY"); !errors.Is(err, ErrKey) {
		t.Errorf("no key: %v", err)
	}
}

func TestRotationLeavesOneKey(t *testing.T) {
	s, k := testStore(t, newClock()), testKeys(t)
	if _, err := s.RotateKeys(ctx, k, by); !errors.Is(err, ErrKey) {
		t.Errorf("without a key: %v", err)
	}
	for i := range 3 {
		mustSet(t, s, k, bearerFor(fmt.Sprint("c", i), "h"), fmt.Sprint("value-", i))
	}
	before, _ := os.ReadFile(k.path)
	if n, err := s.RotateKeys(ctx, k, by); n != 3 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	after, _ := os.ReadFile(k.path)
	if strings.Count(string(after), "\n") != 1 || string(after) == string(before) {
		t.Error("the old key is still there")
	}
	fresh, _ := OpenKeys(k.path)
	entries, err := s.openCredentials(ctx, fresh)
	for i := range 3 {
		if e := entries[fmt.Sprint("c", i)]; err != nil || e.fault != nil || e.grant.Secret != fmt.Sprint("value-", i) {
			t.Errorf("c%d: %v %v", i, e, err)
		}
	}
}

// credentialChild is what the test binary does as the victim of
// TestKilledWritersLoseNoCredential: it sets and rotates, and prints what holds.
func credentialChild(dir string) {
	s, err := Open(ctx, filepath.Join(dir, "sluice.db"), Options{})
	if err != nil {
		fmt.Println("error:", err)
		return
	}
	k, err := OpenKeys(filepath.Join(dir, "master.key"))
	for i := 0; err == nil; i++ {
		name, value := fmt.Sprintf("c-%d-%d", os.Getpid(), i), fmt.Sprintf("value-%d", i)
		if _, _, err = s.SetCredential(ctx, k, by, bearerFor(name, "h"), value); err != nil {
			break
		}
		fmt.Println("set", name, value)
		if i%3 == 2 {
			_, err = s.RotateKeys(ctx, k, by)
		}
	}
	fmt.Println("error:", err)
}

// Whenever a process is killed while two set credentials and rotate the key, each
// value that was reported opens with the key file, which is whole.
func TestKilledWritersLoseNoCredential(t *testing.T) {
	for rounds := range killRounds() {
		killCredentialWriters(t, rounds)
	}
}

func killCredentialWriters(t *testing.T, rounds int) {
	dir := t.TempDir()
	var mu sync.Mutex // guards values
	values := map[string]string{}
	for range rounds {
		var outputs []*bufio.Scanner
		var children []*exec.Cmd
		for range 2 {
			cmd := exec.CommandContext(t.Context(), os.Args[0])
			cmd.Env = append(os.Environ(), "SLUICE_TEST_KILL_CREDENTIALS="+dir)
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			outputs, children = append(outputs, bufio.NewScanner(out)), append(children, cmd)
		}
		var wg sync.WaitGroup
		for i, lines := range outputs {
			wg.Go(func() {
				for left := 4 + rand.IntN(16); lines.Scan(); left-- {
					fields := strings.Fields(lines.Text())
					switch fields[0] {
					case "error:":
						t.Error(lines.Text())
					case "set":
						mu.Lock()
						values[fields[1]] = fields[2]
						mu.Unlock()
					}
					if left == 0 {
						time.AfterFunc(time.Duration(rand.IntN(4000))*time.Microsecond, func() { _ = children[i].Process.Kill() })
					}
				}
				_ = children[i].Wait() // killed
			})
		}
		wg.Wait()
	}
	s := openStore(t, filepath.Join(dir, "sluice.db"), Options{})
	k, err := OpenKeys(filepath.Join(dir, "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	entries, err := s.openCredentials(ctx, k)
	if err != nil {
		t.Fatal(err)
	}
	for name, e := range entries {
		if e.fault != nil {
			t.Errorf("%s: %v", name, e.fault)
		}
	}
	for name, want := range values {
		if e := entries[name]; e == nil || e.grant.Secret != want {
			t.Errorf("%s was reported as set and is lost", name)
		}
	}
	if _, err := s.RotateKeys(ctx, k, by); err != nil {
		t.Error(err)
	}
	if text, _ := os.ReadFile(k.path); strings.Count(string(text), "\n") != 1 {
		t.Error("keys of killed rotations are left")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".master.key.*.tmp")); len(left) > 0 {
		t.Errorf("killed processes leave keys behind: %v", left)
	}
	t.Logf("%d values", len(values))
}

func FuzzParseHostPattern(f *testing.F) {
	for _, s := range []string{"a", "*.a.b:1", "[::1]:2", "1.2.3.4", "ü.test", "::", "."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := parseHostPattern(text)
		if err != nil {
			return
		}
		if again, err := parseHostPattern(p.String()); err != nil || again != p {
			t.Errorf("%q is read as %q and then as %q, %v", text, p, again, err)
		}
	})
}
