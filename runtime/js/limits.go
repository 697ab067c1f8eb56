package js

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/dop251/goja"
)

// Limits of one call. What is stopped at one is told in the node's log and counted.

// regexpLimit bounds one match of a pattern that needs backtracking: nothing
// else can stop such a match. It is read when a pattern is made.
var regexpLimit = 2 * time.Second

// maxOutputs bounds the messages of one call.
const maxOutputs = 100_000

// Codes of limits.
const (
	CodeTime    = "ERR_SCRIPT_EXECUTION_TIMEOUT" // Node's
	CodeMemory  = "ERR_SLUICE_MEMORY"
	CodeDepth   = "ERR_SLUICE_DEPTH"
	CodeOutputs = "ERR_SLUICE_OUTPUTS"
	CodeRegExp  = "ERR_SLUICE_REGEXP"
	codeSetup   = "ERR_SLUICE_SETUP_PENDING"
	codeResting = "ERR_SLUICE_RESTING"
)

// Stopped counts what was stopped at a limit since the engine was made.
type Stopped struct{ Time, Memory, Depth, Outputs, RegExp int64 }

type counters struct{ time, memory, depth, outputs, regexp atomic.Int64 }

// Stopped returns how many calls were stopped, by the limit.
func (e *Engine) Stopped() Stopped {
	c := &e.stopped
	return Stopped{c.time.Load(), c.memory.Load(), c.depth.Load(), c.outputs.Load(), c.regexp.Load()}
}

// stop counts and logs that a limit has been met.
func (f *Function) stop(code, text string) *LimitError {
	if f.e != nil {
		c := &f.e.stopped
		map[string]*atomic.Int64{CodeTime: &c.time, CodeMemory: &c.memory, CodeDepth: &c.depth, CodeOutputs: &c.outputs, CodeRegExp: &c.regexp}[code].Add(1)
	}
	f.probation.stopped()
	if code != CodeTime { // Node-RED's own, reported as it does
		f.node.Log("warn", "stopped: "+text)
	}
	return &LimitError{"Error: " + text, code}
}

// limitReached is the error of an interrupted call.
func (v *vm) limitReached(e *goja.InterruptedError, f *Function) error {
	if m, ok := e.Value().(errMemory); ok {
		return f.memoryLimit(m.limit)
	}
	return f.timeLimit()
}

func (f *Function) memoryLimit(limit int64) error {
	return f.stop(CodeMemory, fmt.Sprintf("the function needs more than %d MB: keep less at a time, or split the message before it", limit>>20))
}

func (f *Function) timeLimit() error {
	return f.stop(CodeTime, fmt.Sprintf("Script execution timed out after %dms", f.timeout.Milliseconds()))
}

// throwLimit throws a limit that the body may catch.
func (v *vm) throwLimit(class, code, text string) goja.Value {
	if v.cur != nil {
		v.cur.fn.stop(code, text)
	}
	return v.codeError(class, code, "%s", text)
}

// tooDeep ends a recursion that can be caught.
func (v *vm) tooDeep(goja.FunctionCall) goja.Value {
	return v.throwf("RangeError", "Maximum call stack size exceeded")
}

// lookDeep is tooDeep for a function that is called deep down.
func (v *vm) lookDeep(c goja.FunctionCall) goja.Value {
	if v.callStack.Len() > maxCallDepth*2/3 { // an async call takes two of goja's frames
		v.tooDeep(c)
	}
	return v.undef
}

// tooSlow throws that a match of a pattern takes too long.
func (v *vm) tooSlow(pattern string, length int) {
	v.throwLimit("Error", CodeRegExp, fmt.Sprintf("the pattern %s needs more than %s for a text of %d characters: "+
		"make what it repeats unambiguous", pattern, regexpLimit, length))
}

// guardRegExp lets a RegExp object throw when a match takes too long.
func (v *vm) guardRegExp(x goja.Value) goja.Value {
	if v.guarded == nil {
		proto := v.class("RegExp").Get("prototype").(*goja.Object)
		v.guarded = v.rt.CreateObject(proto)
		for _, name := range []string{"exec", "test"} {
			native, _ := goja.AssertFunction(proto.Get(name))
			define(v, v.guarded, name, 1, func(c goja.FunctionCall) goja.Value {
				start := time.Now()
				r, err := native(c.This, c.Arguments...)
				if err != nil {
					panic(err)
				}
				if !r.ToBoolean() && time.Since(start) >= regexpLimit {
					v.tooSlow(c.This.String(), len(c.Argument(0).String()))
				}
				return r
			})
		}
	}
	if o, ok := x.(*goja.Object); ok {
		_ = o.SetPrototype(v.guarded)
	}
	return x
}
