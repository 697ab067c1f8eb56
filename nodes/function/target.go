package function

import (
	"strings"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// target is a property of the message or of a context that a node reads and sets.
type target struct {
	path  msg.Path // of a message, or of a context key that names one of its properties
	err   error    // path does not compile
	scope string   // flow or global; "" for the message
	store string
	key   string
	refs  bool // key holds [msg.x]
	inst  *runtime.Instance
}

// newTarget reads a property of type msg, flow or global. A fault in it is
// reported when a message comes, as Node-RED does.
func newTarget(inst *runtime.Instance, kind, property string) target {
	t := target{inst: inst}
	if kind != "flow" && kind != "global" {
		t.path, t.err = msg.ParseMessagePath(property)
		return t
	}
	t.scope = kind
	t.store, t.key = runtime.ParseContextKey(property)
	if t.refs = strings.Contains(t.key, "[msg"); t.refs {
		t.path, t.err = msg.ParsePath(t.key)
	}
	return t
}

// resolve gives the context key for m.
func (t *target) resolve(m *msg.Object) (string, error) {
	if !t.refs {
		return t.key, nil
	}
	if t.err != nil {
		return "", t.err
	}
	return t.path.Resolve(m)
}

func (t *target) get(m *msg.Object) (any, error) {
	if t.scope == "" {
		if t.err != nil {
			return msg.Undefined, t.err
		}
		return t.path.Get(m)
	}
	key, err := t.resolve(m)
	if err != nil {
		return msg.Undefined, err
	}
	return t.inst.Context(t.scope).Get(t.store, key)
}

// set makes missing parents, unless v is Undefined, which deletes. It tells
// whether the property could be set.
func (t *target) set(m *msg.Object, v any) (bool, error) {
	if t.scope == "" {
		if t.err != nil {
			return false, t.err
		}
		return t.path.Set(m, v, v != msg.Undefined)
	}
	key, err := t.resolve(m)
	if err != nil {
		return false, err
	}
	return true, t.inst.Context(t.scope).Set(t.store, key, v)
}
