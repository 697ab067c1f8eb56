package js

import (
	"strings"

	"github.com/dop251/goja"

	"sluice/runtime/msg"
)

// installJSON puts the codec of package msg in the place of goja's, which is
// ten times slower. What the codec cannot do stays goja's: a reviver, a
// replacer, toJSON methods.
func (v *vm) installJSON() {
	o := v.rt.GlobalObject().Get("JSON").(*goja.Object)
	parse, stringify := o.Get("parse"), o.Get("stringify")
	define(v, o, "parse", 2, func(c goja.FunctionCall) goja.Value {
		t := text(c.Argument(0).ToString())
		if reviver := c.Argument(1); isCallable(reviver) {
			if _, err := msg.Parse(t); err != nil {
				v.throw(err)
			}
			return v.call(parse, o, c.Argument(0), reviver)
		}
		x, err := msg.Parse(t)
		if err != nil {
			v.throw(err)
		}
		if v.cur == nil || v.cur.copy != nil {
			return (&importer{vm: v, memo: map[any]*goja.Object{}}).value(x)
		}
		return v.toJS(x)
	})
	define(v, o, "stringify", 3, func(c goja.FunctionCall) goja.Value {
		if c.Argument(1).ToBoolean() {
			return v.call(stringify, o, c.Argument(0), v.counting(c.Argument(1)), c.Argument(2))
		}
		t, ok, odd, err := v.stringify(c.Argument(0), indent(c.Argument(2)))
		switch {
		case odd:
			return v.call(stringify, o, c.Argument(0), v.counting(v.undef), c.Argument(2))
		case err != nil:
			v.throw(err)
		case !ok:
			return v.undef
		}
		return v.str(t)
	})
}

// stringify is JSON.stringify; odd is true where only goja's can do it.
func (v *vm) stringify(val goja.Value, indent string) (t string, ok, odd bool, err error) {
	x := &exporter{vm: v, keep: true}
	print := func() {
		if g := x.value(val); !x.odd {
			t, ok, err = msg.Stringify(g, indent)
		}
	}
	if v.cur == nil {
		print()
		return t, ok, x.odd, err
	}
	if v.cur.settled(print) {
		return "", false, true, nil
	}
	return t, ok, x.odd, err
}

// indent is the text of JSON.stringify's third argument.
func indent(space goja.Value) string {
	if goja.IsNumber(space) {
		return strings.Repeat(" ", max(0, min(10, int(space.ToInteger()))))
	}
	if goja.IsString(space) {
		t := text(space)
		if n := msg.UTF16Len(t); n > 10 {
			t = msg.UTF16Slice(t, 0, 10)
		}
		return t
	}
	return ""
}
