package runtime

import (
	"fmt"
	"regexp"

	"sluice/runtime/msg"
)

var storeName = regexp.MustCompile(`^[a-zA-Z0-9_]+$`)

// openStores makes the stores that the setting contextStorage names, or one in
// memory (Node-RED's context/index.js, load).
func openStores(e *Engine) (*Stores, error) {
	s := &Stores{eng: e, byName: map[string]Store{}, unknown: map[string]bool{}}
	s.seed, _ = e.opts.Settings.Value("functionGlobalContext").(*msg.Object)
	config, _ := e.opts.Settings.Value("contextStorage").(*msg.Object)
	alias := ""
	for name, v := range config.All() {
		if name == "_" {
			continue
		}
		if !storeName.MatchString(name) {
			return nil, fmt.Errorf("settings contextStorage: %q is no name for a store; use letters, digits and underscores", name)
		}
		if target, ok := v.(string); ok && name == "default" {
			alias = target
			continue
		}
		entry, _ := v.(*msg.Object)
		store, err := e.openStore(entry)
		if err != nil {
			return nil, fmt.Errorf("settings contextStorage.%s: %w", name, err)
		}
		s.byName[name] = store
		if s.fallback == nil || name == "default" {
			s.fallback = store
		}
	}
	if alias != "" {
		if s.fallback = s.byName[alias]; s.fallback == nil {
			return nil, fmt.Errorf("settings contextStorage.default names the store %q, which is not there", alias)
		}
	}
	if s.fallback == nil {
		s.fallback = newMemoryStore()
		s.byName["memory"] = s.fallback
	}
	return s, nil
}

func (e *Engine) openStore(entry *msg.Object) (Store, error) {
	config, _ := entry.Value("config").(*msg.Object)
	switch module := entry.String("module"); module {
	case "memory":
		return newMemoryStore(), nil
	case "localfilesystem":
		return e.openFileStore(config)
	case "":
		return nil, fmt.Errorf("it has no module; known are memory and localfilesystem")
	default:
		return nil, fmt.Errorf("the module %q is not known; known are memory and localfilesystem", module)
	}
}
