package direct

import (
	"github.com/dop251/goja/ast"
)

// callable is a function as a value.
type callable interface {
	call(r *run, args []value) value
}

// closure is a function of the body that a method is given to call.
type closure struct {
	fn *function
	up *frame
}

func (f *closure) call(r *run, args []value) value { return r.invoke(f.fn, f.up, args) }

// invoke calls a function of the body.
func (r *run) invoke(fn *function, up *frame, args []value) value {
	fr := r.enter(fn, up)
	if fn.params == nil {
		copy(fr.vars[:fn.simple], args)
	} else {
		for i, bind := range fn.params {
			bind(fr, arg(args, i))
		}
	}
	if fn.rest >= 0 {
		n := max(fn.simple, len(fn.params))
		fr.vars[fn.rest] = r.list(args[min(n, len(args)):])
	}
	v := fn.exec(fr)
	r.depth--
	return v
}

// static is a function of a global object, or a global function.
type static func(r *run, args []value) value

func (f static) call(r *run, args []value) value { return f(r, args) }

// method is a method of a built-in type.
type method func(r *run, this value, args []value) value

// call compiles a call.
func (c *compiler) call(x *ast.CallExpression) expr {
	switch callee := x.Callee.(type) {
	case *ast.Identifier:
		v, up := c.find(callee.Name)
		if v == nil {
			name := goText(callee.Name)
			if f := globalFunctions[name]; f != nil {
				return c.callStatic(f, c.arguments(x.ArgumentList))
			}
			refuse("it calls %s", name)
		}
		switch {
		case v.static != nil:
			return c.declared(v, up, c.callStatic(v.static, c.arguments(x.ArgumentList)))
		case v.function != nil:
			return c.declared(v, up, c.callOwn(v.function, up, x.ArgumentList))
		}
		refuse("it calls a variable")
	case *ast.DotExpression:
		name := goText(callee.Identifier.Name)
		if e := c.special(callee, name, x.ArgumentList); e != nil {
			return e
		}
		return c.callMethod(callee.Left, name, x.ArgumentList)
	}
	refuse("it calls what is no name")
	return nil
}

// declared lets a VM call a function whose declaration has not been reached.
func (c *compiler) declared(v *variable, up int, call expr) expr {
	if !c.isLate(v, up) {
		return call
	}
	slot := v.slot
	return func(fr *frame) value {
		if _, ok := fr.above(up).vars[slot].any.(notYet); ok {
			bailout("a function before its declaration")
		}
		return call(fr)
	}
}

// arguments compiles arguments; functions are lent to what is called.
func (c *compiler) arguments(list []ast.Expression) []expr {
	out := make([]expr, len(list))
	for i, x := range list {
		out[i] = c.argument(x)
	}
	return out
}

func (c *compiler) argument(x ast.Expression) expr {
	switch x := x.(type) {
	case *ast.SpreadElement:
		return c.spreadArgument(x)
	case *ast.Identifier:
		v, up := c.find(x.Name)
		switch {
		case v == nil:
			if f := globalFunctions[goText(x.Name)]; f != nil {
				return constant(value{any: f})
			}
		case v.static != nil:
			return c.declared(v, up, constant(value{any: v.static}))
		case v.function != nil:
			fn := v.function
			return c.declared(v, up, func(fr *frame) value { return value{any: &closure{fn, fr.above(up)}} })
		}
	case *ast.DotExpression: // as in list.map(Math.round)
		if f := c.globalFunction(x); f != nil {
			return constant(value{any: f})
		}
	case *ast.FunctionLiteral, *ast.ArrowFunctionLiteral:
		f, ok := plainFunction(x)
		if !ok {
			refuse("it has an async or named function")
		}
		fn := &function{}
		c.function(fn, &functionScope{}, f.params, f.body, f.vars)
		return func(fr *frame) value { return value{any: &closure{fn, fr}} }
	}
	return c.inner(x)
}

// globalFunction is the function of a global object that x names, as Math.floor does, or nil.
func (c *compiler) globalFunction(x ast.Expression) static {
	dot, ok := x.(*ast.DotExpression)
	if !ok {
		return nil
	}
	if id, ok := dot.Left.(*ast.Identifier); ok && c.free(id.Name) {
		return statics[goText(id.Name)+"."+goText(dot.Identifier.Name)]
	}
	return nil
}

// literal is what function literals and arrows have in common.
type literal struct {
	params *ast.ParameterList
	body   ast.Node
	vars   []*ast.VariableDeclaration
}

// plainFunction takes a function literal apart. ok is false for what is none, is async, or can call itself by its own name.
func plainFunction(x ast.Expression) (f literal, ok bool) {
	switch x := x.(type) {
	case *ast.FunctionLiteral:
		return literal{x.ParameterList, x.Body, x.DeclarationList}, !x.Async && !x.Generator && x.Name == nil
	case *ast.ArrowFunctionLiteral:
		return literal{x.ParameterList, x.Body, x.DeclarationList}, !x.Async
	}
	return literal{}, false
}

// spreading is what a spread argument gives when it has pushed its values itself.
type spreading struct{}

func (c *compiler) spreadArgument(x *ast.SpreadElement) expr {
	e := c.inner(x.Expression)
	return func(fr *frame) value {
		r := fr.run
		r.each(e(fr), func(v value) bool {
			if r.step(); len(r.args) > maxSpread {
				bailout("very many arguments")
			}
			r.args = append(r.args, v)
			return true
		})
		return value{any: spreading{}}
	}
}

// maxSpread bounds the arguments of calls under way.
const maxSpread = 1 << 16

func (c *compiler) callStatic(f static, args []expr) expr {
	return func(fr *frame) value {
		in := fr.run.pushArgs(fr, args)
		v := f(fr.run, in)
		fr.run.popArgs(len(in))
		return v
	}
}

// callOwn compiles the call of a function of the body. It could keep a function, so it is given none.
func (c *compiler) callOwn(fn *function, up int, list []ast.Expression) expr {
	args := make([]expr, len(list))
	for i, x := range list {
		if s, ok := x.(*ast.SpreadElement); ok {
			args[i] = c.spreadArgument(s)
		} else {
			args[i] = c.inner(x)
		}
	}
	return func(fr *frame) value {
		in := fr.run.pushArgs(fr, args)
		v := fr.run.invoke(fn, fr.above(up), in)
		fr.run.popArgs(len(in))
		return v
	}
}

// callMethod compiles the call of a method of whatever stands on the left.
func (c *compiler) callMethod(left ast.Expression, name string, list []ast.Expression) expr {
	m := methods[name]
	if m == nil {
		refuse("it calls .%s", name)
	}
	on, args := c.patternUse(name, left), c.patternArguments(name, list)
	if on == nil {
		on = c.expr(left)
	}
	n := len(args)
	return func(fr *frame) value {
		v := on(fr)
		if _, ended := v.any.(chainEnd); ended {
			return v
		}
		f := m.of(v)
		if f == nil {
			bailout("the method " + name)
		}
		if n == 0 {
			return f(fr.run, v, nil)
		}
		in := fr.run.pushArgs(fr, args)
		v = f(fr.run, v, in)
		fr.run.popArgs(len(in))
		return v
	}
}
