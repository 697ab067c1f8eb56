// Package inspect prints message values as Node's util.inspect does with its default
// options, for logs and statuses.
//
// It has no colours and does not look into what a script engine or a node keeps to
// itself: closures, class instances, requests and responses.
package inspect

import (
	"fmt"
	"strconv"

	"sluice/runtime/msg"
)

// Value prints v; containers more than depth levels below it show as [Object] or [Array].
func Value(v any, depth int) string {
	p := printer{Options: Defaults, depth: depth}
	return p.value(v, 0)
}

// Options are those of util.inspect's that lay out text.
type Options struct {
	BreakLength int // columns of a line
	Compact     int // so many innermost levels may share a line; 0 for none
	MaxElements int // of a list
	MaxText     int // UTF-16 units
}

// Defaults has the 80 columns of Node's program; its manual says 128.
var Defaults = Options{BreakLength: 80, Compact: 3, MaxElements: 100, MaxText: 10000}

const maxBytes = 50 // of a Buffer

type printer struct {
	Options
	depth    int
	visited  int // the level of the container entered last, which decides what shares a line
	indent   int
	open     []any // the containers around the value, outermost first
	circular []any // those found inside themselves; *1 is the first
}

func (p *printer) value(v any, level int) string {
	switch v := v.(type) {
	case string:
		return p.Text(v, p.indent)
	case float64:
		if v == 0 && 1/v < 0 {
			return "-0"
		}
	case *msg.BigInt:
		return msg.ToString(v) + "n"
	case *msg.Date:
		if iso, ok := v.ISO(); ok {
			return iso
		}
		return "Invalid Date"
	case *msg.Buffer:
		return Bytes(v.B)
	case *msg.Func:
		return function(v.Name)
	case *msg.Object, *msg.Array, *msg.TypedArray, *msg.Error:
		return p.container(containerOf(v), level)
	case msg.Host: // after objects, which would pass for one
		return "[Object]"
	case msg.Foreign:
		return p.foreign(v, level)
	}
	return msg.ToString(v)
}

func function(name string) string {
	if name == "" {
		return "[Function (anonymous)]"
	}
	return "[Function: " + name + "]"
}

func (p *printer) foreign(v msg.Foreign, level int) string {
	if msg.IsFunction(v) {
		return function("")
	}
	if plain, ok := v.(msg.PlainForeign); ok {
		switch shown := plain.JSONValue().(type) {
		case *msg.Object, *msg.Array:
			return p.container(containerOf(shown), level)
		}
	}
	return "[Object]"
}

// Bytes prints a Buffer.
func Bytes(b []byte) string { return "<Buffer " + octets(b) + ">" }

func octets(b []byte) string {
	s := fmt.Sprintf("% x", b[:min(len(b), maxBytes)])
	if n := len(b) - maxBytes; n > 0 {
		s += " " + more(n, "byte")
	}
	return s
}

// more tells that n of a kind are not shown.
func more(n int, kind string) string {
	s := "... " + strconv.Itoa(n) + " more " + kind
	if n > 1 {
		s += "s"
	}
	return s
}
