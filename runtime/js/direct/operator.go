package direct

import (
	"math"
	"slices"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"

	"sluice/runtime/msg"
)

var inf = math.Inf(1)

// toInt32 is ToInt32 of a number.
func toInt32(f float64) int32 {
	if math.Abs(f) < 1<<63 { // NaN is not
		return int32(int64(f))
	}
	return msg.ToInt32(f)
}

func (c *compiler) binary(x *ast.BinaryExpression) expr {
	switch x.Operator {
	case token.LOGICAL_AND, token.LOGICAL_OR, token.COALESCE:
		return logical(x.Operator, c.expr(x.Left), c.expr(x.Right))
	case token.PLUS:
		return c.sum(x)
	case token.IN:
		return c.in(x)
	case token.INSTANCEOF:
		return c.instanceOf(x)
	}
	if t := c.comparison(x); t != nil {
		return func(fr *frame) value { return boolean(t(fr)) }
	}
	f := arithmetic[x.Operator]
	if f == nil {
		refuse("it uses the operator %s", x.Operator)
	}
	a := c.expr(x.Left)
	if y, ok := constantNumber(x.Right); ok {
		return func(fr *frame) value {
			l := a(fr)
			if x, ok := l.number(); ok {
				return num(f(x, y))
			}
			return num(f(fr.run.toNumber(l), y))
		}
	}
	b := c.expr(x.Right)
	switch x.Operator { // those that are used most, without a call
	case token.MINUS:
		return func(fr *frame) value {
			l := a(fr)
			r := b(fr)
			return num(fr.run.toNumber(l) - fr.run.toNumber(r))
		}
	case token.MULTIPLY:
		return func(fr *frame) value {
			l := a(fr)
			r := b(fr)
			return num(fr.run.toNumber(l) * fr.run.toNumber(r))
		}
	}
	return func(fr *frame) value {
		l := a(fr)
		r := b(fr)
		x := fr.run.toNumber(l)
		return num(f(x, fr.run.toNumber(r)))
	}
}

// constantNumber is the value of a number as it stands in the text.
func constantNumber(x ast.Expression) (f float64, ok bool) {
	n, ok := x.(*ast.NumberLiteral)
	if !ok {
		return 0, false
	}
	switch n := n.Value.(type) {
	case int64:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}

func logical(op token.Token, a, b expr) expr {
	switch op {
	case token.LOGICAL_AND:
		return func(fr *frame) value {
			if v := a(fr); !v.truthy() {
				return v
			}
			return b(fr)
		}
	case token.LOGICAL_OR:
		return func(fr *frame) value {
			if v := a(fr); v.truthy() {
				return v
			}
			return b(fr)
		}
	}
	return func(fr *frame) value {
		if v := a(fr); !v.nullish() {
			return v
		}
		return b(fr)
	}
}

// sum compiles a chain of +, whose operands are many in long texts. One that begins
// with a text is put together at once.
func (c *compiler) sum(x *ast.BinaryExpression) expr {
	var list []ast.Expression
	e := ast.Expression(x)
	for {
		b, ok := e.(*ast.BinaryExpression)
		if !ok || b.Operator != token.PLUS {
			break
		}
		list = append(list, b.Right)
		e = b.Left
	}
	list = append(list, e)
	slices.Reverse(list)
	parts := c.exprs(list)
	switch {
	case len(list) == 2:
		a, b := parts[0], parts[1]
		return func(fr *frame) value { l := a(fr); return fr.run.plus(l, b(fr)) }
	case isText(list[0]) || isText(list[1]):
		return joined(parts)
	}
	return func(fr *frame) value {
		l := parts[0](fr)
		for _, e := range parts[1:] {
			l = fr.run.plus(l, e(fr))
		}
		return l
	}
}

func isText(x ast.Expression) bool {
	switch x.(type) {
	case *ast.StringLiteral, *ast.TemplateLiteral:
		return true
	}
	return false
}

// plus is the operator +.
func (r *run) plus(a, b value) value {
	if x, ok := a.number(); ok {
		if y, ok := b.number(); ok {
			return num(x + y)
		}
	}
	return r.add(a, b)
}

// add is plus for what are not two numbers.
func (r *run) add(a, b value) value {
	s, left := a.any.(string)
	t, right := b.any.(string)
	if left && right {
		return r.concat(s, t)
	}
	a, b = r.toPrimitive(a), r.toPrimitive(b)
	_, left = a.any.(string)
	_, right = b.any.(string)
	if left || right {
		return r.concat(r.toText(a), r.toText(b))
	}
	x := r.toNumber(a)
	return num(x + r.toNumber(b))
}

var arithmetic = map[token.Token]func(x, y float64) float64{
	token.PLUS:                 func(x, y float64) float64 { return x + y },
	token.MINUS:                func(x, y float64) float64 { return x - y },
	token.MULTIPLY:             func(x, y float64) float64 { return x * y },
	token.SLASH:                func(x, y float64) float64 { return x / y },
	token.REMAINDER:            remainder,
	token.EXPONENT:             power,
	token.AND:                  func(x, y float64) float64 { return float64(toInt32(x) & toInt32(y)) },
	token.OR:                   func(x, y float64) float64 { return float64(toInt32(x) | toInt32(y)) },
	token.EXCLUSIVE_OR:         func(x, y float64) float64 { return float64(toInt32(x) ^ toInt32(y)) },
	token.SHIFT_LEFT:           func(x, y float64) float64 { return float64(toInt32(x) << (uint32(toInt32(y)) & 31)) },
	token.SHIFT_RIGHT:          func(x, y float64) float64 { return float64(toInt32(x) >> (uint32(toInt32(y)) & 31)) },
	token.UNSIGNED_SHIFT_RIGHT: func(x, y float64) float64 { return float64(uint32(toInt32(x)) >> (uint32(toInt32(y)) & 31)) },
}

// remainder is math.Mod, which is slow for what is usual.
func remainder(x, y float64) float64 {
	if i, j := int64(x), int64(y); i > 0 && j > 0 && x < 1<<62 && y < 1<<62 && float64(i) == x && float64(j) == y {
		return float64(i % j)
	}
	return math.Mod(x, y)
}

// comparison compiles what gives a boolean, nil for what does not.
func (c *compiler) comparison(x ast.Expression) func(*frame) bool {
	switch x := x.(type) {
	case *ast.UnaryExpression:
		if x.Operator == token.NOT {
			t := c.test(x.Operand)
			return func(fr *frame) bool { return !t(fr) }
		}
	case *ast.BinaryExpression:
		switch x.Operator {
		case token.LOGICAL_AND, token.LOGICAL_OR:
			return c.both(x)
		case token.EQUAL, token.NOT_EQUAL, token.STRICT_EQUAL, token.STRICT_NOT_EQUAL:
			return c.equality(x)
		case token.LESS, token.LESS_OR_EQUAL, token.GREATER, token.GREATER_OR_EQUAL:
			return ordering(x.Operator, c.expr(x.Left), c.expr(x.Right))
		}
	}
	return nil
}

// both is && and || where only the truth of the result counts. It must not be
// used for values: comparison of them is asked for by test alone.
func (c *compiler) both(x *ast.BinaryExpression) func(*frame) bool {
	a, b := c.test(x.Left), c.test(x.Right)
	if x.Operator == token.LOGICAL_AND {
		return func(fr *frame) bool { return a(fr) && b(fr) }
	}
	return func(fr *frame) bool { return a(fr) || b(fr) }
}

func (c *compiler) equality(x *ast.BinaryExpression) func(*frame) bool {
	a, b := c.expr(x.Left), c.expr(x.Right)
	if s, ok := x.Right.(*ast.StringLiteral); ok {
		want := goText(s.Value)
		is := func(v value) bool {
			s, ok := v.any.(string)
			return ok && s == want
		}
		switch x.Operator {
		case token.STRICT_EQUAL:
			return func(fr *frame) bool { return is(a(fr)) }
		case token.STRICT_NOT_EQUAL:
			return func(fr *frame) bool { return !is(a(fr)) }
		}
	}
	switch x.Operator {
	case token.STRICT_EQUAL:
		return func(fr *frame) bool { v := a(fr); return strictEqual(v, b(fr)) }
	case token.STRICT_NOT_EQUAL:
		return func(fr *frame) bool { v := a(fr); return !strictEqual(v, b(fr)) }
	case token.EQUAL:
		return func(fr *frame) bool { v := a(fr); return fr.run.looseEqual(v, b(fr)) }
	}
	return func(fr *frame) bool { v := a(fr); return !fr.run.looseEqual(v, b(fr)) }
}

func strictEqual(a, b value) bool {
	if x, ok := a.number(); ok {
		y, ok := b.number()
		return ok && x == y
	}
	if _, ok := b.number(); ok {
		return false
	}
	return msg.StrictEqual(a.any, b.any)
}

func (r *run) looseEqual(a, b value) bool {
	if a.nullish() || b.nullish() {
		return a.nullish() && b.nullish()
	}
	if x, ok := a.number(); ok {
		if y, ok := b.number(); ok {
			return x == y
		}
	}
	pa, pb := a.isPrimitive(), b.isPrimitive()
	switch {
	case !pa && !pb:
		return strictEqual(a, b)
	case !pa:
		a = r.toPrimitive(a)
	case !pb:
		b = r.toPrimitive(b)
	}
	return msg.LooseEqual(a.box(), b.box())
}

// ordering compiles <, <=, > and >=.
func ordering(op token.Token, a, b expr) func(*frame) bool {
	switch op {
	case token.LESS:
		return func(fr *frame) bool {
			l := a(fr)
			r := b(fr)
			if x, ok := l.number(); ok {
				if y, ok := r.number(); ok {
					return x < y
				}
			}
			n, ok := fr.run.compare(l, r)
			return ok && n < 0
		}
	case token.LESS_OR_EQUAL:
		return func(fr *frame) bool { l := a(fr); n, ok := fr.run.compare(l, b(fr)); return ok && n <= 0 }
	case token.GREATER:
		return func(fr *frame) bool {
			l := a(fr)
			r := b(fr)
			if x, ok := l.number(); ok {
				if y, ok := r.number(); ok {
					return x > y
				}
			}
			n, ok := fr.run.compare(l, r)
			return ok && n > 0
		}
	}
	return func(fr *frame) bool { l := a(fr); n, ok := fr.run.compare(l, b(fr)); return ok && n >= 0 }
}

// compare orders two values; ok is false if one is NaN.
func (r *run) compare(a, b value) (n int, ok bool) {
	if x, ok := a.number(); ok {
		if y, ok := b.number(); ok {
			switch {
			case x < y:
				return -1, true
			case x > y:
				return 1, true
			}
			return 0, x == y
		}
	}
	return msg.Compare(r.ordered(a).box(), r.ordered(b).box())
}

// ordered is ToPrimitive with the hint number.
func (r *run) ordered(v value) value {
	if d, ok := v.any.(*msg.Date); ok {
		return num(d.Ms)
	}
	return r.toPrimitive(v)
}
