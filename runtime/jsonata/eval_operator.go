package jsonata

import (
	"math"

	"sluice/runtime/msg"
)

func (e *evaluation) unary(n *node, input any, env *frame) (any, error) {
	switch n.op {
	case opFilter:
		return e.arrayConstructor(n, input, env)
	case opGroup:
		return e.groupBy(n.pairs, n.pos, input, env)
	}
	v, err := e.eval(n.lhs, input, env)
	if err != nil || v == undefined {
		return v, err
	}
	f, ok, err := number(v)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, &Error{Code: "D1002", Position: n.pos, Token: n.text, Value: v}
	}
	return msg.Number(-f), nil
}

// arrayConstructor joins its items to one array; those that are written as
// arrays themselves stay arrays.
func (e *evaluation) arrayConstructor(n *node, input any, env *frame) (any, error) {
	var items []any
	for _, part := range n.args {
		v, err := e.operand(part, input, env)
		if err != nil {
			return nil, err
		}
		switch {
		case v == undefined:
		case part.isArrayConstructor():
			items = append(items, e.hold(v))
		default:
			items = appendTo(items, v)
		}
		if err := e.checkSize(len(items)); err != nil {
			return nil, err
		}
	}
	if n.consArray {
		return &sequence{items: items, cons: true}, nil
	}
	return msg.NewArray(items...), nil
}

func (e *evaluation) binary(n *node, input any, env *frame) (any, error) {
	lhs, err := e.operand(n.lhs, input, env)
	if err != nil {
		return nil, err
	}
	if n.op == opAnd || n.op == opOr {
		v, err := e.logic(n, lhs, input, env)
		return v, atOperator(n, err)
	}
	rhs, err := e.operand(n.rhs, input, env)
	if err != nil {
		return nil, err
	}
	var v any
	switch n.op {
	case opAdd, opSubtract, opMultiply, opDivide, opModulo:
		v, err = arithmetic(n.op, lhs, rhs)
	case opEqual:
		return lhs != undefined && rhs != undefined && deepEqual(lhs, rhs), nil
	case opNotEqual:
		return lhs != undefined && rhs != undefined && !deepEqual(lhs, rhs), nil
	case opLess, opLessEqual, opGreater, opGreaterEqual:
		v, err = compare(n.op, lhs, rhs)
	case opConcat:
		v, err = concat(lhs, rhs)
	case opIn:
		return includes(lhs, rhs), nil
	case opRange:
		v, err = e.numberRange(lhs, rhs)
	default:
		return undefined, nil
	}
	if err != nil {
		return nil, atOperator(n, err)
	}
	return v, nil
}

// atOperator puts the operator's place into an error that comes out of it. For
// and, or that includes errors of their right side, as in the original.
func atOperator(n *node, err error) error {
	if err == nil {
		return nil
	}
	x := asError(err)
	x.Position, x.Token = n.pos, n.text
	return x
}

func (e *evaluation) logic(n *node, lhs, input any, env *frame) (any, error) {
	l, err := truth(lhs)
	if err != nil || l == (n.op == opOr) {
		return l, err
	}
	rhs, err := e.operand(n.rhs, input, env)
	if err != nil {
		return nil, err
	}
	r, err := truth(rhs)
	return r, err
}

func arithmetic(o op, lhs, rhs any) (any, error) {
	a, aok, err := number(lhs)
	if err != nil {
		return nil, err
	}
	if !aok && lhs != undefined {
		return nil, newError("T2001", lhs)
	}
	b, bok, err := number(rhs)
	if err != nil {
		return nil, err
	}
	if !bok && rhs != undefined {
		return nil, newError("T2002", rhs)
	}
	if !aok || !bok {
		return undefined, nil
	}
	switch o {
	case opAdd:
		a += b
	case opSubtract:
		a -= b
	case opMultiply:
		a *= b
	case opDivide:
		a /= b
	case opModulo:
		a = modulo(a, b)
	}
	return msg.Number(a), nil
}

// modulo is JavaScript's %, which math.Mod computes slowly for whole numbers.
func modulo(a, b float64) float64 {
	const exact = 1 << 53
	if i, j := int64(a), int64(b); a > 0 && b > 0 && a < exact && b < exact && float64(i) == a && float64(j) == b {
		return float64(i % j)
	}
	return math.Mod(a, b)
}

// comparableValue tells whether < can take v, which is then a string or a number.
func comparableValue(v any) bool {
	switch v.(type) {
	case string, float64:
		return true
	}
	return false
}

func compare(o op, lhs, rhs any) (any, error) {
	l, r := comparableValue(lhs), comparableValue(rhs)
	if !l && lhs != undefined || !r && rhs != undefined {
		if !l {
			return nil, newError("T2010", lhs)
		}
		return nil, newError("T2010", rhs)
	}
	if !l || !r {
		return undefined, nil
	}
	var less, equal bool
	switch a := lhs.(type) {
	case float64:
		b, ok := rhs.(float64)
		if !ok {
			return nil, mixed("T2009", lhs, rhs)
		}
		less, equal = a < b, a == b
		if math.IsNaN(a) || math.IsNaN(b) {
			return false, nil
		}
	case string:
		b, ok := rhs.(string)
		if !ok {
			return nil, mixed("T2009", lhs, rhs)
		}
		c := msg.CompareUTF16(a, b)
		less, equal = c < 0, c == 0
	}
	switch o {
	case opLess:
		return less, nil
	case opLessEqual:
		return less || equal, nil
	case opGreater:
		return !less && !equal, nil
	}
	return !less, nil
}

func mixed(code string, a, b any) *Error {
	err := newError(code, a)
	err.Value2 = b
	return err
}

func concat(lhs, rhs any) (any, error) {
	a, err := textOf(lhs)
	if err != nil {
		return nil, err
	}
	b, err := textOf(rhs)
	if err != nil {
		return nil, err
	}
	if err := checkString(len(a) + len(b)); err != nil {
		return nil, err
	}
	return msg.Concat(a, b), nil
}

// textOf is $string with nothing for undefined.
func textOf(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	default:
		if v == undefined {
			return "", nil
		}
	}
	return toString(v, false)
}

// maxString bounds the bytes of a string that an expression makes.
const maxString = 1 << 28

func checkString(n int) error {
	if n > maxString {
		return scriptError("RangeError", "Invalid string length")
	}
	return nil
}

func includes(v, list any) bool {
	if v == undefined || list == undefined {
		return false
	}
	a, ok := asArray(list)
	if !ok {
		return strictEqual(v, list)
	}
	for i := range a.Len() {
		if strictEqual(a.At(i), v) {
			return true
		}
	}
	return false
}

func strictEqual(a, b any) bool {
	x, ok := a.(float64)
	y, ok2 := b.(float64)
	if ok && ok2 {
		return x == y
	}
	return sameValue(a, b)
}

// maxRange is the most numbers that the range operator makes.
const maxRange = 10_000_000

func (e *evaluation) numberRange(lhs, rhs any) (any, error) {
	a, aok := integer(lhs)
	if !aok && lhs != undefined {
		return nil, newError("T2003", lhs)
	}
	b, bok := integer(rhs)
	if !bok && rhs != undefined {
		return nil, newError("T2004", rhs)
	}
	if !aok || !bok || a > b {
		return undefined, nil
	}
	size := b - a + 1
	if size > maxRange {
		return nil, newError("D2014", msg.Number(size))
	}
	if err := e.checkSize(int(size)); err != nil {
		return nil, err
	}
	if err := e.checkTime(); err != nil {
		return nil, err
	}
	items := make([]any, int(size))
	for i := range items {
		items[i] = msg.Number(a + float64(i))
	}
	return newSequence(items...), nil
}

func integer(v any) (float64, bool) {
	f, ok := v.(float64)
	return f, ok && f == math.Trunc(f) && !math.IsInf(f, 0)
}
