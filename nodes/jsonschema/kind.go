package jsonschema

import (
	"math"
	"strconv"

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

// keysOf lists the properties of an object.
func keysOf(v any) []string {
	switch v := v.(type) {
	case *msg.Object:
		return v.Keys()
	case msg.Host:
		return v.Keys()
	case *msg.Error:
		return v.Props.Keys()
	case *msg.Buffer:
		return indexes(len(v.B))
	case *msg.TypedArray:
		return indexes(v.Len())
	}
	return nil
}

func indexes(n int) []string {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = strconv.Itoa(i)
	}
	return keys
}

func has(v any, key string) bool { return msg.Property(v, key) != msg.Undefined }

// equal is fast-deep-equal: 0 and -0 are the same.
func equal(a, b any) bool { return msg.StrictEqual(a, b) || msg.DeepEqual(a, b) }
