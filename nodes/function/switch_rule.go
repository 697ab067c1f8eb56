package function

import (
	"math"
	"strings"
	"sync/atomic"

	"github.com/dlclark/regexp2/v2"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// switchRule is one rule: an operator and the values it compares with.
type switchRule struct {
	t          string
	v1, v2     switchValue
	ignoreCase bool // of regex
	re         atomic.Pointer[compiledRegExp]
	bound      atomic.Pointer[map[string]any] // $I and $N of the last message of a sequence
}

type switchValue struct {
	kind string
	in   runtime.Input
	expr *runtime.Expression // of kind jsonata, instead of in
}

type compiledRegExp struct {
	source string
	re     *regexp2.Regexp
}

func newSwitchRule(inst *runtime.Instance, o *msg.Object) (*switchRule, error) {
	r := &switchRule{t: msg.ToString(o.Value("t")), ignoreCase: msg.ToBool(o.Value("case"))}
	var err error
	if r.v1, err = newSwitchValue(inst, o.Value("v"), o.String("vt")); err != nil {
		return r, err
	}
	if v2 := o.Value("v2"); v2 != msg.Undefined {
		r.v2, err = newSwitchValue(inst, v2, o.String("v2t"))
	} else {
		r.v2.in, err = inst.Typed(runtime.TypedInput{Value: msg.Undefined})
	}
	return r, err
}

func newSwitchValue(inst *runtime.Instance, v any, kind string) (switchValue, error) {
	if kind == "" {
		kind = "str"
		if !math.IsNaN(msg.ToNumber(v)) {
			kind = "num"
		}
	}
	switch kind {
	case "prev":
		return switchValue{kind: kind}, nil
	case "jsonata":
		expr, err := inst.Expression(msg.ToString(v))
		if err != nil {
			return switchValue{}, runtime.Textf("Invalid JSONata expression: %v", err)
		}
		return switchValue{kind: kind, expr: expr}, nil
	case "json", "null": // of "is of type": Node-RED gives the type's name
		in, err := inst.Typed(runtime.TypedInput{Value: kind})
		return switchValue{kind: kind, in: in}, err
	}
	in, _ := inst.Typed(runtime.TypedInput{Value: v, Type: kind}) // what is faulty reads as undefined
	return switchValue{kind: kind, in: in}, nil
}

func (r *switchRule) usesPrevious() bool { return r.v1.kind == "prev" || r.v2.kind == "prev" }

// values evaluates what the rule compares with. Only JSONata's errors are errors;
// what else cannot be read is undefined.
func (r *switchRule) values(d *runtime.Delivery, m *msg.Object, previous any, parts *msg.Object) (v1, v2 any, err error) {
	var variables map[string]any
	if r.t == "jsonata_exp" {
		variables = r.place(parts)
	}
	if v1, err = r.v1.eval(d, m, previous, variables); err != nil {
		return nil, nil, err
	}
	v2, err = r.v2.eval(d, m, previous, nil)
	return v1, v2, err
}

// place gives $I and $N. A message of no sequence sees those of the last that was
// of one: Node-RED assigns them to the expression, not to its evaluation.
func (r *switchRule) place(parts *msg.Object) map[string]any {
	if parts != nil {
		place := map[string]any{"I": parts.Value("index"), "N": parts.Value("count")}
		r.bound.Store(&place)
		return place
	}
	if place := r.bound.Load(); place != nil {
		return *place
	}
	return nil
}

func (v *switchValue) eval(d *runtime.Delivery, m *msg.Object, previous any, variables map[string]any) (any, error) {
	switch v.kind {
	case "prev":
		return previous, nil
	case "jsonata":
		value, err := v.expr.Eval(d.Context(), m, variables)
		if err != nil {
			return nil, runtime.Textf("Invalid JSONata expression: %v", err)
		}
		return value, nil
	}
	value, err := v.in.Eval(m)
	if err != nil {
		return msg.Undefined, nil
	}
	return value, nil
}

// matches applies the operator to a value of the message.
func (r *switchRule) matches(a, b, c any, m *msg.Object) (bool, error) {
	switch r.t {
	case "eq":
		return msg.LooseEqual(a, b), nil
	case "neq":
		return !msg.LooseEqual(a, b), nil
	case "lt":
		return less(a, b), nil
	case "lte":
		return lessOrEqual(a, b), nil
	case "gt":
		return less(b, a), nil
	case "gte":
		return lessOrEqual(b, a), nil
	case "btwn":
		return lessOrEqual(b, a) && lessOrEqual(a, c) || lessOrEqual(a, b) && lessOrEqual(c, a), nil
	case "cont":
		return strings.Contains(msg.ToString(a), msg.ToString(b)), nil
	case "regex":
		return r.matchRegExp(a, b)
	case "true":
		return a == true, nil
	case "false":
		return a == false, nil
	case "null":
		return a == nil || a == msg.Undefined, nil
	case "nnull":
		return a != nil && a != msg.Undefined, nil
	case "empty":
		n, ok := size(a)
		return ok && n == 0, nil
	case "nempty":
		n, ok := size(a)
		return ok && n != 0, nil
	case "istype":
		return isType(a, b), nil
	case "head", "tail", "index":
		return r.matchPlace(b, c, m)
	case "hask":
		return a != nil && a != msg.Undefined && (b == msg.Undefined || msg.TypeOf(b) != "object") && hasKey(a, msg.ToString(b)), nil
	case "jsonata_exp":
		return b == true, nil
	case "else":
		return a == true, nil
	}
	return false, typeError("operators[rule.t] is not a function")
}

func typeError(text string) error { return &msg.Error{Name: "TypeError", Message: text} }

func less(a, b any) bool {
	c, ok := msg.Compare(a, b)
	return ok && c < 0
}

func lessOrEqual(a, b any) bool {
	c, ok := msg.Compare(a, b)
	return ok && c <= 0
}

// matchRegExp compiles the expression at its first use; one that comes with the
// message, each time it is another.
func (r *switchRule) matchRegExp(a, b any) (bool, error) {
	source := ""
	if re, ok := b.(*msg.RegExp); ok {
		source = re.Source
	} else if b != msg.Undefined {
		source = msg.ToString(b)
	}
	c := r.re.Load()
	if c == nil || c.source != source {
		flags := ""
		if r.ignoreCase {
			flags = "i"
		}
		re, err := compileRegExp(source, flags)
		if err != nil {
			return false, &msg.Error{Name: "SyntaxError", Message: err.Error()}
		}
		c = &compiledRegExp{source, re}
		r.re.Store(c)
	}
	return c.re.MatchString(msg.ToString(a))
}

// matchPlace compares the place of the message in its sequence.
func (r *switchRule) matchPlace(b, c any, m *msg.Object) (bool, error) {
	parts := m.Value("parts")
	if parts == nil || parts == msg.Undefined {
		property := "index"
		if r.t == "tail" {
			property = "count"
		}
		return false, typeError("Cannot read properties of " + msg.ToString(parts) + " (reading '" + property + "')")
	}
	index := msg.Property(parts, "index")
	switch from := msg.Number(msg.ToNumber(b)); r.t {
	case "head":
		return less(index, from), nil
	case "tail":
		return lessOrEqual(msg.Number(msg.ToNumber(msg.Property(parts, "count"))-msg.ToNumber(b)), index), nil
	default:
		return lessOrEqual(from, index) && lessOrEqual(index, msg.Number(msg.ToNumber(c))), nil
	}
}

// size is the length of a text, list or buffer, or the number of an object's properties.
func size(v any) (n int, ok bool) {
	switch v := v.(type) {
	case string:
		return len(v), true
	case *msg.Array:
		return v.Len(), true
	case *msg.Buffer:
		return len(v.B), true
	case *msg.Object:
		return v.Len(), true
	case *msg.TypedArray:
		return v.Len(), true
	case *msg.Error:
		return v.Props.Len(), true
	case msg.Host:
		return len(v.Keys()), true
	}
	return 0, v != nil && msg.TypeOf(v) == "object"
}

func isType(a, kind any) bool {
	_, isArray := a.(*msg.Array)
	_, isBuffer := a.(*msg.Buffer)
	switch kind {
	case "array":
		return isArray
	case "buffer":
		return isBuffer
	case "json":
		_, err := msg.Parse(msg.ToString(a))
		return err == nil
	case "null":
		return a == nil
	case "number":
		x, ok := a.(float64)
		return ok && !math.IsNaN(x)
	}
	return msg.TypeOf(a) == kind && !isArray && !isBuffer && a != nil
}

// hasKey is a.hasOwnProperty(key).
func hasKey(a any, key string) bool {
	switch a := a.(type) {
	case *msg.Object:
		return a.Has(key)
	case msg.Host:
		_, ok := a.Get(key)
		return ok
	case *msg.Array, string:
		return msg.Property(a, key) != msg.Undefined
	case *msg.Buffer, *msg.TypedArray:
		_, ok := msg.ArrayIndex(key)
		return ok && msg.Property(a, key) != msg.Undefined
	case *msg.Error:
		return key == "message" || key == "stack" || a.Props.Has(key)
	}
	return false
}
