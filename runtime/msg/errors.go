package msg

import (
	"errors"
	"fmt"
)

// MaxDepth bounds how deeply values may nest when they are parsed, printed,
// copied or compared. V8 bounds most of these by its stack, a few thousand
// levels; JSON.parse alone has no bound there.
const MaxDepth = 10_000

// SyntaxError is JSON.parse's error; Error gives the message without the name.
type SyntaxError struct{ Message string }

func (e *SyntaxError) Error() string { return e.Message }

// Name returns the name of JavaScript's class for the error.
func (e *SyntaxError) Name() string { return "SyntaxError" }

// TypeError is thrown where a value is of the wrong kind: a property of
// undefined, a cycle in JSON.
type TypeError struct{ Message string }

func (e *TypeError) Error() string { return e.Message }

// Name returns the name of JavaScript's class for the error.
func (e *TypeError) Name() string { return "TypeError" }

// RangeError is thrown where a size is out of bounds. Functions of this package
// that return no error panic with one on values nested deeper than MaxDepth.
type RangeError struct{ Message string }

func (e *RangeError) Error() string { return e.Message }

// Name returns the name of JavaScript's class for the error.
func (e *RangeError) Name() string { return "RangeError" }

var errTooDeep = &RangeError{"Maximum call stack size exceeded"}

func typeErrorf(format string, args ...any) *TypeError {
	return &TypeError{fmt.Sprintf(format, args...)}
}

// ErrorValue returns err as the Error value that a script would have caught:
// with the name of JavaScript's class, and the code where there is one.
func ErrorValue(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	e := &Error{Name: "Error", Message: err.Error()}
	if named, ok := errors.AsType[interface {
		error
		Name() string
	}](err); ok {
		e.Name = named.Name()
	}
	if pe, ok := errors.AsType[*PathError](err); ok {
		e.Props = NewObject("code", pe.Code)
	}
	e.Stack = ToString(e)
	return e
}
