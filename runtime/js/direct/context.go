package direct

import (
	"regexp"
	"strings"

	"sluice/runtime/msg"
)

// simpleKey is a key that is no path.
var simpleKey = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// contextCall compiles get and set of a context, of one key of the default store.
func (c *compiler) contextCall(scope, name string, args []expr) expr {
	c.body.contexts = true
	switch {
	case name == "get" && len(args) == 1:
		return c.callStatic(func(r *run, args []value) value { return r.contextGet(scope, args[0]) }, args)
	case name == "set" && len(args) == 2:
		return c.callStatic(func(r *run, args []value) value { r.contextSet(scope, args[0], args[1]); return undefined }, args)
	}
	refuse("it calls %s.%s in a special way", scope, name)
	return nil
}

func (r *run) contextKey(v value) string {
	key, ok := v.any.(string)
	if !ok || key == "" || strings.HasPrefix(key, "#:(") {
		bailout("a special key of a context")
	}
	return key
}

func (r *run) contextGet(scope string, k value) value {
	key := r.contextKey(k)
	for i := len(r.sets) - 1; i >= 0; i-- {
		if s := &r.sets[i]; s.Scope == scope && s.Key == key {
			return of(s.Value)
		}
	}
	if len(r.sets) > 0 && !simpleKey.MatchString(key) {
		bailout("a path into a context that has just been set")
	}
	x, ok := r.host.Get(scope, key)
	if !ok {
		bailout("a context")
	}
	switch x.(type) {
	case string, float64, bool, nil, *msg.Object, *msg.Array:
	default:
		if x != msg.Undefined {
			bailout("a special object of a store")
		}
	}
	return of(x)
}

// contextSet keeps a value for the store. It is not there before the run has ended,
// which nobody can tell: whoever runs meanwhile waits for the lock of the stores.
func (r *run) contextSet(scope string, k, v value) {
	key := r.contextKey(k)
	if !simpleKey.MatchString(key) {
		bailout("a path into a context")
	}
	x := r.loose(v)
	for i := range r.sets {
		if s := &r.sets[i]; s.Scope == scope && s.Key == key {
			s.Value = x
			return
		}
	}
	r.sets = append(r.sets, Set{scope, key, x})
}
