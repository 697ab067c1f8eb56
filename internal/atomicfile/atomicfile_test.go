package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func names(t *testing.T, dir string) (names []string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func wantFile(t *testing.T, path, text string, mode fs.FileMode) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != text || info.Mode().Perm() != mode {
		t.Errorf("the file holds %q with mode %v, want %q with %v", got, info.Mode().Perm(), text, mode)
	}
}

func TestReplacePutsNewTextAndMode(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	for _, tc := range []struct {
		text string
		mode fs.FileMode
	}{{"one", 0o600}, {"two", 0o640}} {
		if err := Replace(path, []byte(tc.text), tc.mode); err != nil {
			t.Fatal(err)
		}
		wantFile(t, path, tc.text, tc.mode)
	}
	if left := names(t, filepath.Dir(path)); len(left) != 1 {
		t.Errorf("beside the file there is %q", left)
	}
}

func TestCreateReplacesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := Create(path, []byte("one"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Create(path, []byte("two"), 0o600); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v, want that it is there", err)
	}
	wantFile(t, path, "one", 0o600)
	if left := names(t, filepath.Dir(path)); len(left) != 1 {
		t.Errorf("beside the file there is %q", left)
	}
}

func TestAFailureLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "folder")
	if err := os.MkdirAll(filepath.Join(path, "full"), 0o700); err != nil {
		t.Fatal(err)
	}
	if Replace(path, nil, 0o600) == nil {
		t.Error("a folder was replaced")
	}
	if left := names(t, dir); len(left) != 1 {
		t.Errorf("beside the folder there is %q", left)
	}
}

func TestSweepRemovesWhatKilledWritersLeft(t *testing.T) {
	for _, tc := range []struct {
		age  time.Duration
		want []string
	}{
		{time.Hour, []string{".f.2.tmp", ".f.backup", ".other.3.tmp", "f.tmp"}},
		{0, []string{".f.backup", ".other.3.tmp", "f.tmp"}},
	} {
		dir := t.TempDir()
		for name, age := range map[string]time.Duration{
			".f.1.tmp": 2 * time.Hour, ".f.2.tmp": time.Minute, ".f.backup": 2 * time.Hour, ".other.3.tmp": 2 * time.Hour, "f.tmp": 2 * time.Hour,
		} {
			path, then := filepath.Join(dir, name), time.Now().Add(-age)
			if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Chtimes(path, then, then)); err != nil {
				t.Fatal(err)
			}
		}
		if Sweep(filepath.Join(dir, "f"), tc.age); !slices.Equal(names(t, dir), tc.want) {
			t.Errorf("age %v: %q is left, want %q", tc.age, names(t, dir), tc.want)
		}
	}
}
