package direct

import (
	"time"

	"github.com/dop251/goja/ast"

	"sluice/runtime/msg"
)

var dateFunctions = map[string]static{
	"Date.now": func(*run, []value) value { return num(float64(time.Now().UnixMilli())) },
}

var dateMethods = map[string]method{}

// construct compiles new.
func (c *compiler) construct(x *ast.NewExpression) expr {
	id, ok := x.Callee.(*ast.Identifier)
	if !ok || !c.free(id.Name) {
		refuse("it makes a special object")
	}
	args := c.arguments(x.ArgumentList)
	switch name := goText(id.Name); name {
	case "Date":
		if len(args) == 0 {
			return func(*frame) value { return value{any: &msg.Date{Ms: float64(time.Now().UnixMilli())}} }
		}
	case "Error", "TypeError", "RangeError":
		return func(*frame) value { bailout("an error"); return undefined }
	}
	refuse("it makes a %s", goText(id.Name))
	return nil
}
