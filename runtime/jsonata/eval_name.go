package jsonata

import "sluice/runtime/msg"

// name looks key up in an object, or in every item of an array.
func (e *evaluation) name(input any, key string) (any, error) {
	if e.inherit && isBlocked(key) {
		return undefined, nil
	}
	switch v := input.(type) {
	case *msg.Object:
		if v, ok := v.Get(key); ok {
			return v, nil
		}
		if e.inherit {
			return inherited(input, key), nil
		}
		return undefined, nil
	case *msg.Array, *sequence:
		a, _ := asArray(input)
		out := newSequence()
		return out, e.names(a, key, out, maxWalk)
	}
	return e.member(input, key), nil
}

// names collects key from the items of a, however deep.
func (e *evaluation) names(a array, key string, out *sequence, depth int) error {
	if depth == 0 {
		return limitError(errDepth)
	}
	for i := range a.Len() {
		var v any
		switch item := a.At(i).(type) {
		case *msg.Object:
			var ok bool
			if v, ok = item.Get(key); !ok {
				v = e.member(item, key)
			}
		case *msg.Array, *sequence:
			inner, _ := asArray(item)
			if err := e.names(inner, key, out, depth-1); err != nil {
				return err
			}
			continue
		default:
			v = e.member(item, key)
		}
		if v == undefined {
			continue
		}
		if values, ok := asArray(v); ok {
			out.pushAll(values)
		} else {
			out.push(v)
		}
	}
	return nil
}

// member is the value of a property of anything but an array.
func (e *evaluation) member(v any, key string) any {
	switch v := v.(type) {
	case nil, string, float64, bool:
		return undefined
	case *msg.Object:
		if x, ok := v.Get(key); ok {
			return x
		}
	case msg.Host:
		if x, ok := v.Get(key); ok {
			return x
		}
	default:
		if !isObject(v) {
			return undefined
		}
		if x := ownMember(v, key); x != undefined {
			return x
		}
	}
	if e.inherit {
		return inherited(v, key)
	}
	return undefined
}

// ownMember also finds the own properties that do not enumerate.
func ownMember(v any, key string) any {
	if err, ok := v.(*msg.Error); ok {
		switch key {
		case "message":
			return err.Message
		case "stack":
			return err.Stack
		}
	}
	return ownValue(v, key)
}

// wildcard gives the values of all properties, arrays among them flattened.
func (e *evaluation) wildcard(input any) any {
	if s, ok := input.(*sequence); ok && s.wrapper && len(s.items) > 0 {
		input = s.items[0]
	}
	out := newSequence()
	plain := false // joining arrays makes a plain array, which does not collapse
	add := func(v any) {
		if a, ok := asArray(v); ok {
			out.items = flatten(out.items, a, maxWalk)
			plain = true
		} else {
			out.push(v)
		}
	}
	switch v := input.(type) {
	case *msg.Object:
		for _, x := range v.All() {
			add(x)
		}
	case *msg.Array, *sequence:
		a, _ := asArray(v)
		for i := range a.Len() {
			add(a.At(i))
		}
		// The original keeps its marks as properties, which then show.
		if s, ok := v.(*sequence); ok {
			for _, mark := range []bool{s.flat, s.tuples, s.keep} {
				if mark {
					add(true)
				}
			}
		}
	default:
		if isObject(v) {
			for _, k := range ownKeys(v) {
				add(ownValue(v, k))
			}
		}
	}
	if plain {
		return msg.NewArray(out.items...)
	}
	return out
}

func flatten(items []any, a array, depth int) []any {
	for i := range a.Len() {
		v := a.At(i)
		if inner, ok := asArray(v); ok && depth > 0 {
			items = flatten(items, inner, depth-1)
		} else {
			items = append(items, v)
		}
	}
	return items
}

// descendants gives input and all that it holds, arrays flattened.
func (e *evaluation) descendants(input any) (any, error) {
	if input == undefined {
		return undefined, nil
	}
	out := newSequence()
	if err := e.descend(input, out, maxWalk); err != nil {
		return nil, err
	}
	if len(out.items) == 1 {
		return out.items[0], nil
	}
	return out, nil
}

func (e *evaluation) descend(v any, out *sequence, depth int) error {
	if depth == 0 {
		return limitError(errDepth)
	}
	if err := e.tick(); err != nil {
		return err
	}
	if a, ok := asArray(v); ok {
		for i := range a.Len() {
			if err := e.descend(a.At(i), out, depth-1); err != nil {
				return err
			}
		}
		return nil
	}
	out.push(v)
	if err := e.checkSize(len(out.items)); err != nil {
		return err
	}
	if o, ok := v.(*msg.Object); ok {
		for _, x := range o.All() {
			if err := e.descend(x, out, depth-1); err != nil {
				return err
			}
		}
		return nil
	}
	if isObject(v) {
		for _, k := range ownKeys(v) {
			if err := e.descend(ownValue(v, k), out, depth-1); err != nil {
				return err
			}
		}
	}
	return nil
}
