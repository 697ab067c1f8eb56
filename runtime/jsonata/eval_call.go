package jsonata

import "sluice/runtime/msg"

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
	case msg.Callable: // of a function node, in a message
		out := make([]any, len(args))
		for i, a := range args {
			out[i] = e.export(a)
		}
		return msg.Call(fn, e.export(input), out...)
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
