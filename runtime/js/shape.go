package js

import (
	"strconv"

	"github.com/dop251/goja"
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"
	"github.com/dop251/goja/unistring"

	"sluice/runtime/msg"
)

// shape is what an object literal makes: keys in order, with constants, with
// shapes of literals in it, and with values that the body works out.
type shape struct{ fields []shapeField }

type shapeField struct {
	key   string // "" for one that the body works out
	named bool
	kind  fieldKind
	value any    // of a constant
	sub   *shape // of a literal
}

type fieldKind int

const (
	fieldValue fieldKind = iota
	fieldConstant
	fieldShape
)

// maxShape bounds the values that one call passes on goja's stack.
const maxShape = 256

// literal returns the call that makes what an object literal makes, nil if only goja can.
func (in *inliner) literal(lit *ast.ObjectLiteral) ast.Expression {
	return in.maker(lit, func(v *vm, s *shape, args []goja.Value) goja.Value {
		if !v.alone() {
			o, _ := s.native(v, args)
			return o
		}
		w, _ := s.make(v, args)
		return v.rt.NewDynamicObject(w)
	})
}

// maker returns the call of f, with what the literal is to be made of.
func (in *inliner) maker(lit *ast.ObjectLiteral, f func(*vm, *shape, []goja.Value) goja.Value) ast.Expression {
	var args []ast.Expression
	s := in.shape(lit, &args)
	if s == nil || len(args) > maxShape {
		return nil
	}
	name := "%o" + strconv.Itoa(len(in.c.extras))
	in.c.extras = append(in.c.extras, extra{name, func(v *vm) goja.Value {
		return v.rt.ToValue(func(c goja.FunctionCall) goja.Value { return f(v, s, c.Arguments) })
	}})
	return &ast.CallExpression{Callee: &ast.Identifier{Name: unistring.String(name), Idx: lit.LeftBrace}, LeftParenthesis: lit.LeftBrace,
		ArgumentList: args, RightParenthesis: lit.RightBrace}
}

// assignment returns the call that does what the statement msg.name = {…} does, nil if e is another.
func (in *inliner) assignment(e ast.Expression) ast.Expression {
	set, ok := e.(*ast.AssignExpression)
	if !ok || set.Operator != token.ASSIGN || !in.own {
		return nil
	}
	dot, ok := set.Left.(*ast.DotExpression)
	if !ok {
		return nil
	}
	lit, ok := set.Right.(*ast.ObjectLiteral)
	if left, is := dot.Left.(*ast.Identifier); !ok || !is || left.Name != "msg" || dot.Identifier.Name == "__proto__" {
		return nil
	}
	key := dot.Identifier.Name.String()
	return in.maker(lit, func(v *vm, s *shape, args []goja.Value) goja.Value {
		own := v.cur.own.live()
		if !v.alone() {
			o, _ := s.native(v, args)
			v.cur.own.put(key, o)
			return v.undef
		}
		w, _ := s.make(v, args)
		own.Set(key, w.o)
		return v.undef
	})
}

// shape returns the shape of a literal and appends the expressions of its values.
// nil: it has what a message has not, or what native code asks a native object for.
func (in *inliner) shape(lit *ast.ObjectLiteral, args *[]ast.Expression) *shape {
	if len(lit.Value) == 0 || in.c.body.props["toJSON"] {
		return nil
	}
	s := &shape{}
	list := *args
	for _, p := range lit.Value {
		var f shapeField
		switch p := p.(type) {
		case *ast.PropertyShort:
			if p.Initializer != nil {
				return nil
			}
			f.key, f.named = p.Name.Name.String(), true
			list = append(list, &ast.Identifier{Name: p.Name.Name, Idx: p.Name.Idx})
		case *ast.PropertyKeyed:
			if p.Kind != ast.PropertyKindValue {
				return nil
			}
			key, ok := p.Key.(*ast.StringLiteral)
			switch {
			case p.Computed:
				list = append(list, p.Key)
			case !ok || key.Value == "__proto__":
				return nil
			default:
				f.key, f.named = key.Value.String(), true
			}
			switch x := p.Value.(type) {
			case *ast.FunctionLiteral, *ast.ArrowFunctionLiteral, *ast.ClassLiteral:
				return nil
			case *ast.ObjectLiteral:
				if f.sub = in.shape(x, &list); f.sub != nil {
					f.kind = fieldShape
				} else {
					list = append(list, x)
				}
			default:
				if f.value, ok = constant(x); ok {
					f.kind = fieldConstant
				} else {
					list = append(list, x)
				}
			}
		default:
			return nil
		}
		s.fields = append(s.fields, f)
	}
	*args = list
	return s
}

// constant is the Go value of a literal.
func constant(e ast.Expression) (x any, ok bool) {
	switch e := e.(type) {
	case *ast.StringLiteral:
		return e.Value.String(), e.Value.AsUtf16() == nil
	case *ast.BooleanLiteral:
		return e.Value, true
	case *ast.NullLiteral:
		return nil, true
	case *ast.NumberLiteral:
		switch n := e.Value.(type) {
		case int64:
			return msg.Number(float64(n)), true
		case float64:
			return msg.Number(n), true
		}
	}
	return nil, false
}

// make makes an object, with its view and that of every object in it that holds native values.
func (s *shape) make(v *vm, args []goja.Value) (w *objectView, rest []goja.Value) {
	o := msg.NewObjectSize(len(s.fields))
	w = v.cur.seen.newObject()
	*w = objectView{s: v.cur, o: o}
	for i := range s.fields {
		f := &s.fields[i]
		key := f.key
		if !f.named {
			key = text(args[0].ToString())
			args = args[1:]
		}
		switch f.kind {
		case fieldConstant:
			o.Set(key, f.value)
		case fieldShape:
			var sub *objectView
			sub, args = f.sub.make(v, args)
			o.Set(key, sub.o)
		default:
			w.put(key, args[0])
			args = args[1:]
		}
	}
	return w, args
}

// native makes a native object: views belong to their call, and a function of
// another body may keep what it is given for longer.
func (s *shape) native(v *vm, args []goja.Value) (o *goja.Object, rest []goja.Value) {
	o = v.rt.NewObject()
	for i := range s.fields {
		f := &s.fields[i]
		key := f.key
		if !f.named {
			key = text(args[0].ToString())
			args = args[1:]
		}
		var x goja.Value
		switch f.kind {
		case fieldConstant:
			x = v.toJS(f.value)
		case fieldShape:
			x, args = f.sub.native(v, args)
		default:
			x, args = args[0], args[1:]
		}
		o.DefineDataProperty(key, x, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_TRUE)
	}
	return o, args
}
