package js

import (
	"strings"

	"github.com/dop251/goja"
)

// moduleList names what require and a node's Setup tab can ask for.
const moduleList = "buffer, crypto, events, os, path, perf_hooks, process, querystring, timers, url, util"

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
	case "timers":
		m = v.object("queueMicrotask", v.queueMicrotask())
	default:
		return nil
	}
	if v.modules == nil {
		v.modules = map[string]goja.Value{}
	}
	v.modules[name] = m
	return m
}
