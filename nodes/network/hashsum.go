package network

import (
	"slices"
	"strconv"

	"sluice/runtime/msg"
)

// hashSum is npm's hash-sum 2.0 of a value, with which Node-RED marks the
// headers that an http request node put into a message, and by which http response
// knows that nobody changed them.
func hashSum(v any) string {
	h := sumHasher{}
	s := strconv.FormatInt(h.value(0, v, ""), 16)
	for len(s) < 8 {
		s = "0" + s
	}
	return s
}

// sumHasher holds the containers on the way, since a flow's headers may contain themselves.
type sumHasher struct{ seen []any }

// fold is Java's hash over UTF-16 units, which wraps at 32 bits. hash-sum doubles negative sums.
func fold(hash int64, text string) int64 {
	if text == "" {
		return hash
	}
	h := uint32(hash)
	for i := 0; i < len(text); i++ {
		if text[i] >= 0x80 {
			for _, unit := range msg.ToUTF16(text[i:]) {
				h = 31*h + uint32(unit)
			}
			break
		}
		h = 31*h + uint32(text[i])
	}
	if sum := int64(int32(h)); sum < 0 {
		return -2 * sum
	}
	return int64(h)
}

func (h *sumHasher) value(hash int64, v any, key string) int64 {
	hash = fold(fold(fold(hash, key), classOf(v)), msg.TypeOf(v))
	switch v.(type) {
	case nil:
		return fold(hash, "null")
	case *msg.Object, *msg.Array:
	default:
		return fold(hash, msg.ToString(v))
	}
	if slices.Contains(h.seen, v) || len(h.seen) > msg.MaxDepth {
		return fold(hash, "[Circular]"+key)
	}
	h.seen = append(h.seen, v)
	if list, ok := v.(*msg.Array); ok {
		keys := make([]string, list.Len())
		for i := range keys {
			keys[i] = strconv.Itoa(i)
		}
		slices.Sort(keys)
		for _, k := range keys {
			i, _ := strconv.Atoi(k)
			hash = h.value(hash, list.At(i), k)
		}
		return fold(hash, msg.ToString(list))
	}
	o := v.(*msg.Object)
	keys := o.Keys()
	slices.SortFunc(keys, msg.CompareUTF16)
	for _, k := range keys {
		hash = h.value(hash, o.Value(k), k)
	}
	return fold(hash, "[object Object]")
}

// classOf is Object.prototype.toString.
func classOf(v any) string {
	switch v.(type) {
	case nil:
		return "[object Null]"
	case string:
		return "[object String]"
	case float64:
		return "[object Number]"
	case bool:
		return "[object Boolean]"
	case *msg.Array:
		return "[object Array]"
	}
	if v == msg.Undefined {
		return "[object Undefined]"
	}
	return "[object Object]"
}
