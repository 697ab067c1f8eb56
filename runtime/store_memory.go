package runtime

import (
	"strings"

	"sluice/runtime/msg"
)

// memoryStore keeps contexts in memory (Node-RED's context/memory.js).
type memoryStore struct{ scopes map[string]*msg.Object }

func newMemoryStore() *memoryStore { return &memoryStore{scopes: map[string]*msg.Object{}} }

func (s *memoryStore) Get(scope, key string) (any, error) {
	o := s.scopes[scope]
	if o == nil {
		return msg.Undefined, nil
	}
	if isPlainKey(key) {
		return o.Value(key), nil
	}
	p, err := msg.ParsePath(key)
	if err != nil {
		return msg.Undefined, err
	}
	return p.Lookup(o), nil
}

func (s *memoryStore) Set(scope, key string, v any) error {
	o := s.scopes[scope]
	if o == nil {
		o = msg.CopyIn(&msg.Object{}).(*msg.Object)
		s.scopes[scope] = o
	}
	if isPlainKey(key) {
		if v == msg.Undefined {
			o.Delete(key)
		} else {
			o.Set(key, v)
		}
		return nil
	}
	p, err := msg.ParsePath(key)
	if err != nil {
		return err
	}
	_, err = p.Set(o, v, true)
	return err
}

// isPlainKey tells whether a key is a single name, which needs no parsing.
func isPlainKey(key string) bool {
	for i := 0; i < len(key); i++ {
		c := key[i] | 0x20
		if (c < 'a' || c > 'z') && (c < '0' || c > '9' || i == 0) && key[i] != '_' && key[i] != '$' {
			return false
		}
	}
	return key != ""
}

func (s *memoryStore) Keys(scope string) ([]string, error) { return s.scopes[scope].Keys(), nil }

func (s *memoryStore) Delete(scope string) error {
	delete(s.scopes, scope)
	return nil
}

func (s *memoryStore) Clean(alive func(id string) bool) error {
	for scope := range s.scopes {
		id, _, _ := strings.Cut(scope, ":")
		if scope != "global" && !alive(id) {
			delete(s.scopes, scope)
		}
	}
	return nil
}

func (s *memoryStore) Close() error { return nil }
func (s *memoryStore) Async() bool  { return false }
