package direct

import (
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"
)

// assign compiles =, += and the like.
func (c *compiler) assign(x *ast.AssignExpression) expr {
	if x.Operator == token.ASSIGN {
		return c.plainAssign(x)
	}
	if slot, ok := c.local(x.Left); ok && arithmetic[x.Operator] != nil {
		return c.update(slot, x)
	}
	get, set := c.place(x.Left)
	if op := x.Operator; op == token.LOGICAL_AND || op == token.LOGICAL_OR || op == token.COALESCE {
		b := c.expr(x.Right)
		return func(fr *frame) value {
			v, where := get(fr)
			if op == token.LOGICAL_AND && !v.truthy() || op == token.LOGICAL_OR && v.truthy() || op == token.COALESCE && !v.nullish() {
				return v
			}
			v = b(fr)
			set(fr, where, v)
			return v
		}
	}
	b := c.expr(x.Right)
	if x.Operator == token.PLUS {
		return func(fr *frame) value {
			v, where := get(fr)
			w := b(fr)
			v = fr.run.plus(v, w)
			set(fr, where, v)
			return v
		}
	}
	f := arithmetic[x.Operator]
	if f == nil {
		refuse("it uses the operator %s=", x.Operator)
	}
	return func(fr *frame) value {
		v, where := get(fr)
		w := b(fr)
		l := fr.run.toNumber(v)
		v = num(f(l, fr.run.toNumber(w)))
		set(fr, where, v)
		return v
	}
}

// local is the slot of a variable of the function itself that may be assigned where the compiler is.
func (c *compiler) local(x ast.Expression) (slot int, ok bool) {
	id, ok := x.(*ast.Identifier)
	if !ok {
		return 0, false
	}
	v, up := c.find(id.Name)
	if v == nil || up > 0 || !v.ready || v.unsure || v.constant || v.function != nil || v.static != nil {
		return 0, false
	}
	return v.slot, true
}

// update compiles += and the like for a local variable.
func (c *compiler) update(slot int, x *ast.AssignExpression) expr {
	b := c.expr(x.Right)
	if x.Operator == token.PLUS {
		return func(fr *frame) value {
			l := fr.vars[slot]
			l = fr.run.plus(l, b(fr))
			fr.vars[slot] = l
			return l
		}
	}
	f := arithmetic[x.Operator]
	return func(fr *frame) value {
		l := fr.vars[slot]
		r := b(fr)
		x := fr.run.toNumber(l)
		l = num(f(x, fr.run.toNumber(r)))
		fr.vars[slot] = l
		return l
	}
}

// spot is an object and a key that have been evaluated for an assignment.
type spot struct{ on, key value }

// place compiles what is read and then assigned.
func (c *compiler) place(x ast.Expression) (get func(*frame) (value, spot), set func(*frame, spot, value)) {
	switch x := x.(type) {
	case *ast.Identifier:
		read, write := c.identifier(x), c.assignable(x)
		return func(fr *frame) (value, spot) { return read(fr), spot{} },
			func(fr *frame, _ spot, v value) { write(fr, v) }
	case *ast.DotExpression:
		on, name := c.expr(x.Left), goText(x.Identifier.Name)
		c.mayAssign(x.Left, name)
		return func(fr *frame) (value, spot) { o := on(fr); return fr.run.get(o, name), spot{on: o} },
			func(fr *frame, s spot, v value) { fr.run.put(s.on, name, v) }
	case *ast.BracketExpression:
		on, key := c.expr(x.Left), c.expr(x.Member)
		return func(fr *frame) (value, spot) {
				o := on(fr)
				k := key(fr)
				if _, ok := k.number(); !ok {
					k = text(fr.run.toKey(k))
				}
				return fr.run.at(o, k), spot{o, k}
			},
			func(fr *frame, s spot, v value) { fr.run.putAt(s.on, s.key, v) }
	}
	refuse("it assigns to what is no variable or property")
	return nil, nil
}

// mayAssign refuses assignments that mean more than a new value.
func (c *compiler) mayAssign(left ast.Expression, name string) {
	if name == "__proto__" {
		refuse("it assigns to .%s", name)
	}
	if id, ok := left.(*ast.Identifier); ok && c.free(id.Name) {
		refuse("it assigns to a property of %s", goText(id.Name))
	}
}

func (c *compiler) plainAssign(x *ast.AssignExpression) expr {
	switch left := x.Left.(type) {
	case *ast.Identifier:
		if slot, ok := c.local(left); ok {
			e := c.expr(x.Right)
			return func(fr *frame) value {
				v := e(fr)
				fr.vars[slot] = v
				return v
			}
		}
		e, set := c.expr(x.Right), c.assignable(left)
		return func(fr *frame) value {
			v := e(fr)
			set(fr, v)
			return v
		}
	case *ast.DotExpression:
		name := goText(left.Identifier.Name)
		c.mayAssign(left.Left, name)
		on, e := c.expr(left.Left), c.expr(x.Right)
		return func(fr *frame) value {
			o := on(fr)
			v := e(fr)
			fr.run.put(o, name, v)
			return v
		}
	case *ast.BracketExpression:
		on, key, e := c.expr(left.Left), c.expr(left.Member), c.expr(x.Right)
		return func(fr *frame) value {
			o := on(fr)
			k := key(fr)
			v := e(fr)
			fr.run.putAt(o, k, v)
			return v
		}
	}
	refuse("it assigns to a pattern")
	return nil
}

// assignable compiles the assignment to a variable or property.
func (c *compiler) assignable(x ast.Expression) stmtOf {
	id, ok := x.(*ast.Identifier)
	if !ok {
		get, set := c.place(x)
		return func(fr *frame, v value) {
			_, s := get(fr)
			set(fr, s, v)
		}
	}
	v, up := c.find(id.Name)
	switch {
	case v == nil:
		refuse("it assigns to %s without declaring it", goText(id.Name))
	case v.constant:
		refuse("it assigns to a constant")
	case v.function != nil || v.static != nil:
		refuse("it assigns to a function")
	}
	slot := v.slot
	if c.isLate(v, up) {
		return func(fr *frame, v value) {
			at := &fr.above(up).vars[slot]
			if _, ok := at.any.(notYet); ok {
				bailout("a variable before its declaration")
			}
			*at = v
		}
	}
	if up == 0 {
		return func(fr *frame, v value) { fr.vars[slot] = v }
	}
	return func(fr *frame, v value) { fr.above(up).vars[slot] = v }
}

// increment compiles ++ and --.
func (c *compiler) increment(x *ast.UnaryExpression) expr {
	by := 1.0
	if x.Operator == token.DECREMENT {
		by = -1
	}
	if slot, ok := c.local(x.Operand); ok {
		return incrementVariable(slot, by, x.Postfix)
	}
	get, set := c.place(x.Operand)
	return func(fr *frame) value {
		v, where := get(fr)
		old := num(fr.run.toNumber(v))
		now := num(old.num + by)
		set(fr, where, now)
		if x.Postfix {
			return old
		}
		return now
	}
}

func incrementVariable(slot int, by float64, postfix bool) expr {
	return func(fr *frame) value {
		old := num(fr.run.toNumber(fr.vars[slot]))
		now := num(old.num + by)
		fr.vars[slot] = now
		if postfix {
			return old
		}
		return now
	}
}
