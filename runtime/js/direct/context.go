package direct

import (
	"regexp"
	"slices"
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

// place is a value of a context by the root of its keys.
type place struct{ scope, root string }

func (r *run) contextGet(scope string, k value) value {
	key := r.contextKey(k)
	at := place{scope, msg.PathRoot(key)}
	for i := len(r.sets) - 1; i >= 0; i-- {
		switch s := &r.sets[i]; {
		case s.Scope != scope:
		case s.Key == key:
			return of(s.Value)
		case msg.PathRoot(s.Key) == at.root || !namedPath.MatchString(at.root):
			bailout("a path into a context that has just been set")
		}
	}
	x, ok := r.host.Get(scope, key)
	if !ok {
		bailout("a context")
	}
	switch x.(type) {
	case *msg.Object, *msg.Array:
		r.got = append(r.got, at)
	case string, float64, bool, nil:
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
	x := r.loose(v)
	if !simpleKey.MatchString(key) {
		r.reaches(scope, key)
		x = msg.CopyIn(x) // as a VM does
	} else {
		for i := len(r.sets) - 1; i >= 0; i-- {
			if s := &r.sets[i]; s.Scope == scope && s.Key == key {
				s.Value = x
				return
			} else if s.Scope == scope && msg.PathRoot(s.Key) == key {
				break // which comes before this one
			}
		}
	}
	r.sets = append(r.sets, Set{scope, key, x})
}

// namedPath is a key of names.
var namedPath = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z_][A-Za-z0-9_-]*)*$`)

// reaches makes sure that a path can be set when the run has ended: all on its way are
// objects, or not there, and the body cannot see that it is not set yet.
func (r *run) reaches(scope, key string) {
	at := place{scope, msg.PathRoot(key)}
	if !namedPath.MatchString(key) || slices.Contains(r.got, at) {
		bailout("a path into a context")
	}
	for i := range r.sets {
		if s := &r.sets[i]; s.Scope == scope && msg.PathRoot(s.Key) == at.root && s.Key != key {
			bailout("paths into one value of a context")
		}
	}
	for i := 0; i < len(key); i++ {
		if key[i] != '.' {
			continue
		}
		switch x, ok := r.host.Get(scope, key[:i]); x.(type) {
		case *msg.Object:
		default:
			if !ok || x != msg.Undefined {
				bailout("a path into a context")
			}
		}
	}
}
