package jsonata

import (
	"strconv"

	"sluice/runtime/msg"
)

// resolver turns the parser's tree into the one that is evaluated: dots and
// brackets become paths with stages, calls in tail position become thunks, and
// each % finds the step whose input it stands for.
type resolver struct{ labels int }

// resolve rewrites n and returns the root of the result; most nodes stay.
func resolve(n *node) (*node, error) {
	var r resolver
	n, err := r.node(n)
	if err != nil {
		return nil, err
	}
	if n.kind == kindParent || n.seeking != nil {
		return nil, noAncestor(n)
	}
	finish(n)
	return n, nil
}

func noAncestor(n *node) error {
	e := &Error{Code: "S0217", Position: n.pos, Token: msg.Undefined, Value: msg.Undefined}
	if name, ok := kindNames[n.kind]; ok {
		e.Token = name
	}
	return e
}

func (r *resolver) node(n *node) (*node, error) {
	out, err := r.rewrite(n)
	if err == nil && n.keepArray {
		out.keepArray = true
	}
	return out, err
}

func (r *resolver) rewrite(n *node) (_ *node, err error) {
	switch n.kind {
	case kindBinary:
		return r.binary(n)
	case kindUnary:
		return r.unary(n)
	case kindFunction, kindPartial:
		if err = r.list(n, n.args); err != nil {
			return nil, err
		}
		n.lhs, err = r.node(n.lhs)
		return n, err
	case kindLambda:
		if n.body, err = r.node(n.body); err == nil {
			n.body = tailCalls(n.body)
		}
		return n, err
	case kindCondition:
		for _, part := range []**node{&n.cond, &n.then, &n.alt} {
			if *part == nil {
				continue
			}
			if *part, err = r.node(*part); err != nil {
				return nil, err
			}
			n.seekWith(*part)
		}
		return n, nil
	case kindTransform:
		for _, part := range []**node{&n.cond, &n.then, &n.alt} {
			if *part == nil {
				continue
			}
			if *part, err = r.node(*part); err != nil {
				return nil, err
			}
		}
		return n, nil
	case kindBlock:
		if err = r.list(n, n.args); err != nil {
			return nil, err
		}
		for _, part := range n.args {
			if part.consArray || part.kind == kindPath && part.steps[0].consArray {
				n.consArray = true
			}
		}
		return n, nil
	case kindName:
		return &node{kind: kindPath, steps: []*node{n}, keepSingleton: n.keepArray, pos: -1}, nil
	case kindParent:
		n.pos = -1
		n.slot = &slot{label: "!" + strconv.Itoa(r.labels), level: 1}
		r.labels++
		return n, nil
	case kindVariable:
		n.builtin = builtins[n.text]
		return n, nil
	case kindOperator:
		switch n.text {
		case "and", "or", "in":
			n.kind = kindName
			return r.node(n)
		case "?":
			return n, nil
		}
		return nil, &Error{Code: "S0201", Position: n.pos, Token: n.text, Value: msg.Undefined}
	case kindEnd:
		return nil, &Error{Code: "S0207", Position: n.pos, Token: n.token(), Value: msg.Undefined}
	}
	return n, nil
}

// list rewrites parts in place; n goes on seeking for them.
func (r *resolver) list(n *node, parts []*node) (err error) {
	for i := range parts {
		if parts[i], err = r.node(parts[i]); err != nil {
			return err
		}
		n.seekWith(parts[i])
	}
	return nil
}

func (r *resolver) unary(n *node) (_ *node, err error) {
	switch n.op {
	case opFilter: // array constructor
		return n, r.list(n, n.args)
	case opGroup: // object constructor
		for i := range n.pairs {
			if err = r.list(n, n.pairs[i][:]); err != nil {
				return nil, err
			}
		}
		return n, nil
	}
	if n.lhs, err = r.node(n.lhs); err != nil {
		return nil, err
	}
	if n.lhs.kind == kindNumber {
		n.lhs.val = msg.Number(-n.lhs.val.(float64))
		return n.lhs, nil
	}
	n.seekWith(n.lhs)
	return n, nil
}

func (r *resolver) binary(n *node) (_ *node, err error) {
	switch n.op {
	case opDot:
		return r.dot(n)
	case opFilter:
		return r.filter(n)
	case opGroup:
		out, err := r.node(n.lhs)
		if err != nil {
			return nil, err
		}
		if out.group != nil {
			return nil, errorPos("S0210", n.pos)
		}
		for i := range n.pairs {
			for j := range n.pairs[i] {
				if n.pairs[i][j], err = r.node(n.pairs[i][j]); err != nil {
					return nil, err
				}
			}
		}
		out.group = &group{pairs: n.pairs, pos: n.pos}
		return out, nil
	case opSort:
		out, err := r.node(n.lhs)
		if err != nil {
			return nil, err
		}
		if out.kind != kindPath {
			out = &node{kind: kindPath, steps: []*node{out}, pos: -1}
		}
		n.kind, n.lhs = kindSort, nil
		for i := range n.terms {
			if n.terms[i].expr, err = r.node(n.terms[i].expr); err != nil {
				return nil, err
			}
			n.seekWith(n.terms[i].expr)
		}
		keep := n.keepArray
		n.keepArray = false // it belongs to the path
		out.keepArray = out.keepArray || keep
		out.steps = append(out.steps, n)
		return out, out.seekInPath()
	case opFocus:
		out, err := r.node(n.lhs)
		if err != nil {
			return nil, err
		}
		step := out.lastStep()
		if step.stages != nil || step.predicates != nil {
			return nil, errorPos("S0215", n.pos)
		}
		if step.kind == kindSort {
			return nil, errorPos("S0216", n.pos)
		}
		if n.keepArray {
			step.keepArray = true
		}
		step.focus, step.tuple = n.rhs.text, true
		return out, nil
	case opIndex:
		out, err := r.node(n.lhs)
		if err != nil {
			return nil, err
		}
		step := out.lastStep()
		if out.kind != kindPath {
			out = &node{kind: kindPath, steps: []*node{out}, pos: -1}
			step.predicatesToStages()
		}
		if step.stages == nil {
			step.index = n.rhs.text
		} else {
			step.stages = append(step.stages, stage{index: n.rhs.text})
		}
		step.tuple = true
		return out, nil
	}
	if n.lhs, err = r.node(n.lhs); err != nil {
		return nil, err
	}
	if n.rhs, err = r.node(n.rhs); err != nil {
		return nil, err
	}
	switch n.op {
	case opBind:
		n.kind = kindBind
		n.seekWith(n.rhs)
	case opApply:
		n.kind = kindApply
		n.keepArray = n.keepArray || n.lhs.keepArray || n.rhs.keepArray
	default:
		n.seekWith(n.lhs)
		n.seekWith(n.rhs)
	}
	return n, nil
}

func errorPos(code string, pos int) *Error {
	return &Error{Code: code, Position: pos, Token: msg.Undefined, Value: msg.Undefined}
}

// tailCalls wraps the calls in tail position of a function body into thunks,
// which callFunction runs in a loop: tail recursion needs no stack.
func tailCalls(n *node) *node {
	switch n.kind {
	case kindFunction:
		if n.predicates == nil {
			return &node{kind: kindLambda, thunk: true, body: n, pos: n.pos}
		}
	case kindCondition:
		n.then = tailCalls(n.then)
		if n.alt != nil {
			n.alt = tailCalls(n.alt)
		}
	case kindBlock:
		if last := len(n.args) - 1; last >= 0 {
			n.args[last] = tailCalls(n.args[last])
		}
	}
	return n
}

// finish marks plain paths and simple operands once all suffixes are known, and
// blocks that need a scope. It tells whether n may bind a variable: $eval can.
func finish(n *node) (binds bool) {
	if n == nil {
		return false
	}
	bare := n.predicates == nil && n.group == nil && !n.keepArray
	switch n.kind {
	case kindPath:
		n.plain = n.isPlain()
	case kindString, kindNumber, kindValue, kindVariable:
		n.simple = bare
		binds = n.text == "eval"
	case kindBind:
		binds = true
	}
	visit := func(c *node) {
		if finish(c) {
			binds = true
		}
	}
	for _, c := range []*node{n.lhs, n.rhs, n.cond, n.then, n.alt, n.body} {
		visit(c)
	}
	for _, list := range [][]*node{n.args, n.steps, n.predicates} {
		for _, c := range list {
			visit(c)
		}
	}
	pairs := n.pairs
	if n.group != nil {
		pairs = n.group.pairs
	}
	for _, p := range pairs {
		visit(p[0])
		visit(p[1])
	}
	for _, t := range n.terms {
		visit(t.expr)
	}
	for _, s := range n.stages {
		visit(s.filter)
	}
	if n.kind == kindBlock {
		n.scope = binds
	}
	return binds
}
