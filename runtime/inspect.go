package runtime

import (
	"fmt"
	"strings"

	"sluice/runtime/msg"
)

// inspect prints a value in one line, as Node's util.inspect does for small ones.
func inspect(v any, depth int) string {
	switch v := v.(type) {
	case string:
		if !strings.Contains(v, "'") {
			return "'" + strings.ReplaceAll(v, "\n", `\n`) + "'"
		}
		return `"` + v + `"`
	case *msg.Array:
		if depth > 2 {
			return "[Array]"
		}
		return enclose("[", "]", v.Len(), func(i int) string { return inspect(v.At(i), depth+1) })
	case *msg.Object:
		if depth > 2 {
			return "[Object]"
		}
		return enclose("{", "}", v.Len(), func(i int) string {
			key, e := v.At(i)
			return inspectKey(key) + ": " + inspect(e, depth+1)
		})
	case *msg.Buffer:
		hex := fmt.Sprintf("% x", v.B[:min(len(v.B), 50)])
		return strings.TrimRight("<Buffer "+hex, " ") + ">"
	}
	return msg.ToString(v)
}

func enclose(open, end string, n int, part func(i int) string) string {
	if n == 0 {
		return open + end
	}
	parts := make([]string, 0, n)
	for i := range n {
		if i == 100 {
			parts = append(parts, fmt.Sprintf("... %d more items", n-100))
			break
		}
		parts = append(parts, part(i))
	}
	return open + " " + strings.Join(parts, ", ") + " " + end
}

func inspectKey(key string) string {
	if isPlainKey(key) {
		return key
	}
	return "'" + key + "'"
}
