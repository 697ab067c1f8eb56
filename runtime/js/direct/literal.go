package direct

import (
	"github.com/dop251/goja/ast"

	"sluice/runtime/msg"
)

// object compiles an object literal.
func (c *compiler) object(x *ast.ObjectLiteral) expr {
	type field struct {
		name   string
		key    expr // a computed key, or nil
		value  expr
		spread bool
	}
	fields := make([]field, 0, len(x.Value))
	for _, p := range x.Value {
		switch p := p.(type) {
		case *ast.PropertyShort:
			if p.Initializer != nil {
				refuse("it has an object literal of an unknown kind")
			}
			fields = append(fields, field{name: goText(p.Name.Name), value: c.inner(&p.Name)})
		case *ast.PropertyKeyed:
			if p.Kind != ast.PropertyKindValue {
				refuse("it has an object with a method or accessor")
			}
			f := field{}
			switch key := p.Key.(type) {
			case *ast.StringLiteral:
				if f.name = goText(key.Value); f.name == "__proto__" {
					refuse("it uses __proto__")
				}
			case *ast.NumberLiteral:
				f.name = (&run{}).toText(c.expr(key)(nil))
			default:
				if !p.Computed {
					refuse("it has an object literal of an unknown kind")
				}
			}
			if p.Computed {
				f.key = c.inner(p.Key)
			}
			f.value = c.inner(p.Value)
			fields = append(fields, f)
		case *ast.SpreadElement:
			fields = append(fields, field{spread: true, value: c.inner(p.Expression)})
		default:
			refuse("it has an object literal of an unknown kind")
		}
	}
	return func(fr *frame) value {
		o := fr.run.newObject(len(fields))
		for i := range fields {
			f := &fields[i]
			name := f.name
			if f.key != nil {
				name = fr.run.toKey(f.key(fr))
			}
			v := f.value(fr)
			if f.spread {
				fr.run.spread(o, v)
				continue
			}
			o.Set(name, fr.run.held(o, v))
		}
		return value{any: o}
	}
}

// spread copies the fields of v into a new object.
func (r *run) spread(o *msg.Object, v value) {
	switch x := v.any.(type) {
	case *msg.Object:
		r.charge(x.Len())
		for k, e := range x.All() {
			o.Set(k, r.held(o, r.taken(x, e)))
		}
	case bool, number, nil:
	default:
		if !v.isUndefined() {
			bailout("a spread of what is no plain object")
		}
	}
}

// array compiles an array literal.
func (c *compiler) array(x *ast.ArrayLiteral) expr {
	type element struct {
		value  expr
		spread bool
	}
	list := make([]element, len(x.Value))
	for i, e := range x.Value {
		switch e := e.(type) {
		case nil:
			refuse("it has an array with holes")
		case *ast.SpreadElement:
			list[i] = element{c.inner(e.Expression), true}
		default:
			list[i] = element{c.inner(e), false}
		}
	}
	return func(fr *frame) value {
		elems := make([]any, 0, len(list))
		for i := range list {
			v := list[i].value(fr)
			if !list[i].spread {
				elems = append(elems, fr.run.held(nil, v))
				continue
			}
			fr.run.each(v, func(e value) bool {
				fr.run.step()
				elems = append(elems, fr.run.held(nil, e))
				return true
			})
		}
		return fr.run.arrayOf(elems)
	}
}
