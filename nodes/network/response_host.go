package network

import (
	"slices"

	"sluice/runtime/msg"
)

// wrappedResponse is msg.res: Node-RED gives flows the response inside a
// wrapper, in _res, with methods that warn.
type wrappedResponse struct{ ex *transaction }

// wrappedMethods are the methods that the wrapper passes on.
var wrappedMethods = []string{
	"append", "attachment", "cookie", "clearCookie", "download", "end", "format", "get", "json", "jsonp", "links", "location",
	"redirect", "render", "send", "sendfile", "sendFile", "sendStatus", "set", "status", "type", "vary",
}

// Get returns the response, a method, or what a flow set.
func (w *wrappedResponse) Get(key string) (any, bool) {
	res := &w.ex.res
	if key == "_res" {
		return res, true
	}
	res.mu.Lock()
	defer res.mu.Unlock()
	if v, ok := res.props.Get("msg.res." + key); ok {
		return v, true
	}
	if !slices.Contains(wrappedMethods, key) {
		return msg.Undefined, false
	}
	call := func(_ any, args []any) (any, error) {
		w.ex.node.inst.Log.Warn("Deprecated call to msg.res." + key)
		v, err := res.call(key, args)
		if back, ok := v.(*msg.CallBack); ok {
			then := back.Then
			back.Then = func(r any) (any, error) {
				v, err := then(r)
				return w.instead(v), err
			}
		}
		return w.instead(v), err
	}
	return &msg.Func{Name: key, Call: call}, true
}

// instead returns the wrapper in the place of what it wraps.
func (w *wrappedResponse) instead(v any) any {
	if v == any(&w.ex.res) {
		return w
	}
	return v
}

// Set keeps a property of the flow's.
func (w *wrappedResponse) Set(key string, v any) { w.ex.res.setProp("msg.res."+key, v) }

// Delete takes a property of the flow's away.
func (w *wrappedResponse) Delete(key string) {
	w.ex.res.mu.Lock()
	defer w.ex.res.mu.Unlock()
	if w.ex.res.props != nil {
		w.ex.res.props.Delete("msg.res." + key)
	}
}

// Keys lists what the wrapper has.
func (w *wrappedResponse) Keys() []string { return append([]string{"_res"}, wrappedMethods...) }

// Keep tells that a context store holds the response.
func (w *wrappedResponse) Keep() { w.ex.res.Keep() }

func (res *response) setProp(key string, v any) {
	res.mu.Lock()
	defer res.mu.Unlock()
	if res.props == nil {
		res.props = &msg.Object{}
	}
	res.props.Set(key, v)
}

// Get returns a property or a method of the response.
func (res *response) Get(key string) (any, bool) {
	res.mu.Lock()
	defer res.mu.Unlock()
	if v, ok := res.props.Get(key); ok {
		return v, true
	}
	switch key {
	case "statusCode":
		return res.statusLocked(), true
	case "statusMessage":
		if res.reason == "" {
			return msg.Undefined, true
		}
		return res.reason, true
	case "headersSent":
		return res.committed, true
	case "sendDate":
		return !res.dateless, true
	case "writable", "useChunkedEncodingByDefault":
		return true, true
	case "finished", "writableEnded":
		return res.ended, true
	case "writableFinished":
		return res.ended && len(res.pending) == 0, true
	case "req":
		return &res.ex.req, true
	case "app":
		return expressApp, true
	case "socket", "connection":
		return res.ex.req.value("socket"), true
	case "_msgid":
		return msg.Undefined, false
	case "locals":
		locals := &msg.Object{}
		if res.props == nil {
			res.props = &msg.Object{}
		}
		res.props.Set(key, locals)
		return locals, true
	}
	if _, ok := responseMethods[key]; !ok {
		return msg.Undefined, false
	}
	return &msg.Func{Name: key, Call: func(_ any, args []any) (any, error) { return res.call(key, args) }}, true
}

// Set changes a property; statusCode and statusMessage are the answer's.
func (res *response) Set(key string, v any) {
	res.mu.Lock()
	switch key {
	case "statusCode":
		res.giveStatusLocked(v)
		res.mu.Unlock()
		return
	case "statusMessage":
		res.reason = msg.ToString(v)
		res.mu.Unlock()
		return
	case "sendDate":
		res.dateless = !msg.ToBool(v)
		res.mu.Unlock()
		return
	}
	res.mu.Unlock()
	res.setProp(key, v)
}

// Delete takes a property of the flow's away.
func (res *response) Delete(key string) {
	res.mu.Lock()
	defer res.mu.Unlock()
	if res.props != nil {
		res.props.Delete(key)
	}
}

// Keys lists the properties of the response.
func (res *response) Keys() []string {
	return []string{"req", "locals", "statusCode", "statusMessage", "finished"}
}

// call runs a method by its name.
func (res *response) call(name string, args []any) (any, error) {
	method, ok := responseMethods[name]
	if !ok {
		return nil, typeErrorf("res.%s is not a function", name)
	}
	return method(res, args)
}
