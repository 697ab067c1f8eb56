package runtime

import (
	"context"

	"sluice/runtime/jsonata"
	"sluice/runtime/msg"
)

// jsonataInput compiles a JSONata expression with what Node-RED adds to the
// language. The result is the caller's own, as the library's is in Node-RED.
func (inst *Instance) jsonataInput(text string) (Input, error) {
	expr, err := jsonata.Prepare(text, jsonataEnvironment{inst})
	if err != nil {
		return Input{}, err
	}
	return Input{eval: func(m *msg.Object) (any, error) {
		v, err := expr.Eval(context.Background(), m, nil)
		if err != nil {
			return msg.Undefined, err
		}
		return msg.Clone(v), nil
	}}, nil
}

// jsonataEnvironment is what an expression reaches of its node.
type jsonataEnvironment struct{ inst *Instance }

func (e jsonataEnvironment) FlowContext(key, store string) (any, error) {
	return e.inst.contextValue("flow", key, store)
}

func (e jsonataEnvironment) GlobalContext(key, store string) (any, error) {
	return e.inst.contextValue("global", key, store)
}

func (e jsonataEnvironment) Env(name string) any { return e.inst.Env(name) }

// contextValue reads a context by a key that may name its store.
func (inst *Instance) contextValue(scope, key, store string) (any, error) {
	named, key := ParseContextKey(key)
	if store == "" {
		store = named
	}
	return inst.Context(scope).Get(store, key)
}
