package js

import (
	"errors"
	"reflect"
	"strconv"
	"strings"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/parser"
	"github.com/dop251/goja/token"
	"github.com/dop251/goja/unistring"
)

// goja's compiler asks of each operator in turn whether all below it is constant,
// and works that out anew each time: for a chain of n operators such as a+b+… in
// n² steps, and for 1&&1&&… in 2ⁿ. No time limit stops it. What is compiled
// therefore has no constant that nests deeper than maxConstant operators.

const maxConstant = 8

// breakChains puts something into each long chain of operators that is, to goja,
// no constant: (true, a+b). Strings that are added up become one.
func breakChains(prg *ast.Program) { unchain(reflect.ValueOf(prg.Body)) }

// unchain returns how many operators nest in an expression up to what is no constant.
func unchain(v reflect.Value) int {
	switch v.Kind() {
	case reflect.Interface:
		if v.IsNil() {
			return 0
		}
		if e, ok := v.Interface().(*ast.BinaryExpression); ok && v.CanSet() && e.Operator == token.PLUS {
			v.Set(reflect.ValueOf(joinStrings(e)))
		}
		return unchain(v.Elem())
	case reflect.Pointer:
		if v.IsNil() || v.Type() == typeFile {
			return 0
		}
		switch n := v.Interface().(type) {
		case *ast.BinaryExpression:
			right := operandOf(&n.Right)
			if l, ok := n.Left.(*ast.BinaryExpression); ok && l.Operator == token.PLUS && n.Operator == token.PLUS {
				return 1 + max(right, unlessDeep(&n.Left, unchain(reflect.ValueOf(l)))) // its strings are joined
			}
			return 1 + max(right, operandOf(&n.Left))
		case *ast.UnaryExpression:
			return 1 + operandOf(&n.Operand)
		}
		unchain(v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			unchain(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.Type() != typeIdentifier {
				unchain(f)
			}
		}
	}
	return 0
}

// operandOf is unchain for an operand.
func operandOf(e *ast.Expression) int { return unlessDeep(e, unchain(reflect.ValueOf(e).Elem())) }

// unlessDeep returns how deep an operand nests, which is no constant where that is too deep.
func unlessDeep(e *ast.Expression, n int) int {
	if n < maxConstant {
		return n
	}
	// A literal in front spares goja the way down to where the expression begins.
	*e = &ast.SequenceExpression{Sequence: []ast.Expression{&ast.BooleanLiteral{Idx: (*e).Idx0(), Literal: "true", Value: true}, *e}}
	return 0
}

// joinStrings makes one string of those that a chain of + begins with, which goja did.
func joinStrings(e *ast.BinaryExpression) ast.Expression {
	var chain []*ast.BinaryExpression // from right to left
	var left ast.Expression = e
	for {
		b, ok := left.(*ast.BinaryExpression)
		if !ok || b.Operator != token.PLUS {
			break
		}
		chain, left = append(chain, b), b.Left
	}
	first, ok := left.(*ast.StringLiteral)
	if !ok {
		return e
	}
	parts := []unistring.String{first.Value}
	for i := len(chain) - 1; i >= 0; i-- {
		s, ok := chain[i].Right.(*ast.StringLiteral)
		if !ok {
			break
		}
		parts = append(parts, s.Value)
	}
	if len(parts) == 1 {
		return e
	}
	joined := &ast.StringLiteral{Idx: first.Idx, Value: concatenated(parts)}
	joined.Literal = strconv.Quote(joined.Value.String())
	if len(parts) > len(chain) {
		return joined
	}
	chain[len(chain)-len(parts)].Left = joined
	return e
}

func concatenated(parts []unistring.String) unistring.String {
	units, ascii := []uint16{unistring.BOM}, true
	var b strings.Builder
	for _, p := range parts {
		if u := p.AsUtf16(); u != nil {
			ascii = false
			units = append(units, u[1:]...)
			continue
		}
		b.WriteString(string(p))
		for i := range len(p) {
			units = append(units, uint16(p[i]))
		}
	}
	if ascii {
		return unistring.String(b.String())
	}
	return unistring.FromUtf16(units)
}

// maxLogical is how many of && || ?? may nest in a constant of a text that a body has compiled.
const maxLogical = 8

var errLogical = errors.New("more than " + strconv.Itoa(maxLogical) + " of && || ?? in a row between constants take too long to compile: write what they come to")

// checkConstants returns errLogical for a text that goja, which parses it itself,
// would compile without end. (One that cannot be parsed is not compiled.)
func checkConstants(text string) error {
	if strings.Count(text, "&&")+strings.Count(text, "||")+strings.Count(text, "??") <= maxLogical {
		return nil
	}
	prg, err := parser.ParseFile(nil, "", text, 0, parser.WithDisableSourceMaps)
	if err != nil {
		return nil
	}
	l := &logicals{}
	if l.walk(reflect.ValueOf(prg.Body)); l.most > maxLogical {
		return errLogical
	}
	return nil
}

// logicals finds how many of && || ?? nest in a constant.
type logicals struct{ most int }

// walk returns how many do in what it is given, and whether that is a constant.
func (l *logicals) walk(v reflect.Value) (n int, constant bool) {
	switch v.Kind() {
	case reflect.Interface:
		if !v.IsNil() {
			return l.walk(v.Elem())
		}
	case reflect.Pointer:
		if v.IsNil() || v.Type() == typeFile {
			return 0, false
		}
		switch e := v.Interface().(type) {
		case *ast.NumberLiteral, *ast.StringLiteral, *ast.BooleanLiteral, *ast.NullLiteral:
			return 0, true
		case *ast.UnaryExpression:
			return l.walk(reflect.ValueOf(e.Operand))
		case *ast.BinaryExpression:
			return l.binary(e)
		}
		l.walk(v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			l.walk(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.Type() != typeIdentifier {
				l.walk(f)
			}
		}
	}
	return 0, false
}

func (l *logicals) binary(e *ast.BinaryExpression) (n int, constant bool) {
	left, leftConstant := l.walk(reflect.ValueOf(e.Left))
	right, rightConstant := l.walk(reflect.ValueOf(e.Right))
	switch e.Operator {
	case token.LOGICAL_AND, token.LOGICAL_OR, token.COALESCE:
		// The right one need not be looked at, where the left one decides.
		if n = 1 + max(left, right); leftConstant {
			l.most = max(l.most, n)
		}
		return n, leftConstant
	}
	return max(left, right), leftConstant && rightConstant
}
