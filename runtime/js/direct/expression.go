package direct

import (
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"

	"sluice/runtime/msg"
)

// expr compiles an expression.
func (c *compiler) expr(x ast.Expression) expr {
	c.nest()
	defer func() { c.depth-- }()
	switch x := x.(type) {
	case *ast.NumberLiteral:
		if f, ok := constantNumber(x); ok {
			return constant(num(f))
		}
	case *ast.StringLiteral:
		return constant(text(goText(x.Value)))
	case *ast.BooleanLiteral:
		return constant(boolean(x.Value))
	case *ast.NullLiteral:
		return constant(null)
	case *ast.Identifier:
		return c.identifier(x)
	case *ast.DotExpression:
		return c.dot(x)
	case *ast.BracketExpression:
		return c.bracket(x)
	case *ast.CallExpression:
		return c.call(x)
	case *ast.NewExpression:
		return c.construct(x)
	case *ast.OptionalChain:
		return c.optionalChain(x)
	case *ast.Optional:
		return c.optional(x)
	case *ast.BinaryExpression:
		return c.binary(x)
	case *ast.UnaryExpression:
		return c.unary(x)
	case *ast.AssignExpression:
		return c.assign(x)
	case *ast.ConditionalExpression:
		test, yes, no := c.test(x.Test), c.expr(x.Consequent), c.expr(x.Alternate)
		return func(fr *frame) value {
			if test(fr) {
				return yes(fr)
			}
			return no(fr)
		}
	case *ast.SequenceExpression:
		list := c.exprs(x.Sequence)
		return func(fr *frame) (v value) {
			for _, e := range list {
				v = e(fr)
			}
			return v
		}
	case *ast.TemplateLiteral:
		return c.template(x)
	case *ast.ObjectLiteral:
		return c.object(x)
	case *ast.ArrayLiteral:
		return c.array(x)
	case *ast.RegExpLiteral:
		return c.regexp(x)
	}
	refuse("it has an expression of the kind %s", kind(x))
	return nil
}

func constant(v value) expr { return func(*frame) value { return v } }

func (c *compiler) exprs(list []ast.Expression) []expr {
	out := make([]expr, len(list))
	for i, x := range list {
		out[i] = c.expr(x)
	}
	return out
}

// identifier reads a variable.
func (c *compiler) identifier(x *ast.Identifier) expr {
	v, up := c.find(x.Name)
	if v == nil {
		switch x.Name {
		case "undefined":
			return constant(undefined)
		case "NaN":
			return constant(nan)
		case "Infinity":
			return constant(num(inf))
		}
		refuse("it uses %s", goText(x.Name))
	}
	if v.function != nil || v.static != nil {
		refuse("it uses a function as a value")
	}
	slot, late := v.slot, c.isLate(v, up)
	switch {
	case late:
		return func(fr *frame) value {
			v := fr.above(up).vars[slot]
			if _, ok := v.any.(notYet); ok {
				bailout("a variable before its declaration")
			}
			return v
		}
	case up == 0:
		return func(fr *frame) value { return fr.vars[slot] }
	case up == 1:
		return func(fr *frame) value { return fr.up.vars[slot] }
	}
	return func(fr *frame) value { return fr.above(up).vars[slot] }
}

// isLate tells, and notes, whether a variable may be seen before its declaration has been reached.
func (c *compiler) isLate(v *variable, up int) bool {
	if !v.lexical && !v.defined {
		return false
	}
	late := !v.ready || v.unsure
	for f := c.fn; up > 0; up-- {
		late = late || f.declared
		f = f.up
	}
	v.late = v.late || late
	return late
}

// above is the frame of the function so many functions around.
func (fr *frame) above(up int) *frame {
	for ; up > 0; up-- {
		fr = fr.up
	}
	return fr
}

func (c *compiler) unary(x *ast.UnaryExpression) expr {
	switch x.Operator {
	case token.INCREMENT, token.DECREMENT:
		return c.increment(x)
	case token.DELETE:
		return c.remove(x.Operand)
	case token.TYPEOF:
		if id, ok := x.Operand.(*ast.Identifier); ok && c.free(id.Name) {
			if kind := typeOfGlobal(goText(id.Name)); kind != "" {
				return constant(text(kind))
			}
			refuse("it asks for the type of %s", goText(id.Name))
		}
		e := c.expr(x.Operand)
		return func(fr *frame) value { return text(e(fr).typeOf()) }
	case token.VOID:
		e := c.expr(x.Operand)
		return func(fr *frame) value { e(fr); return undefined }
	}
	if n, ok := x.Operand.(*ast.NumberLiteral); ok && x.Operator == token.MINUS {
		v := c.expr(n)(nil)
		return constant(num(-v.num))
	}
	if x.Operator == token.NOT {
		test := c.test(x.Operand)
		return func(fr *frame) value { return boolean(!test(fr)) }
	}
	e := c.expr(x.Operand)
	switch x.Operator {
	case token.MINUS:
		return func(fr *frame) value { return num(-fr.run.toNumber(e(fr))) }
	case token.PLUS:
		return func(fr *frame) value { return num(fr.run.toNumber(e(fr))) }
	case token.BITWISE_NOT:
		return func(fr *frame) value { return num(float64(^toInt32(fr.run.toNumber(e(fr))))) }
	}
	refuse("it uses the operator %s", x.Operator)
	return nil
}

// template puts a text together of parts.
func (c *compiler) template(x *ast.TemplateLiteral) expr {
	if x.Tag != nil {
		refuse("it has a tagged template")
	}
	parts := make([]expr, 0, 2*len(x.Elements))
	for i, el := range x.Elements {
		if s := goText(el.Parsed); s != "" {
			parts = append(parts, constant(text(s)))
		}
		if i < len(x.Expressions) {
			parts = append(parts, c.expr(x.Expressions[i]))
		}
	}
	return joined(parts)
}

// joined is the text of parts, the first of which, or the second, is a text.
func joined(parts []expr) expr {
	return func(fr *frame) value {
		r := fr.run
		buf := r.buf // nested ones take another
		r.buf = nil
		b := buf[:0]
		for _, e := range parts {
			v := e(fr)
			if f, ok := v.number(); ok {
				b = msg.AppendNumber(b, f)
				continue
			}
			b = r.appendText(b, r.toText(v))
		}
		s := string(b)
		r.buf = b
		return text(s)
	}
}

// appendText appends s, whose first half of a character joins the other half at the end of b.
func (r *run) appendText(b []byte, s string) []byte {
	if len(b)+len(s) > maxText {
		bailout("a very long text")
	}
	r.charge(len(s))
	if n := len(b); n >= 3 && len(s) >= 3 && b[n-3] == 0xED && s[0] == 0xED {
		joined := msg.Concat(string(b[n-3:]), s[:3])
		return append(append(b[:n-3], joined...), s[3:]...)
	}
	return append(b, s...)
}
