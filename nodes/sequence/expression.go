package sequence

import (
	"errors"

	"sluice/runtime"
	"sluice/runtime/jsonata"
	"sluice/runtime/msg"
)

// expression is a JSONata expression that takes more than a typed input gives it:
// variables, or an input that is no message.
type expression struct{ expr *jsonata.Expr }

func prepareExpression(inst *runtime.Instance, text string) (*expression, error) {
	expr, err := jsonata.Prepare(text, environment{inst})
	if err != nil {
		return nil, err
	}
	return &expression{expr}, nil
}

// eval returns a value that may share parts with the input and the variables.
func (x *expression) eval(d *runtime.Delivery, input any, variables map[string]any) (any, error) {
	v, err := x.expr.Eval(d.Context(), input, variables)
	if err != nil {
		return nil, scriptError(err)
	}
	return v, nil
}

// scriptError gives an error the shape that the reference implementation throws:
// those of the language itself are plain objects, which read "[object Object]".
func scriptError(err error) error {
	e, ok := errors.AsType[*jsonata.Error](err)
	if !ok || e.Code == "" {
		return msg.ErrorValue(err)
	}
	o := msg.NewObject("code", e.Code, "position", msg.Number(float64(e.Position)))
	if e.Token != msg.Undefined && e.Token != nil {
		o.Set("token", e.Token)
	}
	o.Set("message", e.Message)
	return &runtime.Thrown{Value: o}
}

// environment is what an expression reaches of its node.
type environment struct{ inst *runtime.Instance }

func (e environment) FlowContext(key, store string) (any, error) {
	return e.read("flow", key, store)
}

func (e environment) GlobalContext(key, store string) (any, error) {
	return e.read("global", key, store)
}

func (e environment) Env(name string) any { return e.inst.Env(name) }

func (e environment) read(scope, key, store string) (any, error) {
	named, key := runtime.ParseContextKey(key)
	if store == "" {
		store = named
	}
	return e.inst.Context(scope).Get(store, key)
}
