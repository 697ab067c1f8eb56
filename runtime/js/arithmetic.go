package js

import (
	"math"
	"reflect"
	"slices"
	"strconv"

	"github.com/dop251/goja"
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"
	"github.com/dop251/goja/unistring"
)

// An expression of calls of Math, operators and constants, such as
// Math.round(x * 100) / 100, is worked out by one Go function of its variables:
// in goja every step is an instruction, and an allocation for its result. It
// stands before the expression, as %n0(x) ?? Math.round(x * 100) / 100, and
// answers undefined unless all variables are numbers.

// sum is the Go function of an expression; in are the values of its variables.
type sum func(in *[maxVariables]float64) float64

// maxVariables bounds the variables of one expression.
const maxVariables = 8

// sums finds the variables of an expression, and how much it has the body do.
type sums struct {
	in        *inliner
	variables []*ast.Identifier
	nodes     []ast.Expression
	steps     int
	calls     int // of Math
}

// arithmetic returns what stands for an expression of numbers, nil if that is itself.
func (in *inliner) arithmetic(e ast.Expression) ast.Expression {
	if in.summed[e] {
		return nil
	}
	s := &sums{in: in}
	f := s.sum(e)
	if f == nil {
		return nil
	}
	for _, n := range s.nodes {
		in.summed[n] = true
	}
	if s.calls == 0 || s.steps < 2 || len(s.variables) == 0 {
		return nil
	}
	name := "%n" + strconv.Itoa(len(in.c.extras))
	in.c.extras = append(in.c.extras, extra{name, func(v *vm) goja.Value {
		return v.rt.ToValue(func(c goja.FunctionCall) goja.Value { return v.sum(f, c.Arguments) })
	}})
	args := make([]ast.Expression, len(s.variables))
	for i, id := range s.variables {
		args[i] = id
	}
	at := e.Idx0()
	return &ast.BinaryExpression{Operator: token.COALESCE, Right: e, Left: &ast.CallExpression{ArgumentList: args,
		Callee: &ast.Identifier{Name: unistring.String(name), Idx: at}, LeftParenthesis: at, RightParenthesis: at}}
}

var (
	typeInt   = reflect.TypeFor[int64]()
	typeFloat = reflect.TypeFor[float64]()
)

// smallNumbers are results that need no memory.
var smallNumbers = func() (list [1024]goja.Value) {
	rt := goja.New()
	for i := range list {
		list[i] = rt.ToValue(i)
	}
	return list
}()

func (v *vm) sum(f sum, args []goja.Value) goja.Value {
	var in [maxVariables]float64
	for i, x := range args {
		if _, ok := x.(*goja.Object); ok {
			return v.undef
		}
		if t := x.ExportType(); t != typeInt && t != typeFloat {
			return v.undef
		}
		in[i] = x.ToFloat()
	}
	r := f(&in)
	if i := int(r); float64(i) == r && uint(i) < uint(len(smallNumbers)) && (i != 0 || !math.Signbit(r)) {
		return smallNumbers[i]
	}
	return v.rt.ToValue(r)
}

// sum returns the function of an expression, nil if it has none; then nobody looks at it again.
func (s *sums) sum(e ast.Expression) sum {
	if s.in.summed[e] {
		return nil
	}
	f := s.of(e)
	if s.nodes = append(s.nodes, e); f == nil {
		s.in.summed[e] = true
	}
	return f
}

func (s *sums) of(e ast.Expression) sum {
	switch e := e.(type) {
	case *ast.NumberLiteral:
		switch n := e.Value.(type) {
		case int64:
			return func(*[maxVariables]float64) float64 { return float64(n) }
		case float64:
			return func(*[maxVariables]float64) float64 { return n }
		}
	case *ast.Identifier:
		return s.variable(e)
	case *ast.UnaryExpression:
		if x := s.sum(e.Operand); x != nil && e.Operator == token.MINUS {
			s.steps++
			return func(in *[maxVariables]float64) float64 { return -x(in) }
		}
	case *ast.BinaryExpression:
		if f := operators[e.Operator]; f != nil {
			return s.apply(f, []ast.Expression{e.Left, e.Right})
		}
	case *ast.CallExpression:
		dot, ok := e.Callee.(*ast.DotExpression)
		if !ok || !s.in.isStatic(dot) || dot.Left.(*ast.Identifier).Name != "Math" {
			return nil
		}
		s.calls++
		name := dot.Identifier.Name.String()
		if f := unaries[name]; f != nil && len(e.ArgumentList) == 1 {
			if x := s.sum(e.ArgumentList[0]); x != nil {
				s.steps++
				return func(in *[maxVariables]float64) float64 { return f(x(in)) }
			}
		}
		if f := binaries[name]; f != nil {
			return s.apply(f, e.ArgumentList)
		}
	}
	return nil
}

func (s *sums) apply(f func(x, y float64) float64, args []ast.Expression) sum {
	if len(args) != 2 {
		return nil
	}
	x, y := s.sum(args[0]), s.sum(args[1])
	if x == nil || y == nil {
		return nil
	}
	s.steps++
	return func(in *[maxVariables]float64) float64 { return f(x(in), y(in)) }
}

// variable is one of the body's own: to read that twice is to read it once.
func (s *sums) variable(id *ast.Identifier) sum {
	if !s.in.declared[id.Name.String()] {
		return nil
	}
	i := slices.IndexFunc(s.variables, func(v *ast.Identifier) bool { return v.Name == id.Name })
	if i < 0 {
		if i = len(s.variables); i == maxVariables {
			return nil
		}
		s.variables = append(s.variables, id)
	}
	return func(in *[maxVariables]float64) float64 { return in[i] }
}

var operators = map[token.Token]func(x, y float64) float64{
	token.PLUS:      func(x, y float64) float64 { return x + y },
	token.MINUS:     func(x, y float64) float64 { return x - y },
	token.MULTIPLY:  func(x, y float64) float64 { return x * y },
	token.SLASH:     func(x, y float64) float64 { return x / y },
	token.REMAINDER: remainder,
}

// unaries and binaries are those functions of Math that goja takes from Go, and round.
var (
	unaries = map[string]func(float64) float64{"abs": math.Abs, "acos": math.Acos, "asin": math.Asin, "atan": math.Atan, "cbrt": math.Cbrt,
		"ceil": math.Ceil, "cos": math.Cos, "exp": math.Exp, "floor": math.Floor, "log": math.Log, "log10": math.Log10, "log2": math.Log2,
		"round": round, "sin": math.Sin, "sqrt": math.Sqrt, "tan": math.Tan, "trunc": math.Trunc}
	binaries = map[string]func(x, y float64) float64{"atan2": math.Atan2, "max": math.Max, "min": math.Min}
)

// remainder is math.Mod, which is slow for what is usual.
func remainder(x, y float64) float64 {
	if i, j := int64(x), int64(y); i > 0 && j > 0 && float64(i) == x && float64(j) == y {
		return float64(i % j)
	}
	return math.Mod(x, y)
}

// round rounds halves up, where math.Round rounds them away from zero.
func round(x float64) float64 {
	n := math.Floor(x)
	if x-n >= 0.5 {
		n++
	}
	return math.Copysign(n, x)
}
