package jsonata

import "sluice/runtime/msg"

var objectFunctions = []builtin{
	{"keys", "<x-:a<s>>", "arg", fnKeys},
	{"lookup", "<x-s:x>", "input key", fnLookup},
	{"spread", "<x-:a<o>>", "arg", fnSpread},
	{"merge", "<a<o>:o>", "arg", fnMerge},
	{"sift", "<o-f?:o>", "arg func", fnSift},
	{"each", "<o-f:a>", "obj func", fnEach},
	{"exists", "<x:b>", "arg", func(_ *evaluation, _ *call, args []any) (any, error) {
		return argAt(args, 0) != undefined, nil
	}},
	{"boolean", "<x-:b>", "arg", func(_ *evaluation, _ *call, args []any) (any, error) {
		v := argAt(args, 0)
		for a, ok := asArray(v); ok && a.Len() == 1; a, ok = asArray(v) {
			v = a.At(0)
		}
		if v == undefined {
			return v, nil
		}
		return boxed(truth(v))
	}},
	{"not", "<x-:b>", "arg", func(_ *evaluation, _ *call, args []any) (any, error) {
		v := argAt(args, 0)
		if v == undefined {
			return v, nil
		}
		t, err := truth(v)
		return !t, err
	}},
	{"type", "<x:s>", "value", fnType},
	{"error", "<s?:x>", "message", func(_ *evaluation, _ *call, args []any) (any, error) {
		return nil, userError("D3137", argAt(args, 0), "$error() function evaluated")
	}},
	{"assert", "<bs?:x>", "condition message", func(_ *evaluation, _ *call, args []any) (any, error) {
		if msg.ToBool(argAt(args, 0)) {
			return undefined, nil
		}
		return nil, userError("D3141", argAt(args, 1), "$assert() statement failed")
	}},
	{"eval", "<sx?:x>", "expr focus", fnEval},
	{"clone", "<(oa)-:o>", "arg", fnClone},
}

func boxed(t bool, err error) (any, error) { return t, err }

func userError(code string, message any, fallback string) *Error {
	err := newError(code, undefined)
	err.Message = fallback
	if s, ok := message.(string); ok && s != "" {
		err.Message = s
	}
	return err
}

func fnKeys(e *evaluation, _ *call, args []any) (any, error) {
	out := newSequence()
	seen := make(map[string]bool)
	collectKeys(argAt(args, 0), out, seen, maxWalk)
	if _, ok := asArray(argAt(args, 0)); ok {
		// The original collects them in an object, which orders them anew.
		merged := msg.NewObject()
		for _, k := range out.items {
			merged.Set(k.(string), true)
		}
		out = newSequence()
		for k := range merged.All() {
			out.push(k)
		}
	}
	return out, nil
}

func collectKeys(v any, out *sequence, seen map[string]bool, depth int) {
	if depth == 0 {
		return
	}
	if a, ok := asArray(v); ok {
		for i := range a.Len() {
			collectKeys(a.At(i), out, seen, depth-1)
		}
		return
	}
	if !isObject(v) {
		return
	}
	for _, k := range ownKeys(v) {
		if !seen[k] {
			seen[k] = true
			out.push(k)
		}
	}
}

func fnLookup(e *evaluation, _ *call, args []any) (any, error) {
	key, ok := argAt(args, 1).(string)
	if !ok {
		key = "undefined"
	}
	return e.name(argAt(args, 0), key)
}

func fnSpread(e *evaluation, _ *call, args []any) (any, error) {
	return e.spread(argAt(args, 0), maxWalk)
}

// spread gives an object for each pair of an object; arrays are spread item by
// item, anything else stays.
func (e *evaluation) spread(v any, depth int) (any, error) {
	if depth == 0 {
		return nil, limitError(errDepth)
	}
	if a, ok := asArray(v); ok {
		var items []any
		joined := false
		for i := range a.Len() {
			part, err := e.spread(a.At(i), depth-1)
			if err != nil {
				return nil, err
			}
			if part != undefined {
				items, joined = appendTo(items, part), true
			}
		}
		if !joined {
			return newSequence(), nil
		}
		return msg.NewArray(items...), nil
	}
	if !isObject(v) {
		return v, nil
	}
	out := newSequence()
	for _, k := range ownKeys(v) {
		out.push(msg.NewObject(k, e.hold(ownValue(v, k))))
	}
	return out, nil
}

func fnMerge(e *evaluation, _ *call, args []any) (any, error) {
	a, ok := asArray(argAt(args, 0))
	if !ok {
		return undefined, nil
	}
	out := msg.NewObject()
	for i := range a.Len() {
		for _, k := range ownKeys(a.At(i)) {
			out.Set(k, e.hold(ownValue(a.At(i), k)))
		}
	}
	return out, nil
}

func fnSift(e *evaluation, c *call, args []any) (any, error) {
	o := argAt(args, 0)
	out := msg.NewObject()
	f := newCallback(e, argAt(args, 1), c.env)
	for _, k := range objectKeys(o) {
		v := ownValue(o, k)
		r, err := f.call(v, k, o)
		if err != nil {
			return nil, err
		}
		if keep, err := truth(r); err != nil {
			return nil, err
		} else if keep {
			out.Set(k, e.hold(v))
		}
	}
	if out.Len() == 0 {
		return undefined, nil
	}
	return out, nil
}

// objectKeys are the keys of an object, and none of undefined.
func objectKeys(v any) []string {
	if isObject(v) {
		return ownKeys(v)
	}
	return nil
}

func fnEach(e *evaluation, c *call, args []any) (any, error) {
	o := argAt(args, 0)
	out := newSequence()
	f := newCallback(e, argAt(args, 1), c.env)
	for _, k := range objectKeys(o) {
		v, err := f.call(ownValue(o, k), k, o)
		if err != nil {
			return nil, err
		}
		if v != undefined {
			out.push(e.hold(v))
		}
	}
	return out, nil
}

func fnType(_ *evaluation, _ *call, args []any) (any, error) {
	switch v := argAt(args, 0).(type) {
	case nil:
		return "null", nil
	case float64:
		if _, ok, err := number(v); err != nil {
			return nil, err
		} else if ok {
			return "number", nil
		}
		return "object", nil // NaN
	case string:
		return "string", nil
	case bool:
		return "boolean", nil
	case *msg.Array, *sequence:
		return "array", nil
	default:
		if v == undefined {
			return v, nil
		}
		if isFunction(v) {
			return "function", nil
		}
		return "object", nil
	}
}

func fnEval(e *evaluation, c *call, args []any) (any, error) {
	text, ok := argAt(args, 0).(string)
	if !ok {
		return undefined, nil
	}
	input := c.input
	if focus := argAt(args, 1); focus != undefined {
		input = focus
		if _, ok := asArray(focus); ok && !isSequence(focus) {
			input = wrap(focus)
		}
	}
	n, err := parse(text)
	if err != nil {
		return nil, evalError("D3120", err)
	}
	v, err := e.eval(n, input, c.env)
	if err != nil {
		if x := asError(err); x.Code == "U1001" {
			return nil, err // a limit is a limit, whoever ran into it
		}
		return nil, evalError("D3121", err)
	}
	return v, nil
}

func evalError(code string, cause error) *Error {
	err := newError(code, cause.Error())
	err.Cause = cause
	return err
}

// wrap makes one item of an array, so that it counts as one input.
func wrap(v any) *sequence {
	s := newSequence(v)
	s.wrapper = true
	return s
}

// fnClone copies by way of JSON, so only what JSON has survives.
func fnClone(_ *evaluation, _ *call, args []any) (any, error) {
	v := argAt(args, 0)
	if v == undefined {
		return v, nil
	}
	text, err := toString(v, false)
	if err != nil {
		return nil, err
	}
	out, err := msg.Parse(text)
	if err != nil {
		return nil, scriptError("SyntaxError", err.Error())
	}
	return out, nil
}
