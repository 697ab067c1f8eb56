package direct

import (
	"reflect"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
	"github.com/dop251/goja/token"
	"github.com/dop251/goja/unistring"

	"sluice/runtime/msg"
)

// bindingNames calls f with the names of a declaration's target.
func (c *compiler) bindingNames(t ast.Expression, f func(*ast.Identifier)) {
	switch t := t.(type) {
	case nil:
	case *ast.Identifier:
		f(t)
	case *ast.ArrayPattern:
		for _, e := range t.Elements {
			c.bindingNames(e, f)
		}
		c.bindingNames(t.Rest, f)
	case *ast.ObjectPattern:
		for _, p := range t.Properties {
			switch p := p.(type) {
			case *ast.PropertyShort:
				f(&p.Name)
			case *ast.PropertyKeyed:
				c.bindingNames(p.Value, f)
			}
		}
		c.bindingNames(t.Rest, f)
	case *ast.AssignExpression:
		c.bindingNames(t.Left, f)
	case *ast.Binding:
		c.bindingNames(t.Target, f)
	default:
		refuse("it has a pattern of the kind %s", kind(t))
	}
}

// target compiles the binding of a declaration's target to a value.
func (c *compiler) target(t ast.Expression, lexical bool) stmtOf {
	switch t := t.(type) {
	case *ast.Identifier:
		v, up := c.find(t.Name)
		if v == nil || up != 0 || v.function != nil || v.static != nil || v.lexical != lexical {
			refuse("it declares %s in an unknown way", goText(t.Name))
		}
		if lexical {
			v.ready = true
		}
		slot := v.slot
		return func(fr *frame, v value) { fr.vars[slot] = v }
	case *ast.Binding:
		if t.Initializer == nil {
			return c.target(t.Target, lexical)
		}
		return c.defaulted(t.Target, t.Initializer, lexical)
	case *ast.AssignExpression:
		return c.defaulted(t.Left, t.Right, lexical)
	case *ast.ObjectPattern:
		return c.objectPattern(t, lexical)
	case *ast.ArrayPattern:
		return c.arrayPattern(t, lexical)
	}
	refuse("it has a pattern of the kind %s", kind(t))
	return nil
}

func (c *compiler) defaulted(t, otherwise ast.Expression, lexical bool) stmtOf {
	e := c.expr(otherwise)
	bind := c.target(t, lexical)
	return func(fr *frame, v value) {
		if v.isUndefined() {
			v = e(fr)
		}
		bind(fr, v)
	}
}

func (c *compiler) objectPattern(t *ast.ObjectPattern, lexical bool) stmtOf {
	type part struct {
		key  string
		bind stmtOf
	}
	if t.Rest != nil {
		refuse("it has a pattern with a rest")
	}
	var parts []part
	for _, p := range t.Properties {
		switch p := p.(type) {
		case *ast.PropertyShort:
			bind := stmtOf(nil)
			if p.Initializer != nil {
				bind = c.defaulted(&p.Name, p.Initializer, lexical)
			} else {
				bind = c.target(&p.Name, lexical)
			}
			parts = append(parts, part{goText(p.Name.Name), bind})
		case *ast.PropertyKeyed:
			key := ""
			switch k := p.Key.(type) {
			case *ast.StringLiteral:
				key = goText(k.Value)
			case *ast.NumberLiteral:
				key = (&run{}).toText(c.expr(k)(nil))
			}
			if key == "" || p.Computed {
				refuse("it has a pattern with a computed key")
			}
			parts = append(parts, part{key, c.target(p.Value, lexical)})
		default:
			refuse("it has a pattern of an unknown kind")
		}
	}
	return func(fr *frame, v value) {
		if v.nullish() {
			bailout("a pattern for null or undefined")
		}
		for i := range parts {
			parts[i].bind(fr, fr.run.get(v, parts[i].key))
		}
	}
}

func (c *compiler) arrayPattern(t *ast.ArrayPattern, lexical bool) stmtOf {
	if t.Rest != nil {
		refuse("it has a pattern with a rest")
	}
	binds := make([]stmtOf, len(t.Elements))
	for i, e := range t.Elements {
		if e != nil {
			binds[i] = c.target(e, lexical)
		}
	}
	return func(fr *frame, v value) {
		switch x := v.any.(type) {
		case *match:
			v.any = x.array()
		case *couple:
			two := [...]value{x.first, x.second}
			for i, bind := range binds {
				if bind != nil {
					bind(fr, arg(two[:], i))
				}
			}
			return
		}
		a, ok := v.any.(*msg.Array)
		if !ok {
			bailout("a list pattern for what is no array")
		}
		for i, bind := range binds {
			if bind != nil {
				bind(fr, fr.run.taken(a, a.At(i)))
			}
		}
	}
}

// assigned returns the names that are assigned anywhere within n, by = and its like, ++, -- and loops.
func assigned(n ast.Node) map[unistring.String]bool {
	names := map[unistring.String]bool{}
	note := func(x ast.Expression) {
		if id, ok := x.(*ast.Identifier); ok {
			names[id.Name] = true
		}
	}
	walk(reflect.ValueOf(n), func(n any) {
		switch n := n.(type) {
		case *ast.AssignExpression:
			note(n.Left)
			if p, ok := n.Left.(ast.Pattern); ok {
				(&compiler{}).bindingNames(p, func(id *ast.Identifier) { names[id.Name] = true })
			}
		case *ast.UnaryExpression:
			if n.Operator == token.INCREMENT || n.Operator == token.DECREMENT {
				note(n.Operand)
			}
		case *ast.ForIntoExpression:
			note(n.Expression)
		case *ast.ForIntoVar:
			note(n.Binding.Target)
		}
	})
	return names
}

var typeFile = reflect.TypeFor[*file.File]()

// walk calls f with every node.
func walk(v reflect.Value, f func(any)) {
	switch v.Kind() {
	case reflect.Interface:
		if !v.IsNil() {
			walk(v.Elem(), f)
		}
	case reflect.Pointer:
		if !v.IsNil() && v.Type() != typeFile {
			f(v.Interface())
			walk(v.Elem(), f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walk(v.Index(i), f)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			walk(v.Field(i), f)
		}
	}
}

// kind names a node for those who read why a body was refused.
func kind(n any) string { return reflect.TypeOf(n).Elem().Name() }
