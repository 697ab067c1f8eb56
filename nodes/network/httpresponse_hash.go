package network

import (
	"slices"
	"strconv"
	"unicode/utf16"

	"sluice/runtime/msg"
)

// HeaderHash is npm's hash-sum 2.0 of a header object, by which http response
// knows headers that an http request node received and nobody changed.
func HeaderHash(headers *msg.Object) string {
	s := strconv.FormatInt(hashValue(0, headers, ""), 16)
	for len(s) < 8 {
		s = "0" + s
	}
	return s
}

// hashText folds a text into a hash: 32 bits wide, but negative sums are doubled and kept as such.
func hashText(hash int64, text string) int64 {
	units := utf16.Encode([]rune(text))
	if len(units) == 0 {
		return hash
	}
	for _, u := range units {
		// JavaScript: hash is wrapped to 32 bits for the shift, subtracted as a double, wrapped again.
		hash = int64(int32(int64(int32(hash)<<5) - hash + int64(u)))
	}
	if hash < 0 {
		return hash * -2
	}
	return hash
}

func hashValue(hash int64, v any, key string) int64 {
	tag, kind := "[object String]", "string"
	switch v.(type) {
	case *msg.Object:
		tag, kind = "[object Object]", "object"
	case *msg.Array:
		tag, kind = "[object Array]", "object"
	case float64:
		tag, kind = "[object Number]", "number"
	case bool:
		tag, kind = "[object Boolean]", "boolean"
	case nil:
		tag, kind = "[object Null]", "object"
	}
	if v == msg.Undefined {
		tag, kind = "[object Undefined]", "undefined"
	}
	hash = hashText(hashText(hashText(hash, key), tag), kind)
	switch v := v.(type) {
	case *msg.Object:
		keys := v.Keys()
		slices.SortFunc(keys, msg.CompareUTF16)
		for _, k := range keys {
			hash = hashValue(hash, v.Value(k), k)
		}
		return hashText(hash, "[object Object]")
	case *msg.Array:
		for i, e := range v.All() {
			hash = hashValue(hash, e, strconv.Itoa(i))
		}
		return hashText(hash, msg.ToString(v))
	case nil:
		return hashText(hash, "null")
	}
	return hashText(hash, msg.ToString(v))
}
