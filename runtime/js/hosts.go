package js

import (
	"github.com/dop251/goja"

	"sluice/runtime/msg"
)

// hosts returns the Go functions that a prelude file is given.
func (v *vm) hosts(name string) host {
	switch name {
	case "missing":
		return host{
			"make": func(c goja.FunctionCall) goja.Value {
				return v.call(v.prelude("regexp").Get("make"), v.undef, c.Arguments...)
			},
			"expand": func(c goja.FunctionCall) goja.Value { return v.str(expandProperties(text(c.Argument(0)))) },
			"guard": func(c goja.FunctionCall) goja.Value {
				if r := c.Argument(0).(*goja.Object); backtracks(text(r.Get("source")), r.Get("flags").String()) {
					v.guardRegExp(r)
				}
				return c.Argument(0)
			},
		}
	case "regexp":
		return v.regexpHost()
	case "bounds":
		return host{"species": func(c goja.FunctionCall) goja.Value { // a getter
			bound, native := c.Argument(0), c.Argument(1)
			return v.rt.ToValue(func(c goja.FunctionCall) goja.Value {
				if c.This == bound {
					return native
				}
				return c.This
			})
		}}
	case "clone":
		return host{"isView": v.isView, "clone": v.cloneView}
	case "redutil":
		return host{
			"isView":       v.isView,
			"cloneMessage": v.cloneMessage,
			"deep": func(c goja.FunctionCall) goja.Value {
				return v.call(v.prelude("clone").Get("deep"), v.undef, c.Argument(0))
			},
			"generateId": func(goja.FunctionCall) goja.Value { return v.str(msg.NewID()) },
			"env":        v.nodeSetting,
			"prepare":    v.prepareJSONata,
			"jsonata":    v.evaluateJSONata,
			"date": func(c goja.FunctionCall) goja.Value {
				if v.opts.Date == nil {
					v.throwf("Error", "date formats are not supported in RED.util.evaluateNodeProperty")
				}
				return v.str(v.opts.Date(v.cur.fn.node, c.Argument(0).String()))
			},
			"context": func(c goja.FunctionCall) goja.Value { return v.cur.fn.contextObject(c.Argument(0).String()) },
			"checkPath": func(c goja.FunctionCall) goja.Value {
				if _, err := msg.ParsePath(text(c.Argument(0).ToString())); err != nil {
					v.throw(err)
				}
				return v.undef
			},
		}
	case "locale":
		return v.localeHost()
	case "text":
		return v.textHost()
	case "url":
		return v.urlHost()
	case "inspect":
		return v.inspectHost()
	case "web":
		return host{"later": func(c goja.FunctionCall) goja.Value {
			v.installTimers()
			return v.call(v.rt.GlobalObject().Get("setTimeout"), v.undef, c.Argument(0), c.Argument(1))
		}}
	case "fetch":
		return host{
			"web":  func(goja.FunctionCall) goja.Value { return v.prelude("web") },
			"form": func(goja.FunctionCall) goja.Value { return v.prelude("form") },
			"send": v.fetch,
		}
	case "keys":
		return v.signHost()
	case "node":
		return host{"util": func(goja.FunctionCall) goja.Value { return v.prelude("util") }}
	case "util":
		return host{
			"inspect": func(goja.FunctionCall) goja.Value { return v.prelude("inspect") },
			"usv":     func(c goja.FunctionCall) goja.Value { return v.str(msg.ToUTF8(text(c.Argument(0).ToString()))) },
			"encoder": func(goja.FunctionCall) goja.Value { return v.prelude("text").Get("TextEncoder") },
			"decoder": func(goja.FunctionCall) goja.Value { return v.prelude("text").Get("TextDecoder") },
		}
	}
	return nil
}

// nodeSetting is RED.util.getSetting for the node object of a body, which knows no
// flow: beside its own name and id there are variables of the process.
func (v *vm) nodeSetting(c goja.FunctionCall) goja.Value {
	switch name, n := c.Argument(0).String(), v.cur.fn.node; name {
	case "NR_NODE_NAME":
		return v.toJS(n.Name())
	case "NR_NODE_ID":
		return v.str(n.ID())
	default:
		if s, ok := v.opts.Getenv(name); ok {
			return v.str(s)
		}
		return v.undef
	}
}

// behind returns what is behind a view.
func behind(x goja.Value) any {
	o, ok := x.(*goja.Object)
	if !ok {
		return nil
	}
	switch o.ExportType() {
	case typeObjectView:
		return o.Export().(*objectView).o
	case typeArrayView:
		return o.Export().(*arrayView).a
	case typeHostView:
		return o.Export().(*hostView).h
	}
	return nil
}

func (v *vm) isView(c goja.FunctionCall) goja.Value {
	return v.rt.ToValue(behind(c.Argument(0)) != nil)
}

func (v *vm) cloneView(c goja.FunctionCall) goja.Value {
	var x any
	v.cur.settled(func() { x = msg.Clone(behind(c.Argument(0))) })
	return v.toJS(x)
}

func (v *vm) cloneMessage(c goja.FunctionCall) goja.Value {
	m, ok := behind(c.Argument(0)).(*msg.Object)
	if !ok {
		return v.cloneView(c)
	}
	v.cur.settled(func() { m = msg.CloneMessage(m) })
	return v.toJS(m)
}
