// Package msg holds JavaScript's data model in Go: the values that messages,
// context stores and node properties are made of, and the conversions, JSON
// codec, property paths and clone rules that Node-RED flows can see.
//
// It runs nothing: it knows no node, no flow and no script engine.
package msg

import "math/big"

// A value is an any that holds one of
//
//	nil              null
//	Undefined        undefined
//	bool, string     a string is WTF-8: lone surrogates are kept as three bytes
//	float64          every number; make one with Number, which boxes small integers once
//	*Object, *Array  containers; pointers, as in JavaScript
//	*Buffer, *Date, *BigInt, *RegExp, *Error, *TypedArray
//	Symbol           a symbol, not as a key
//	*Func            a function made by Go code
//	Host             a Go value that flows see as an object: req, res, a socket
//	Foreign          a value only a script engine knows: a closure, a Map, a class instance
//
// Nothing else may be put into a container.

type undefined struct{}

func (undefined) String() string { return "undefined" }

// Undefined is JavaScript's undefined. Compare with ==.
var Undefined any = undefined{}

// Buffer is Node's Buffer. Slices of one Buffer share its bytes.
type Buffer struct{ B []byte }

// Date is a point in time in milliseconds since 1970 UTC; NaN is an invalid date.
type Date struct{ Ms float64 }

// BigInt is an integer of any size.
type BigInt struct{ Int *big.Int }

// RegExp is a regular expression as written: /Source/Flags.
type RegExp struct{ Source, Flags string }

// Error is an error value in a message, such as msg.error's cause.
// Props holds further own properties (code, cause, …) and may be nil.
type Error struct {
	Name, Message, Stack string
	Props                *Object
}

// TypedArray is a typed array other than Buffer; Kind is its constructor's name.
type TypedArray struct {
	Kind string
	B    []byte
}

// Func is a function made by Go code, such as req.get.
type Func struct {
	Name string
	Call func(this any, args []any) (any, error)
}

// Host is a Go value that flows see as an object with properties of its own
// making. Clones share it and JSON leaves it out. Methods are called from one
// goroutine at a time per run; an implementation that several runs share locks.
type Host interface {
	Get(key string) (any, bool)
	Set(key string, v any)
	Delete(key string)
	Keys() []string
}

// Keeper is a Host that wants to know that a context store has kept it, since
// whoever waits for it must then wait for later events too.
type Keeper interface{ Keep() }

// Foreign is a value that only a script engine knows. Clones share it.
type Foreign interface {
	// TypeOf returns "function" or "object".
	TypeOf() string
}

// Error makes an error value a Go error; it reads as JavaScript's String(err).
func (e *Error) Error() string {
	switch {
	case e.Name == "":
		return e.Message
	case e.Message == "":
		return e.Name
	}
	return e.Name + ": " + e.Message
}
