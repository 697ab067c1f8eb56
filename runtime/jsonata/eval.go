package jsonata

import (
	"context"
	"time"
)

// evaluation is one run of an expression. It belongs to one goroutine.
type evaluation struct {
	ctx      context.Context
	opts     EvalOptions
	deadline time.Time
	now      float64 // what $now and $millis say, in milliseconds
	depth    int
	ticks    uint
	inherit  bool         // name look-up as in Node-RED's copy, see inherited
	sites    []nativeSite // of the built-in functions called so far
	nested   bool         // some container may hold a sequence or moment, see export
}

// hold notes that v goes into a container or a sequence.
func (e *evaluation) hold(v any) any {
	if _, ok := v.(*sequence); ok {
		e.nested = true
	}
	return v
}

// ticksPerCheck is how many steps of work pass between looks at the clock.
const ticksPerCheck = 512

// tick counts one step of work and ends the run when its time is over.
func (e *evaluation) tick() error {
	if e.ticks++; e.ticks%ticksPerCheck != 0 {
		return nil
	}
	return e.checkTime()
}

func (e *evaluation) checkContext() error {
	if err := e.ctx.Err(); err != nil {
		return &Error{Position: -1, Token: undefined, Value: undefined, Message: "evaluation cancelled: " + err.Error(), Cause: err}
	}
	return nil
}

func (e *evaluation) checkTime() error {
	if err := e.checkContext(); err != nil {
		return err
	}
	if e.opts.Timeout > 0 && time.Now().After(e.deadline) {
		return limitError("Expression evaluation timeout: Check for infinite loop")
	}
	return nil
}

func limitError(message string) *Error {
	err := newError("U1001", undefined)
	err.Message = message
	return err
}

const errDepth = "Stack overflow error: Check for non-terminating recursive function.  Consider rewriting as tail-recursive."

// operand is eval with a short cut for what takes no work.
func (e *evaluation) operand(n *node, input any, env *frame) (any, error) {
	switch {
	case n.plain:
		if v, done := plainPath(n, input, e.inherit); done {
			return v, nil
		}
	case !n.simple:
	case n.kind != kindVariable:
		return n.val, nil
	default:
		v := e.variable(n, input, env)
		if s, ok := v.(*sequence); ok && s.flat && !s.tuples {
			return s.collapse(), nil
		}
		return v, nil
	}
	return e.eval(n, input, env)
}

// eval evaluates n with input as the context value.
func (e *evaluation) eval(n *node, input any, env *frame) (result any, err error) {
	if e.depth++; e.depth > e.opts.Depth {
		return nil, limitError(errDepth)
	}
	if err = e.tick(); err != nil {
		return nil, err
	}
	switch n.kind {
	case kindPath:
		result, err = e.path(n, input, env)
	case kindBinary:
		result, err = e.binary(n, input, env)
	case kindUnary:
		result, err = e.unary(n, input, env)
	case kindName:
		result, err = e.name(input, n.text)
	case kindString, kindNumber, kindValue:
		result = n.val
	case kindVariable:
		result = e.variable(n, input, env)
	case kindWildcard:
		result = e.wildcard(input)
	case kindDescendant:
		result, err = e.descendants(input)
	case kindParent:
		result, _ = env.lookup(n.slot.label)
	case kindCondition:
		result, err = e.condition(n, input, env)
	case kindBlock:
		scope := env
		if n.scope {
			scope = newFrame(env)
		}
		result = undefined
		for _, part := range n.args {
			if result, err = e.eval(part, input, scope); err != nil {
				return nil, err
			}
		}
	case kindBind:
		if result, err = e.eval(n.rhs, input, env); err == nil {
			env.bind(n.lhs.text, result)
		}
	case kindRegex:
		result = &matcher{pattern: n.re, pos: n.pos}
	case kindFunction:
		result, err = e.function(n, input, env, nil)
	case kindLambda:
		result = &lambda{params: n.args, sig: n.sig, body: n.body, thunk: n.thunk, input: input, env: env}
	case kindPartial:
		result, err = e.partial(n, input, env)
	case kindApply:
		result, err = e.chain(n, input, env)
	case kindTransform:
		result = &lambda{params: transformParams, sig: transformSignature, change: n, env: env}
	default:
		result = undefined
	}
	if err != nil {
		return nil, err
	}
	for _, p := range n.predicates {
		if result, err = e.filter(p, result, env); err != nil {
			return nil, err
		}
	}
	if n.group != nil && n.kind != kindPath {
		if result, err = e.groupBy(n.group.pairs, n.group.pos, result, env); err != nil {
			return nil, err
		}
	}
	e.depth--
	if s, ok := result.(*sequence); ok && s.flat && !s.tuples {
		if n.keepArray {
			s.keep = true
		}
		return s.collapse(), nil
	}
	return result, nil
}

// collapse is what a sequence stands for: nothing, its lone item, or itself.
func (s *sequence) collapse() any {
	switch len(s.items) {
	case 0:
		return undefined
	case 1:
		if !s.keep {
			return s.items[0]
		}
	}
	return s
}

func (e *evaluation) variable(n *node, input any, env *frame) any {
	if n.text == "" {
		if s, ok := input.(*sequence); ok && s.wrapper {
			return s.items[0]
		}
		return input
	}
	if v, ok := env.lookup(n.text); ok {
		return v
	}
	if n.builtin != nil {
		return n.builtin
	}
	return undefined
}

func (e *evaluation) condition(n *node, input any, env *frame) (any, error) {
	c, err := e.operand(n.cond, input, env)
	if err != nil {
		return nil, err
	}
	t, err := truth(c)
	switch {
	case err != nil:
		return nil, err
	case t:
		return e.operand(n.then, input, env)
	case n.alt != nil:
		return e.operand(n.alt, input, env)
	}
	return undefined, nil
}
