package flows

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"sluice/internal/atomicfile"
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
	atomicfile.Sweep(path, time.Hour) // longer than any writer takes
	switch old, err := os.ReadFile(path); {
	case err == nil:
		if err := atomicfile.Replace(backup, old, mode); err != nil {
			return err
		}
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return atomicfile.Replace(path, data, mode)
}
