package direct

import (
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"
)

// statements compiles the statements of a block that is already pushed.
func (c *compiler) statements(list []ast.Statement) stmt {
	c.hoist(list)
	var run []stmt
	for _, s := range list {
		if _, ok := s.(*ast.FunctionDeclaration); ok {
			continue
		}
		if s := c.statement(s); s != nil {
			run = append(run, s)
		}
	}
	for _, s := range list { // which see all that is declared around them
		if s, ok := s.(*ast.FunctionDeclaration); ok {
			c.statement(s)
		}
	}
	return sequence(run)
}

// hoist declares what a block declares, and makes its functions.
func (c *compiler) hoist(list []ast.Statement) {
	for _, s := range list {
		switch s := s.(type) {
		case *ast.LexicalDeclaration:
			for _, b := range s.List {
				c.bindingNames(b.Target, func(id *ast.Identifier) { c.declare(id.Name, true, s.Token == token.CONST) })
			}
		case *ast.FunctionDeclaration:
			if c.fn.block.up == nil || c.fn.block.up.up != nil {
				refuse("it declares a function in a block")
			}
			if c.assigned[s.Function.Name.Name] {
				refuse("it assigns to a function")
			}
			v := c.declare(s.Function.Name.Name, false, false)
			if v.function != nil {
				refuse("it declares a function twice")
			}
			v.function = &function{}
		}
	}
}

func sequence(run []stmt) stmt {
	switch len(run) {
	case 0:
		return func(*frame) signal { return normal }
	case 1:
		return run[0]
	case 2:
		a, b := run[0], run[1]
		return func(fr *frame) signal {
			if s := a(fr); s != normal {
				return s
			}
			return b(fr)
		}
	}
	return func(fr *frame) signal {
		for _, s := range run {
			if s := s(fr); s != normal {
				return s
			}
		}
		return normal
	}
}

// statement compiles a statement; nil does nothing.
func (c *compiler) statement(s ast.Statement) stmt {
	c.nest()
	defer func() { c.depth-- }()
	switch s := s.(type) {
	case *ast.ExpressionStatement:
		return c.effect(s.Expression)
	case *ast.VariableStatement:
		return c.declarations(s.List, false, false)
	case *ast.LexicalDeclaration:
		return c.declarations(s.List, true, s.Token == token.CONST)
	case *ast.BlockStatement:
		return c.block(s.List)
	case *ast.EmptyStatement:
		return nil
	case *ast.IfStatement:
		return c.ifStatement(s)
	case *ast.ReturnStatement:
		if s.Argument == nil {
			return func(fr *frame) signal { fr.run.result = undefined; return returns }
		}
		e := c.expr(s.Argument)
		return func(fr *frame) signal {
			fr.run.result = e(fr)
			return returns
		}
	case *ast.ThrowStatement:
		c.expr(s.Argument)
		return func(*frame) signal { bailout("a throw"); return normal }
	case *ast.TryStatement:
		return c.try(s)
	case *ast.SwitchStatement:
		return c.switchStatement(s)
	case *ast.ForStatement:
		return c.forStatement(s)
	case *ast.ForOfStatement:
		return c.forOf(s)
	case *ast.ForInStatement:
		return c.forIn(s)
	case *ast.WhileStatement:
		return c.while(s)
	case *ast.DoWhileStatement:
		return c.doWhile(s)
	case *ast.LabelledStatement:
		return c.labelled(s)
	case *ast.BranchStatement:
		return c.branch(s)
	case *ast.FunctionDeclaration:
		f := s.Function
		if f.Async || f.Generator {
			refuse("it declares an async function or a generator")
		}
		v, _ := c.find(f.Name.Name)
		c.function(v.function, &functionScope{declared: true}, f.ParameterList, f.Body, f.DeclarationList)
		return nil
	}
	refuse("it has a statement of the kind %s", kind(s))
	return nil
}

// effect compiles an expression for what it does.
func (c *compiler) effect(x ast.Expression) stmt {
	e := c.expr(x)
	return func(fr *frame) signal { e(fr); return normal }
}

func (c *compiler) block(list []ast.Statement) stmt {
	c.push()
	defer c.pop()
	return c.opened(c.statements(list))
}

func (c *compiler) ifStatement(s *ast.IfStatement) stmt {
	test, yes := c.test(s.Test), c.body1(s.Consequent)
	if s.Alternate == nil {
		return func(fr *frame) signal {
			if test(fr) {
				return yes(fr)
			}
			return normal
		}
	}
	no := c.body1(s.Alternate)
	return func(fr *frame) signal {
		if test(fr) {
			return yes(fr)
		}
		return no(fr)
	}
}

// body1 compiles a statement that stands alone, as that of an if.
func (c *compiler) body1(s ast.Statement) stmt {
	if _, ok := s.(*ast.FunctionDeclaration); ok {
		refuse("it declares a function in a block")
	}
	if run := c.statement(s); run != nil {
		return run
	}
	return func(*frame) signal { return normal }
}

// test compiles a condition.
func (c *compiler) test(x ast.Expression) func(*frame) bool {
	if t := c.comparison(x); t != nil {
		return t
	}
	e := c.expr(x)
	return func(fr *frame) bool { return e(fr).truthy() }
}

// declarations compiles var, let and const.
func (c *compiler) declarations(list []*ast.Binding, lexical, constant bool) stmt {
	var run []stmt
	for _, b := range list {
		if c.defines(b, lexical) {
			slot := c.fn.block.vars[b.Target.(*ast.Identifier).Name].slot
			run = append(run, func(fr *frame) signal { fr.vars[slot] = undefined; return normal }) // it is there from now on
			continue
		}
		switch {
		case b.Initializer == nil && !lexical:
			continue
		case b.Initializer == nil:
			id, ok := b.Target.(*ast.Identifier)
			if !ok || constant {
				refuse("it declares without a value")
			}
			v, _ := c.find(id.Name)
			v.ready = true
			slot := v.slot
			run = append(run, func(fr *frame) signal { fr.vars[slot] = undefined; return normal })
			continue
		}
		e := c.expr(b.Initializer)
		bind := c.target(b.Target, lexical)
		run = append(run, func(fr *frame) signal { bind(fr, e(fr)); return normal })
	}
	return sequence(run)
}

// try compiles try: what throws is left to a VM, so that no catch is ever entered.
func (c *compiler) try(s *ast.TryStatement) stmt {
	body := c.block(s.Body.List)
	if s.Finally == nil {
		return body
	}
	finally := c.block(s.Finally.List)
	return func(fr *frame) signal {
		sig := body(fr)
		r := fr.run
		result, target := r.result, r.target
		if s := finally(fr); s != normal {
			return s
		}
		r.result, r.target = result, target
		return sig
	}
}

// defines tells whether a declaration makes a name stand for one function, always:
// such a function is called without being a value.
func (c *compiler) defines(b *ast.Binding, lexical bool) bool {
	id, ok := b.Target.(*ast.Identifier)
	if !ok || c.assigned[id.Name] || !lexical && (c.fn.block.vars[id.Name] == nil || c.fn.block.up == nil || c.fn.block.up.up != nil) {
		return false
	}
	v := c.fn.block.vars[id.Name]
	if !lexical && (v.seen || v.function != nil) {
		return false // it may have had another value
	}
	if f, ok := plainFunction(b.Initializer); ok {
		v.function, v.ready, v.defined = &function{}, true, !lexical
		c.function(v.function, &functionScope{}, f.params, f.body, f.vars)
		return true
	}
	if v.static = c.globalFunction(b.Initializer); v.static != nil {
		v.ready, v.defined = true, !lexical
		return true
	}
	return false
}

func (c *compiler) switchStatement(s *ast.SwitchStatement) stmt {
	on := c.expr(s.Discriminant)
	c.push()
	defer c.pop()
	var all []ast.Statement
	for _, k := range s.Body {
		all = append(all, k.Consequent...)
	}
	c.hoist(all)
	for _, v := range c.fn.block.vars {
		v.unsure = true
	}
	type branch struct {
		test expr
		run  stmt
	}
	var cases []branch
	for _, k := range s.Body {
		var b branch
		if k.Test != nil {
			b.test = c.expr(k.Test)
		}
		var run []stmt
		for _, s := range k.Consequent {
			if s := c.statement(s); s != nil {
				run = append(run, s)
			}
		}
		b.run = sequence(run)
		cases = append(cases, b)
	}
	none := s.Default
	return c.opened(func(fr *frame) signal {
		x := on(fr)
		from := none
		for i := range cases {
			if t := cases[i].test; t != nil && strictEqual(x, t(fr)) {
				from = i
				break
			}
		}
		if from < 0 {
			return normal
		}
		for _, b := range cases[from:] {
			switch s := b.run(fr); {
			case s == normal:
			case s == breaks && fr.run.target == 0:
				return normal
			default:
				return s
			}
		}
		return normal
	})
}
