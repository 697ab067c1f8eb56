package jsonata

import (
	"context"
	"time"

	"sluice/runtime/msg"
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

var errDepth = "Stack overflow error: Check for non-terminating recursive function.  Consider rewriting as tail-recursive."

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

// name looks key up in an object, or in every item of an array.
func (e *evaluation) name(input any, key string) (any, error) {
	if e.inherit && isBlocked(key) {
		return undefined, nil
	}
	switch v := input.(type) {
	case *msg.Object:
		if v, ok := v.Get(key); ok {
			return v, nil
		}
		if e.inherit {
			return inherited(input, key), nil
		}
		return undefined, nil
	case *msg.Array, *sequence:
		a, _ := asArray(input)
		out := newSequence()
		return out, e.names(a, key, out, maxWalk)
	}
	return e.member(input, key), nil
}

// names collects key from the items of a, however deep.
func (e *evaluation) names(a array, key string, out *sequence, depth int) error {
	if depth == 0 {
		return limitError(errDepth)
	}
	for i := range a.Len() {
		var v any
		switch item := a.At(i).(type) {
		case *msg.Object:
			var ok bool
			if v, ok = item.Get(key); !ok {
				v = e.member(item, key)
			}
		case *msg.Array, *sequence:
			inner, _ := asArray(item)
			if err := e.names(inner, key, out, depth-1); err != nil {
				return err
			}
			continue
		default:
			v = e.member(item, key)
		}
		if v == undefined {
			continue
		}
		if values, ok := asArray(v); ok {
			out.pushAll(values)
		} else {
			out.push(v)
		}
	}
	return nil
}

// member is the value of a property of anything but an array.
func (e *evaluation) member(v any, key string) any {
	switch v := v.(type) {
	case nil, string, float64, bool:
		return undefined
	case *msg.Object:
		if x, ok := v.Get(key); ok {
			return x
		}
	case msg.Host:
		if x, ok := v.Get(key); ok {
			return x
		}
	default:
		if !isObject(v) {
			return undefined
		}
		if x := ownMember(v, key); x != undefined {
			return x
		}
	}
	if e.inherit {
		return inherited(v, key)
	}
	return undefined
}

// ownMember also finds the own properties that do not enumerate.
func ownMember(v any, key string) any {
	if err, ok := v.(*msg.Error); ok {
		switch key {
		case "message":
			return err.Message
		case "stack":
			return err.Stack
		}
	}
	return ownValue(v, key)
}

// wildcard gives the values of all properties, arrays among them flattened.
func (e *evaluation) wildcard(input any) any {
	if s, ok := input.(*sequence); ok && s.wrapper && len(s.items) > 0 {
		input = s.items[0]
	}
	out := newSequence()
	plain := false // joining arrays makes a plain array, which does not collapse
	add := func(v any) {
		if a, ok := asArray(v); ok {
			out.items = flatten(out.items, a, maxWalk)
			plain = true
		} else {
			out.push(v)
		}
	}
	switch v := input.(type) {
	case *msg.Object:
		for _, x := range v.All() {
			add(x)
		}
	case *msg.Array, *sequence:
		a, _ := asArray(v)
		for i := range a.Len() {
			add(a.At(i))
		}
		// The original keeps its marks as properties, which then show.
		if s, ok := v.(*sequence); ok {
			for _, mark := range []bool{s.flat, s.tuples, s.keep} {
				if mark {
					add(true)
				}
			}
		}
	default:
		if isObject(v) {
			for _, k := range ownKeys(v) {
				add(ownValue(v, k))
			}
		}
	}
	if plain {
		return msg.NewArray(out.items...)
	}
	return out
}

func flatten(items []any, a array, depth int) []any {
	for i := range a.Len() {
		v := a.At(i)
		if inner, ok := asArray(v); ok && depth > 0 {
			items = flatten(items, inner, depth-1)
		} else {
			items = append(items, v)
		}
	}
	return items
}

// descendants gives input and all that it holds, arrays flattened.
func (e *evaluation) descendants(input any) (any, error) {
	if input == undefined {
		return undefined, nil
	}
	out := newSequence()
	if err := e.descend(input, out, maxWalk); err != nil {
		return nil, err
	}
	if len(out.items) == 1 {
		return out.items[0], nil
	}
	return out, nil
}

func (e *evaluation) descend(v any, out *sequence, depth int) error {
	if depth == 0 {
		return limitError(errDepth)
	}
	if err := e.tick(); err != nil {
		return err
	}
	if a, ok := asArray(v); ok {
		for i := range a.Len() {
			if err := e.descend(a.At(i), out, depth-1); err != nil {
				return err
			}
		}
		return nil
	}
	out.push(v)
	if err := e.checkSize(len(out.items)); err != nil {
		return err
	}
	if o, ok := v.(*msg.Object); ok {
		for _, x := range o.All() {
			if err := e.descend(x, out, depth-1); err != nil {
				return err
			}
		}
		return nil
	}
	if isObject(v) {
		for _, k := range ownKeys(v) {
			if err := e.descend(ownValue(v, k), out, depth-1); err != nil {
				return err
			}
		}
	}
	return nil
}
