package common

import (
	"fmt"
	"strings"

	"sluice/runtime/msg"
)

// inspect prints a value as Node's util.inspect does with the given depth: on one
// line where it is short and shallow, else over several. It does not set long
// lists of numbers in columns.
func inspect(v any, depth int) string {
	p := inspector{depth: depth}
	return p.value(v, 0)
}

type inspector struct {
	depth   int
	current int // the level of the container printed last
	indent  int
	open    []any // the containers around the value, to find cycles
}

const (
	inspectWidth    = 69 // 80, of which util.inspect takes 11 for itself
	inspectElements = 100
	inspectCompact  = 3
)

func (p *inspector) value(v any, level int) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return inspectString(v)
	case float64:
		if v == 0 && 1/v < 0 {
			return "-0"
		}
	case *msg.BigInt:
		return msg.ToString(v) + "n"
	case *msg.Date:
		if iso, ok := v.ISO(); ok {
			return iso
		}
		return "Invalid Date"
	case *msg.Buffer:
		hex := fmt.Sprintf("% x", v.B[:min(len(v.B), 50)])
		if len(v.B) > 50 {
			hex += fmt.Sprintf(" ... %d more bytes", len(v.B)-50)
		}
		return strings.TrimRight("<Buffer "+hex, " ") + ">"
	case *msg.Error:
		if v.Stack != "" {
			return v.Stack
		}
		return "[" + v.Error() + "]"
	case *msg.Func:
		return "[Function: " + v.Name + "]"
	case *msg.Object:
		return p.container(v, level, "[Object]", "{", "}", v.Len(), func(i int) string {
			key, e := v.At(i)
			return inspectKey(key) + ": " + p.value(e, level+1)
		})
	case *msg.Array:
		return p.container(v, level, "[Array]", "[", "]", v.Len(), func(i int) string {
			return p.value(v.At(i), level+1)
		})
	case msg.Host: // after objects, which would pass for one
		return "[Object]"
	}
	return msg.ToString(v)
}

func (p *inspector) container(v any, level int, short, left, right string, n int, part func(i int) string) string {
	for _, o := range p.open {
		if o == v {
			return "[Circular *1]"
		}
	}
	if level > p.depth {
		return short
	}
	if n == 0 {
		return left + right
	}
	p.open = append(p.open, v)
	p.indent += 2
	p.current = level
	var parts []string
	length := 0
	for i := range n {
		if i == inspectElements && left == "[" {
			more := n - inspectElements
			parts = append(parts, fmt.Sprintf("... %d more item%s", more, strings.Repeat("s", min(more-1, 1))))
			break
		}
		text := part(i)
		parts = append(parts, text)
		length += len(text)
	}
	p.indent -= 2
	p.open = p.open[:len(p.open)-1]
	one := left + " " + strings.Join(parts, ", ") + " " + right
	if p.current-level < inspectCompact && length+2*len(parts)+p.indent <= inspectWidth && !strings.Contains(one, "\n") {
		return one
	}
	space := "\n" + strings.Repeat(" ", p.indent)
	return left + space + "  " + strings.Join(parts, ","+space+"  ") + space + right
}

func inspectString(s string) string {
	quote := "'"
	if strings.Contains(s, "'") {
		switch {
		case !strings.Contains(s, `"`):
			quote = `"`
		case !strings.Contains(s, "`") && !strings.Contains(s, "${"):
			quote = "`"
		}
	}
	s = strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\t", `\t`, "\r", `\r`, "\b", `\b`, "\f", `\f`, "\v", `\v`).Replace(s)
	if quote == "'" {
		s = strings.ReplaceAll(s, "'", `\'`)
	}
	return quote + s + quote
}

func inspectKey(key string) string {
	for i, r := range key {
		if !(r == '_' || r == '$' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || i > 0 && '0' <= r && r <= '9') {
			return inspectString(key)
		}
	}
	if key == "" {
		return "''"
	}
	return key
}
