package jsonata

import (
	"math"
	"strings"

	"sluice/runtime/msg"
)

var undefined = msg.Undefined

// sequence is the array of a path's results, with the marks that JSONata keeps
// on arrays. It behaves as an array wherever one is asked for; results of Eval
// hold plain arrays only (see export).
type sequence struct {
	items []any

	flat      bool // a true sequence: joins its parent, a lone item stands for it
	keep      bool // a lone item stays in its array
	cons      bool // made by an array constructor in a path: not flattened
	wrapper   bool // holds the whole input, which is an array
	tuples    bool // its items are tuples (*msg.Object): bindings, and "@" for the value
	converted *msg.Array
}

func newSequence(items ...any) *sequence { return &sequence{items: items, flat: true} }

func (s *sequence) push(v any) { s.items = append(s.items, v) }

func (s *sequence) Len() int { return len(s.items) }

func (s *sequence) At(i int) any {
	if i < 0 || i >= len(s.items) {
		return undefined
	}
	return s.items[i]
}

// array is what *msg.Array and *sequence share.
type array interface {
	Len() int
	At(i int) any
}

func asArray(v any) (array, bool) {
	switch v := v.(type) {
	case *msg.Array:
		return v, true
	case *sequence:
		return v, true
	}
	return nil, false
}

func isSequence(v any) bool {
	s, ok := v.(*sequence)
	return ok && s.flat
}

// pushAll adds the items of a.
func (s *sequence) pushAll(a array) {
	if seq, ok := a.(*sequence); ok {
		s.items = append(s.items, seq.items...)
		return
	}
	for i := range a.Len() {
		s.items = append(s.items, a.At(i))
	}
}

func itemsOf(a array) []any {
	if s, ok := a.(*sequence); ok {
		return s.items
	}
	items := make([]any, a.Len())
	for i := range items {
		items[i] = a.At(i)
	}
	return items
}

// appendValues joins two values to one plain array; undefined counts as
// nothing, and a lone value as an array of one.
func appendValues(a, b any) any {
	switch {
	case a == undefined:
		return b
	case b == undefined:
		return a
	}
	return msg.NewArray(appendTo(appendTo(nil, a), b)...)
}

// appendTo adds v, or its items if it is an array.
func appendTo(items []any, v any) []any {
	a, ok := asArray(v)
	if !ok {
		return append(items, v)
	}
	if s, ok := a.(*sequence); ok {
		return append(items, s.items...)
	}
	for i := range a.Len() {
		items = append(items, a.At(i))
	}
	return items
}

// function is a value that an expression can call: *native, *lambda, *closure
// and *matcher. Like a closure of a script engine it passes through clones and
// context stores as it is.
type function interface {
	msg.Foreign
	arity() int
}

func isFunction(v any) bool {
	switch v := v.(type) {
	case *native, *lambda, *closure, *matcher, *msg.Func:
		return true
	case msg.Foreign:
		return v.TypeOf() == "function"
	}
	return false
}

// isObject tells whether v is an object that is neither array nor function.
func isObject(v any) bool {
	switch v := v.(type) {
	case *msg.Object, *msg.Buffer, *msg.Date, *msg.RegExp, *msg.Error, *msg.TypedArray, msg.Host:
		return true
	case msg.Foreign:
		return v.TypeOf() == "object" && !isFunction(v)
	}
	return false
}

// number tells whether v is a number that JSON has. Infinity is an error.
func number(v any) (f float64, ok bool, err error) {
	f, ok = v.(float64)
	if !ok || math.IsNaN(f) {
		return f, false, nil
	}
	if math.IsInf(f, 0) {
		return f, false, newError("D1001", v)
	}
	return f, true, nil
}

// truth is the effective boolean value of v; undefined counts as false.
func truth(v any) (bool, error) {
	switch v := v.(type) {
	case nil:
		return false, nil
	case bool:
		return v, nil
	case string:
		return v != "", nil
	case float64:
		_, ok, err := number(v)
		return ok && v != 0, err
	case *msg.Object:
		return v.Len() > 0, nil
	case *msg.Array, *sequence:
		a, _ := asArray(v)
		for i := range a.Len() {
			if t, err := truth(a.At(i)); t || err != nil {
				return t, err
			}
		}
		return false, nil
	}
	return isObject(v) && len(ownKeys(v)) > 0, nil
}

// joinSurrogates makes one character of two halves that a concatenation has
// brought together.
func joinSurrogates(s string) string {
	for i := strings.IndexByte(s, 0xED); i >= 0 && i+5 < len(s); {
		if s[i+1] >= 0xA0 && s[i+1] < 0xB0 && s[i+3] == 0xED && s[i+4] >= 0xB0 {
			return msg.FromUTF16(msg.ToUTF16(s))
		}
		next := strings.IndexByte(s[i+1:], 0xED)
		if next < 0 {
			break
		}
		i += 1 + next
	}
	return s
}
