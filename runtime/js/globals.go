package js

import (
	"os"
	"runtime"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dop251/goja"

	"sluice/runtime/js/direct"
	"sluice/runtime/msg"
)

// install gives the VM its globals beyond ECMAScript. What costs anything is
// made when a body first names it.
func (v *vm) install() {
	v.class("Uint8Array") // the native one, before bounds wraps it
	v.installBounds()
	v.installDynamic()
	v.installJSON()
	v.installFreeze()
	v.installLocale()
	g := v.rt.GlobalObject()
	of := func(file, name string) func() goja.Value {
		return func() goja.Value { return v.prelude(file).Get(name) }
	}
	for name, make := range map[string]func() goja.Value{
		"Buffer":          func() goja.Value { return v.bufferClass() },
		"RED":             func() goja.Value { return v.object("util", v.prelude("redutil")) },
		"structuredClone": of("clone", "structured"),
		"util":            func() goja.Value { return v.prelude("util") },
		"promisify":       func() goja.Value { return v.prelude("util").Get("promisify") },
		"TextEncoder":     of("text", "TextEncoder"),
		"TextDecoder":     of("text", "TextDecoder"),
		"atob":            of("text", "atob"),
		"btoa":            of("text", "btoa"),
		"URL":             of("url", "URL"),
		"URLSearchParams": of("url", "URLSearchParams"),
		"console":         v.console,
		"crypto":          v.cryptoModule,
		"performance":     v.performance,
		"process":         v.process,
		"queueMicrotask":  v.queueMicrotask,
	} {
		lazy(v, g, name, make)
	}
	for _, name := range []string{"DOMException", "Event", "EventTarget", "AbortController", "AbortSignal"} {
		lazy(v, g, name, of("web", name))
	}
	for _, name := range []string{"Blob", "File", "FormData"} {
		lazy(v, g, name, of("form", name))
	}
	if v.opts.Fetch != nil {
		for _, name := range []string{"fetch", "Headers", "Request", "Response"} {
			lazy(v, g, name, of("fetch", name))
		}
	}
}

// object makes an object of alternating names and values.
func (v *vm) object(pairs ...any) *goja.Object {
	o := v.rt.NewObject()
	for i := 0; i+1 < len(pairs); i += 2 {
		o.Set(pairs[i].(string), pairs[i+1])
	}
	return o
}

func (v *vm) strings(list []string) *goja.Object {
	vals := make([]goja.Value, len(list))
	for i, s := range list {
		vals[i] = v.str(s)
	}
	return v.array(vals)
}

// installFreeze lets Object.freeze and its like pass views by: they cannot be
// frozen. A body that freezes its message runs on native copies, so this
// concerns what it finds in contexts.
func (v *vm) installFreeze() {
	o := v.class("Object")
	for _, name := range []string{"freeze", "seal", "preventExtensions"} {
		native := o.Get(name)
		define(v, o, name, 1, func(c goja.FunctionCall) goja.Value {
			if behind(c.Argument(0)) != nil {
				return c.Argument(0)
			}
			return v.call(native, c.This, c.Arguments...)
		})
	}
}

// console writes to the node's log: there is no terminal behind a flow.
func (v *vm) console() goja.Value {
	o := v.rt.NewObject()
	write := func(level string) func(goja.FunctionCall) goja.Value {
		return func(c goja.FunctionCall) goja.Value {
			line := v.call(v.prelude("inspect").Get("format"), v.undef, c.Arguments...)
			v.cur.fn.node.Log(level, text(line))
			return v.undef
		}
	}
	for name, level := range map[string]string{"log": "info", "info": "info", "dir": "info", "table": "info", "warn": "warn",
		"error": "error", "debug": "debug", "trace": "trace"} {
		o.Set(name, write(level))
	}
	o.Set("assert", func(c goja.FunctionCall) goja.Value {
		if !c.Argument(0).ToBoolean() {
			c.Arguments = c.Arguments[min(1, len(c.Arguments)):]
			v.cur.fn.node.Log("warn", "Assertion failed: "+text(v.call(v.prelude("inspect").Get("format"), v.undef, c.Arguments...)))
		}
		return v.undef
	})
	started, counts := map[string]time.Time{}, map[string]int{}
	label := func(c goja.FunctionCall) string {
		if c.Argument(0) == v.undef {
			return "default"
		}
		return c.Argument(0).String()
	}
	bound := func(n int) {
		if n > 1000 {
			v.throwf("RangeError", "too many console labels")
		}
	}
	elapsed := func(c goja.FunctionCall) goja.Value {
		if t, ok := started[label(c)]; ok {
			v.cur.fn.node.Log("info", label(c)+": "+time.Since(t).Round(time.Microsecond).String())
		}
		return v.undef
	}
	o.Set("time", func(c goja.FunctionCall) goja.Value {
		bound(len(started))
		started[label(c)] = time.Now()
		return v.undef
	})
	o.Set("timeLog", elapsed)
	o.Set("timeEnd", func(c goja.FunctionCall) goja.Value {
		elapsed(c)
		delete(started, label(c))
		return v.undef
	})
	o.Set("count", func(c goja.FunctionCall) goja.Value {
		bound(len(counts))
		counts[label(c)]++
		v.cur.fn.node.Log("info", sprintf("%s: %d", label(c), counts[label(c)]))
		return v.undef
	})
	for _, name := range []string{"group", "groupCollapsed", "groupEnd", "clear", "countReset"} {
		o.Set(name, func(goja.FunctionCall) goja.Value { return v.undef })
	}
	return o
}

var processStart = direct.Started

func (v *vm) performance() goja.Value {
	o := v.object("timeOrigin", float64(processStart.UnixMicro())/1000)
	o.Set("now", func(goja.FunctionCall) goja.Value {
		return v.rt.ToValue(float64(time.Since(processStart).Nanoseconds()) / 1e6)
	})
	return o
}

// process is what is harmless of Node's process object.
func (v *vm) process() goja.Value {
	o := v.object("platform", platform(), "arch", arch(), "pid", os.Getpid(), "version", "v24.0.0", "argv", v.strings([]string{"node"}),
		"versions", v.object("node", "24.0.0"), "release", v.object("name", "node"), "env", v.rt.NewDynamicObject(envView{v}))
	o.Set("execArgv", v.strings(nil))
	o.Set("features", v.rt.NewObject())
	for fd, name := range []string{"stdin", "stdout", "stderr"} {
		o.Set(name, v.object("fd", fd, "isTTY", false))
	}
	for _, name := range []string{"on", "once", "off", "addListener", "removeListener", "emitWarning", "emit"} {
		o.Set(name, func(c goja.FunctionCall) goja.Value { return v.undef })
	}
	o.Set("uptime", func(goja.FunctionCall) goja.Value { return v.rt.ToValue(time.Since(processStart).Seconds()) })
	o.Set("cwd", func(goja.FunctionCall) goja.Value { return v.str(v.opts.UserDir) })
	hrtime := func(goja.FunctionCall) goja.Value {
		d := time.Since(processStart)
		return v.rt.NewArray(int64(d/time.Second), int64(d%time.Second))
	}
	h := v.rt.ToValue(hrtime).(*goja.Object)
	o.Set("hrtime", h)
	o.Set("memoryUsage", func(goja.FunctionCall) goja.Value {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return v.object("rss", m.Sys, "heapTotal", m.HeapSys, "heapUsed", m.HeapAlloc, "external", 0, "arrayBuffers", 0)
	})
	o.Set("nextTick", func(c goja.FunctionCall) goja.Value {
		fn, args := c.Argument(0), append([]goja.Value(nil), c.Arguments[min(1, len(c.Arguments)):]...)
		return v.microtask(func() { v.call(fn, v.undef, args...) })
	})
	return o
}

func platform() string {
	if runtime.GOOS == "windows" {
		return "win32"
	}
	return runtime.GOOS
}

func arch() string {
	switch runtime.GOARCH {
	case "amd64":
		return "x64"
	case "386":
		return "ia32"
	}
	return runtime.GOARCH
}

// envView is process.env: read through Options.Getenv, never written.
type envView struct{ vm *vm }

func (w envView) Get(key string) goja.Value {
	if s, ok := w.vm.opts.Getenv(key); ok {
		return w.vm.str(s)
	}
	return nil
}

func (w envView) Has(key string) bool         { _, ok := w.vm.opts.Getenv(key); return ok }
func (w envView) Set(string, goja.Value) bool { return true }
func (w envView) Delete(string) bool          { return true }
func (w envView) Keys() []string              { return nil }

func (v *vm) queueMicrotask() goja.Value {
	return v.rt.ToValue(func(c goja.FunctionCall) goja.Value {
		fn := c.Argument(0)
		if !isCallable(fn) {
			v.badType(`"callback" argument`, "of type function", fn)
		}
		return v.microtask(func() { v.call(fn, v.undef) })
	})
}

// microtask runs f after the code that runs now; what it throws is an unhandled rejection.
func (v *vm) microtask(f func()) goja.Value {
	p, resolve, _ := v.rt.NewPromise()
	v.then(v.rt.ToValue(p).(*goja.Object), func(goja.Value) { f() }, func(goja.Value) {})
	if err := resolve(v.undef); err != nil {
		panic(err)
	}
	return v.undef
}

// textHost is what text.js asks of Go.
func (v *vm) textHost() host {
	return host{
		"encode": func(c goja.FunctionCall) goja.Value {
			return v.construct("Uint8Array", v.rt.ToValue(v.rt.NewArrayBuffer([]byte(msg.ToUTF8(text(c.Argument(0)))))))
		},
		"decode": func(c goja.FunctionCall) goja.Value {
			b, _ := v.viewBytes(c.Argument(0))
			s, _ := msg.EncodeBytes(b, c.Argument(1).String())
			return v.str(s)
		},
		"valid": func(c goja.FunctionCall) goja.Value {
			b, _ := v.viewBytes(c.Argument(0))
			return v.rt.ToValue(utf8.Valid(b))
		},
	}
}

// osModule is what flows read of Node's os module.
func (v *vm) osModule() goja.Value {
	name, _ := os.Hostname()
	o := v.object("EOL", "\n")
	for k, x := range map[string]any{"hostname": name, "platform": platform(), "type": strings.ToUpper(runtime.GOOS[:1]) + runtime.GOOS[1:],
		"arch": arch(), "tmpdir": os.TempDir(), "homedir": v.opts.UserDir, "release": "", "endianness": "LE",
		"availableParallelism": runtime.NumCPU(), "totalmem": 0, "freemem": 0} {
		o.Set(k, func(goja.FunctionCall) goja.Value { return v.rt.ToValue(x) })
	}
	o.Set("uptime", func(goja.FunctionCall) goja.Value { return v.rt.ToValue(time.Since(processStart).Seconds()) })
	o.Set("cpus", func(goja.FunctionCall) goja.Value {
		cpus := make([]any, runtime.NumCPU())
		for i := range cpus {
			cpus[i] = v.object("model", "", "speed", 0)
		}
		return v.rt.NewArray(cpus...)
	})
	o.Set("networkInterfaces", func(goja.FunctionCall) goja.Value { return v.rt.NewObject() })
	o.Set("loadavg", func(goja.FunctionCall) goja.Value { return v.rt.NewArray(0, 0, 0) })
	return o
}
