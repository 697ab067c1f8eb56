package flows

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// WriteFile puts the flows into path as the list Node-RED expects: synced, by rename,
// so that a crash leaves either the old or the new text; the old one is kept as
// .<name>.backup beside it. Pretty lays the text out anew as flowFilePretty does, which
// touches white space only. It refuses nodes that still hold credentials, which
// Credentials.Extract moves to where they belong.
func WriteFile(path string, f *File, pretty bool) error {
	for _, n := range f.Nodes {
		if indexProp(n.Props, "credentials") >= 0 {
			return fmt.Errorf("write flow file: node %s still holds its credentials", n.ID)
		}
	}
	data := f.Array()
	if pretty {
		data = indent(data)
	}
	mode := fs.FileMode(0o600)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	if err := writeAtomic(path, backupPath(path), data, mode); err != nil {
		return fmt.Errorf("write flow file: %w", err)
	}
	return nil
}

// indent lays JSON out as JSON.stringify(value, null, 4) does.
func indent(data []byte) []byte {
	var b bytes.Buffer
	if json.Indent(&b, data, "", "    ") != nil {
		return data // nested deeper than encoding/json goes
	}
	return b.Bytes()
}

// backupPath is where Node-RED keeps the text before the last save.
func backupPath(path string) string {
	dir, name := filepath.Split(path)
	return filepath.Join(dir, "."+name+".backup")
}

// writeAtomic replaces path, or what it links to, by data and keeps its old text in
// backup. The folder is made if need be.
func writeAtomic(path, backup string, data []byte, mode fs.FileMode) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	sweep(path)
	switch old, err := os.ReadFile(path); {
	case err == nil:
		if err := ReplaceFile(backup, old, mode); err != nil {
			return err
		}
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return ReplaceFile(path, data, mode)
}

// unfinished is how the names of files end that are being written.
const unfinished = ".tmp"

// IsUnfinished tells whether a file is what ReplaceFile is writing, or has left behind
// when its process was killed.
func IsUnfinished(name string) bool { return name[:1] == "." && strings.HasSuffix(name, unfinished) }

// sweep removes what killed writers left beside path. A writer takes no hour.
func sweep(path string) {
	dir, name := filepath.Split(path)
	entries, _ := os.ReadDir(cmp.Or(dir, "."))
	for _, e := range entries {
		if !IsUnfinished(e.Name()) || !strings.HasPrefix(e.Name(), "."+name+".") {
			continue
		}
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > time.Hour {
			os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

// ReplaceFile replaces a file as a whole, synced and by rename: readers, and a
// crash, see the old or the new one.
func ReplaceFile(path string, data []byte, mode fs.FileMode) (err error) {
	dir, name := filepath.Split(path)
	dir = cmp.Or(dir, ".")
	tmp, err := os.CreateTemp(dir, "."+name+".*"+unfinished)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			tmp.Close() // a second close only fails
			os.Remove(tmp.Name())
		}
	}()
	if _, err = tmp.Write(data); err != nil {
		return err
	}
	if err = tmp.Chmod(mode); err != nil {
		return err
	}
	if err = tmp.Sync(); err != nil {
		return err
	}
	if err = tmp.Close(); err != nil {
		return err
	}
	if err = os.Rename(tmp.Name(), path); err != nil {
		return err
	}
	return syncDir(dir)
}

// syncDir makes a rename in dir last; file systems that cannot are let off.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	d.Sync()
	return nil
}
