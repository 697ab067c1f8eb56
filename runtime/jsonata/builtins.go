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

// siteOfClone is the id of Node-RED's $clone, behind those of the built-ins.
const siteOfClone = 80

func init() {
	for _, list := range [][]builtin{numberFunctions, stringFunctions, arrayFunctions, objectFunctions, dateFunctions} {
		for _, b := range list {
			n := &native{id: len(builtins), name: b.name, call: b.call, params: strings.Split(b.params, " ")}
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
	e     *evaluation
	fn    any
	env   *frame
	arity int
}

func newCallback(e *evaluation, fn any, env *frame) *callback {
	return &callback{e, fn, env, arityOf(fn)}
}

func (c *callback) call(a, b, all any) (any, error) {
	if err := c.e.tick(); err != nil {
		return nil, err
	}
	switch {
	case c.fn == undefined:
		return nil, typeError("Cannot read properties of undefined (reading 'arity')")
	case c.arity >= 3:
		return c.e.apply(c.fn, []any{a, b, all}, c.env)
	case c.arity == 2:
		return c.e.apply(c.fn, []any{a, b}, c.env)
	}
	return c.e.apply(c.fn, []any{a}, c.env)
}
