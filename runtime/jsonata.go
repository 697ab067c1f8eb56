package runtime

import (
	"context"

	"sluice/runtime/jsonata"
	"sluice/runtime/msg"
)

// Expression is a JSONata expression with what Node-RED adds to the language.
// Nodes that give it variables or an input that is no message use it; for others a
// typed input does.
type Expression struct{ expr *jsonata.Expr }

// Expression compiles text.
func (inst *Instance) Expression(text string) (*Expression, error) {
	expr, err := jsonata.Prepare(text, jsonataEnvironment{inst})
	if err != nil {
		return nil, err
	}
	return &Expression{expr}, nil
}

// Eval returns a value that may share parts with the input and the variables,
// which are named without their $.
func (x *Expression) Eval(ctx context.Context, input any, variables map[string]any) (any, error) {
	return x.expr.Eval(ctx, input, variables)
}

// jsonataInput makes an expression a typed input. The result is the caller's own.
func (inst *Instance) jsonataInput(text string) (Input, error) {
	x, err := inst.Expression(text)
	if err != nil {
		return Input{}, err
	}
	return Input{eval: func(m *msg.Object) (any, error) {
		v, err := x.Eval(context.Background(), m, nil)
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

// RegexpReason is what V8 says of a fault in a regular expression, of which err is regexp2's error.
func RegexpReason(err error) string { return jsonata.RegexpReason(err) }
