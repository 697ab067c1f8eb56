package js

import (
	"strings"

	"github.com/dop251/goja"
)

// moduleList names what require and a node's Setup tab can ask for.
const moduleList = "assert, buffer, crypto, events, os, path, perf_hooks, process, querystring, string_decoder, timers, url, util, zlib"

func trimNode(module string) string { return strings.TrimPrefix(module, "node:") }

// module returns a built-in module, nil if there is none of that name.
func (v *vm) module(name string) goja.Value {
	name = trimNode(name)
	if m, ok := v.modules[name]; ok {
		return m
	}
	var m goja.Value
	switch name {
	case "buffer":
		m = v.object("Buffer", v.bufferClass(), "constants", v.object("MAX_LENGTH", maxBuffer), "kMaxLength", maxBuffer,
			"atob", v.prelude("text").Get("atob"), "btoa", v.prelude("text").Get("btoa"))
	case "crypto":
		m = v.cryptoModule()
	case "events", "path":
		m = v.prelude("modules").Get(name)
	case "path/posix":
		m = v.prelude("modules").Get("path")
	case "os":
		m = v.osModule()
	case "perf_hooks":
		m = v.object("performance", v.performance())
	case "process":
		m = v.process()
	case "querystring", "url":
		m = v.prelude("url").Get(name)
	case "util":
		m = v.prelude("util")
	case "zlib":
		m = v.zlibModule()
	case "fs", "fs/promises":
		if m = v.fsModule(); m == nil {
			return nil
		}
		if name == "fs/promises" {
			m = m.(*goja.Object).Get("promises")
		}
	case "assert", "string_decoder":
		m = v.prelude("node").Get(name)
	case "assert/strict":
		m = v.prelude("node").Get("assert").(*goja.Object).Get("strict")
	case "timers":
		v.installTimers()
		o := v.rt.NewObject()
		for _, n := range timerNames {
			o.Set(n, v.rt.GlobalObject().Get(n))
		}
		m = o
	case "diagnostics_channel":
		m = v.prelude("absent").Get("channels")
	case "util/types":
		m = v.prelude("util").Get("types")
	default:
		return nil
	}
	if v.modules == nil {
		v.modules = map[string]goja.Value{}
	}
	v.modules[name] = m
	return m
}

// timerNames are the functions of timers that packages take from the global object.
var timerNames = []string{"setTimeout", "clearTimeout", "setInterval", "clearInterval", "setImmediate", "clearImmediate"}

// installTimers gives packages timers: those of the function that runs.
func (v *vm) installTimers() {
	g := v.rt.GlobalObject()
	if g.Get("setTimeout") != nil {
		return
	}
	for _, name := range timerNames {
		define(v, g, name, 1, func(c goja.FunctionCall) goja.Value { return v.cur.fn.timerFunction(name)(c) })
	}
}
