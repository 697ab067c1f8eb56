package jsonata

import "sluice/runtime/msg"

// A transform |pattern|update,delete| is a function of one object or array.
var (
	transformSignature = mustSignature("<(oa):o>")
	transformParams    = []*node{{kind: kindVariable, text: "obj"}}
)

// transform changes a copy of v: what the pattern finds in it is updated.
func (e *evaluation) transform(n *node, v any, env *frame) (any, error) {
	if v == undefined {
		return undefined, nil
	}
	clone := env.value("clone")
	if !isFunction(clone) {
		return nil, errorPos("T2013", n.pos)
	}
	result, err := e.callFunction(clone, []any{v}, nil, env)
	if err != nil {
		return nil, err
	}
	matches, err := e.eval(n.cond, result, env)
	if err != nil || matches == undefined {
		return result, err
	}
	list, ok := asArray(matches)
	if !ok {
		list = newSequence(matches)
	}
	own := make(map[any]bool)
	collect(result, own)
	for i := range list.Len() {
		if err := e.rewriteMatch(n, list.At(i), own, env); err != nil {
			return nil, err
		}
	}
	return result, nil
}

// collect notes the containers that v consists of.
func collect(v any, own map[any]bool) {
	if own[v] {
		return
	}
	switch v := v.(type) {
	case *msg.Object:
		own[v] = true
		for _, x := range v.All() {
			collect(x, own)
		}
	case *msg.Array:
		own[v] = true
		for _, x := range v.All() {
			collect(x, own)
		}
	}
}

// rewriteMatch updates one match. A pattern can reach beyond the copy, by $$ or
// a variable; what it finds there stays as it is, since the input is not ours.
func (e *evaluation) rewriteMatch(n *node, match any, own map[any]bool, env *frame) error {
	update, err := e.eval(n.then, match, env)
	if err != nil {
		return err
	}
	if update != undefined {
		if !isObject(update) {
			return &Error{Code: "T2011", Position: n.then.pos, Token: undefined, Value: update}
		}
		for _, k := range ownKeys(update) {
			if err := assignable(match, k); err != nil {
				return err
			}
			v := e.hold(ownValue(update, k))
			if !own[match] {
				continue
			}
			if err := msg.SetProperty(match, k, v); err != nil {
				return typeError(err.Error())
			}
			collect(v, own)
		}
	}
	if n.alt == nil {
		return nil
	}
	deletions, err := e.eval(n.alt, match, env)
	if err != nil || deletions == undefined {
		return err
	}
	keys, ok := asArray(deletions)
	if !ok {
		keys = newSequence(deletions)
	}
	for i := range keys.Len() {
		if _, ok := keys.At(i).(string); !ok {
			return &Error{Code: "T2012", Position: n.alt.pos, Token: undefined, Value: deletions}
		}
	}
	if o, ok := match.(*msg.Object); ok && own[match] {
		for i := range keys.Len() {
			o.Delete(keys.At(i).(string))
		}
	}
	return nil
}

// assignable fails as an assignment in strict JavaScript does.
func assignable(v any, key string) error {
	switch v := v.(type) {
	case nil:
		return typeError("Cannot set properties of null (setting '" + key + "')")
	case string, float64, bool:
		return typeError("Cannot create property '" + key + "' on " + msg.TypeOf(v) + " '" + msg.ToString(v) + "'")
	}
	if v == undefined {
		return typeError("Cannot set properties of undefined (setting '" + key + "')")
	}
	return nil
}
