package jsonata

import (
	"math"
	"math/rand/v2"

	"sluice/runtime/msg"
)

var arrayFunctions = []builtin{
	{"sum", "<a<n>:n>", "args", aggregate(func(a array) any { return msg.Number(total(a)) })},
	{"count", "<a:n>", "args", func(_ *evaluation, _ *call, args []any) (any, error) {
		a, _ := asArray(argAt(args, 0))
		if a == nil {
			return msg.Number(0), nil
		}
		return msg.Number(float64(a.Len())), nil
	}},
	{"max", "<a<n>:n>", "args", aggregate(func(a array) any { return extreme(a, math.Inf(-1), math.Max) })},
	{"min", "<a<n>:n>", "args", aggregate(func(a array) any { return extreme(a, math.Inf(1), math.Min) })},
	{"average", "<a<n>:n>", "args", aggregate(func(a array) any {
		if a.Len() == 0 {
			return undefined
		}
		return msg.Number(total(a) / float64(a.Len()))
	})},
	{"append", "<xx:a>", "arg1 arg2", fnAppend},
	{"reverse", "<a:a>", "arr", aggregate(reversed)},
	{"sort", "<af?:a>", "arr comparator", fnSort},
	{"shuffle", "<a:a>", "arr", aggregate(shuffled)},
	{"distinct", "<x:x>", "arr", fnDistinct},
	{"zip", "<a+>", "", fnZip},
	{"map", "<af>", "arr func", fnMap},
	{"filter", "<af>", "arr func", fnFilter},
	{"single", "<af?>", "arr func", fnSingle},
	{"reduce", "<afj?:j>", "sequence func init", fnReduce},
}

// aggregate makes a function of an array; undefined gives undefined.
func aggregate(f func(array) any) func(*evaluation, *call, []any) (any, error) {
	return func(_ *evaluation, _ *call, args []any) (any, error) {
		a, ok := asArray(argAt(args, 0))
		if !ok {
			return undefined, nil
		}
		return f(a), nil
	}
}

func total(a array) float64 {
	sum := 0.0
	for i := range a.Len() {
		f, _ := a.At(i).(float64)
		sum += f
	}
	return sum
}

func extreme(a array, start float64, pick func(x, y float64) float64) any {
	if a.Len() == 0 {
		return undefined
	}
	for i := range a.Len() {
		f, _ := a.At(i).(float64)
		start = pick(start, f)
	}
	return msg.Number(start)
}

func fnAppend(e *evaluation, _ *call, args []any) (any, error) {
	a, b := argAt(args, 0), argAt(args, 1)
	v := appendValues(a, b)
	if out, ok := v.(*msg.Array); ok && a != undefined && b != undefined {
		return out, e.checkSize(out.Len())
	}
	return v, nil
}

func reversed(a array) any {
	n := a.Len()
	if n <= 1 {
		return a
	}
	items := make([]any, n)
	for i := range items {
		items[n-1-i] = a.At(i)
	}
	return msg.NewArray(items...)
}

func shuffled(a array) any {
	if a.Len() <= 1 {
		return a
	}
	items := append([]any(nil), itemsOf(a)...)
	rand.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
	return msg.NewArray(items...)
}

func fnSort(e *evaluation, c *call, args []any) (any, error) {
	a, ok := asArray(argAt(args, 0))
	if !ok {
		return undefined, nil
	}
	if a.Len() <= 1 {
		return a, nil
	}
	fn := argAt(args, 1)
	after := func(x, y any) (bool, error) {
		v, err := e.callFunction(fn, []any{x, y}, undefined, c.env)
		return msg.ToBool(v), err
	}
	switch fn.(type) {
	case *lambda, *native:
		return nil, typeError("comp is not a function") // left so by a partial application
	}
	if fn == undefined {
		if _, ok, err := numbers(a); err != nil {
			return nil, err
		} else if !ok && !allStrings(a) {
			err := newError("D3070", undefined)
			err.Index = 1
			return nil, err
		}
		after = func(x, y any) (bool, error) {
			n, _ := order(x, y)
			return n > 0, nil
		}
	}
	items, err := e.mergeSort(itemsOf(a), after)
	if err != nil {
		return nil, err
	}
	return msg.NewArray(items...), nil
}

func allStrings(a array) bool {
	for i := range a.Len() {
		if _, ok := a.At(i).(string); !ok {
			return false
		}
	}
	return true
}

func fnDistinct(e *evaluation, _ *call, args []any) (any, error) {
	v := argAt(args, 0)
	a, ok := asArray(v)
	if !ok || a.Len() <= 1 {
		return v, nil
	}
	out := &sequence{flat: isSequence(v)}
	seen := make(map[any]bool) // strings and numbers, the usual case
	for i := range a.Len() {
		if err := e.tick(); err != nil {
			return nil, err
		}
		item := a.At(i)
		switch item.(type) {
		case string, float64:
			if seen[item] {
				continue
			}
			seen[item] = true
		default:
			if known, err := e.contains(out.items, item); err != nil {
				return nil, err
			} else if known {
				continue
			}
		}
		out.push(e.hold(item))
	}
	if !out.flat {
		return msg.NewArray(out.items...), nil
	}
	return out, nil
}

func (e *evaluation) contains(items []any, v any) (bool, error) {
	for _, item := range items {
		if err := e.tick(); err != nil {
			return false, err
		}
		if deepEqual(v, item) {
			return true, nil
		}
	}
	return false, nil
}

// fnZip pairs up the items of its arguments as far as the shortest goes; one
// that is no array has no items.
func fnZip(e *evaluation, _ *call, args []any) (any, error) {
	out := msg.NewArray()
	lists := make([]array, len(args))
	n := math.MaxInt
	for i, arg := range args {
		a, ok := asArray(arg)
		if !ok {
			return out, nil
		}
		lists[i] = a
		n = min(n, a.Len())
	}
	if len(args) == 0 {
		return nil, scriptError("RangeError", "Invalid array length")
	}
	for i := range n {
		if err := e.tick(); err != nil {
			return nil, err
		}
		tuple := make([]any, len(lists))
		for j, a := range lists {
			tuple[j] = a.At(i)
		}
		out.Append(msg.NewArray(tuple...))
	}
	return out, nil
}
