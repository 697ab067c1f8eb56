package js

import (
	"reflect"

	"github.com/dop251/goja/ast"
)

// enter declares what a node that opens a scope declares in it.
func (w *scanner) enter(n any) {
	switch n := n.(type) {
	case *ast.ForStatement:
		if d, ok := n.Initializer.(*ast.ForLoopInitializerLexicalDecl); ok {
			for _, b := range d.LexicalDeclaration.List {
				w.bind(b.Target)
			}
		}
	case *ast.ForInStatement:
		w.enterInto(n.Into)
	case *ast.ForOfStatement:
		w.enterInto(n.Into)
	case *ast.CatchStatement:
		w.bind(n.Parameter)
	case *ast.ClassLiteral:
		w.declare(n.Name)
	}
}

func (w *scanner) enterInto(into ast.ForInto) {
	if d, ok := into.(*ast.ForDeclaration); ok {
		w.bind(d.Target)
	}
}

// name notes a name; it tells whether that is free.
func (w *scanner) name(n *ast.Identifier) bool {
	if w.declared(n.Name) {
		return false
	}
	w.u.names[n.Name.String()] = true
	w.u.await = w.u.await || n.Name == "await"
	return true
}

// callee walks an expression whose value is only called, looked into or given a name, and so does not leave by itself.
func (w *scanner) callee(e ast.Expression) {
	switch e := e.(type) {
	case nil:
	case *ast.Identifier:
		w.name(e)
	case *ast.FunctionLiteral:
		w.u.functions = true
		w.u.generators = w.u.generators || e.Generator
		if e.Async || e.Generator {
			w.u.resumes = true
			w.u.made = "an async function or generator"
		}
		w.function(e.Name, e.ParameterList, e.Body, e.DeclarationList)
	case *ast.ArrowFunctionLiteral:
		w.u.functions = true
		if e.Async {
			w.u.resumes = true
			w.u.made = "an async function or generator"
		}
		w.function(nil, e.ParameterList, e.Body, e.DeclarationList)
	default:
		w.walk(reflect.ValueOf(e))
	}
}

// write notes the free name whose property an assignment changes.
func (w *scanner) write(e ast.Expression) {
	for {
		switch x := e.(type) {
		case *ast.DotExpression:
			e = x.Left
		case *ast.BracketExpression:
			e = x.Left
		case *ast.Identifier:
			if !w.declared(x.Name) {
				w.u.written[x.Name.String()] = true
			}
			return
		default:
			return
		}
	}
}

func isFunction(e ast.Expression) bool {
	switch e.(type) {
	case *ast.FunctionLiteral, *ast.ArrowFunctionLiteral:
		return true
	}
	return false
}

func at(list []ast.Expression, i int) ast.Expression {
	if i < len(list) {
		return list[i]
	}
	return nil
}
