package direct

import (
	"github.com/dop251/goja/ast"
)

// constructors are the classes that new makes something of.
var constructors = map[string]static{
	"Date": newDate,
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
