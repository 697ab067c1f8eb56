package js

import (
	"reflect"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
	"github.com/dop251/goja/unistring"
)

// usage is what the text of a function node tells about how to run it.
type usage struct {
	names      map[string]bool // free names read or assigned
	props      map[string]bool // property names, written as .name
	outer      map[string]bool // names assigned without being declared
	await      bool            // await as a name: it was meant as the operator
	this       bool
	generators bool // there are generators
	nodeDone   bool // node.done(…) is called somewhere
	regexps    bool // there are patterns
	catches    bool // there is a try
	functions  bool // there are functions
	resumes    bool // there are async functions or generators

	bare      map[string]bool // free names that stand for themselves, not called or looked into
	written   map[string]bool // free names whose properties are assigned
	nodeProps map[string]bool // of the free name node
	made      string          // the kind of a value that would be lost outside the VM, if one is made
}

// scan walks a parsed program.
func scan(prg *ast.Program) *usage {
	u := &usage{names: map[string]bool{}, props: map[string]bool{}, outer: map[string]bool{},
		bare: map[string]bool{}, written: map[string]bool{}, nodeProps: map[string]bool{}}
	w := &scanner{u: u}
	if len(prg.Body) == 1 {
		if s, ok := prg.Body[0].(*ast.ExpressionStatement); ok { // the function around a part
			if f, ok := s.Expression.(*ast.FunctionLiteral); ok {
				w.function(f.Name, f.ParameterList, f.Body, f.DeclarationList)
				return u
			}
		}
	}
	w.block(prg.Body, prg.DeclarationList)
	return u
}

// keeps tells whether a name is assigned that outlives the call.
func (u *usage) keeps() bool {
	for n := range u.outer {
		if n != "msg" && n != "node" {
			return true
		}
	}
	return false
}

// scanner resolves names by scope. Nodes that open no scope are walked by reflection.
type scanner struct {
	u      *usage
	scopes []map[unistring.String]bool
}

func (w *scanner) push() { w.scopes = append(w.scopes, map[unistring.String]bool{}) }
func (w *scanner) pop()  { w.scopes = w.scopes[:len(w.scopes)-1] }

func (w *scanner) declare(n *ast.Identifier) {
	if n != nil {
		w.scopes[len(w.scopes)-1][n.Name] = true
	}
}

func (w *scanner) declared(n unistring.String) bool {
	for i := len(w.scopes) - 1; i >= 0; i-- {
		if w.scopes[i][n] {
			return true
		}
	}
	return false
}

// bind declares the names of a binding target.
func (w *scanner) bind(t ast.Expression) { eachName(t, w.declare) }

// eachName calls f with each name of a target, of a declaration or an assignment.
func eachName(t ast.Expression, f func(*ast.Identifier)) {
	switch t := t.(type) {
	case *ast.Identifier:
		f(t)
	case *ast.ArrayPattern:
		for _, e := range t.Elements {
			eachName(e, f)
		}
		eachName(t.Rest, f)
	case *ast.ObjectPattern:
		for _, p := range t.Properties {
			switch p := p.(type) {
			case *ast.PropertyShort:
				f(&p.Name)
			case *ast.PropertyKeyed:
				eachName(p.Value, f)
			}
		}
		eachName(t.Rest, f)
	case *ast.AssignExpression:
		eachName(t.Left, f)
	case *ast.Binding:
		eachName(t.Target, f)
	}
}

func (w *scanner) block(list []ast.Statement, vars []*ast.VariableDeclaration) {
	w.push()
	defer w.pop()
	w.hoist(list, vars)
	for _, s := range list {
		w.walk(reflect.ValueOf(s))
	}
}

func (w *scanner) hoist(list []ast.Statement, vars []*ast.VariableDeclaration) {
	for _, d := range vars {
		for _, b := range d.List {
			w.bind(b.Target)
		}
	}
	for _, s := range list {
		switch s := s.(type) {
		case *ast.LexicalDeclaration:
			for _, b := range s.List {
				w.bind(b.Target)
			}
		case *ast.FunctionDeclaration:
			w.declare(s.Function.Name)
		case *ast.ClassDeclaration:
			w.declare(s.Class.Name)
		}
	}
}

func (w *scanner) function(name *ast.Identifier, p *ast.ParameterList, body ast.Node, vars []*ast.VariableDeclaration) {
	w.push()
	defer w.pop()
	w.declare(name)
	w.scopes[len(w.scopes)-1]["arguments"] = true
	for _, b := range p.List {
		w.bind(b.Target)
	}
	w.bind(p.Rest)
	for _, b := range p.List {
		w.walk(reflect.ValueOf(b))
	}
	if b, ok := body.(*ast.BlockStatement); ok {
		w.block(b.List, vars)
		return
	}
	w.walk(reflect.ValueOf(body))
}

// assign notes the names that an assignment makes; one that also reads its
// target, such as x++, throws if there is none.
func (w *scanner) assign(t ast.Expression) {
	eachName(t, func(n *ast.Identifier) {
		if !w.declared(n.Name) {
			w.u.outer[n.Name.String()] = true
		}
	})
}

var (
	typeIdentifier = reflect.TypeFor[ast.Identifier]()
	typeFile       = reflect.TypeFor[*file.File]()
)

func (w *scanner) walk(v reflect.Value) {
	switch v.Kind() {
	case reflect.Interface:
		if !v.IsNil() {
			w.walk(v.Elem())
		}
	case reflect.Pointer:
		if !v.IsNil() && v.Type() != typeFile {
			w.node(v)
		}
	case reflect.Slice:
		for i := range v.Len() {
			w.walk(v.Index(i))
		}
	case reflect.Struct:
		w.fields(v)
	}
}

func (w *scanner) fields(v reflect.Value) {
	for i := range v.NumField() {
		if f := v.Field(i); f.Type() != typeIdentifier {
			w.walk(f)
		}
	}
}
