package network

import (
	"slices"

	"sluice/runtime/msg"
)

// maxListeners bounds the listeners of one response.
const maxListeners = 100

// listen is res.on. Only "finish" and "close" are ever told.
func (res *response) listen(args []any) (any, error) {
	res.mu.Lock()
	defer res.mu.Unlock()
	res.listenLocked(textArg(args, 0), arg(args, 1))
	return res, nil
}

func (res *response) listenLocked(event string, f any) {
	c, ok := f.(msg.Callable)
	if !ok || !msg.IsFunction(f) || event != "finish" && event != "close" || len(res.listeners[event]) >= maxListeners {
		return
	}
	if res.listeners == nil {
		res.listeners = map[string][]msg.Callable{}
	}
	res.listeners[event] = append(res.listeners[event], c)
}

// unlisten is res.off.
func (res *response) unlisten(args []any) (any, error) {
	res.mu.Lock()
	defer res.mu.Unlock()
	event := textArg(args, 0)
	if i := slices.IndexFunc(res.listeners[event], func(l msg.Callable) bool { return l.Same(arg(args, 1)) }); i >= 0 {
		res.listeners[event] = slices.Delete(res.listeners[event], i, i+1)
	}
	return res, nil
}

// tell calls the listeners, each in an event of its own node.
func (res *response) tell(listeners map[string][]msg.Callable) {
	if res.written.Load() {
		for _, l := range listeners["finish"] {
			l.Post(res)
		}
	}
	for _, l := range listeners["close"] {
		l.Post(res)
	}
}

// callback returns the last argument if it is a function, else nil.
func callback(args []any) any {
	if len(args) > 0 && msg.IsFunction(args[len(args)-1]) {
		return args[len(args)-1]
	}
	return nil
}
