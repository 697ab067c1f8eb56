package flows

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func readText(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestWriteFileKeepsABackup(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "sub", "flows.json")
	const first, second = `[ {"id":"a", "n":1.0} ]`, `{"flows":[{"id":"b"}],"rev":"x"}`
	if err := WriteFile(path, mustParse(t, first), false); err != nil {
		t.Fatal(err)
	}
	if got := readText(t, path); got != first {
		t.Errorf("wrote %s", got)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(path, mustParse(t, second), false); err != nil {
		t.Fatal(err)
	}
	if got := readText(t, path); got != `[{"id":"b"}]` {
		t.Errorf("the object form was written as %s", got)
	}
	if got := readText(t, filepath.Join(dir, "sub", ".flows.json.backup")); got != first {
		t.Errorf("the backup is %s", got)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o640 {
		t.Errorf("the mode became %v", info.Mode())
	}
	entries, _ := os.ReadDir(filepath.Join(dir, "sub"))
	if len(entries) != 2 {
		t.Errorf("the folder holds %v", entries)
	}
}

func TestWriteFilePretty(t *testing.T) {
	path := filepath.Join(t.TempDir(), "flows.json")
	if err := WriteFile(path, mustParse(t, `[{"id":"a","w":[],"o":{},"n":1.0}]`), true); err != nil {
		t.Fatal(err)
	}
	const want = "[\n    {\n        \"id\": \"a\",\n        \"w\": [],\n        \"o\": {},\n        \"n\": 1.0\n    }\n]"
	if got := readText(t, path); got != want {
		t.Errorf("wrote\n%s", got)
	}
}

func TestWriteFileFollowsALink(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "real.json"), filepath.Join(dir, "flows.json")
	if err := os.WriteFile(target, []byte("[]"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Skip(err)
	}
	if err := WriteFile(link, mustParse(t, `[{"id":"a"}]`), false); err != nil {
		t.Fatal(err)
	}
	if got := readText(t, target); !strings.Contains(got, `"a"`) {
		t.Errorf("the target holds %s", got)
	}
}

func TestWriteFileRefusesCredentials(t *testing.T) {
	path := filepath.Join(t.TempDir(), "flows.json")
	err := WriteFile(path, mustParse(t, `[{"id":"a","credentials":{"password":"hush-hush"}}]`), false)
	if err == nil || strings.Contains(err.Error(), "hush") {
		t.Errorf("got %v", err)
	}
	if exists(path) {
		t.Error("the file was written all the same")
	}
}

func TestSavingRemovesWhatKilledWritersLeft(t *testing.T) {
	dir := t.TempDir()
	left := map[string]time.Duration{".flows.json.1.tmp": 2 * time.Hour, ".flows.json.2.tmp": time.Minute, ".other.json.3.tmp": 2 * time.Hour}
	for name, age := range left {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, time.Time{}, time.Now().Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	if err := WriteFile(filepath.Join(dir, "flows.json"), mustParse(t, `[]`), false); err != nil {
		t.Fatal(err)
	}
	for name := range left {
		_, err := os.Stat(filepath.Join(dir, name))
		if gone := name == ".flows.json.1.tmp"; (err != nil) != gone {
			t.Errorf("%s: %v", name, err)
		}
	}
}
