package js

import (
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
	"github.com/dop251/goja/parser"
	"github.com/dop251/goja/unistring"
)

// What goja cannot be told otherwise is written into the parsed program, which
// keeps every line and column:
//   - \p{…} in patterns becomes ranges;
//   - patterns with the flags d and v are made by a function (see regexp_match.go);
//   - patterns that need backtracking are guarded, since goja answers "no match" when one takes too long;
//   - this in a function called without one is the node's own, not the global object that all nodes share;
//   - where a body can catch, its functions count their depth, since goja's own stack overflow cannot be caught;
//   - async functions and generators look how deep they are, since they end in another order than they began.

// Names that only the rewritten program uses.
const (
	regexpGuard  = "__regexp"
	depthName    = "__depth"
	tooDeepName  = "__tooDeep"
	deepName     = "__deep"
	delegateName = "__delegate"
	ownThis      = "__this"
)

// catchableDepth is how deep functions nest before a RangeError. A call through
// a native callback takes two of goja's frames.
const catchableDepth = 3000

type rewriter struct {
	guarded bool // a pattern is guarded
	depth   bool // count the depth of functions
	deep    bool // let async functions and generators look how deep they are
	this    bool // this may be the global object
	nested  int  // how many functions are around: the outer one, that of a part, and the author's

	unguarded bool  // only write out \p{…}
	err       error // a pattern that cannot be, with a SyntaxError's text
	errAt     file.Idx
}

// rewrite changes a parsed program. What stands before its last statement are
// helpers of lowering, which do not see the names.
func (r *rewriter) rewrite(prg *ast.Program) { r.walk(reflect.ValueOf(prg.Body[len(prg.Body)-1:])) }

func (r *rewriter) walk(v reflect.Value) {
	switch v.Kind() {
	case reflect.Interface:
		if v.IsNil() {
			return
		}
		if t, ok := v.Interface().(*ast.ThisExpression); ok && r.this && r.nested > 2 && v.CanSet() {
			v.Set(reflect.ValueOf(&ast.CallExpression{Callee: &ast.Identifier{Name: ownThis, Idx: t.Idx}, LeftParenthesis: t.Idx,
				ArgumentList: []ast.Expression{t}, RightParenthesis: t.Idx}))
			return
		}
		if l, ok := v.Interface().(*ast.RegExpLiteral); ok {
			if foreignFlags(l.Flags) && v.CanSet() {
				r.foreign(v, l)
				return
			}
			if strings.Contains(l.Flags, "u") {
				l.Pattern = expandProperties(l.Pattern)
			}
			if !r.unguarded && v.CanSet() && backtracks(l.Pattern, l.Flags) {
				r.guarded = true
				v.Set(reflect.ValueOf(&ast.CallExpression{Callee: &ast.Identifier{Name: regexpGuard, Idx: l.Idx},
					LeftParenthesis: l.Idx, ArgumentList: []ast.Expression{l}, RightParenthesis: l.Idx1()}))
			}
			return
		}
		r.walk(v.Elem())
	case reflect.Pointer:
		if v.IsNil() || v.Type() == typeFile {
			return
		}
		r.node(v)
	case reflect.Slice:
		for i := range v.Len() {
			r.walk(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.Type() != typeIdentifier {
				r.walk(f)
			}
		}
	}
}

// foreign lets a pattern that goja does not know be made by a function.
func (r *rewriter) foreign(v reflect.Value, l *ast.RegExpLiteral) {
	if _, err := newFinder(l.Pattern, l.Flags); err != nil && r.err == nil {
		r.err, r.errAt = err, l.Idx
	}
	str := func(s string) ast.Expression {
		return &ast.StringLiteral{Idx: l.Idx, Literal: strconv.Quote(s), Value: unistring.NewFromString(s)}
	}
	v.Set(reflect.ValueOf(&ast.CallExpression{Callee: &ast.Identifier{Name: regexpGuard, Idx: l.Idx}, LeftParenthesis: l.Idx,
		ArgumentList: []ast.Expression{str(l.Pattern), str(l.Flags)}, RightParenthesis: l.Idx1()}))
}

func (r *rewriter) node(v reflect.Value) {
	switch n := v.Interface().(type) {
	case *ast.FunctionLiteral:
		r.nested++
		defer func() { r.nested-- }()
	case *ast.YieldExpression:
		if n.Delegate && r.deep {
			n.Argument = &ast.CallExpression{Callee: &ast.Identifier{Name: delegateName, Idx: n.Yield}, LeftParenthesis: n.Yield,
				ArgumentList: []ast.Expression{n.Argument}, RightParenthesis: n.Argument.Idx1()}
		}
	case *ast.ClassLiteral: // strict: this is never the global object
		was := r.this
		r.this = false
		defer func() { r.this = was }()
	}
	r.walk(v.Elem())
	if r.depth || r.deep {
		r.function(v.Interface())
	}
}

// function puts what a function does between counting it in and out.
func (r *rewriter) function(n any) {
	switch n := n.(type) {
	case *ast.FunctionLiteral:
		if n.Body != nil && !strict(n.Body.List) {
			n.Body = r.limited(n.Body, n.Async || n.Generator)
		}
	case *ast.ArrowFunctionLiteral:
		switch b := n.Body.(type) {
		case *ast.BlockStatement:
			if !strict(b.List) {
				n.Body = r.limited(b, n.Async)
			}
		case *ast.ExpressionBody:
			n.Body = r.limited(&ast.BlockStatement{LeftBrace: b.Expression.Idx0(), RightBrace: b.Expression.Idx1(),
				List: []ast.Statement{&ast.ReturnStatement{Return: b.Expression.Idx0(), Argument: b.Expression}}}, n.Async)
		}
	}
}

// limited is a function's body that does not run too deep. One that can be left and entered again does not count.
func (r *rewriter) limited(b *ast.BlockStatement, resumes bool) *ast.BlockStatement {
	switch {
	case resumes && r.deep:
		return &ast.BlockStatement{LeftBrace: b.LeftBrace, List: append(looking[:1:1], b.List...), RightBrace: b.RightBrace}
	case !resumes && r.depth:
		return counted(b)
	}
	return b
}

// strict tells whether statements begin with a directive, which must stay the first.
func strict(list []ast.Statement) bool {
	if len(list) == 0 {
		return true // nothing to count
	}
	s, ok := list[0].(*ast.ExpressionStatement)
	if !ok {
		return false
	}
	_, ok = s.Expression.(*ast.StringLiteral)
	return ok
}

var (
	counting = statements("if(" + depthName + ">=" + strconv.Itoa(catchableDepth) + ")" + tooDeepName + "();" + depthName + "++;try{}finally{" + depthName + "--}")
	looking  = statements(deepName + "()")
)

func statements(text string) []ast.Statement {
	prg, err := parser.ParseFile(nil, preludeName+"depth", text, 0)
	if err != nil {
		panic(err)
	}
	return prg.Body
}

func counted(b *ast.BlockStatement) *ast.BlockStatement {
	list := append([]ast.Statement(nil), counting...)
	try := *list[2].(*ast.TryStatement)
	try.Body = b
	list[2] = &try
	return &ast.BlockStatement{LeftBrace: b.LeftBrace, List: list, RightBrace: b.RightBrace}
}

// manyTimes are repetitions that Go's engine refuses, so that goja takes the other.
var manyTimes = regexp.MustCompile(`\{\d{4,}|,\d{4,}\}`)

// backtracks tells whether a pattern runs on the engine that needs a time limit.
func backtracks(pattern, flags string) bool {
	_, err := parser.TransformRegExp(pattern, strings.Contains(flags, "s"), strings.Contains(flags, "u"))
	return err != nil || manyTimes.MatchString(pattern)
}
