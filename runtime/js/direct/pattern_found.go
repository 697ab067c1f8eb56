package direct

import "sluice/runtime/msg"

// match is what exec and match return: an array that has more properties.
type match struct {
	run    *run
	of     *program
	input  string
	bounds []int
	list   *msg.Array
	groups *msg.Object
}

func (r *run) newMatch(p *program, m *matching, s string) *match {
	return &match{run: r, of: p, input: s, bounds: append([]int(nil), m.caps...)}
}

// at is an element.
func (m *match) at(i int) value {
	if m.list != nil {
		return of(m.list.At(i))
	}
	if 2*i >= len(m.bounds) || m.bounds[2*i] < 0 {
		return undefined
	}
	return piece(m.run.cut(m.input, m.run.length(m.input), m.bounds[2*i], m.bounds[2*i+1]))
}

// array are the elements, for those who only read them.
func (m *match) array() *msg.Array {
	if m.list == nil {
		elems := make([]any, len(m.bounds)/2)
		for i := range elems {
			elems[i] = m.at(i).any
		}
		m.list = msg.NewArray(elems...)
	}
	return m.list
}

func (m *match) get(key string) value {
	switch key {
	case "length":
		return num(float64(len(m.bounds) / 2))
	case "index":
		return num(float64(m.bounds[0]))
	case "input":
		return text(m.input)
	case "groups":
		return m.named()
	}
	if i, ok := msg.ArrayIndex(key); ok {
		return m.at(int(i))
	}
	if isInherited(key) || isMethod(key) {
		bailout("a method of a match as a value")
	}
	return undefined
}

func (m *match) named() value {
	if !m.of.named {
		return undefined
	}
	if m.groups == nil {
		m.groups = msg.NewBareObject()
		for i, name := range m.of.names {
			if name != "" {
				m.groups.Set(name, m.at(i).any)
			}
		}
	}
	return value{any: m.groups}
}

// readers are the methods of arrays that read one without returning it.
var readers = map[string]bool{"at": true, "every": true, "filter": true, "find": true, "findIndex": true, "forEach": true, "includes": true,
	"indexOf": true, "join": true, "map": true, "reduce": true, "slice": true, "some": true}

// ofMatch is a method of arrays for a match. What it calls must not see the array.
func ofMatch(name string, f method) method {
	if f == nil || !readers[name] {
		return nil
	}
	return func(r *run, this value, args []value) value {
		if fn, ok := arg(args, 0).any.(*closure); ok && (fn.fn.params != nil || fn.fn.simple > 2 || fn.fn.rest >= 0) {
			bailout("a function that may see a match")
		}
		return f(r, value{any: this.any.(*match).array()}, args)
	}
}
