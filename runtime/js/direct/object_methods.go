package direct

import (
	"github.com/dop251/goja/ast"

	"sluice/runtime/msg"
)

// objectMethods are those of Object.prototype. An object may have a property of the same name.
var objectMethods = map[string]method{
	"hasOwnProperty":       inheritedMethod("hasOwnProperty", hasOwnProperty),
	"propertyIsEnumerable": inheritedMethod("propertyIsEnumerable", isEnumerable),
	"toString":             inheritedMethod("toString", func(*run, value, []value) value { return text("[object Object]") }),
	"valueOf":              inheritedMethod("valueOf", func(_ *run, this value, _ []value) value { return this }),
}

func inheritedMethod(name string, f method) method {
	return func(r *run, this value, args []value) value {
		if this.any.(*msg.Object).Has(name) {
			bailout("a method of its own")
		}
		return f(r, this, args)
	}
}

func hasOwnProperty(r *run, this value, args []value) value {
	return boolean(r.hasOwn(this, arg(args, 0)))
}

func isEnumerable(r *run, this value, args []value) value {
	if _, ok := this.any.(*msg.Object); !ok {
		bailout("what is enumerable of a special value")
	}
	return boolean(r.hasOwn(this, arg(args, 0)))
}

// borrowed are methods of prototypes that are called on anything, as in
// Object.prototype.hasOwnProperty.call(o, key).
var borrowed = map[string]method{
	"Object.hasOwnProperty":       hasOwnProperty,
	"Object.propertyIsEnumerable": isEnumerable,
	"Object.toString":             classOf,
}

// borrow compiles such a call, nil if it is another.
func (c *compiler) borrow(callee *ast.DotExpression, name string, list []ast.Expression) expr {
	f, ok := callee.Left.(*ast.DotExpression)
	if !ok || name != "call" {
		return nil
	}
	proto, ok := f.Left.(*ast.DotExpression)
	if !ok || proto.Identifier.Name != "prototype" {
		return nil
	}
	class, ok := proto.Left.(*ast.Identifier)
	if !ok || !c.free(class.Name) {
		return nil
	}
	m := borrowed[goText(class.Name)+"."+goText(f.Identifier.Name)]
	if m == nil {
		return nil
	}
	return c.callStatic(func(r *run, args []value) value { return m(r, arg(args, 0), args[min(1, len(args)):]) }, c.arguments(list))
}

// classOf is Object.prototype.toString.
func classOf(_ *run, this value, _ []value) value {
	class := ""
	switch x := this.any.(type) {
	case nil:
		class = "Null"
	case number:
		class = "Number"
	case string:
		class = "String"
	case bool:
		class = "Boolean"
	case *msg.Object:
		class = "Object"
	case *msg.Array:
		class = "Array"
	case *msg.Date:
		class = "Date"
	case *msg.Error:
		class = "Error"
	case *collection:
		class = "Map"
		if x.set {
			class = "Set"
		}
	default:
		if !this.isUndefined() {
			bailout("the class of a special value")
		}
		class = "Undefined"
	}
	return text("[object " + class + "]")
}
