package runtime

import (
	"fmt"
	"strings"

	"sluice/runtime/msg"
)

// Store is a context store: named values in scopes. A scope is "global", a
// flow's id, or a node's id, a colon and its flow's id, as Node-RED names them.
// The engine's State lock is held during every call but Close, so a store must not
// block longer than a read of a small file takes.
type Store interface {
	// Get returns the value at a key of a scope: the live container, or Undefined.
	Get(scope, key string) (any, error)
	// Set keeps v, which the store owns from then on; Undefined removes the key.
	Set(scope, key string, v any) error
	Keys(scope string) ([]string, error)
	Delete(scope string) error
	// Clean removes every scope but global and those whose node or flow is alive.
	Clean(alive func(id string) bool) error
	Close() error
	// Async tells whether function nodes must use callbacks, as Node-RED's
	// localfilesystem without a cache demands.
	Async() bool
}

// Stores are the context stores of an engine, by name.
type Stores struct {
	eng      *Engine
	byName   map[string]Store
	fallback Store // the default one
	seed     *msg.Object
	unknown  map[string]bool // names warned about
}

// Context is one context as a node uses it: its own, its flow's or the global one.
type Context struct {
	stores *Stores
	scope  string
	parent *Context // of a subflow's flow context: the flow it is in
}

// Context returns the node's "node", "flow" or "global" context.
func (inst *Instance) Context(scope string) *Context {
	switch scope {
	case "global":
		return &Context{stores: inst.eng.stores, scope: "global"}
	case "flow":
		return inst.flow().context()
	}
	return &Context{stores: inst.eng.stores, scope: inst.Alias() + ":" + inst.Z}
}

func (s *scope) context() *Context {
	c := &Context{stores: s.eng.stores, scope: s.def.ID}
	if s.owner != nil {
		c.parent = s.owner.flow().context()
	}
	return c
}

// Get returns a value of the caller's own. An empty store name is the default store.
func (c *Context) Get(store, key string) (any, error) {
	c.stores.eng.State.Lock()
	defer c.stores.eng.State.Unlock()
	v, err := c.GetLive(store, key)
	return msg.CopyOut(v), err
}

// Set keeps a copy of v; Undefined removes the key.
func (c *Context) Set(store, key string, v any) error {
	c.stores.eng.State.Lock()
	defer c.stores.eng.State.Unlock()
	return c.SetLive(store, key, v)
}

// GetLive returns the store's own value. The caller holds Engine.State as long as it uses it.
func (c *Context) GetLive(store, key string) (any, error) {
	c, key = c.up(key)
	if c == nil {
		return msg.Undefined, nil
	}
	v, err := c.stores.named(store).Get(c.scope, key)
	if err == nil && v == msg.Undefined && c.scope == "global" {
		if p, perr := msg.ParsePath(key); perr == nil {
			return p.Lookup(c.stores.seed), nil
		}
	}
	return v, err
}

// SetLive is Set for a caller that holds Engine.State.
func (c *Context) SetLive(store, key string, v any) error {
	c, key = c.up(key)
	if c == nil {
		return nil
	}
	return c.stores.named(store).Set(c.scope, key, msg.CopyIn(v))
}

// KeysLive lists the keys of the context. The caller holds Engine.State.
func (c *Context) KeysLive(store string) ([]string, error) {
	keys, err := c.stores.named(store).Keys(c.scope)
	if c.scope == "global" {
		for _, k := range c.stores.seed.Keys() {
			if !contains(keys, k) {
				keys = append(keys, k)
			}
		}
	}
	return keys, err
}

// Async tells whether the store wants callbacks.
func (c *Context) Async(store string) bool { return c.stores.named(store).Async() }

// up follows $parent. prefixes to the contexts around a subflow; nil if there is none.
func (c *Context) up(key string) (*Context, string) {
	for {
		rest, ok := strings.CutPrefix(key, "$parent")
		if !ok || rest != "" && rest[0] != '.' {
			return c, key
		}
		if c.parent == nil || rest == "" {
			return nil, ""
		}
		c, key = c.parent, rest[1:]
	}
}

func contains(list []string, s string) bool {
	for _, e := range list {
		if e == s {
			return true
		}
	}
	return false
}

func (s *Stores) named(name string) Store {
	if name == "" {
		return s.fallback
	}
	if st, ok := s.byName[name]; ok {
		return st
	}
	if !s.unknown[name] {
		s.unknown[name] = true
		s.eng.opts.Log.Warn(fmt.Sprintf("Unknown context store %q specified. Using default store.", name))
	}
	return s.fallback
}

// clean forgets the contexts of nodes and flows that are gone.
func (s *Stores) clean(set *flowSet) {
	alive := map[string]bool{}
	for _, inst := range set.all {
		alive[inst.ID], alive[inst.Alias()] = true, true
	}
	for _, sc := range set.scopes {
		alive[sc.def.ID] = true
	}
	s.eng.State.Lock()
	defer s.eng.State.Unlock()
	for name, st := range s.byName {
		if err := st.Clean(func(id string) bool { return alive[id] }); err != nil {
			s.eng.opts.Log.Error("context store could not be cleaned", "store", name, "error", err)
		}
	}
}

// Close writes what is pending.
func (s *Stores) Close() error {
	var first error
	for name, st := range s.byName {
		if err := st.Close(); err != nil && first == nil {
			first = fmt.Errorf("close context store %q: %w", name, err)
		}
	}
	return first
}
