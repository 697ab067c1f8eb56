package jsonata

import "sluice/runtime/msg"

// checkPartial stands in for the errors of the JavaScript engine when a partly
// applied native, whose arguments nobody validates, gets what it cannot use.
func checkPartial(n *native, args []any) error {
	if n.sig == nil {
		return nil
	}
	for i, p := range n.sig.params {
		if i >= len(args) {
			break
		}
		t := typeOfArg(args[i])
		if t == typeMissing && p.types&typeMissing != 0 {
			continue
		}
		_, raw := args[i].(*native)
		if t&p.types == 0 || p.array && t != typeArray || raw && p.types == typeFunction {
			return typeError("$" + n.name + " cannot use argument " + msg.FormatNumber(float64(i+1)))
		}
	}
	return nil
}

// tokenOf is how an error names what is called.
func tokenOf(proc *node) any {
	if proc.kind == kindPath {
		proc = proc.steps[0]
	}
	switch proc.kind {
	case kindString, kindNumber, kindValue:
		return proc.val
	case kindLambda, kindBlock, kindCondition, kindTransform, kindPath, kindSort, kindParent:
		return undefined
	}
	return proc.text
}

// function evaluates an invocation. With chained, that is the first argument.
func (e *evaluation) function(n *node, input any, env *frame, chained *any) (any, error) {
	fn, err := e.operand(n.lhs, input, env)
	if err != nil {
		return nil, err
	}
	if err := hintDollar("T1005", n, fn, env); err != nil {
		return nil, err
	}
	args := make([]any, 0, len(n.args)+1)
	if chained != nil {
		args = append(args, *chained)
	}
	for _, a := range n.args {
		v, err := e.operand(a, input, env)
		if err != nil {
			return nil, err
		}
		if isFunction(v) {
			v = &closure{fn: v, env: env}
		}
		args = append(args, v)
	}
	switch fn.(type) {
	case *native, *lambda:
		*e.siteOf(fn) = site{token: tokenOf(n.lhs), pos: n.pos, set: tokenOf(n.lhs) != undefined}
	}
	var result any
	if fn == nil {
		err = typeError("Cannot set properties of null (setting 'token')")
	} else {
		result, err = e.callFunction(fn, args, input, env)
	}
	if err == nil {
		return result, nil
	}
	x := asError(err)
	if x.Position <= 0 {
		x.Position = n.pos
	}
	if x.Token == undefined || !msg.ToBool(x.Token) {
		x.Token = tokenOf(n.lhs)
	}
	return nil, x
}

// hintDollar is the error for a function's name without its $.
func hintDollar(code string, n *node, fn any, env *frame) error {
	if fn != undefined || n.lhs.kind != kindPath {
		return nil
	}
	name, ok := tokenOf(n.lhs).(string)
	if !ok || !msg.ToBool(env.value(name)) {
		return nil
	}
	return &Error{Code: code, Position: n.pos, Token: name, Value: undefined}
}

// openArg stands for an argument that a partial application leaves open.
type openArg struct{}

func (e *evaluation) partial(n *node, input any, env *frame) (any, error) {
	args := make([]any, len(n.args))
	for i, a := range n.args {
		if a.kind == kindOperator {
			args[i] = openArg{}
			continue
		}
		v, err := e.eval(a, input, env)
		if err != nil {
			return nil, err
		}
		args[i] = v
	}
	fn, err := e.eval(n.lhs, input, env)
	if err != nil {
		return nil, err
	}
	if err := hintDollar("T1007", n, fn, env); err != nil {
		return nil, err
	}
	switch fn := fn.(type) {
	case *lambda:
		l := *fn
		l.sig, l.site = nil, site{}
		return l.apply(args), nil
	case *native:
		// The original writes a lambda with the parameters of the JavaScript
		// function, which fails for one with a default value.
		if fn.name == "string" {
			_, err := parse("function($arg, $prettify = false){ _ }")
			return nil, err
		}
		l := &lambda{native: fn, env: env}
		for _, p := range fn.params {
			l.params = append(l.params, &node{kind: kindVariable, text: p})
		}
		return l.apply(args), nil
	case *matcher:
		l := &lambda{rest: fn, env: env}
		for _, p := range matcherParams {
			l.params = append(l.params, &node{kind: kindVariable, text: p})
		}
		return l.apply(args), nil
	case *closure:
		_, err := parse("function($...params){ _ }") // likewise, for rest parameters
		return nil, err
	}
	return nil, &Error{Code: "T1008", Position: n.pos, Token: tokenOf(n.lhs), Value: undefined}
}

// apply makes a function of the parameters that args leaves open.
func (l *lambda) apply(args []any) *lambda {
	scope := &frame{parent: l.env}
	var left []*node
	for i, p := range l.params {
		v := argAt(args, i)
		if _, ok := v.(openArg); ok {
			left = append(left, p)
		} else {
			scope.bind(p.text, v)
		}
	}
	out := *l
	out.params, out.env = left, scope
	return &out
}

// chain evaluates lhs ~> rhs: a call with one more argument, or the composition
// of two functions.
func (e *evaluation) chain(n *node, input any, env *frame) (any, error) {
	lhs, err := e.eval(n.lhs, input, env)
	if err != nil {
		return nil, err
	}
	if n.rhs.kind == kindFunction {
		return e.function(n.rhs, input, env, &lhs)
	}
	fn, err := e.eval(n.rhs, input, env)
	if err != nil {
		return nil, err
	}
	if !isFunction(fn) {
		return nil, &Error{Code: "T2006", Position: n.pos, Token: undefined, Value: fn}
	}
	if !isFunction(lhs) {
		return e.callFunction(fn, []any{lhs}, nil, env)
	}
	compose, err := e.eval(composition(), nil, env)
	if err != nil {
		return nil, err
	}
	return e.callFunction(compose, []any{lhs, fn}, nil, env)
}
