package js

import (
	"math"
	"strings"

	"github.com/dop251/goja"

	"sluice/runtime/msg"
)

// maxString bounds the texts that one call of a native method makes, in
// UTF-16 units: Go cannot refuse memory, it ends the process. V8's bound is twice that.
const maxString = 1 << 28

func (v *vm) invalidLength() { v.throwf("RangeError", "Invalid string length") }

// installBounds bounds the native methods whose results outgrow their
// arguments; arrays of messages are joined without making values of their elements.
func (v *vm) installBounds() {
	proto := v.class("String").Get("prototype").(*goja.Object)
	for _, name := range []string{"repeat", "padStart", "padEnd", "replace", "replaceAll"} {
		native := quick(proto.Get(name))
		size := v.resultSize(name)
		define(v, proto, name, int(proto.Get(name).(*goja.Object).Get("length").ToInteger()), func(c goja.FunctionCall) goja.Value {
			if this, ok := c.This.(goja.String); ok && size(this, c) > maxString {
				v.invalidLength()
			}
			if name == "replaceAll" {
				c = v.seekingText(c)
			}
			return native(c)
		})
	}
	arrays := v.class("Array").Get("prototype").(*goja.Object)
	define(v, arrays, "flat", 0, v.flat(quick(arrays.Get("flat"))))
	native := quick(arrays.Get("join"))
	define(v, arrays, "join", 1, func(c goja.FunctionCall) goja.Value {
		o, ok := c.This.(*goja.Object)
		if !ok || o.ClassName() != "Array" {
			return native(c)
		}
		sep := ","
		if x := c.Argument(0); x != v.undef {
			sep = text(x.ToString())
		}
		return v.join(o, sep)
	})
}

// flat is Array.prototype.flat, of lists that goja would go through until Go's
// stack or memory ends, and with it the process: they may stand in themselves,
// or in each other many times.
func (v *vm) flat(native func(goja.FunctionCall) goja.Value) func(goja.FunctionCall) goja.Value {
	return func(c goja.FunctionCall) goja.Value {
		depth := 1.0
		if d := c.Argument(0); d != v.undef {
			depth = d.ToFloat()
		}
		if left := maxFlat; depth > 1 && isList(c.This) {
			v.countFlat(c.This.(*goja.Object), depth, 0, &left)
		}
		return native(c)
	}
}

// Bounds of what flat makes and goes through.
const (
	maxFlat      = 1 << 22
	maxFlatDepth = 1000
)

// countFlat throws if flat would go too deep, or through too much.
func (v *vm) countFlat(list *goja.Object, depth float64, level int, left *int) {
	if level > maxFlatDepth {
		v.tooDeep(goja.FunctionCall{})
	}
	v.each(list, func(_ int, e goja.Value) {
		if *left--; *left < 0 {
			v.throwf("RangeError", "Invalid array length")
		}
		if depth >= 1 && isList(e) {
			v.countFlat(e.(*goja.Object), depth-1, level+1, left)
		}
	})
}

func isList(x goja.Value) bool {
	o, ok := x.(*goja.Object)
	return ok && o.ClassName() == "Array"
}

// resultSize estimates from above how long the result of a method of strings is.
func (v *vm) resultSize(name string) func(this goja.String, c goja.FunctionCall) float64 {
	switch name {
	case "repeat":
		return func(this goja.String, c goja.FunctionCall) float64 {
			n := math.Trunc(c.Argument(0).ToFloat())
			if n < 0 || math.IsInf(n, 1) {
				v.throwf("RangeError", "Invalid count value: %s", c.Argument(0).String())
			}
			return float64(this.Length()) * n
		}
	case "padStart", "padEnd":
		return func(_ goja.String, c goja.FunctionCall) float64 { return c.Argument(0).ToFloat() }
	}
	return func(this goja.String, c goja.FunctionCall) float64 {
		with, ok := c.Argument(1).(goja.String)
		if !ok || float64(this.Length())*float64(with.Length()) < maxString {
			return 0
		}
		times := 1.0
		if o, ok := c.Argument(0).(*goja.Object); ok && o.ClassName() == "RegExp" {
			if all, ok := v.call(proto(this, v).Get("match"), this, o).(*goja.Object); ok && o.Get("global").ToBoolean() {
				times = all.Get("length").ToFloat()
			}
		} else if name == "replaceAll" {
			times = float64(strings.Count(text(this), text(c.Argument(0).ToString())))
		}
		return float64(this.Length()) + times*float64(with.Length())
	}
}

// seekingText has replaceAll look for the empty text by a pattern: in a text that is
// not of ASCII goja finds it behind the end again and again.
func (v *vm) seekingText(c goja.FunctionCall) goja.FunctionCall {
	want := c.Argument(0)
	if o, ok := want.(*goja.Object); ok {
		if f := o.GetSymbol(goja.SymReplace); f != nil && f != v.undef && f != v.null {
			return c
		}
		want = want.ToString()
	}
	if s, ok := want.(goja.String); ok && s.Length() == 0 {
		want = v.construct("RegExp", v.str("(?:)"), v.str("g"))
	}
	c.Arguments = []goja.Value{want, c.Argument(1)}
	return c
}

func proto(_ goja.String, v *vm) *goja.Object {
	return v.class("String").Get("prototype").(*goja.Object)
}

// join is Array.prototype.join.
func (v *vm) join(o *goja.Object, sep string) goja.Value {
	switch {
	case v.joining[o]:
		return v.str("")
	case v.joining == nil:
		v.joining = map[*goja.Object]bool{}
	case len(v.joining) >= maxDepth:
		v.tooDeep(goja.FunctionCall{})
	}
	v.joining[o] = true
	defer delete(v.joining, o)
	var b strings.Builder
	add := func(s string) {
		if b.Len()+len(s) > maxString {
			v.invalidLength()
		}
		b.WriteString(s)
	}
	elem := func(x goja.Value) {
		switch x {
		case nil, v.undef, v.null:
		default:
			add(text(x.ToString()))
		}
	}
	if w, ok := viewed(o); ok {
		for i := 0; i < w.Len(); i++ {
			if i > 0 {
				add(sep)
			}
			switch x := w.a.At(i).(type) {
			case string:
				add(x)
			case float64:
				add(msg.FormatNumber(x))
			case nil:
			default:
				elem(w.Get(i))
			}
		}
		return v.str(b.String())
	}
	v.each(o, func(i int, x goja.Value) {
		if i > 0 {
			add(sep)
		}
		elem(x)
	})
	return v.str(b.String())
}

func viewed(o *goja.Object) (*arrayView, bool) {
	if o.ExportType() != typeArrayView {
		return nil, false
	}
	return o.Export().(*arrayView), true
}
