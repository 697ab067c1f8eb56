package runtime

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sluice/flows"
	"sluice/runtime/msg"
)

// fileStore keeps contexts in files, laid out as Node-RED's localfilesystem
// store does: base/global/global.json, base/<flow>/flow.json and
// base/<flow>/<node>.json. With a cache (the default) reads come from memory and
// changes are written together after flushInterval; without, each access goes to
// its file, and function nodes need callbacks.
type fileStore struct {
	memoryStore
	dir     string
	cache   bool
	flush   time.Duration
	log     *slog.Logger
	dirty   map[string]bool // scopes to write
	timer   *time.Timer
	pending func() // takes the engine's lock and writes what is dirty
}

// openFileStore opens the store in dir/base of the config's dir, or of the user directory.
func (e *Engine) openFileStore(config *msg.Object) (Store, error) {
	dir := config.String("dir")
	if dir == "" {
		dir = e.opts.UserDir
	}
	if dir == "" {
		return nil, errors.New("localfilesystem needs a user directory")
	}
	base := config.String("base")
	if base == "" {
		base = "context"
	}
	s := &fileStore{memoryStore: *newMemoryStore(), dir: filepath.Join(dir, base), cache: true, flush: 30 * time.Second, log: e.opts.Log, dirty: map[string]bool{}}
	if v, ok := config.Get("cache"); ok {
		s.cache = msg.ToBool(v)
	}
	if v, ok := config.Get("flushInterval"); ok {
		if seconds := msg.ToNumber(v); seconds >= 0 {
			s.flush = time.Duration(seconds * float64(time.Second))
		}
	}
	s.pending = func() {
		e.State.Lock()
		defer e.State.Unlock()
		if err := s.write(); err != nil {
			s.log.Error("context could not be written", "error", err)
		}
	}
	if !s.cache {
		return s, nil
	}
	return s, s.load()
}

// path returns the file of a scope. A node's scope is "<node>:<flow>".
func (s *fileStore) path(scope string) string {
	if scope == "global" {
		return filepath.Join(s.dir, "global", "global.json")
	}
	node, flow, isNode := strings.Cut(scope, ":")
	if !isNode {
		return filepath.Join(s.dir, safeName(node), "flow.json")
	}
	return filepath.Join(s.dir, safeName(flow), safeName(node)+".json")
}

// safeName keeps an id from a flow file from naming another folder.
func safeName(id string) string {
	return strings.NewReplacer("/", "_", `\`, "_", "..", "_", "\x00", "_").Replace(id)
}

// load reads every file below the store's folder. One that cannot be read stays
// as it is, on disk and unread: the error names it, so nothing is overwritten.
func (s *fileStore) load() error {
	return filepath.WalkDir(s.dir, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".json") {
			return err
		}
		folder, file := filepath.Base(filepath.Dir(path)), strings.TrimSuffix(filepath.Base(path), ".json")
		scope := file + ":" + folder
		switch {
		case folder == "global" && file == "global":
			scope = "global"
		case file == "flow":
			scope = folder
		}
		return s.read(scope)
	})
}

// read loads one scope from its file.
func (s *fileStore) read(scope string) error {
	text, err := os.ReadFile(s.path(scope))
	if errors.Is(err, fs.ErrNotExist) {
		delete(s.scopes, scope)
		return nil
	}
	if err != nil {
		return fmt.Errorf("read context: %w", err)
	}
	v, err := msg.ParseBytes(text)
	if err != nil {
		return fmt.Errorf("context file %s is not valid JSON (%v); mend it or move it away", s.path(scope), err)
	}
	if o, ok := v.(*msg.Object); ok {
		s.scopes[scope] = msg.CopyIn(o).(*msg.Object)
	}
	return nil
}

func (s *fileStore) Get(scope, key string) (any, error) {
	if !s.cache {
		if err := s.read(scope); err != nil {
			return msg.Undefined, err
		}
	}
	return s.memoryStore.Get(scope, key)
}

func (s *fileStore) Set(scope, key string, v any) error {
	if !s.cache {
		if err := s.read(scope); err != nil {
			return err
		}
	}
	if err := s.memoryStore.Set(scope, key, v); err != nil {
		return err
	}
	s.touch(scope)
	if !s.cache {
		return s.write()
	}
	return nil
}

// touch notes that a scope differs from its file.
func (s *fileStore) touch(scope string) {
	s.dirty[scope] = true
	if s.cache && s.timer == nil {
		s.timer = time.AfterFunc(s.flush, s.pending)
	}
}

// write writes the scopes that differ from their files.
func (s *fileStore) write() error {
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
	var failed []error
	for scope := range s.dirty {
		if err := s.writeScope(scope); err != nil {
			failed = append(failed, err)
			continue
		}
		delete(s.dirty, scope)
	}
	return errors.Join(failed...)
}

func (s *fileStore) writeScope(scope string) error {
	text, ok, err := msg.Stringify(s.scopes[scope], "    ")
	if err != nil || !ok {
		// Node-RED drops what JSON cannot hold, with a warning; here the file keeps its last good state.
		return fmt.Errorf("context of %s holds a value that cannot be saved: %w", scope, err)
	}
	path := s.path(scope)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return flows.ReplaceFile(path, []byte(text), 0o600)
}

func (s *fileStore) Keys(scope string) ([]string, error) {
	if !s.cache {
		if err := s.read(scope); err != nil {
			return nil, err
		}
	}
	return s.memoryStore.Keys(scope)
}

func (s *fileStore) Delete(scope string) error {
	delete(s.dirty, scope)
	err := os.Remove(s.path(scope))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return errors.Join(s.memoryStore.Delete(scope), err)
}

func (s *fileStore) Clean(alive func(id string) bool) error {
	for scope := range s.scopes {
		id, _, _ := strings.Cut(scope, ":")
		if scope != "global" && !alive(id) {
			if err := s.Delete(scope); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *fileStore) Close() error { return s.write() }

// Async is true without a cache, as in Node-RED, whose store then has no synchronous access.
func (s *fileStore) Async() bool { return !s.cache }
