package jsonata

import (
	"context"
	"time"

	"sluice/runtime/msg"
)

// Expr is a compiled expression. It does not change: any number of goroutines
// may evaluate it at once.
type Expr struct {
	text    string
	root    *node
	short   *node      // plain path that leads from the input to the result, or nil
	globals []variable // Node-RED's functions, see Prepare
	inherit bool       // Node-RED's name look-up
	wrap    bool       // the text names the word msg: the input is {msg: input}
}

// EvalOptions bound an evaluation. A zero field means its default.
type EvalOptions struct {
	// Depth is how deep the parts of an expression may be nested while they are
	// evaluated, calls included: three to five for each call of a recursive
	// function as a rule. Past it the error is U1001. The default is 50,000.
	Depth int
	// Timeout is how long an evaluation may take. Past it the error is U1001. The
	// default is 5 s; a negative value means no limit but the context's.
	Timeout time.Duration
	// Sequence is the longest sequence or array that an expression may make.
	// Past it the error is D2015. The default is 20 million.
	Sequence int
}

const (
	defaultDepth    = 50_000
	defaultTimeout  = 5 * time.Second
	defaultSequence = 20_000_000
)

func (o EvalOptions) withDefaults() EvalOptions {
	if o.Depth == 0 {
		o.Depth = defaultDepth
	}
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	if o.Sequence == 0 {
		o.Sequence = defaultSequence
	}
	return o
}

// Compile parses an expression. Its error is an *Error.
func Compile(text string) (*Expr, error) {
	root, err := parse(text)
	if err != nil {
		return nil, err
	}
	x := &Expr{text: text, root: root}
	if root.plain {
		x.short = root
	}
	return x, nil
}

// Text is the expression as it was written.
func (x *Expr) Text() string { return x.text }

// Eval evaluates the expression with input as its context and $$. Bindings are
// variables, named without $; a *msg.Func among them can be called. The result
// is msg.Undefined if there is none. It may share containers with the input.
// The error is an *Error.
func (x *Expr) Eval(ctx context.Context, input any, bindings map[string]any) (any, error) {
	return x.EvalWith(ctx, input, bindings, EvalOptions{})
}

// EvalWith is Eval with other limits.
func (x *Expr) EvalWith(ctx context.Context, input any, bindings map[string]any, opts EvalOptions) (any, error) {
	if x.short != nil {
		if v, done := plainPath(x.short, input, x.inherit); done {
			return v, nil
		}
	}
	if x.wrap {
		input = msg.NewObject("msg", input)
	}
	now := time.Now()
	e := evaluation{ctx: ctx, inherit: x.inherit, opts: opts.withDefaults(), now: float64(now.UnixMilli())}
	if e.opts.Timeout > 0 {
		e.deadline = now.Add(e.opts.Timeout)
	}
	if err := e.checkContext(); err != nil {
		return nil, err
	}
	var env *frame
	if x.globals != nil {
		env = &frame{vars: x.globals}
	}
	env = newFrame(env)
	for name, v := range bindings {
		env.bind(name, v)
	}
	env.bind("$", input)
	if _, ok := asArray(input); ok {
		input = wrap(input)
	}
	v, err := e.eval(x.root, input, env)
	if err != nil {
		x := asError(err)
		x.Token, x.Value, x.Value2 = e.export(x.Token), e.export(x.Value), e.export(x.Value2)
		return nil, x
	}
	return e.export(v), nil
}
