package js

import (
	"reflect"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"
)

func (w *scanner) node(v reflect.Value) {
	n := v.Interface()
	switch n.(type) {
	case *ast.ForStatement, *ast.ForInStatement, *ast.ForOfStatement, *ast.CatchStatement, *ast.ClassLiteral:
		w.push()
		defer w.pop()
	}
	if w.statement(n) || w.expression(n) || w.access(n) {
		return
	}
	w.enter(n)
	w.fields(v.Elem())
}

// statement notes what a statement or declaration tells; done is whether its parts
// have been walked too.
func (w *scanner) statement(n any) (done bool) {
	switch n := n.(type) {
	case *ast.FunctionDeclaration:
		w.callee(n.Function)
	case *ast.Binding:
		w.walk(reflect.ValueOf(n.Target))
		if isFunction(n.Initializer) {
			w.callee(n.Initializer)
		} else {
			w.walk(reflect.ValueOf(n.Initializer))
		}
	case *ast.BlockStatement:
		w.block(n.List, nil)
	case *ast.SwitchStatement:
		w.walk(reflect.ValueOf(n.Discriminant))
		w.push()
		for _, c := range n.Body {
			w.hoist(c.Consequent, nil)
		}
		for _, c := range n.Body {
			w.fields(reflect.ValueOf(c).Elem())
		}
		w.pop()
	case *ast.ClassStaticBlock:
		w.block(n.Block.List, n.DeclarationList)
	case *ast.LabelledStatement:
		w.walk(reflect.ValueOf(n.Statement))
	case *ast.BranchStatement:
	case *ast.TryStatement:
		w.u.catches = true
		return false
	case *ast.WithStatement:
		w.u.bare["with"] = true
		return false
	case *ast.ForIntoExpression:
		w.assign(n.Expression)
		w.write(n.Expression)
		return false
	default:
		return false
	}
	return true
}

// expression is statement for what makes, changes or calls something.
func (w *scanner) expression(n any) (done bool) {
	switch n := n.(type) {
	case *ast.FunctionLiteral, *ast.ArrowFunctionLiteral:
		w.u.made = "a function"
		w.callee(n.(ast.Expression))
		return true
	case *ast.ClassLiteral:
		w.u.made = "a class"
	case *ast.TemplateLiteral:
		if n.Tag != nil {
			w.u.bare["a tagged template"] = true
		}
	case *ast.RegExpLiteral:
		w.u.regexps = true
	case *ast.BinaryExpression:
		if n.Operator == token.INSTANCEOF {
			w.walk(reflect.ValueOf(n.Left))
			w.callee(n.Right)
			return true
		}
	case *ast.NewExpression:
		w.callee(n.Callee)
		w.walk(reflect.ValueOf(n.ArgumentList))
		return true
	case *ast.AssignExpression:
		if n.Operator == token.ASSIGN {
			w.assign(n.Left)
		}
		w.write(n.Left)
	case *ast.UnaryExpression:
		switch n.Operator {
		case token.INCREMENT, token.DECREMENT, token.DELETE:
			w.write(n.Operand)
		case token.TYPEOF:
			w.callee(n.Operand)
			return true
		}
	case *ast.CallExpression:
		w.call(n)
		return true
	}
	return false
}

func (w *scanner) call(n *ast.CallExpression) {
	if d, ok := n.Callee.(*ast.DotExpression); ok {
		switch d.Identifier.Name {
		case "done":
			if left, ok := d.Left.(*ast.Identifier); ok && left.Name == "node" {
				w.u.nodeDone = true
			}
		case "create":
			if _, null := at(n.ArgumentList, 0).(*ast.NullLiteral); !null {
				w.u.made = "an object with a prototype"
			}
		}
	}
	w.callee(n.Callee)
	for _, a := range n.ArgumentList {
		if isFunction(a) {
			w.callee(a)
		} else {
			w.walk(reflect.ValueOf(a))
		}
	}
}

// access is statement for names and properties.
func (w *scanner) access(n any) (done bool) {
	switch n := n.(type) {
	case *ast.Identifier:
		if w.name(n) {
			w.u.bare[n.Name.String()] = true
		}
		return true
	case *ast.MetaProperty:
		return true
	case *ast.ThisExpression:
		w.u.this = true
	case *ast.DotExpression:
		name := n.Identifier.Name.String()
		w.u.props[name] = true
		if left, ok := n.Left.(*ast.Identifier); ok && left.Name == "node" && !w.declared(left.Name) {
			w.u.nodeProps[name] = true
		}
		w.callee(n.Left)
		return true
	case *ast.BracketExpression:
		if key, ok := n.Member.(*ast.StringLiteral); ok {
			w.u.props[key.Value.String()] = true
		}
		if left, ok := n.Left.(*ast.Identifier); ok && left.Name == "node" {
			w.walk(reflect.ValueOf(left))
		} else {
			w.callee(n.Left)
		}
		w.walk(reflect.ValueOf(n.Member))
		return true
	case *ast.PropertyShort:
		w.walk(reflect.ValueOf(&n.Name))
	case *ast.PropertyKeyed:
		if key, ok := n.Key.(*ast.StringLiteral); ok && !n.Computed {
			w.u.props[key.Value.String()] = true
		}
	}
	return false
}
