package js

import (
	"slices"
	"sort"

	"sluice/runtime/msg"
)

// A body that keeps nothing between its calls, and whose messages hold nothing
// that only its VM knows, runs in any VM of the pool: on every core at once.
// The text decides, when it is compiled. What is not known to be harmless
// counts as state: such a body runs in the main VM, as in Node-RED one call
// at a time.

// pureNames are the free names that a pooled body may use.
var pureNames = setOf("msg", "node", "env", "undefined", "NaN", "Infinity", "arguments", "JSON", "Math", "Number", "String", "Boolean", "Array",
	"Object", "Date", "RegExp", "Error", "TypeError", "RangeError", "SyntaxError", "ReferenceError", "EvalError", "URIError", "parseInt",
	"parseFloat", "isNaN", "isFinite", "encodeURIComponent", "decodeURIComponent", "encodeURI", "decodeURI", "escape", "unescape", "BigInt",
	"Intl", "Buffer", "ArrayBuffer", "Uint8Array", "Int8Array", "Uint8ClampedArray", "Uint16Array", "Int16Array", "Uint32Array", "Int32Array",
	"Float32Array", "Float64Array", "TextEncoder", "TextDecoder", "atob", "btoa", "structuredClone", "util", "crypto", "console",
	"performance", "process", "RED")

// valueNames are those of pureNames that may stand for themselves, as in list.map(Number):
// nothing can be kept in them, or nobody does.
var valueNames = setOf("msg", "undefined", "NaN", "Infinity", "arguments", "Number", "String", "Boolean", "parseInt", "parseFloat", "isNaN",
	"isFinite", "encodeURIComponent", "decodeURIComponent", "BigInt")

// pureNodeProps are what a pooled body may use of node.
var pureNodeProps = setOf("send", "done", "log", "warn", "error", "debug", "trace", "status", "id", "name", "path", "outputCount")

// stateProps reach what all calls share, or what they continue by.
var stateProps = setOf("prototype", "__proto__", "constructor", "callee", "caller", "defineProperty", "defineProperties", "setPrototypeOf",
	"getPrototypeOf", "__defineGetter__", "__defineSetter__", "then", "on", "once", "addListener", "sendFile", "sendfile", "download", "nextTick", "count", "countReset", "time", "timeEnd", "timeLog",
	"evaluateNodeProperty", "evaluateJSONataExpression", "prepareJSONataExpression", "getSetting", "subtle", "webcrypto")

// pureModules are the built-in modules without state.
var pureModules = setOf("assert", "buffer", "crypto", "os", "path", "path/posix", "perf_hooks", "querystring", "string_decoder", "util", "zlib")

func setOf(names ...string) map[string]bool {
	s := make(map[string]bool, len(names))
	for _, n := range names {
		s[n] = true
	}
	return s
}

// contextNames lead to the stores, which belong to the main VM.
var contextNames = setOf("context", "flow", "global")

// state returns what keeps a function node out of the pool, "" if nothing does but free names that it may use.
func (c *compiled) state(src Source, may ...map[string]bool) string {
	u := c.body
	libs := map[string]bool{}
	for _, l := range src.Libs {
		libs[l.Var] = true
		if l.Var != "" && !pureModules[trimNode(l.Module)] {
			return "it uses the module " + l.Module
		}
	}
	switch {
	case src.Setup != "":
		return "it has On Start code"
	case src.Cleanup != "":
		return "it has On Stop code"
	case c.async:
		return "it awaits"
	case u.keeps():
		return "it assigns to " + first(u.outer, setOf("msg", "node")) + " without declaring it"
	case u.this:
		return "it uses this"
	case u.made != "":
		return "it makes " + u.made + ", which may leave with a message"
	}
	if n := first(u.names, append(may, pureNames, libs)...); n != "" {
		return "it uses " + n
	}
	if n := first(u.bare, valueNames); n != "" {
		return "it uses " + n + " as a value"
	}
	if n := first(u.written, setOf("msg")); n != "" {
		return "it assigns to a property of " + n
	}
	if n := first(u.nodeProps, pureNodeProps); n != "" {
		return "it uses node." + n
	}
	for n := range stateProps {
		if u.props[n] {
			return "it uses ." + n
		}
	}
	return ""
}

// first returns the first name in order that none of the sets has.
func first(names map[string]bool, sets ...map[string]bool) string {
	var left []string
	for n := range names {
		if !slices.ContainsFunc(sets, func(s map[string]bool) bool { return s[n] }) {
			left = append(left, n)
		}
	}
	if len(left) == 0 {
		return ""
	}
	sort.Strings(left)
	return left[0]
}

// Placement tells whether the body runs in parallel with others, directly or in any of
// several VMs, and if not, what in its text keeps it in the main one.
func (f *Function) Placement() (pooled bool, reason string) {
	if f.c.direct.parallel {
		return true, ""
	}
	return f.c.placed == "", f.c.placed
}

// maxScan bounds how much of a message is looked through for values of a VM.
const maxScan = 20_000

// foreign tells whether a message holds, or may hold, a value that only a VM knows.
func foreign(m *msg.Object) bool {
	n := 0
	return foreignIn(m, 0, &n)
}

func foreignIn(x any, depth int, n *int) bool {
	if *n++; *n > maxScan || depth > 200 {
		return true
	}
	switch x := x.(type) {
	case msg.Foreign:
		return true
	case *msg.Object:
		for _, e := range x.All() {
			if foreignIn(e, depth+1, n) {
				return true
			}
		}
	case *msg.Array:
		for _, e := range x.All() {
			if foreignIn(e, depth+1, n) {
				return true
			}
		}
	}
	return false
}
