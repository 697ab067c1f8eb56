package function

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"sluice/nodes/network"
	"sluice/runtime"
	"sluice/runtime/js"
	"sluice/runtime/msg"
)

// functionHost is what JavaScript sees of its node.
type functionHost struct{ n *functionNode }

var _ js.Node = functionHost{}

func (h functionHost) ID() string          { return h.n.inst.ID }
func (h functionHost) Path() string        { return h.n.inst.Path() }
func (h functionHost) OutputCount() int    { return h.n.Outputs }
func (h functionHost) Env(name string) any { return h.n.inst.Env(name) }

// Name is the name as the flow file has it: an empty one is no undefined one here.
func (h functionHost) Name() any {
	if h.n.inst.Props().Value("name") == "" {
		return ""
	}
	return h.n.inst.NameValue()
}

func (h functionHost) Context(scope string) js.Context {
	return functionContext{h.n.inst.Context(scope)}
}

// levelTrace is below slog's debug, where Node-RED has trace.
const levelTrace = slog.LevelDebug - 4

func (h functionHost) Log(level, text string) {
	levels := map[string]slog.Level{"trace": levelTrace, "debug": slog.LevelDebug, "warn": slog.LevelWarn, "error": slog.LevelError}
	h.n.inst.Log.Log(context.Background(), levels[level], text) // info is the zero level
}

func (h functionHost) Status(v any) { h.n.inst.Status(statusOf(v)) }

// statusOf makes a status of what node.status was given: a text, number or boolean is its text.
func statusOf(v any) *msg.Object {
	switch v := v.(type) {
	case *msg.Object:
		return v
	case string, float64, bool:
		return msg.NewObject("text", msg.ToString(v))
	}
	return &msg.Object{}
}

// Event runs f as an event of the node's own.
func (h functionHost) Event(f func(js.Call)) {
	h.n.inst.Go(func(d *runtime.Delivery) error {
		f(&functionCall{n: h.n, d: d, own: true})
		return nil
	})
}

// functionContext is a context whose lock the caller holds.
type functionContext struct{ *runtime.Context }

func (c functionContext) Get(store, key string) (any, error)  { return c.GetLive(store, key) }
func (c functionContext) Set(store, key string, v any) error  { return c.SetLive(store, key, v) }
func (c functionContext) Keys(store string) ([]string, error) { return c.KeysLive(store) }

// functionCall is the event in which JavaScript runs: a delivery, or an event of
// the node's own. The engine calls it with its lock held, one call at a time.
type functionCall struct {
	n    *functionNode
	d    *runtime.Delivery
	own  bool // no message is to be completed
	done bool
}

var _ js.Call = (*functionCall)(nil)

func (c *functionCall) Send(outs [][]*msg.Object) {
	_ = c.d.SendAll(outs...) // fails only once the node is closed
}

func (c *functionCall) Error(err any, m *msg.Object) { c.d.Error(errorOf(err), m) }

// Status shows a status within the event.
func (c *functionCall) Status(v any) { c.d.Status(statusOf(v)) }

func (c *functionCall) Done(err error) {
	if c.done {
		return
	}
	c.done = true
	if thrown, ok := errors.AsType[*js.Thrown](err); ok {
		err = errorOf(thrown.Value)
	} else if limit, ok := errors.AsType[*js.LimitError](err); ok {
		err = &msg.Error{Name: "Error", Message: strings.TrimPrefix(limit.Message, "Error: "), Props: msg.NewObject("code", limit.Code)}
	}
	if !c.own {
		c.d.Complete(err)
	} else if err != nil {
		c.d.Error(err, nil)
	}
}

// errorOf is the error of a value that was thrown or reported.
func errorOf(v any) error {
	switch v := v.(type) {
	case string:
		return runtime.Text(v)
	case *msg.Error:
		return v
	}
	return &runtime.Thrown{Value: v}
}

func (c *functionCall) Hold() js.Hold {
	if h := c.d.Hold(); h.Open() {
		return h
	}
	return nil
}

// LinkCall sends m to a link in node, by id or else by name.
func (c *functionCall) LinkCall(target string, m *msg.Object, timeout time.Duration, answer func(*msg.Object, error)) {
	_, isID := c.n.inst.Lookup(target)
	to, err := c.n.targets.Find(c.n.inst, target, !isID)
	if err != nil {
		hold := c.d.Hold()
		hold.Do(func() { answer(nil, err) })
		hold.Release()
		return
	}
	c.n.calls.Call(c.d, c.n.inst.ID, to, m, timeout, answer)
}

// prepareJSONata makes an expression of RED.util ready.
func prepareJSONata(n js.Node, text string) (js.Expression, error) {
	x, err := n.(functionHost).n.inst.Expression(text)
	if err != nil {
		return nil, err
	}
	return func(in any) (any, error) { return x.Eval(context.Background(), in, nil) }, nil
}

// fetcher is fetch, by the rules of http request nodes. It is made at the first
// request: what engines share is not made while other such things are.
func fetcher(inst *runtime.Instance) func(context.Context, js.FetchRequest) (js.FetchResponse, error) {
	f := sync.OnceValue(func() *network.Fetcher { return network.NewFetcher(inst) })
	return func(ctx context.Context, r js.FetchRequest) (js.FetchResponse, error) {
		res, err := f().Fetch(ctx, network.FetchRequest(r))
		return js.FetchResponse(res), err
	}
}

// dateText is the time now in a moment format.
func dateText(n js.Node, format string) string {
	in, err := n.(functionHost).n.inst.Typed(runtime.TypedInput{Value: format, Type: "date"})
	if err != nil {
		return ""
	}
	v, _ := in.Eval(nil)
	return msg.ToString(v)
}
