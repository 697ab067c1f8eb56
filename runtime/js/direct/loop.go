package direct

import (
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"

	"sluice/runtime/msg"
)

// Labels are numbered; 0 is the innermost loop or switch.

func (c *compiler) labelled(s *ast.LabelledStatement) stmt {
	id := 1
	for f := c.fn; f != nil; f = f.up {
		id += len(f.labels)
	}
	loop := false
	switch s.Statement.(type) {
	case *ast.ForStatement, *ast.ForOfStatement, *ast.ForInStatement, *ast.WhileStatement, *ast.DoWhileStatement:
		loop = true
	case *ast.LabelledStatement:
		refuse("it has two labels on one statement")
	}
	c.fn.labels = append(c.fn.labels, label{s.Label.Name, id, loop})
	if loop {
		c.label = id
	}
	run := c.body1(s.Statement)
	c.fn.labels = c.fn.labels[:len(c.fn.labels)-1]
	return func(fr *frame) signal {
		sig := run(fr)
		if sig == breaks && fr.run.target == id {
			fr.run.target = 0
			return normal
		}
		return sig
	}
}

func (c *compiler) branch(s *ast.BranchStatement) stmt {
	sig := breaks
	if s.Token == token.CONTINUE {
		sig = continues
	}
	target := 0
	if s.Label != nil {
		target = -1
		for _, l := range c.fn.labels {
			if l.name == s.Label.Name && (l.loop || sig == breaks) {
				target = l.id
			}
		}
		if target < 0 {
			refuse("it branches to a label that is not there")
		}
	}
	return func(fr *frame) signal {
		fr.run.target = target
		return sig
	}
}

// takeLabel is the number of the label on the loop that is compiled next, 0 if it has none.
func (c *compiler) takeLabel() int {
	l := c.label
	c.label = 0
	return l
}

// loop compiles what a loop does in each turn. again is false when the loop has
// ended with the signal.
func (c *compiler) loop(body ast.Statement, own int) func(fr *frame) (sig signal, again bool) {
	run := c.body1(body)
	return func(fr *frame) (signal, bool) {
		fr.run.step()
		switch sig := run(fr); sig {
		case normal:
			return normal, true
		case breaks:
			if fr.run.target == 0 {
				return normal, false
			}
			return breaks, false
		case continues:
			if t := fr.run.target; t == 0 || t == own {
				fr.run.target = 0
				return normal, true
			}
			return continues, false
		default:
			return sig, false
		}
	}
}

func (c *compiler) while(s *ast.WhileStatement) stmt {
	own := c.takeLabel()
	test, turn := c.test(s.Test), c.loop(s.Body, own)
	return func(fr *frame) signal {
		for test(fr) {
			if sig, again := turn(fr); !again {
				return sig
			}
		}
		return normal
	}
}

func (c *compiler) doWhile(s *ast.DoWhileStatement) stmt {
	own := c.takeLabel()
	turn, test := c.loop(s.Body, own), c.test(s.Test)
	return func(fr *frame) signal {
		for {
			if sig, again := turn(fr); !again {
				return sig
			}
			if !test(fr) {
				return normal
			}
		}
	}
}

func (c *compiler) forStatement(s *ast.ForStatement) stmt {
	own := c.takeLabel()
	c.push()
	defer c.pop()
	init := func(*frame) signal { return normal }
	switch i := s.Initializer.(type) {
	case nil:
	case *ast.ForLoopInitializerExpression:
		init = c.effect(i.Expression)
	case *ast.ForLoopInitializerVarDeclList:
		init = c.declarations(i.List, false, false)
	case *ast.ForLoopInitializerLexicalDecl:
		d := &i.LexicalDeclaration
		for _, b := range d.List {
			switch b.Initializer.(type) {
			case *ast.FunctionLiteral, *ast.ArrowFunctionLiteral:
				refuse("it declares a function in the head of a loop") // it would see the variables of the first turn
			}
			c.bindingNames(b.Target, func(id *ast.Identifier) { c.declare(id.Name, true, d.Token == token.CONST) })
		}
		init = c.declarations(d.List, true, d.Token == token.CONST)
	default:
		refuse("it has a loop of an unknown kind")
	}
	test := func(*frame) bool { return true }
	if s.Test != nil {
		test = c.test(s.Test)
	}
	turn := c.loop(s.Body, own)
	update := func(*frame) signal { return normal }
	if s.Update != nil {
		update = c.effect(s.Update)
	}
	return c.opened(func(fr *frame) signal {
		init(fr)
		for test(fr) {
			if sig, again := turn(fr); !again {
				return sig
			}
			update(fr)
		}
		return normal
	})
}

// over opens the block of a for-of or for-in, and compiles what it goes over: the names of the loop hide others there, too.
func (c *compiler) over(i ast.ForInto, source ast.Expression) expr {
	c.push()
	if d, ok := i.(*ast.ForDeclaration); ok {
		c.bindingNames(d.Target, func(id *ast.Identifier) { c.declare(id.Name, true, d.IsConst) })
	}
	return c.expr(source)
}

// into compiles the variable of for-of and for-in.
func (c *compiler) into(i ast.ForInto) stmtOf {
	switch i := i.(type) {
	case *ast.ForIntoVar:
		if i.Binding.Initializer != nil {
			refuse("it has a loop with an initializer")
		}
		return c.target(i.Binding.Target, false)
	case *ast.ForDeclaration:
		return c.target(i.Target, true)
	case *ast.ForIntoExpression:
		return c.assignable(i.Expression)
	}
	refuse("it has a loop of an unknown kind")
	return nil
}

func (c *compiler) forOf(s *ast.ForOfStatement) stmt {
	own := c.takeLabel()
	source, each, fields := c.iteration(s)
	over := c.over(s.Into, source)
	defer c.pop()
	into := c.into(s.Into)
	turn := c.loop(s.Body, own)
	return c.opened(func(fr *frame) signal {
		from := over(fr)
		if a, ok := from.any.(*msg.Array); ok && !fields { // the commonest, without a function in between
			for i := 0; i < a.Len(); i++ {
				into(fr, fr.run.taken(a, a.At(i)))
				if sig, again := turn(fr); !again {
					return sig
				}
			}
			return normal
		}
		sig := normal
		each(fr.run, from, func(v value) (again bool) {
			into(fr, v)
			sig, again = turn(fr)
			return again
		})
		return sig
	})
}

// each calls f with what an iterable gives, until f returns false.
func (r *run) each(v value, f func(value) bool) {
	switch x := v.any.(type) {
	case *msg.Array:
		for i := 0; i < x.Len(); i++ { // which may change meanwhile
			if !f(r.taken(x, x.At(i))) {
				return
			}
		}
	case *match:
		r.each(value{any: x.array()}, f)
	case *matches:
		x.each(r, f)
	case string:
		for _, ch := range characters(x) {
			if !f(text(ch)) {
				return
			}
		}
	case typed:
		for i := range x.size() {
			if !f(num(x.get(i))) {
				return
			}
		}
	case *iterator:
		for {
			e, ok := x.next(r)
			if !ok || !f(e) {
				return
			}
		}
	case *collection:
		over := iterator{over: overEntries, of: x}
		if x.set {
			over.over = overKeys
		}
		for {
			e, ok := over.next(r)
			if !ok || !f(e) {
				return
			}
		}
	default:
		bailout("an iteration over a special value")
	}
}

func (c *compiler) forIn(s *ast.ForInStatement) stmt {
	own := c.takeLabel()
	over := c.over(s.Into, s.Source)
	defer c.pop()
	into := c.into(s.Into)
	turn := c.loop(s.Body, own)
	return c.opened(func(fr *frame) signal {
		v := over(fr)
		if v.nullish() {
			return normal
		}
		o, ok := v.any.(*msg.Object)
		a, list := v.any.(*msg.Array)
		if !ok && !list {
			bailout("for-in over what is neither object nor array")
		}
		if list {
			fr.run.dense(a)
		}
		var keys []string
		if ok {
			keys = o.Keys()
		} else {
			keys = msg.Keys(a)
		}
		for _, k := range keys {
			if ok && !o.Has(k) {
				continue // deleted meanwhile
			}
			if list {
				i, _ := msg.ArrayIndex(k)
				if int(i) >= a.Len() {
					continue
				}
				fr.run.present(a, int(i))
			}
			into(fr, text(k))
			if sig, again := turn(fr); !again {
				return sig
			}
		}
		return normal
	})
}
