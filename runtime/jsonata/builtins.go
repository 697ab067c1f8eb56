package jsonata

import (
	"strings"
	"sync"
)

type builtin struct {
	name, sig, params string
	call              func(e *evaluation, c *call, args []any) (any, error)
}

// builtins are the functions that every expression can call. They are filled in
// by init because some of them evaluate expressions themselves.
var builtins = make(map[string]*native)

func init() {
	for _, list := range [][]builtin{numberFunctions, stringFunctions, arrayFunctions, objectFunctions, dateFunctions} {
		for _, b := range list {
			n := &native{name: b.name, call: b.call, params: strings.Split(b.params, " ")}
			if b.sig != "" {
				n.sig = mustSignature(b.sig)
			}
			builtins[b.name] = n
		}
	}
}

// composition is the function that f ~> g makes of f and g. The places in
// errors that come out of it are those in this very text, as in the original.
var composition = sync.OnceValue(func() *node {
	n, err := parse("function($f, $g) { function($x){ $g($f($x)) } }")
	if err != nil {
		panic(err)
	}
	return n
})

// apply calls fn as Function.prototype.apply does: what is no function of the
// JavaScript engine's or an expression's fails.
func (e *evaluation) apply(fn any, args []any, env *frame) (any, error) {
	switch fn := fn.(type) {
	case *closure:
		return e.callFunction(fn.fn, args, nil, fn.env)
	case *lambda:
		return e.callFunction(fn, args, fn.input, env)
	case *native:
		return nil, typeError("func.apply is not a function")
	}
	if fn == undefined {
		return nil, typeError("Cannot read properties of undefined (reading 'apply')")
	}
	return e.callFunction(fn, args, undefined, env)
}

// callback is a function argument, called with as many of the arguments offered
// as it takes, but with one at least.
type callback struct {
	e    *evaluation
	fn   any
	env  *frame
	args []any
	room [3]any // for args; no function keeps them
}

func newCallback(e *evaluation, fn any, env *frame) *callback {
	c := &callback{e: e, fn: fn, env: env}
	c.args = c.room[:min(max(arityOf(fn), 1), 3)]
	return c
}

func (c *callback) call(a, b, all any) (any, error) {
	if err := c.e.tick(); err != nil {
		return nil, err
	}
	if c.fn == undefined {
		return nil, typeError("Cannot read properties of undefined (reading 'arity')")
	}
	c.room = [3]any{a, b, all}
	return c.e.apply(c.fn, c.args, c.env)
}
