package runtime

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"sluice/internal/atomicfile"
	"sluice/runtime/msg"
)

// fileStore keeps contexts in files, laid out as Node-RED's localfilesystem
// store does: base/global/global.json, base/<flow>/flow.json and
// base/<flow>/<node>.json. With a cache (the default) reads come from memory and
// changes are written together after flushInterval; without, each access goes to
// its file, and function nodes need callbacks. One engine uses a store's folder.
type fileStore struct {
	memoryStore
	dir   string
	cache bool
	flush time.Duration
	log   *slog.Logger

	saving sync.Mutex      // one write at a time; taken before state
	state  sync.Locker     // the engine's, guards what follows and the values
	dirty  map[string]bool // scopes that differ from their files
	odd    map[string]bool // scopes warned about
	timer  *time.Timer     // of the next write
	closed bool
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
	s := &fileStore{
		memoryStore: *newMemoryStore(), dir: filepath.Join(dir, base), cache: true, flush: 30 * time.Second, log: e.opts.Log,
		state: &e.State, dirty: map[string]bool{}, odd: map[string]bool{},
	}
	if v, ok := config.Get("cache"); ok {
		s.cache = msg.ToBool(v)
	}
	if v, ok := config.Get("flushInterval"); ok {
		if seconds := msg.ToNumber(v); seconds >= 0 {
			s.flush = time.Duration(seconds * float64(time.Second))
		}
	}
	return s, s.open()
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

// open removes what killed writers have left and fills the cache. A file that
// cannot be read stays as it is, on disk and unread: the error names it, so nothing
// is overwritten.
func (s *fileStore) open() error {
	scopes, left, err := s.files()
	for _, path := range left {
		os.Remove(path)
	}
	if err != nil || !s.cache {
		return err
	}
	for _, scope := range scopes {
		if err := s.read(scope); err != nil {
			return err
		}
	}
	return nil
}

// files lists the scopes that have a file, and the files that no writer has finished.
func (s *fileStore) files() (scopes, left []string, err error) {
	err = filepath.WalkDir(s.dir, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || entry.IsDir() {
			return err
		}
		folder, file := filepath.Base(filepath.Dir(path)), entry.Name()
		name, isContext := strings.CutSuffix(file, ".json")
		switch {
		case atomicfile.IsUnfinished(file):
			left = append(left, path)
		case !isContext:
		case folder == "global" && name == "global":
			scopes = append(scopes, "global")
		case name == "flow":
			scopes = append(scopes, folder)
		default:
			scopes = append(scopes, name+":"+folder)
		}
		return nil
	})
	return scopes, left, err
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
	if !s.cache {
		text, err := s.text(scope)
		if err != nil {
			return err
		}
		return s.replace(scope, text)
	}
	s.touch(scope)
	return nil
}

// touch notes that a scope differs from its file.
func (s *fileStore) touch(scope string) {
	s.dirty[scope] = true
	if s.timer == nil && !s.closed {
		s.timer = time.AfterFunc(s.flush, func() {
			if err := s.write(); err != nil {
				s.log.Error("context could not be written", "error", err)
			}
		})
	}
}

// write makes the files of the scopes that differ from them anew. The state is
// not locked while it waits for the disk.
func (s *fileStore) write() error {
	s.saving.Lock()
	defer s.saving.Unlock()
	texts, failed := s.take()
	for scope, text := range texts {
		if err := s.replace(scope, text); err != nil {
			failed = append(failed, err)
			s.state.Lock()
			s.dirty[scope] = true // the next write tries again
			s.state.Unlock()
		}
	}
	return errors.Join(failed...)
}

// take returns the texts of the scopes to write, nil for those that are gone.
func (s *fileStore) take() (texts map[string][]byte, failed []error) {
	s.state.Lock()
	defer s.state.Unlock()
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
	texts = make(map[string][]byte, len(s.dirty))
	for scope := range s.dirty {
		text, err := s.text(scope)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		texts[scope] = text
		delete(s.dirty, scope)
	}
	return texts, failed
}

// text returns what the file of a scope is to hold, nil if it is to go.
func (s *fileStore) text(scope string) ([]byte, error) {
	values := s.scopes[scope]
	if values == nil {
		return nil, nil
	}
	text, _, err := msg.Stringify(values, "    ")
	if err == nil {
		delete(s.odd, scope)
		return []byte(text), nil
	}
	// Node-RED leaves out what is circular too, though not the whole value.
	kept := msg.NewObject()
	var left []string
	for key, v := range values.All() {
		if _, _, err := msg.Stringify(v, ""); err != nil {
			left = append(left, key)
			continue
		}
		kept.Set(key, v)
	}
	if !s.odd[scope] {
		s.odd[scope] = true
		s.log.Warn("context values cannot be saved and are left out of the file", "scope", scope, "keys", left, "error", err)
	}
	text, _, err = msg.Stringify(kept, "    ")
	return []byte(text), err
}

// replace makes the file of a scope anew, or removes it.
func (s *fileStore) replace(scope string, text []byte) error {
	path := s.path(scope)
	if text == nil {
		if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return atomicfile.Replace(path, text, 0o600)
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
	if err := s.memoryStore.Delete(scope); err != nil {
		return err
	}
	if !s.cache {
		return s.replace(scope, nil)
	}
	s.touch(scope)
	return nil
}

func (s *fileStore) Clean(alive func(id string) bool) error {
	scopes := slices.Collect(maps.Keys(s.scopes))
	if !s.cache {
		var err error
		if scopes, _, err = s.files(); err != nil {
			return err
		}
	}
	for _, scope := range scopes {
		id, _, _ := strings.Cut(scope, ":")
		if scope != "global" && !alive(id) {
			if err := s.Delete(scope); err != nil {
				return err
			}
		}
	}
	return nil
}

// Close writes what is left. What is set later is lost, as it would be without a file.
func (s *fileStore) Close() error {
	s.state.Lock()
	s.closed = true
	s.state.Unlock()
	return s.write()
}

// Async is true without a cache, as in Node-RED, whose store then has no synchronous access.
func (s *fileStore) Async() bool { return !s.cache }
