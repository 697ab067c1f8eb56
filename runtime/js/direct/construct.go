package direct

import (
	"github.com/dop251/goja/ast"

	"sluice/runtime/msg"
)

// constructors are the classes that new makes something of.
var constructors = map[string]static{
	"Date": newDate,
	"Object": func(_ *run, args []value) value {
		if !arg(args, 0).nullish() {
			bailout("an object of a value")
		}
		return value{any: &msg.Object{}}
	},
}

func init() {
	for _, class := range []string{"Error", "TypeError", "RangeError", "SyntaxError", "ReferenceError", "EvalError", "URIError"} {
		constructors[class] = func(*run, []value) value { bailout("an error"); return undefined }
	}
}

// construct compiles new.
func (c *compiler) construct(x *ast.NewExpression) expr {
	id, ok := x.Callee.(*ast.Identifier)
	if !ok || !c.free(id.Name) {
		refuse("it makes a special object")
	}
	f := constructors[goText(id.Name)]
	if f == nil {
		refuse("it makes a %s", goText(id.Name))
	}
	return c.callStatic(f, c.arguments(x.ArgumentList))
}
