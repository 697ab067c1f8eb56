package js

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/dop251/goja"

	"sluice/runtime/msg"
)

// contextObject is context, flow or global of one node. Its functions work
// without this, as Node-RED's do.
func (f *Function) contextObject(scope string) *goja.Object {
	a := &contextAccess{f: f, ctx: f.node.Context(scope), scope: scope}
	o := f.vm.rt.NewObject()
	o.Set("get", a.get)
	o.Set("set", a.set)
	o.Set("keys", a.keys)
	return o
}

type contextAccess struct {
	f     *Function
	ctx   Context
	scope string
}

// pendingSet is a set of the running turn. It reaches the store when the turn
// ends or when someone looks for it, so that a body can go on filling the object.
type pendingSet struct {
	a          *contextAccess
	store, key string
	val        goja.Value
}

var (
	storeKey  = regexp.MustCompile(`^#:\((\S+?)\)::(.*)$`)
	simpleKey = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

var (
	errContextKey = errors.New("Error: Invalid context key")
	errCallback   = errors.New("Error: Callback must be a function")
	errOnlyAsync  = errors.New("Error: File Store cache disabled - only asynchronous access supported")
)

// arguments sorts out key, store and callback as Node-RED's context/index.js does.
func (a *contextAccess) arguments(key, store, cb goja.Value) (keys []string, list bool, name string, callback goja.Callable) {
	v := a.f.vm
	callback = a.callback(&store, cb)
	fail := func() {
		if callback == nil {
			v.throw(errContextKey)
		}
		a.answer(callback, v.thrown(errContextKey))
		keys = nil
	}
	if o, ok := key.(*goja.Object); ok && o.ClassName() == "Array" {
		list = true
		v.each(o, func(_ int, k goja.Value) { keys = append(keys, v.keyText(k)) })
	} else {
		keys = []string{v.keyText(key)}
	}
	for _, k := range keys {
		if k == "" {
			fail()
			return
		}
	}
	if len(keys) == 0 {
		fail()
		return
	}
	if goja.IsString(store) {
		name = text(store)
	}
	if !list && strings.HasPrefix(keys[0], "#:(") {
		if m := storeKey.FindStringSubmatch(keys[0]); m != nil {
			keys[0] = m[2]
			if name == "" {
				name = m[1]
			}
		}
	}
	return keys, list, name, callback
}

// keyText returns "" for what is no key.
func (v *vm) keyText(k goja.Value) string {
	if !goja.IsString(k) {
		return ""
	}
	return text(k)
}

func (a *contextAccess) callback(store *goja.Value, cb goja.Value) goja.Callable {
	if !cb.ToBoolean() && isCallable(*store) {
		cb, *store = *store, a.f.vm.undef
	}
	if !cb.ToBoolean() {
		return nil
	}
	f, ok := goja.AssertFunction(cb)
	if !ok {
		a.f.vm.throw(errCallback)
	}
	return f
}

// answer calls a callback.
func (a *contextAccess) answer(cb goja.Callable, args ...goja.Value) {
	if _, err := cb(a.f.vm.undef, args...); err != nil {
		panic(err)
	}
}

// plainKey returns the first of n arguments as the key of a value in the default
// store, which is what most calls ask for.
func (a *contextAccess) plainKey(c goja.FunctionCall, n int) (key string, ok bool) {
	if len(c.Arguments) != n {
		return "", false
	}
	s, ok := c.Arguments[0].(goja.String)
	if !ok {
		return "", false
	}
	key = text(s)
	return key, key != "" && !strings.HasPrefix(key, "#:(") && !a.ctx.Async("")
}

func (a *contextAccess) get(c goja.FunctionCall) goja.Value {
	v := a.f.vm
	if key, ok := a.plainKey(c, 1); ok {
		x, err := a.value("", key)
		if err != nil {
			v.throw(err)
		}
		return x
	}
	keys, list, store, cb := a.arguments(c.Argument(0), c.Argument(1), c.Argument(2))
	if keys == nil {
		return v.undef
	}
	if cb == nil && a.ctx.Async(store) {
		v.throw(errOnlyAsync)
	}
	vals := make([]goja.Value, len(keys))
	for i, k := range keys {
		x, err := a.value(store, k)
		if err != nil {
			if cb == nil {
				v.throw(err)
			}
			a.answer(cb, v.thrown(err))
			return v.undef
		}
		vals[i] = x
	}
	switch {
	case cb != nil:
		first := a.noError(store)
		if list {
			first = v.undef
		}
		a.answer(cb, append([]goja.Value{first}, vals...)...)
		return v.undef
	case list:
		return v.array(vals)
	}
	return vals[0]
}

func (v *vm) array(vals []goja.Value) *goja.Object {
	items := make([]any, len(vals))
	for i, x := range vals {
		items[i] = x
	}
	return v.rt.NewArray(items...)
}

func (a *contextAccess) value(store, key string) (goja.Value, error) {
	v := a.f.vm
	for i := len(v.cur.sets) - 1; i >= 0; i-- {
		if p := &v.cur.sets[i]; p.a.scope == a.scope && p.a.f == a.f && p.store == store && p.key == key {
			return p.val, nil
		}
	}
	v.cur.flushSetsFor(key)
	x, err := a.ctx.Get(store, key)
	if err != nil {
		return nil, err
	}
	if x == msg.Undefined && a.scope == "global" {
		x = a.f.e.seeded(key)
	}
	return v.toJS(x), nil
}

// seeded is a value of functionGlobalContext.
func (e *Engine) seeded(key string) any {
	if e.opts.Globals != nil {
		if p, err := msg.ParsePath(key); err == nil {
			return p.Lookup(e.opts.Globals)
		}
	}
	return msg.Undefined
}

func (a *contextAccess) set(c goja.FunctionCall) goja.Value {
	v := a.f.vm
	if key, ok := a.plainKey(c, 2); ok {
		if x, ok := v.primitive(c.Arguments[1]); ok {
			if s := v.cur; len(s.sets) > 0 && simpleKey.MatchString(key) {
				s.sets = append(s.sets, pendingSet{a, "", key, c.Arguments[1]})
				return v.undef
			}
			v.cur.flushSets()
			if err := a.ctx.Set("", key, x); err != nil {
				v.throw(err)
			}
			return v.undef
		}
	}
	keys, list, store, cb := a.arguments(c.Argument(0), c.Argument(2), c.Argument(3))
	if keys == nil {
		return v.undef
	}
	var vals []goja.Value
	if o, ok := c.Argument(1).(*goja.Object); list && ok && o.ClassName() == "Array" {
		v.each(o, func(_ int, x goja.Value) { vals = append(vals, x) })
	} else {
		vals = append(vals, c.Argument(1))
	}
	if o, ok := vals[0].(*goja.Object); ok && !list && cb == nil && simpleKey.MatchString(keys[0]) && !isCallable(o) {
		s := v.cur
		s.sets = append(s.sets, pendingSet{a, store, keys[0], o})
		return v.undef
	}
	v.cur.flushSets()
	for i, k := range keys {
		x := goja.Value(v.null)
		if i < len(vals) {
			x = vals[i]
		}
		if err := a.put(store, k, x); err != nil {
			if cb == nil {
				v.throw(err)
			}
			a.answer(cb, v.thrown(err))
			return v.undef
		}
	}
	if cb != nil {
		a.answer(cb, a.noError(store))
	}
	return v.undef
}

// noError is what a callback gets in the place of an error: null from the store
// whose access is asynchronous alone.
func (a *contextAccess) noError(store string) goja.Value {
	if a.ctx.Async(store) {
		return a.f.vm.null
	}
	return a.f.vm.undef
}

// put hands a value to the store, which keeps a copy.
func (a *contextAccess) put(store, key string, val goja.Value) (err error) {
	a.f.vm.cur.settled(func() {
		err = a.ctx.Set(store, key, (&exporter{vm: a.f.vm, keep: true}).value(val))
	})
	return err
}

// flushSetsFor carries out the sets of the turn if key may lead into one. Else they go on
// waiting, since a body that has got such an object goes on filling it.
func (s *session) flushSetsFor(key string) {
	if len(s.sets) == 0 {
		return
	}
	root := msg.PathRoot(key)
	if !simpleKey.MatchString(root) || slices.ContainsFunc(s.sets, func(p pendingSet) bool { return p.key == root }) {
		s.flushSets()
	}
}

// flushSets carries out the sets of the turn, the last of each key.
func (s *session) flushSets() {
	sets := s.sets
	s.sets = nil
	for i := range sets {
		p := &sets[i]
		if err := p.a.put(p.store, p.key, p.val); err != nil {
			s.emit(func(c Call) { c.Error(err.Error(), nil) })
		}
	}
}

func (a *contextAccess) keys(c goja.FunctionCall) goja.Value {
	v := a.f.vm
	store := c.Argument(0)
	cb := a.callback(&store, c.Argument(1))
	name := ""
	if goja.IsString(store) {
		name = text(store)
	}
	if cb == nil && a.ctx.Async(name) {
		v.throw(errCallback)
	}
	v.cur.flushSets()
	keys, err := a.ctx.Keys(name)
	if err != nil {
		if cb == nil {
			v.throw(err)
		}
		a.answer(cb, v.thrown(err))
		return v.undef
	}
	if a.scope == "global" {
		keys = withSeeds(v.opts.Globals.Keys(), keys)
	}
	vals := make([]goja.Value, len(keys))
	for i, k := range keys {
		vals[i] = v.str(k)
	}
	if cb != nil {
		a.answer(cb, a.noError(name), v.array(vals))
		return v.undef
	}
	return v.array(vals)
}

// withSeeds puts the names of functionGlobalContext in front, each name once.
func withSeeds(seeds, keys []string) []string {
	if len(seeds) == 0 {
		return keys
	}
	seen := map[string]bool{}
	var all []string
	for _, k := range append(seeds, keys...) {
		if !seen[k] {
			seen[k] = true
			all = append(all, k)
		}
	}
	return all
}
