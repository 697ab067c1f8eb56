package js

import (
	"math"

	"github.com/dop251/goja"

	"sluice/runtime/inspect"
)

// inspectHost is what inspect.js asks of Go.
func (v *vm) inspectHost() host {
	return host{
		"bytes": func(c goja.FunctionCall) goja.Value {
			return v.str(inspect.Bytes(v.bytesOf(c.Argument(0), "buffer")))
		},
		"key": func(c goja.FunctionCall) goja.Value { return v.str(inspect.Key(text(c.Argument(0)))) },
		"text": func(c goja.FunctionCall) goja.Value {
			o := c.Argument(1).(*goja.Object)
			options := v.inspectOptions(o)
			return v.str(options.Text(text(c.Argument(0)), int(o.Get("indent").ToInteger())))
		},
		"layout":  v.inspectLayout,
		"promise": v.inspectPromise,
	}
}

func (v *vm) inspectLayout(c goja.FunctionCall) goja.Value {
	r := c.Argument(0).(*goja.Object)
	parts := inspect.Parts{
		Base: text(r.Get("base")), Open: text(r.Get("open")), Shut: text(r.Get("shut")),
		Indent: int(r.Get("indent").ToInteger()), Levels: int(r.Get("levels").ToInteger()),
		List: r.Get("list").ToBoolean(), Numbers: r.Get("numbers").ToBoolean(),
	}
	v.rt.ForOf(r.Get("texts"), func(s goja.Value) bool {
		parts.Texts = append(parts.Texts, text(s))
		return true
	})
	options := v.inspectOptions(c.Argument(1).(*goja.Object))
	return v.str(options.Layout(parts))
}

// inspectOptions reads the options that a call of util.inspect has set; null and
// Infinity set no limit.
func (v *vm) inspectOptions(o *goja.Object) inspect.Options {
	options := inspect.Defaults
	for name, limit := range map[string]*int{
		"breakLength": &options.BreakLength, "compact": &options.Compact,
		"maxArrayLength": &options.MaxElements, "maxStringLength": &options.MaxText,
	} {
		switch x := o.Get(name); {
		case x == nil || x == v.undef:
		case goja.IsNull(x):
			*limit = math.MaxInt32
		default:
			*limit = int(min(max(x.ToFloat(), 0), math.MaxInt32))
		}
	}
	return options
}

func (v *vm) inspectPromise(c goja.FunctionCall) goja.Value {
	p := c.Argument(0).Export().(*goja.Promise)
	switch p.State() {
	case goja.PromiseStatePending:
		return v.str("<pending>")
	case goja.PromiseStateRejected:
		return v.str("<rejected> " + text(v.call(c.Argument(1), v.undef, p.Result())))
	}
	return v.call(c.Argument(1), v.undef, p.Result())
}
