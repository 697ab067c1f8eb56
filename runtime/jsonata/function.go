package jsonata

import "sluice/runtime/msg"

// native is a built-in function. Natives are shared by all evaluations.
type native struct {
	name   string
	params []string // as partial application names them
	sig    *signature
	call   func(e *evaluation, c *call, args []any) (any, error)
}

// call is where a native is called from.
type call struct {
	input any // the context value
	env   *frame
}

// lambda is a function that an expression defines, or one partly applied.
type lambda struct {
	params []*node
	sig    *signature
	body   *node
	native *native  // instead of a body
	rest   *matcher // likewise
	change *node    // likewise: a transform
	thunk  bool     // a call in tail position that still has to be made
	input  any
	env    *frame
	site   site
}

// closure is a function that was handed to another as an argument.
type closure struct {
	fn   any
	env  *frame
	site site
}

// site is from where a function was called last. Errors without a place of
// their own take it over.
type site struct {
	token any
	pos   int
	set   bool
}

// nativeSite is the site of a native within one evaluation.
type nativeSite struct {
	fn   *native
	site site
}

func (*native) TypeOf() string  { return "function" }
func (*lambda) TypeOf() string  { return "function" }
func (*closure) TypeOf() string { return "function" }
func (*matcher) TypeOf() string { return "function" }

// arity is how many arguments a function takes, optional ones of the original's
// with a default excepted.
func (n *native) arity() int {
	switch n.name {
	case "string":
		return 1
	case "zip", "random", "millis":
		return 0
	}
	return len(n.params)
}
func (l *lambda) arity() int  { return len(l.params) }
func (c *closure) arity() int { return arityOf(c.fn) }
func (*matcher) arity() int   { return 2 }

func arityOf(fn any) int {
	if f, ok := fn.(function); ok {
		return f.arity()
	}
	return 1 // a function from outside, which does not tell
}

// siteOf is where fn keeps its site; nil if it has none.
func (e *evaluation) siteOf(fn any) *site {
	switch fn := fn.(type) {
	case *native:
		for i := range e.sites {
			if e.sites[i].fn == fn {
				return &e.sites[i].site
			}
		}
		e.sites = append(e.sites, nativeSite{fn: fn})
		return &e.sites[len(e.sites)-1].site
	case *lambda:
		return &fn.site
	case *closure:
		return &fn.site
	case *matcher:
		return &fn.site
	}
	return nil
}

// callFunction calls fn and then the calls that it left in tail position.
func (e *evaluation) callFunction(fn any, args []any, input any, env *frame) (any, error) {
	result, err := e.callOnce(fn, args, input, env)
	for err == nil {
		t, ok := result.(*lambda)
		if !ok || !t.thunk {
			return result, nil
		}
		if err := e.tick(); err != nil {
			return nil, err
		}
		next, err := e.eval(t.body.lhs, t.input, t.env)
		if err != nil {
			return nil, err
		}
		if err := e.markTail(next, t.body.lhs); err != nil {
			return nil, err
		}
		args := make([]any, len(t.body.args))
		for i, a := range t.body.args {
			if args[i], err = e.eval(a, t.input, t.env); err != nil {
				return nil, err
			}
		}
		if result, err = e.callOnce(next, args, input, env); err != nil {
			if e.siteOf(next) == nil {
				asError(err).Position = t.body.lhs.pos // the original wrote it into an object
			}
			return nil, err
		}
	}
	return nil, err
}

// markTail notes the site of a tail call. The original writes it into whatever
// is to be called, which fails for what is no object.
func (e *evaluation) markTail(fn any, proc *node) error {
	what := "position"
	if proc.kind == kindVariable {
		what = "token"
	}
	switch v := fn.(type) {
	case nil:
		return typeError("Cannot set properties of null (setting '" + what + "')")
	case string:
		return typeError("Cannot create property '" + what + "' on string '" + v + "'")
	case float64, bool:
		return typeError("Cannot create property '" + what + "' on " + msg.TypeOf(v) + " '" + msg.ToString(v) + "'")
	}
	if fn == undefined {
		return typeError("Cannot set properties of undefined (setting '" + what + "')")
	}
	if s := e.siteOf(fn); s != nil {
		if proc.kind == kindVariable {
			s.token, s.set = proc.text, true
		}
		s.pos = proc.pos
	}
	return nil
}

func (e *evaluation) callOnce(fn any, args []any, input any, env *frame) (any, error) {
	result, err := e.dispatch(fn, args, input, env)
	if err == nil {
		return result, nil
	}
	x := asError(err)
	if s := e.siteOf(fn); s != nil {
		if x.Token == undefined && s.set {
			x.Token = s.token
		}
		if s.pos > 0 {
			x.Position = s.pos
		}
	}
	return nil, x
}

func (e *evaluation) dispatch(fn any, args []any, input any, env *frame) (any, error) {
	switch fn := fn.(type) {
	case *native:
		if fn.sig != nil {
			var err error
			if args, err = fn.sig.validate(args, input); err != nil {
				return nil, err
			}
		}
		return fn.call(e, &call{input, env}, args)
	case *lambda:
		if fn.sig != nil {
			var err error
			if args, err = fn.sig.validate(args, input); err != nil {
				return nil, err
			}
		}
		return e.callLambda(fn, args)
	case *closure:
		return e.callFunction(fn.fn, args, nil, fn.env)
	case *matcher:
		return fn.apply(args)
	case *msg.Func:
		out := make([]any, len(args))
		for i, a := range args {
			out[i] = e.export(a)
		}
		v, err := fn.Call(e.export(input), out)
		if _, ok := v.(*moment); ok {
			e.nested = true
		}
		return v, err
	}
	return nil, newError("T1006", undefined)
}

func (e *evaluation) callLambda(l *lambda, args []any) (any, error) {
	scope := newFrame(l.env)
	for i, p := range l.params {
		scope.bind(p.text, argAt(args, i))
	}
	if l.body != nil {
		return e.eval(l.body, l.input, scope)
	}
	if l.change != nil {
		return e.transform(l.change, scope.value("obj"), l.env)
	}
	names := matcherParams
	if l.native != nil {
		names = l.native.params
	}
	all := make([]any, len(names))
	for i, name := range names {
		all[i] = scope.value(name)
	}
	if l.native != nil {
		if err := checkPartial(l.native, all); err != nil {
			return nil, err
		}
		return l.native.call(e, &call{undefined, scope}, all)
	}
	return l.rest.apply(all)
}

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

// placeholder stands for an argument that a partial application leaves open.
type open struct{}

func (e *evaluation) partial(n *node, input any, env *frame) (any, error) {
	args := make([]any, len(n.args))
	for i, a := range n.args {
		if a.kind == kindOperator {
			args[i] = open{}
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
		if _, ok := v.(open); ok {
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
