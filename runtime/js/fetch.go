package js

import (
	"context"

	"github.com/dop251/goja"
)

// FetchRequest is a request that a body makes with fetch.
type FetchRequest struct {
	Method   string
	URL      string
	Headers  [][2]string // names in lower case, in order
	Body     []byte
	Redirect string // "follow", "manual" or "error"
}

// FetchResponse is its answer. The host bounds the body; Fault says why it is not whole.
type FetchResponse struct {
	Status     int
	StatusText string
	URL        string // of the last request
	Redirected bool
	Headers    [][2]string
	Body       []byte
	Fault      error
}

// fetch makes a request and calls back with an error or an answer. It returns what cancels it.
func (v *vm) fetch(c goja.FunctionCall) goja.Value {
	o, done := c.Argument(0).(*goja.Object), c.Argument(1)
	req := FetchRequest{Method: o.Get("method").String(), URL: o.Get("url").String(), Redirect: o.Get("redirect").String()}
	v.each(o.Get("headers").(*goja.Object), func(_ int, h goja.Value) {
		pair := h.(*goja.Object)
		req.Headers = append(req.Headers, [2]string{text(pair.Get("0")), text(pair.Get("1"))})
	})
	if b, ok := v.viewBytes(o.Get("body")); ok {
		req.Body = append([]byte(nil), b...)
	}
	cancel := v.cur.background(func(ctx context.Context) func() {
		resp, err := v.opts.Fetch(ctx, req)
		return func() {
			if err != nil {
				v.call(done, v.undef, v.thrown(err))
				return
			}
			headers := make([]goja.Value, len(resp.Headers))
			for i, h := range resp.Headers {
				headers[i] = v.strings(h[:])
			}
			answer := v.object("status", resp.Status, "statusText", resp.StatusText, "url", resp.URL,
				"redirected", resp.Redirected, "headers", v.array(headers), "body", v.newBuffer(resp.Body))
			if resp.Fault != nil {
				answer.Set("fault", v.thrown(resp.Fault))
			}
			v.call(done, v.undef, v.null, answer)
		}
	})
	return v.rt.ToValue(func(goja.FunctionCall) goja.Value { cancel(); return v.undef })
}
