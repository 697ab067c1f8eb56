package direct

import (
	"github.com/dop251/goja/ast"

	"sluice/runtime/msg"
)

// chainEnd is what an optional chain comes to that has met null or undefined.
type chainEnd struct{}

func (c *compiler) optionalChain(x *ast.OptionalChain) expr {
	chain := c.chain
	c.chain = true
	e := c.expr(x.Expression)
	c.chain = chain
	return func(fr *frame) value {
		v := e(fr)
		if _, ended := v.any.(chainEnd); ended {
			return undefined
		}
		return v
	}
}

func (c *compiler) optional(x *ast.Optional) expr {
	e := c.expr(x.Expression)
	return func(fr *frame) value {
		v := e(fr)
		if v.nullish() {
			return value{any: chainEnd{}}
		}
		return v
	}
}

// inner compiles a part of an expression that is no link of the chain.
func (c *compiler) inner(x ast.Expression) expr {
	chain := c.chain
	c.chain = false
	e := c.expr(x)
	c.chain = chain
	return e
}

// dot compiles x.name.
func (c *compiler) dot(x *ast.DotExpression) expr {
	name := goText(x.Identifier.Name)
	if id, ok := x.Left.(*ast.Identifier); ok && c.free(id.Name) {
		return c.globalProperty(goText(id.Name), name)
	}
	if name == "__proto__" || name == "constructor" {
		refuse("it uses .%s", name)
	}
	e, inherited := c.expr(x.Left), isInherited(name)
	if name == "length" {
		return func(fr *frame) value {
			v := e(fr)
			switch x := v.any.(type) {
			case *msg.Array:
				return num(float64(x.Len()))
			case string:
				return num(float64(fr.run.length(x)))
			case chainEnd:
				return v
			}
			return fr.run.get(v, "length")
		}
	}
	return func(fr *frame) value {
		v := e(fr)
		if o, ok := v.any.(*msg.Object); ok && o != nil {
			if x, ok := o.Get(name); ok {
				return fr.run.taken(o, x)
			}
			if inherited {
				bailout("an inherited property")
			}
			return undefined
		}
		return fr.run.get(v, name)
	}
}

// bracket compiles x[key].
func (c *compiler) bracket(x *ast.BracketExpression) expr {
	e, key := c.expr(x.Left), c.inner(x.Member)
	return func(fr *frame) value {
		v := e(fr)
		if _, ended := v.any.(chainEnd); ended {
			return v
		}
		k := key(fr)
		return fr.run.at(v, k)
	}
}

// at is v[k].
func (r *run) at(v, k value) value {
	if f, ok := k.number(); ok {
		if i := int(f); float64(i) == f && i >= 0 {
			switch x := v.any.(type) {
			case typed:
				return typedAt(x, k)
			case *msg.Array:
				if i < x.Len() {
					return r.taken(x, x.At(i))
				}
				return undefined
			case string:
				return r.character(x, i)
			case *match:
				return x.at(i)
			}
		}
	}
	return r.get(v, r.toKey(k))
}

// get is v[key].
func (r *run) get(v value, key string) value {
	switch x := v.any.(type) {
	case *msg.Object:
		if x == nil {
			break
		}
		if e, ok := x.Get(key); ok {
			return r.taken(x, e)
		}
		if isInherited(key) {
			break
		}
		return undefined
	case *msg.Array:
		if i, ok := msg.ArrayIndex(key); ok {
			return r.taken(x, x.At(int(i)))
		}
		if key == "length" {
			return num(float64(x.Len()))
		}
		if !isInherited(key) && !isMethod(key) {
			return undefined
		}
	case string:
		if i, ok := msg.ArrayIndex(key); ok {
			return r.character(x, int(i))
		}
		if key == "length" {
			return num(float64(r.length(x)))
		}
		if !isInherited(key) && !isMethod(key) {
			return undefined
		}
	case *msg.Buffer:
		if i, ok := msg.ArrayIndex(key); ok || key == "length" {
			if ok && int(i) >= len(x.B) {
				return undefined
			}
			return of(msg.Property(x, key))
		}
	case *msg.Error:
		if key == "message" || key == "name" || key == "stack" {
			return of(msg.Property(x, key))
		}
	case msg.Host:
		if e, ok := x.Get(key); ok {
			return r.taken(x, e)
		}
	case *match:
		return x.get(key)
	case *pattern:
		return x.get(key)
	case *collection:
		if key == "size" {
			return num(float64(x.size))
		}
	case typed:
		if key == "length" {
			return num(float64(x.size()))
		}
	case chainEnd:
		return v
	}
	bailout("the property " + key)
	return undefined
}

// taken is a value read from container c. What a store shares with its readers beside
// containers only a VM knows how to keep apart.
func (r *run) taken(c, x any) value {
	switch e := x.(type) {
	case float64:
		return num(e)
	case string, bool, nil, *msg.Object, *msg.Array:
		return value{any: x}
	}
	if x != msg.Undefined && msg.Stored(c) {
		bailout("a special object of a store")
	}
	return value{any: x}
}

// inheritedNames are the properties of Object.prototype.
var inheritedNames = map[string]bool{"constructor": true, "hasOwnProperty": true, "isPrototypeOf": true, "propertyIsEnumerable": true,
	"toLocaleString": true, "toString": true, "valueOf": true, "__proto__": true, "__defineGetter__": true, "__defineSetter__": true,
	"__lookupGetter__": true, "__lookupSetter__": true}

func isInherited(key string) bool { return len(key) >= 7 && inheritedNames[key] }

// put is v[key] = x.
func (r *run) put(v value, key string, x value) {
	switch c := v.any.(type) {
	case *msg.Object:
		if c != nil {
			r.setField(c, key, x)
			return
		}
	case *msg.Array:
		if i, ok := msg.ArrayIndex(key); ok {
			r.setElement(c, int(i), x)
			return
		}
		if key == "length" {
			r.setLength(c, x)
			return
		}
	}
	bailout("an assignment to a property of a special value")
}

func (r *run) putAt(v, k, x value) {
	if t, ok := v.any.(typed); ok {
		r.putTyped(t, k, x)
		return
	}
	if a, ok := v.any.(*msg.Array); ok {
		if f, ok := k.number(); ok && f >= 0 && f < msg.MaxArrayLen && float64(int(f)) == f {
			r.setElement(a, int(f), x)
			return
		}
	}
	r.put(v, r.toKey(k), x)
}

// remove compiles delete.
func (c *compiler) remove(x ast.Expression) expr {
	var left ast.Expression
	var key expr
	switch x := x.(type) {
	case *ast.DotExpression:
		left, key = x.Left, constant(text(goText(x.Identifier.Name)))
	case *ast.BracketExpression:
		left, key = x.Left, c.expr(x.Member)
	default:
		refuse("it deletes what is no property")
	}
	e := c.expr(left)
	return func(fr *frame) value {
		v := e(fr)
		k := fr.run.toKey(key(fr))
		o, ok := v.any.(*msg.Object)
		if !ok || o == nil {
			bailout("a delete from what is no plain object")
		}
		fr.run.deleteField(o, k)
		return truth
	}
}

// in compiles the operator in.
func (c *compiler) in(x *ast.BinaryExpression) expr {
	key, e := c.expr(x.Left), c.expr(x.Right)
	return func(fr *frame) value {
		k := key(fr)
		v := e(fr)
		o, ok := v.any.(*msg.Object)
		name := fr.run.toKey(k)
		if !ok || o == nil || isInherited(name) {
			bailout("in of what is no plain object")
		}
		return boolean(o.Has(name))
	}
}

// instanceOf compiles the operator instanceof for Array, Date and Object.
func (c *compiler) instanceOf(x *ast.BinaryExpression) expr {
	id, ok := x.Right.(*ast.Identifier)
	if !ok || !c.free(id.Name) {
		refuse("it uses instanceof")
	}
	class := id.Name
	e := c.expr(x.Left)
	if class != "Array" && class != "Date" {
		refuse("it uses instanceof %s", goText(class))
	}
	return func(fr *frame) value {
		v := e(fr)
		switch v.any.(type) {
		case *msg.Array:
			return boolean(class == "Array")
		case *msg.Date:
			return boolean(class == "Date")
		case *msg.Object:
			return falsity
		}
		if v.isPrimitive() {
			return falsity
		}
		bailout("instanceof of a special object")
		return falsity
	}
}
