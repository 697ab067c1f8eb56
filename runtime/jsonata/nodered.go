package jsonata

import (
	"regexp"

	"sluice/runtime/msg"
)

// Environment is what a node gives to the functions that Node-RED adds to the
// language. Its methods are called on the goroutine that evaluates. What they
// return is not changed, but may become part of a result: a store that owns its
// values returns copies (msg.CopyOut).
type Environment interface {
	// FlowContext and GlobalContext read a value of the flow's or the global
	// context from a store; "" is the default store.
	FlowContext(key, store string) (any, error)
	GlobalContext(key, store string) (any, error)
	// Env reads an environment variable; msg.Undefined if there is none.
	Env(name string) any
}

// namesMsg is Node-RED's test for an expression of old that expects the message
// as msg instead of as its context.
var namesMsg = regexp.MustCompile(`(^|[^a-zA-Z0-9_'".])msg([^a-zA-Z0-9_'"]|$)`)

// Prepare compiles an expression as Node-RED's prepareJSONataExpression does
// (@node-red/util/lib/util.js): with $flowContext, $globalContext, $env, $moment
// and Node-RED's $clone, with {msg: input} as input if the text names the word
// msg, and with the look-up of names as in Node-RED's copy of the library, which
// also finds inherited members. A nil env has nothing.
func Prepare(text string, env Environment) (*Expr, error) {
	x, err := Compile(text)
	if err != nil {
		return nil, err
	}
	x.inherit = true
	if x.wrap = namesMsg.MatchString(text); x.wrap && x.short != nil {
		x.short = nil
		if steps := x.root.steps; steps[0].text == "msg" {
			x.short = &node{kind: kindPath, steps: steps[1:], plain: true}
		}
	}
	read := func(name string, from func(Environment, string, string) (any, error)) variable {
		return goFunction(name, func(args []any) (any, error) {
			if env == nil {
				return "", nil
			}
			store := ""
			if s, ok := argAt(args, 1).(string); ok {
				store = s
			}
			return from(env, contextKey(argAt(args, 0)), store)
		})
	}
	x.globals = []variable{
		read("flowContext", Environment.FlowContext),
		read("globalContext", Environment.GlobalContext),
		goFunction("env", func(args []any) (any, error) {
			if env == nil {
				return "", nil
			}
			if v := env.Env(msg.ToString(argAt(args, 0))); v != undefined {
				return v, nil
			}
			return "", nil
		}),
		goFunction("moment", newMoment),
		{"clone", cloneMessage},
	}
	return x, nil
}

func goFunction(name string, f func(args []any) (any, error)) variable {
	return variable{name, &msg.Func{Name: name, Call: func(_ any, args []any) (any, error) { return f(args) }}}
}

// contextKey is the key to read. Of several Node-RED hands over the first one's
// value only.
func contextKey(v any) string {
	if a, ok := asArray(v); ok {
		v = a.At(0)
	}
	return msg.ToString(v)
}

// cloneMessage is Node-RED's $clone: unlike the library's it keeps buffers,
// dates and the like, and shares req and res.
var cloneMessage = &native{
	name: "clone", params: []string{"msg"}, sig: mustSignature("<(oa)-:o>"),
	call: func(e *evaluation, _ *call, args []any) (any, error) {
		v := e.export(argAt(args, 0))
		if o, ok := v.(*msg.Object); ok {
			return msg.CloneMessage(o), nil
		}
		return msg.Clone(v), nil
	},
}
