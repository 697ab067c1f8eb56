package jsonata

import "sluice/runtime/msg"

// ownKeys are the keys that Object.keys gives for v; nothing for an array.
func ownKeys(v any) []string {
	switch v := v.(type) {
	case *msg.Object:
		return v.Keys()
	case *msg.Error:
		return v.Props.Keys()
	case msg.Host:
		return v.Keys()
	case *msg.Buffer:
		return indexKeys(len(v.B))
	case *msg.Array, *sequence:
		a, _ := asArray(v)
		return indexKeys(a.Len())
	case string:
		return indexKeys(msg.UTF16Len(v))
	}
	return nil
}

func indexKeys(n int) []string {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = msg.FormatNumber(float64(i))
	}
	return keys
}

// ownValue is v[key] for one of v's ownKeys.
func ownValue(v any, key string) any {
	switch v := v.(type) {
	case *msg.Object:
		return v.Value(key)
	case *msg.Error:
		return v.Props.Value(key)
	case msg.Host:
		x, ok := v.Get(key)
		if !ok {
			return undefined
		}
		return x
	}
	i, ok := msg.ArrayIndex(key)
	if !ok {
		return undefined
	}
	switch v := v.(type) {
	case *msg.Buffer:
		if int(i) < len(v.B) {
			return msg.Number(float64(v.B[i]))
		}
	case *msg.Array, *sequence:
		a, _ := asArray(v)
		return a.At(int(i))
	case string:
		if u, ok := msg.UTF16At(v, int(i)); ok {
			return msg.FromUTF16([]uint16{u})
		}
	}
	return undefined
}
