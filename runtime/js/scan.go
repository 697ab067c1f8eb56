package js

import (
	"reflect"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
	"github.com/dop251/goja/token"
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
	strict     bool // it begins with a directive

	declared map[string]bool // names declared anywhere in the text

	bare      map[string]bool // free names that stand for themselves, not called or looked into
	written   map[string]bool // free names whose properties are assigned
	nodeProps map[string]bool // of the free name node
	made      string          // the kind of a value that would be lost outside the VM, if one is made
}

// scan walks a parsed program.
func scan(prg *ast.Program) *usage {
	u := &usage{names: map[string]bool{}, props: map[string]bool{}, outer: map[string]bool{},
		declared: map[string]bool{}, bare: map[string]bool{}, written: map[string]bool{}, nodeProps: map[string]bool{}}
	w := &scanner{u: u}
	if len(prg.Body) == 1 {
		if s, ok := prg.Body[0].(*ast.ExpressionStatement); ok { // the function around a part
			if f, ok := s.Expression.(*ast.FunctionLiteral); ok {
				u.strict = strict(f.Body.List)
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
		w.u.declared[n.Name.String()] = true
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
func (w *scanner) bind(t ast.Expression) {
	switch t := t.(type) {
	case *ast.Identifier:
		w.declare(t)
	case *ast.ArrayPattern:
		for _, e := range t.Elements {
			w.bind(e)
		}
		w.bind(t.Rest)
	case *ast.ObjectPattern:
		for _, p := range t.Properties {
			switch p := p.(type) {
			case *ast.PropertyShort:
				w.declare(&p.Name)
			case *ast.PropertyKeyed:
				w.bind(p.Value)
			}
		}
		w.bind(t.Rest)
	case *ast.AssignExpression:
		w.bind(t.Left)
	case *ast.Binding:
		w.bind(t.Target)
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
	switch t := t.(type) {
	case *ast.Identifier:
		if !w.declared(t.Name) {
			w.u.outer[t.Name.String()] = true
		}
	case *ast.ArrayPattern:
		for _, e := range t.Elements {
			w.assign(e)
		}
		w.assign(t.Rest)
	case *ast.ObjectPattern:
		for _, p := range t.Properties {
			switch p := p.(type) {
			case *ast.PropertyShort:
				w.assign(&p.Name)
			case *ast.PropertyKeyed:
				w.assign(p.Value)
			}
		}
		w.assign(t.Rest)
	case *ast.AssignExpression:
		w.assign(t.Left)
	}
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

func (w *scanner) node(v reflect.Value) {
	switch n := v.Interface().(type) {
	case *ast.Identifier:
		if w.name(n) {
			w.u.bare[n.Name.String()] = true
		}
		return
	case *ast.FunctionLiteral, *ast.ArrowFunctionLiteral:
		w.u.made = "a function"
		w.callee(n.(ast.Expression))
		return
	case *ast.FunctionDeclaration:
		w.callee(n.Function)
		return
	case *ast.Binding:
		w.walk(reflect.ValueOf(n.Target))
		if isFunction(n.Initializer) {
			w.callee(n.Initializer)
		} else {
			w.walk(reflect.ValueOf(n.Initializer))
		}
		return
	case *ast.BlockStatement:
		w.block(n.List, nil)
		return
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
		return
	case *ast.TryStatement:
		w.u.catches = true
	case *ast.WithStatement:
		w.u.bare["with"] = true
	case *ast.TemplateLiteral:
		if n.Tag != nil {
			w.u.bare["a tagged template"] = true
		}
	case *ast.ForStatement, *ast.ForInStatement, *ast.ForOfStatement, *ast.CatchStatement, *ast.ClassLiteral:
		if _, ok := n.(*ast.ClassLiteral); ok {
			w.u.made = "a class"
		}
		w.push()
		defer w.pop()
	case *ast.ClassStaticBlock:
		w.block(n.Block.List, n.DeclarationList)
		return
	case *ast.LabelledStatement:
		w.walk(reflect.ValueOf(n.Statement))
		return
	case *ast.BranchStatement, *ast.MetaProperty:
		return
	case *ast.RegExpLiteral:
		w.u.regexps = true
	case *ast.ThisExpression:
		w.u.this = true
	case *ast.DotExpression:
		name := n.Identifier.Name.String()
		w.u.props[name] = true
		if left, ok := n.Left.(*ast.Identifier); ok && left.Name == "node" && !w.declared(left.Name) {
			w.u.nodeProps[name] = true
		}
		w.callee(n.Left)
		return
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
		return
	case *ast.BinaryExpression:
		if n.Operator == token.INSTANCEOF {
			w.walk(reflect.ValueOf(n.Left))
			w.callee(n.Right)
			return
		}
	case *ast.NewExpression:
		w.callee(n.Callee)
		w.walk(reflect.ValueOf(n.ArgumentList))
		return
	case *ast.PropertyShort:
		w.walk(reflect.ValueOf(&n.Name))
	case *ast.PropertyKeyed:
		if key, ok := n.Key.(*ast.StringLiteral); ok && !n.Computed {
			w.u.props[key.Value.String()] = true
		}
	case *ast.AssignExpression:
		if n.Operator == token.ASSIGN {
			w.assign(n.Left)
		}
		w.write(n.Left)
	case *ast.UnaryExpression:
		switch n.Operator {
		case token.INCREMENT, token.DECREMENT:
			w.write(n.Operand)
		case token.DELETE:
			w.write(n.Operand)
		case token.TYPEOF:
			w.callee(n.Operand)
			return
		}
	case *ast.ForIntoExpression:
		w.assign(n.Expression)
		w.write(n.Expression)
	case *ast.CallExpression:
		if d, ok := n.Callee.(*ast.DotExpression); ok && d.Identifier.Name == "done" {
			if left, ok := d.Left.(*ast.Identifier); ok && left.Name == "node" {
				w.u.nodeDone = true
			}
		}
		if d, ok := n.Callee.(*ast.DotExpression); ok && d.Identifier.Name == "create" {
			if _, null := at(n.ArgumentList, 0).(*ast.NullLiteral); !null {
				w.u.made = "an object with a prototype"
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
		return
	}
	w.enter(v.Interface())
	w.fields(v.Elem())
}
