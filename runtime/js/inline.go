package js

import (
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/dop251/goja"
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"
	"github.com/dop251/goja/unistring"
)

// What a body does at every call and loses again is written out of the parsed
// program, where it can tell no difference:
//   - globals and their functions, such as Math.floor, are variables of the outer
//     function (see captures), which goja finds by number and not by name;
//   - an expression of numbers is worked out in one step (see arithmetic.go);
//   - an object literal makes an object of the message and its view in one step,
//     not a native object that has to be read out again (see shape.go);
//   - a function that sees no variable of the body, a pattern and a list of
//     constants are made once, where only a method of arrays or strings gets them.
//
// Positions stay those of the text. New names begin with %, which no author's can.

// inliner rewrites the body of one function node.
type inliner struct {
	c        *compiled
	declared map[string]bool         // every name that the body declares somewhere
	own      bool                    // msg is the call's message throughout
	statics  map[string]bool         // of the variables for static functions, the names in use
	summed   map[ast.Expression]bool // expressions that arithmetic has dealt with
	hoisted  []*ast.Binding
}

// inline rewrites the body's part of the whole program.
func (c *compiled) inline(prg *ast.Program) {
	defer breakChains(prg) // what is worked out in one step is not broken
	outer, body := parts(prg)
	if body == nil || !c.quiet {
		return
	}
	u := c.body
	in := &inliner{c: c, declared: u.declared, own: !u.declared["msg"] && !u.outer["msg"], statics: map[string]bool{}, summed: map[ast.Expression]bool{}}
	in.children(reflect.ValueOf(body.Body).Elem())
	for _, x := range c.extras {
		outer.ParameterList.List = append(outer.ParameterList.List, &ast.Binding{Target: &ast.Identifier{Name: unistring.String(x.name)}})
	}
	if c.once = len(in.hoisted); c.once > 0 {
		list := []ast.Statement{&ast.LexicalDeclaration{Idx: outer.Function, Token: token.CONST, List: in.hoisted}}
		outer.Body.List = append(list, outer.Body.List...)
	}
}

// parts finds the outer function and the body's in a program that compile has put together.
func parts(prg *ast.Program) (outer, body *ast.FunctionLiteral) {
	if len(prg.Body) != 1 {
		return nil, nil
	}
	s, _ := prg.Body[0].(*ast.ExpressionStatement)
	if s == nil {
		return nil, nil
	}
	if outer, _ = s.Expression.(*ast.FunctionLiteral); outer == nil || len(outer.Body.List) == 0 {
		return nil, nil
	}
	r, _ := outer.Body.List[len(outer.Body.List)-1].(*ast.ReturnStatement)
	if r == nil {
		return nil, nil
	}
	if list, _ := r.Argument.(*ast.ArrayLiteral); list != nil && len(list.Value) > 0 {
		body, _ = list.Value[0].(*ast.FunctionLiteral)
	}
	return outer, body
}

func (in *inliner) children(v reflect.Value) {
	switch v.Kind() {
	case reflect.Interface:
		if v.IsNil() {
			return
		}
		if v.CanSet() {
			if e := in.replacement(v.Interface()); e != nil {
				v.Set(reflect.ValueOf(e))
			}
		}
		in.children(v.Elem())
	case reflect.Pointer:
		if v.IsNil() || v.Type() == typeFile {
			return
		}
		if s, ok := v.Interface().(*ast.ExpressionStatement); ok {
			if e := in.assignment(s.Expression); e != nil {
				s.Expression = e
			}
		}
		in.children(v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			in.children(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.Type() != typeIdentifier {
				in.children(f)
			}
		}
	}
}

// replacement returns what stands for an expression, nil if that is itself.
func (in *inliner) replacement(n any) ast.Expression {
	switch n := n.(type) {
	case *ast.ObjectLiteral:
		return in.literal(n)
	case *ast.BinaryExpression, *ast.UnaryExpression:
		return in.arithmetic(n.(ast.Expression))
	case *ast.CallExpression:
		if e := in.arithmetic(n); e != nil {
			return e
		}
		dot, ok := n.Callee.(*ast.DotExpression)
		if !ok {
			return nil
		}
		in.static(n, dot)
		in.pattern(n, dot)
		if lender[dot.Identifier.Name.String()] {
			in.constantList(n, dot)
			for i, a := range n.ArgumentList {
				n.ArgumentList[i] = in.hoist(a)
			}
		}
	}
	return nil
}

// lender are the methods of arrays and strings that call a function and let go of it.
var lender = setOf("map", "filter", "forEach", "some", "every", "find", "findIndex", "findLast", "findLastIndex", "flatMap", "reduce",
	"reduceRight", "sort", "toSorted", "replace", "replaceAll")

// callsOwn are the words of what belongs to one call.
var callsOwn = regexp.MustCompile(`\b(?:this|super|arguments|eval|await|yield|target)\b`)

// hoist makes an argument that is a function, and sees nothing that is the
// call's, a constant of the outer function: making a function costs more than calling it.
func (in *inliner) hoist(e ast.Expression) ast.Expression {
	var source string
	switch f := e.(type) {
	case *ast.FunctionLiteral:
		source = f.Source
	case *ast.ArrowFunctionLiteral:
		source = f.Source
	default:
		return e
	}
	if in.c.body.strict || callsOwn.MatchString(source) {
		return e
	}
	u := scan(&ast.Program{Body: []ast.Statement{&ast.ExpressionStatement{Expression: e}}})
	for _, names := range []map[string]bool{u.names, u.outer} {
		for n := range names {
			if in.declared[n] || n == "msg" || n == "node" {
				return e
			}
		}
	}
	in.children(reflect.ValueOf(e).Elem())
	// As the second of two the function stays without a name.
	return in.once(&ast.SequenceExpression{Sequence: []ast.Expression{&ast.BooleanLiteral{Idx: e.Idx0(), Literal: "true", Value: true}, e}})
}

// once makes an expression a constant of the outer function.
func (in *inliner) once(e ast.Expression) ast.Expression {
	name := unistring.String("%c" + strconv.Itoa(len(in.hoisted)))
	in.hoisted = append(in.hoisted, &ast.Binding{Target: &ast.Identifier{Name: name, Idx: e.Idx0()}, Initializer: e})
	return &ast.Identifier{Name: name, Idx: e.Idx0()}
}

// constantList makes a list of constants one of the outer function, if it is
// only asked, as in [1, 2].map(x => x * 2): what the callback is given of it, as
// its third argument, must not be named.
func (in *inliner) constantList(call *ast.CallExpression, dot *ast.DotExpression) {
	list, ok := dot.Left.(*ast.ArrayLiteral)
	if !ok || len(call.ArgumentList) != 1 || !readers[dot.Identifier.Name.String()] {
		return
	}
	for _, e := range list.Value {
		if _, ok := constant(e); !ok {
			return
		}
	}
	var params *ast.ParameterList
	var source string
	switch f := call.ArgumentList[0].(type) {
	case *ast.FunctionLiteral:
		params, source = f.ParameterList, f.Source
	case *ast.ArrowFunctionLiteral:
		params, source = f.ParameterList, f.Source
	default:
		return
	}
	if len(params.List) < 3 && params.Rest == nil && !callsOwn.MatchString(source) {
		dot.Left = in.once(list)
	}
}

// pattern makes a pattern a constant of the outer function where only the
// call sees it and leaves no lastIndex in it.
func (in *inliner) pattern(call *ast.CallExpression, dot *ast.DotExpression) {
	switch dot.Identifier.Name {
	case "replace", "replaceAll", "match", "split", "search":
		if p, ok := at(call.ArgumentList, 0).(*ast.RegExpLiteral); ok && !strings.Contains(p.Flags, "y") {
			call.ArgumentList[0] = in.once(p)
		}
	case "test", "exec":
		if p, ok := dot.Left.(*ast.RegExpLiteral); ok && !strings.ContainsAny(p.Flags, "gy") {
			dot.Left = in.once(p)
		}
	}
}

// readers are those lenders that leave an array as it is and do not return it.
var readers = setOf("map", "filter", "forEach", "some", "every", "find", "findIndex", "findLast", "findLastIndex", "flatMap")

// static lets a call of a global's function go to the function.
func (in *inliner) static(call *ast.CallExpression, dot *ast.DotExpression) {
	if !in.isStatic(dot) {
		return
	}
	left := dot.Left.(*ast.Identifier)
	object, method := left.Name.String(), dot.Identifier.Name.String()
	name := "%" + object + "." + method
	call.Callee = &ast.Identifier{Name: unistring.String(name), Idx: left.Idx}
	if in.statics[name] {
		return
	}
	in.statics[name] = true
	in.c.extras = append(in.c.extras, extra{name, func(v *vm) goja.Value {
		return v.rt.GlobalObject().Get(object).(*goja.Object).Get(method)
	}})
}

// isStatic tells whether what the body sees there is the function of staticFunctions.
func (in *inliner) isStatic(dot *ast.DotExpression) bool {
	left, ok := dot.Left.(*ast.Identifier)
	if !ok {
		return false
	}
	object, u := left.Name.String(), in.c.body
	return staticFunctions[object][dot.Identifier.Name.String()] && !in.declared[object] && !u.bare[object] && !u.written[object] && !u.outer[object]
}

// staticFunctions do not look at this.
var staticFunctions = map[string]map[string]bool{
	"Math": setOf("abs", "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "ceil", "clz32", "cos", "cosh", "exp", "expm1",
		"floor", "fround", "hypot", "imul", "log", "log10", "log1p", "log2", "max", "min", "pow", "random", "round", "sign", "sin", "sinh",
		"sqrt", "tan", "tanh", "trunc"),
	"JSON":   setOf("parse", "stringify"),
	"Object": setOf("keys", "values", "entries"),
	"Array":  setOf("isArray"),
	"Number": setOf("isInteger", "isFinite", "isNaN", "isSafeInteger"),
	"String": setOf("fromCharCode"),
	"Date":   setOf("now"),
}

// captures are the globals that become variables of the outer function. (A text
// that assigns one has a variable for it anyhow.)
var captures = strings.Fields("Math JSON Object Array String Number Boolean Date parseInt parseFloat isNaN isFinite undefined NaN Infinity " +
	"encodeURIComponent decodeURIComponent Error TypeError RangeError RegExp")

// extra is a value that the outer function is called with for the rewritten body.
type extra struct {
	name string
	make func(*vm) goja.Value
}
