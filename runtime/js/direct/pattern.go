package direct

import (
	"github.com/dop251/goja/ast"
)

// pattern is a regular expression of the body.
type pattern struct{}

// match is what exec and match return.
type match struct{}

func (m *match) get(key string) value { bailout("a property of a match"); return undefined }

var patternMethods = map[string]method{}

// regexp compiles a pattern.
func (c *compiler) regexp(x *ast.RegExpLiteral) expr {
	refuse("it has a pattern")
	return nil
}
