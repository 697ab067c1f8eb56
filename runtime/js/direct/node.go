package direct

import (
	"github.com/dop251/goja/ast"

	"sluice/runtime/msg"
)

// special compiles calls that mean more than a method: those of node, of contexts,
// of env and of global objects. It returns nil for other calls.
func (c *compiler) special(callee *ast.DotExpression, name string, list []ast.Expression) expr {
	id, ok := callee.Left.(*ast.Identifier)
	if !ok {
		if e := c.borrow(callee, name, list); e != nil {
			return e
		}
		return c.util(callee, name, list)
	}
	if !c.free(id.Name) {
		return nil
	}
	object := goText(id.Name)
	args := c.arguments(list)
	switch object {
	case "context", "flow", "global", "env":
		for _, x := range list {
			if _, ok := x.(*ast.SpreadElement); ok {
				refuse("it spreads arguments of %s.%s", object, name)
			}
		}
	}
	switch object {
	case "node":
		if f := nodeMethods[name]; f != nil {
			return c.callStatic(f, args)
		}
	case "context":
		return c.contextCall("node", name, args)
	case "flow", "global":
		return c.contextCall(object, name, args)
	case "env":
		if name == "get" {
			return c.callStatic(envGet, args)
		}
	}
	if f := statics[object+"."+name]; f != nil {
		return c.callStatic(f, args)
	}
	refuse("it calls %s.%s", object, name)
	return nil
}

// globalProperty compiles a property of a global object.
func (c *compiler) globalProperty(object, name string) expr {
	if object == "node" {
		switch name {
		case "id", "name", "path", "outputCount":
			return func(fr *frame) value { return of(fr.run.host.Node(name)) }
		}
	}
	if v, ok := constants[object+"."+name]; ok {
		return constant(v)
	}
	refuse("it uses %s.%s", object, name)
	return nil
}

func envGet(r *run, args []value) value { return of(r.host.Env(r.toText(arg(args, 0)))) }

// nodeMethods are those of node. What they do takes effect when the run has ended.
var nodeMethods = map[string]static{
	"send": func(r *run, args []value) value {
		r.send(arg(args, 0), r.id, arg(args, 1).any != false)
		return undefined
	},
	"done": func(r *run, args []value) value {
		if arg(args, 0).truthy() {
			bailout("an error for node.done")
		}
		r.effects = append(r.effects, Effect{Kind: Done})
		return undefined
	},
	"error": func(r *run, args []value) value {
		e := Effect{Kind: Error, Value: msg.Clone(r.loose(arg(args, 0)))}
		if _, ok := e.Value.(bool); !ok && !msg.ToBool(e.Value) {
			e.Value = "" // as in Node-RED
		}
		if m, ok := arg(args, 1).any.(*msg.Object); ok && m != nil {
			e.Msg = msg.Clone(m).(*msg.Object)
		}
		r.effects = append(r.effects, e)
		return undefined
	},
	"status": func(r *run, args []value) value {
		v := arg(args, 0)
		if v.nullish() {
			bailout("an empty status")
		}
		r.effects = append(r.effects, Effect{Kind: Status, Value: msg.Clone(r.loose(v))})
		return undefined
	},
	"log": logs("info"), "warn": logs("warn"), "debug": logs("debug"), "trace": logs("trace"),
}

func logs(level string) static {
	return func(r *run, args []value) value {
		v := arg(args, 0)
		e := Effect{Kind: Log, Level: level}
		switch x := v.any.(type) {
		case *msg.Object, *msg.Array:
			t, ok, err := msg.Stringify(x, "")
			if !ok || err != nil {
				bailout("a log line of what JSON does not know")
			}
			e.Value = t
		default:
			if !v.isPrimitive() {
				bailout("a log line of a special object")
			}
			e.Value = r.toText(v)
		}
		r.effects = append(r.effects, e)
		return undefined
	}
}

// send passes on what a body sent or returned, by the rules of sendResults in
// Node-RED's 10-function.js: every message gets the id, what is no message is
// an error of its own, and only the first message is cloned, if at all.
func (r *run) send(v value, id any, cloneFirst bool) {
	if v.nullish() {
		return
	}
	if m, ok := v.any.(*msg.Object); ok && m == r.m && !cloneFirst && r.sent == 0 && !msg.Stored(m) {
		r.sent++
		m.Set(msg.ID, id)
		one := &struct {
			outs    [1][]*msg.Object
			list    [1]*msg.Object
			effects [1]Effect
		}{list: [1]*msg.Object{m}}
		one.outs[0] = one.list[:]
		e := Effect{Kind: Send, Outs: one.outs[:]}
		if len(r.effects) == 0 {
			one.effects[0] = e
			r.effects = one.effects[:]
			return
		}
		r.effects = append(r.effects, e)
		return
	}
	s := &sending{r: r, id: id, clone: cloneFirst}
	if a, ok := v.any.(*msg.Array); ok {
		for _, x := range a.All() {
			s.output(x)
		}
	} else {
		s.output(r.loose(v))
	}
	if s.count > 0 {
		r.effects = append(r.effects, Effect{Kind: Send, Outs: s.outs})
	}
}

// sending is one send under way.
type sending struct {
	r     *run
	id    any
	clone bool // the first message
	outs  [][]*msg.Object
	count int
}

func (s *sending) output(x any) {
	s.outs = append(s.outs, nil)
	if a, ok := x.(*msg.Array); ok && a != nil {
		for _, m := range a.All() {
			s.message(m)
		}
	} else if msg.ToBool(x) {
		s.message(x)
	}
}

func (s *sending) message(x any) {
	if x == nil || x == msg.Undefined {
		return
	}
	m, ok := x.(*msg.Object)
	if !ok {
		kind := msg.TypeOf(x)
		switch x.(type) {
		case *msg.Array:
			kind = "Array"
		case *msg.Buffer:
			kind = "Buffer"
		default:
			if kind == "object" {
				bailout("a special object as message")
			}
		}
		s.r.effects = append(s.r.effects, Effect{Kind: Error, Value: "Function tried to send a message of type " + kind})
		return
	}
	if s.r.sent++; s.r.sent > maxSent {
		bailout("very many messages")
	}
	switch stored := msg.Stored(m); {
	case s.count == 0 && s.clone:
		m = s.r.clonedMessage(m)
		m.Set(msg.ID, s.id)
	case stored:
		m = msg.Clone(m).(*msg.Object)
		m.Set(msg.ID, s.id)
	default:
		s.r.setField(m, msg.ID, of(s.id))
	}
	s.count++
	last := len(s.outs) - 1
	s.outs[last] = append(s.outs[last], m)
}
