package js

import (
	"errors"
	"fmt"
	"regexp"
	"slices"

	"github.com/dop251/goja"
)

// nodeValue makes what one of nodeNames stands for.
func (f *Function) nodeValue(v *vm, this goja.Value, name string) goja.Value {
	switch name {
	case "context":
		o := f.contextObject("node")
		for _, scope := range []string{"flow", "global"} {
			lazy(v, o, scope, func() goja.Value { return f.contextObject(scope) })
		}
		return o
	case "flow", "global":
		return f.contextObject(name)
	case "env":
		o := v.rt.NewObject()
		o.Set("get", func(c goja.FunctionCall) goja.Value { return v.toJS(f.node.Env(c.Argument(0).String())) })
		return o
	case regexpGuard:
		return v.rt.ToValue(func(c goja.FunctionCall) goja.Value {
			if len(c.Arguments) == 2 {
				return v.newRegExp(c.Arguments[0], c.Arguments[1])
			}
			return v.guardRegExp(c.Argument(0))
		})
	case ownThis:
		return v.rt.ToValue(func(c goja.FunctionCall) goja.Value {
			if c.Argument(0) == goja.Value(v.rt.GlobalObject()) {
				return this
			}
			return c.Argument(0)
		})
	case tooDeepName:
		return v.rt.ToValue(v.tooDeep)
	case depthName:
		return v.rt.ToValue(0)
	case deepName:
		return v.rt.ToValue(v.lookDeep)
	case delegateName:
		return v.prelude("delegate")
	case "globalThis":
		return this
	}
	if slices.Contains(captures, name) {
		return v.rt.GlobalObject().Get(name)
	}
	fn := v.rt.ToValue(f.timerFunction(name)).(*goja.Object)
	fn.DefineDataProperty("name", v.rt.ToValue(name), goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	return fn
}

// lazy defines a property that is made when it is first read.
func lazy(v *vm, o *goja.Object, name string, make func() goja.Value) {
	getter := v.rt.ToValue(func(goja.FunctionCall) goja.Value {
		x := make()
		o.DefineDataProperty(name, x, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
		return x
	})
	setter := v.rt.ToValue(func(c goja.FunctionCall) goja.Value {
		o.DefineDataProperty(name, c.Argument(0), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
		return v.undef
	})
	o.DefineAccessorProperty(name, getter, setter, goja.FLAG_TRUE, goja.FLAG_FALSE)
}

// reserved are the names that Node-RED refuses for modules' variables.
var reserved = []string{"node", "msg", "console", "util", "Buffer", "URL", "URLSearchParams", "Date", "RED", "context", "flow", "global", "env",
	"setTimeout", "clearTimeout", "setInterval", "clearInterval", "promisify"}

var variable = regexp.MustCompile(`^[A-Za-z_$][\w$]*$`)

func checkLibraries(libs []Lib) error {
	for _, l := range libs {
		if l.Var != "" && (!variable.MatchString(l.Var) || slices.Contains(reserved, l.Var)) {
			return fmt.Errorf("Invalid module variable name: %s", l.Var) //nolint:staticcheck // Node-RED's words
		}
	}
	return nil
}

// libraries finds the modules a node asks for.
func (f *Function) libraries(v *vm) (libs []goja.Value, err error) {
	for _, l := range f.src.Libs {
		if l.Var == "" {
			continue
		}
		m := v.module(l.Module)
		if m == nil {
			if m, err = v.packageModule(l.Module); err != nil {
				return nil, f.noModule(l.Module, err)
			}
		}
		libs = append(libs, m)
	}
	return libs, nil
}

// noModule says why a module is not there, and what to do.
func (f *Function) noModule(module string, err error) error {
	if !errors.Is(err, errNoPackage) {
		return fmt.Errorf("module %q of function node %s %w", module, f.node.ID(), err)
	}
	return fmt.Errorf("module %q of function node %s is not available: install it with npm in the user directory, or remove it from the node's Setup tab; "+
		"built in are %s", module, f.node.ID(), moduleList)
}

// then is promise.then(ok, fail).
func (v *vm) then(promise *goja.Object, ok, fail func(goja.Value)) {
	handler := func(f func(goja.Value)) goja.Value {
		return v.rt.ToValue(func(c goja.FunctionCall) goja.Value { f(c.Argument(0)); return v.undef })
	}
	v.call(v.class("Promise").Get("prototype").(*goja.Object).Get("then"), promise, handler(ok), handler(fail))
}

// resolved is Promise.resolve(x).
func (v *vm) resolved(x *goja.Object) *goja.Object {
	p, resolve, _ := v.rt.NewPromise()
	if err := resolve(x); err != nil {
		panic(err)
	}
	return v.rt.ToValue(p).(*goja.Object)
}
