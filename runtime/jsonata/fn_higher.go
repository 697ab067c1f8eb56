package jsonata

import "sluice/runtime/msg"

func fnMap(e *evaluation, c *call, args []any) (any, error) {
	a, ok := asArray(argAt(args, 0))
	if !ok {
		return undefined, nil
	}
	out := newSequence()
	f := newCallback(e, argAt(args, 1), c.env)
	for i := range a.Len() {
		v, err := f.call(a.At(i), msg.Number(float64(i)), a)
		if err != nil {
			return nil, err
		}
		if v != undefined {
			out.push(e.hold(v))
		}
	}
	return out, nil
}

func fnFilter(e *evaluation, c *call, args []any) (any, error) {
	a, ok := asArray(argAt(args, 0))
	if !ok {
		return undefined, nil
	}
	out := newSequence()
	f := newCallback(e, argAt(args, 1), c.env)
	for i := range a.Len() {
		v, err := f.call(a.At(i), msg.Number(float64(i)), a)
		if err != nil {
			return nil, err
		}
		if keep, err := truth(v); err != nil {
			return nil, err
		} else if keep {
			out.push(e.hold(a.At(i)))
		}
	}
	return out, nil
}

func fnSingle(e *evaluation, c *call, args []any) (any, error) {
	a, ok := asArray(argAt(args, 0))
	if !ok {
		return undefined, nil
	}
	var result any
	found := false
	fn := argAt(args, 1)
	f := newCallback(e, fn, c.env)
	for i := range a.Len() {
		if fn != undefined {
			v, err := f.call(a.At(i), msg.Number(float64(i)), a)
			if err != nil {
				return nil, err
			}
			if ok, err := truth(v); err != nil {
				return nil, err
			} else if !ok {
				continue
			}
		}
		if found {
			err := newError("D3138", undefined)
			err.Index = i
			return nil, err
		}
		result, found = a.At(i), true
	}
	if !found {
		return nil, newError("D3139", undefined)
	}
	return result, nil
}

func fnReduce(e *evaluation, c *call, args []any) (any, error) {
	a, ok := asArray(argAt(args, 0))
	if !ok {
		return undefined, nil
	}
	fn := argAt(args, 1)
	arity := arityOf(fn)
	if arity < 2 {
		err := newError("D3050", undefined)
		err.Index = 1
		return nil, err
	}
	result, start := argAt(args, 2), 0
	if result == undefined && a.Len() > 0 {
		result, start = a.At(0), 1
	}
	for i := start; i < a.Len(); i++ {
		if err := e.tick(); err != nil {
			return nil, err
		}
		given := []any{result, a.At(i)}
		if arity >= 3 {
			given = append(given, msg.Number(float64(i)))
		}
		if arity >= 4 {
			given = append(given, a)
		}
		var err error
		if result, err = e.apply(fn, given, c.env); err != nil {
			return nil, err
		}
	}
	return result, nil
}
