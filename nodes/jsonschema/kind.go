package jsonschema

import (
	"math"

	"sluice/runtime/msg"
)

// isKind tells whether v is of a type of JSON Schema. Numbers must be finite.
func isKind(kind string, v any) bool {
	switch kind {
	case "":
		return true
	case "null":
		return v == nil
	case "array":
		_, ok := v.(*msg.Array)
		return ok
	case "object":
		_, array := v.(*msg.Array)
		return v != nil && !array && msg.TypeOf(v) == "object"
	case "number", "integer":
		f, ok := v.(float64)
		return ok && !math.IsNaN(f) && !math.IsInf(f, 0) && (kind == "number" || f == math.Trunc(f))
	}
	return msg.TypeOf(v) == kind
}

func has(v any, key string) bool { return msg.Property(v, key) != msg.Undefined }

// equal is fast-deep-equal: 0 and -0 are the same.
func equal(a, b any) bool { return msg.StrictEqual(a, b) || msg.DeepEqual(a, b) }
