package msg

import (
	"math"
	"strconv"
)

// Property returns v[key] as JavaScript reads it: properties of objects and
// arrays, the length and characters of strings, the bytes of buffers. Undefined
// stands for what is not there, for properties of null and undefined too, and for
// the methods of prototypes.
func Property(v any, key string) any {
	switch v := v.(type) {
	case *Object:
		return v.Value(key)
	case *Array:
		if i, ok := ArrayIndex(key); ok {
			return v.At(int(i))
		}
		if key == "length" {
			return Number(float64(v.Len()))
		}
	case string:
		if i, ok := ArrayIndex(key); ok {
			if u, ok := UTF16At(v, int(i)); ok {
				return FromUTF16([]uint16{u})
			}
		} else if key == "length" {
			return Number(float64(UTF16Len(v)))
		}
	case Host:
		if x, ok := v.Get(key); ok {
			return x
		}
	case *Buffer:
		if i, ok := ArrayIndex(key); ok && int(i) < len(v.B) {
			return Number(float64(v.B[i]))
		}
		if key == "length" || key == "byteLength" {
			return Number(float64(len(v.B)))
		}
	case *TypedArray:
		if i, ok := ArrayIndex(key); ok {
			return v.At(int(i))
		}
		switch key {
		case "length":
			return Number(float64(v.Len()))
		case "byteLength":
			return Number(float64(len(v.B)))
		}
	case *Error:
		return errorProperty(v, key)
	case *RegExp:
		switch key {
		case "source":
			return v.Source
		case "flags":
			return v.Flags
		}
	case *Func:
		if key == "name" {
			return v.Name
		}
	}
	return Undefined
}

// Keys is Object.keys(v): the own enumerable properties in JavaScript's order. Null and
// undefined, for which that throws, have none, like values only a script engine knows.
func Keys(v any) []string {
	switch v := v.(type) {
	case *Object:
		return v.Keys()
	case *Array:
		return indexKeys(v.Len())
	case string:
		return indexKeys(UTF16Len(v))
	case Host:
		return v.Keys()
	case *Buffer:
		return indexKeys(len(v.B))
	case *TypedArray:
		return indexKeys(v.Len())
	case *Error:
		return v.Props.Keys()
	}
	return nil
}

func indexKeys(n int) []string {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = strconv.Itoa(i)
	}
	return keys
}

func errorProperty(e *Error, key string) any {
	if x, ok := e.Props.Get(key); ok {
		return x
	}
	switch key {
	case "name":
		return e.Name
	case "message":
		return e.Message
	case "stack":
		return e.Stack
	}
	return Undefined
}

// SetProperty does v[key] = val as JavaScript outside strict mode does: an
// assignment to a property of a primitive is lost, and one to null or undefined
// is a *TypeError. So that a flow cannot fill the memory by naming a high index,
// an array takes indices below MaxArrayLen only; beyond, it is a *RangeError.
// Arrays, dates and other built-in values take no properties that they do not
// have anyhow: those are lost.
func SetProperty(v any, key string, val any) error {
	switch v := v.(type) {
	case nil, undefined:
		return typeErrorf("Cannot set properties of %s (setting '%s')", ToString(v), key)
	case *Object:
		v.Set(key, val)
	case *Array:
		return setElement(v, key, val)
	case Host:
		v.Set(key, val)
	case *Buffer:
		if i, ok := ArrayIndex(key); ok && int(i) < len(v.B) {
			v.B[i] = byte(ToInt32(val))
		}
	case *Error:
		setErrorProperty(v, key, val)
	}
	return nil
}

func setElement(a *Array, key string, val any) error {
	if i, ok := ArrayIndex(key); ok {
		if i >= MaxArrayLen {
			return &RangeError{"Invalid array length"}
		}
		a.Set(int(i), val)
		return nil
	}
	if key == "length" {
		n := ToNumber(val)
		if n < 0 || n > MaxArrayLen || n != math.Trunc(n) {
			return &RangeError{"Invalid array length"}
		}
		if int(n) != a.Len() {
			a.SetLen(int(n))
		}
	}
	return nil
}

// setErrorProperty sets message and stack, which are not enumerable and hence no
// Props, as text.
func setErrorProperty(e *Error, key string, val any) {
	switch key {
	case "message":
		e.Message = ToString(val)
		return
	case "stack":
		e.Stack = ToString(val)
		return
	}
	if e.Props == nil {
		e.Props = &Object{}
	}
	e.Props.Set(key, val)
}

// deleteProperty is the delete operator. It leaves a hole in an array.
func deleteProperty(v any, key string) {
	switch v := v.(type) {
	case *Object:
		v.Delete(key)
	case *Array:
		if i, ok := ArrayIndex(key); ok && int(i) < v.Len() {
			v.elems[i] = Undefined
		}
	case Host:
		v.Delete(key)
	case *Error:
		if v.Props != nil {
			v.Props.Delete(key)
		}
	}
}

// hasOwn is Object.hasOwn for values other than null and undefined.
func hasOwn(v any, key string) bool {
	switch v := v.(type) {
	case *Object:
		return v.Has(key)
	case Host:
		_, ok := v.Get(key)
		return ok
	case *Error:
		return key == "message" || key == "stack" || v.Props.Has(key)
	case *Array, string:
		return Property(v, key) != Undefined
	case *Buffer, *TypedArray:
		_, ok := ArrayIndex(key)
		return ok && Property(v, key) != Undefined
	}
	return false
}
