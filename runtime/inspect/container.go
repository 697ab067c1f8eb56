package inspect

import (
	"slices"
	"strconv"
	"strings"

	"sluice/runtime/msg"
)

// A container is what has parts. What has a base and no parts prints as the base alone.
type container struct {
	of         any
	name       string // in place of what is too deep: [name]
	base       string
	open, shut string
	n          int
	part       func(p *printer, i, level int) string
	at         func(i int) any // the elements of a list; else nil
}

func (p *printer) container(c container, level int) string {
	if slices.Contains(p.open, c.of) {
		i := slices.Index(p.circular, c.of)
		if i < 0 {
			i = len(p.circular)
			p.circular = append(p.circular, c.of)
		}
		return "[Circular *" + strconv.Itoa(i+1) + "]"
	}
	if c.base = strings.ReplaceAll(c.base, "\n", "\n"+strings.Repeat(" ", p.indent)); c.n == 0 {
		if c.base != "" {
			return c.base
		}
		return c.open + c.shut
	}
	if level > p.depth {
		return "[" + c.name + "]"
	}
	p.visited = level
	p.open = append(p.open, c.of)
	p.indent += 2
	parts := p.parts(c, level)
	p.indent -= 2
	p.open = p.open[:len(p.open)-1]
	if i := slices.Index(p.circular, c.of); i >= 0 {
		c.base = strings.TrimRight("<ref *"+strconv.Itoa(i+1)+"> "+c.base, " ")
	}
	return p.Layout(Parts{Texts: parts, Base: c.base, Open: c.open, Shut: c.shut, Indent: p.indent, Levels: p.visited - level,
		List: c.at != nil, Numbers: c.at != nil && allNumbers(c.at, len(parts))})
}

func (p *printer) parts(c container, level int) []string {
	shown := c.n
	if c.at != nil {
		shown = min(shown, p.MaxElements)
	}
	parts := make([]string, shown, shown+1)
	for i := range parts {
		parts[i] = c.part(p, i, level+1)
	}
	if c.n > shown {
		parts = append(parts, more(c.n-shown, "item"))
	}
	return parts
}

func allNumbers(at func(int) any, n int) bool {
	for i := range n {
		if kind := msg.TypeOf(at(i)); kind != "number" && kind != "bigint" {
			return false
		}
	}
	return true
}

func containerOf(v any) container {
	switch v := v.(type) {
	case *msg.Object:
		return container{of: v, name: "Object", open: "{", shut: "}", n: v.Len(), part: func(p *printer, i, level int) string {
			name, e := v.At(i)
			return Key(name) + ": " + p.value(e, level)
		}}
	case *msg.Array:
		return list(v, "Array", "[", v.Len(), v.At)
	case *msg.TypedArray:
		if v.Kind == "ArrayBuffer" || v.Kind == "DataView" {
			return memory(v)
		}
		return list(v, v.Kind, v.Kind+"("+strconv.Itoa(v.Len())+") [", v.Len(), v.At)
	case *msg.Error:
		return failure(v)
	}
	panic("inspect: not a container")
}

func list(of any, name, open string, n int, at func(int) any) container {
	return container{of: of, name: name, open: open, shut: "]", n: n, at: at, part: func(p *printer, i, level int) string {
		return p.value(at(i), level)
	}}
}

// memory is an ArrayBuffer, or a DataView of a whole one.
func memory(a *msg.TypedArray) container {
	length := "[byteLength]: " + strconv.Itoa(len(a.B))
	c := container{of: a, name: a.Kind, open: a.Kind + " {", shut: "}", n: 2}
	if a.Kind == "ArrayBuffer" {
		c.part = func(_ *printer, i, _ int) string {
			return [...]string{"[Uint8Contents]: <" + octets(a.B) + ">", length}[i]
		}
		return c
	}
	c.n = 3
	c.part = func(p *printer, i, level int) string {
		if i < 2 {
			return [...]string{length, "[byteOffset]: 0"}[i]
		}
		return "[buffer]: " + p.container(memory(&msg.TypedArray{Kind: "ArrayBuffer", B: a.B}), level)
	}
	return c
}

// failure is an error: its stack, in brackets where that names no place, and then
// its further properties.
func failure(e *msg.Error) container {
	c := container{of: e, base: e.Stack, name: e.Name, open: "{", shut: "}", n: e.Props.Len()}
	if c.name == "" {
		c.name = "Error"
	}
	if c.base == "" {
		c.base = e.Error()
	}
	if !strings.Contains(c.base, "\n    at") {
		c.base = "[" + c.base + "]"
	}
	c.part = func(p *printer, i, level int) string {
		name, v := e.Props.At(i)
		if name == "cause" { // which new Error(text, {cause}) does not make enumerable
			return "[cause]: " + p.value(v, level)
		}
		return Key(name) + ": " + p.value(v, level)
	}
	return c
}
