// Package atomicfile writes files that readers, and a crash, see whole or not at all.
//
// It locks nothing: of two writers at once, one wins. It makes no folders.
package atomicfile

import (
	"cmp"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Replace puts data in place of a file, synced and by rename.
func Replace(path string, data []byte, mode fs.FileMode) error {
	return write(path, data, mode, os.Rename)
}

// Create makes a file that is not there yet; if it is, the error is fs.ErrExist.
func Create(path string, data []byte, mode fs.FileMode) error {
	return write(path, data, mode, os.Link) // unlike a rename, a link replaces nothing
}

func write(path string, data []byte, mode fs.FileMode, place func(from, to string) error) error {
	dir, name := filepath.Split(path)
	dir = cmp.Or(dir, ".")
	tmp, err := os.CreateTemp(dir, "."+name+".*"+unfinished)
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // which a rename has taken away
	defer tmp.Close()           // a second close only fails
	if _, err := tmp.Write(data); err != nil {
		return err
	}
	if err := tmp.Chmod(mode); err != nil {
		return err
	}
	if err := tmp.Sync(); err != nil {
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	if err := place(tmp.Name(), path); err != nil {
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
	_ = d.Sync()
	return nil
}

// unfinished is how the names of files end that are being written.
const unfinished = ".tmp"

// IsUnfinished tells whether a file is one that is being written, or was left behind
// when the writer was killed.
func IsUnfinished(name string) bool {
	return strings.HasPrefix(name, ".") && strings.HasSuffix(name, unfinished)
}

// Sweep removes what killed writers left beside path. What is younger than age may be
// a writer's at work; 0 is for who knows that there is none.
func Sweep(path string, age time.Duration) {
	dir, name := filepath.Split(path)
	entries, _ := os.ReadDir(cmp.Or(dir, "."))
	for _, e := range entries {
		if !IsUnfinished(e.Name()) || !strings.HasPrefix(e.Name(), "."+name+".") {
			continue
		}
		if info, err := e.Info(); err == nil && (age == 0 || time.Since(info.ModTime()) > age) {
			os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}
