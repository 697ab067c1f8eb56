package jsonata

import "sluice/runtime/msg"

// deepEqual compares as the = operator does: arrays item by item, objects by
// their keys in any order, all else by identity.
func deepEqual(a, b any) bool { return equalWithin(a, b, maxWalk) }

// maxWalk bounds walks over values, which may hold themselves.
const maxWalk = 10_000

func equalWithin(a, b any, depth int) bool {
	if depth == 0 {
		return false
	}
	if isContainer(a) && a == b {
		return true
	}
	if x, ok := asArray(a); ok {
		y, ok := asArray(b)
		if !ok || x.Len() != y.Len() {
			return false
		}
		for i := range x.Len() {
			if !equalWithin(x.At(i), y.At(i), depth-1) {
				return false
			}
		}
		return true
	}
	switch x := a.(type) {
	case string:
		y, ok := b.(string)
		return ok && x == y
	case float64:
		y, ok := b.(float64)
		return ok && x == y
	case *msg.Object:
		y, ok := b.(*msg.Object)
		if !ok || x.Len() != y.Len() {
			return false
		}
		for k, v := range x.All() {
			w, ok := y.Get(k)
			if !ok || !equalWithin(v, w, depth-1) {
				return false
			}
		}
		return true
	case *msg.BigInt:
		return msg.StrictEqual(a, b)
	}
	if isFunction(a) || isFunction(b) || !isObject(a) || !isObject(b) {
		return sameValue(a, b)
	}
	// Dates, hosts and the like: as objects, by what they show.
	x, y := ownKeys(a), ownKeys(b)
	if len(x) != len(y) {
		return false
	}
	for _, k := range x {
		if !equalWithin(ownValue(a, k), ownValue(b, k), depth-1) {
			return false
		}
	}
	return true
}

func isContainer(v any) bool {
	switch v.(type) {
	case *msg.Object, *msg.Array, *sequence:
		return true
	}
	return false
}

// sameValue is === for anything but numbers and texts that differ in type.
func sameValue(a, b any) bool {
	switch a.(type) {
	case nil, bool, string, float64, *msg.Object, *msg.Array, *sequence, *native, *lambda, *closure, *matcher, *msg.Func:
		return a == b
	}
	return msg.StrictEqual(a, b)
}
