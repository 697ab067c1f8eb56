package network

import (
	"time"

	"sluice/runtime/msg"
)

// cookieMethod is Express's res.cookie(name, value[, options]).
func (res *response) cookieMethod(args []any) (any, error) {
	name, value, options := textArg(args, 0), arg(args, 1), objectArg(args, 2)
	set := func(options *msg.Object) (any, error) {
		res.mu.Lock()
		defer res.mu.Unlock()
		return res, res.cookieLocked(name, value, options)
	}
	encode := options.Value("encode")
	if !msg.IsFunction(encode) {
		return set(options)
	}
	text, err := cookieValueText(value)
	if err != nil {
		return nil, err
	}
	return &msg.CallBack{Func: encode, This: msg.Undefined, Args: []any{text}, Then: func(encoded any) (any, error) {
		known := &msg.Object{}
		for key, v := range options.All() {
			known.Set(key, v)
		}
		known.Set("encode", &msg.Func{Call: func(any, []any) (any, error) { return encoded, nil }})
		return set(known)
	}}, nil
}

// cookieLocked is res.cookie. It gives up the lock while a function of a flow encodes
// the value, since that may use the response.
func (res *response) cookieLocked(name string, value any, options *msg.Object) error {
	var line string
	var err error
	if msg.IsFunction(options.Value("encode")) {
		func() {
			res.mu.Unlock()
			defer res.mu.Lock()
			line, err = cookieText(name, value, options, time.Now())
		}()
	} else {
		line, err = cookieText(name, value, options, time.Now())
	}
	if err != nil {
		return err
	}
	return res.appendLocked("Set-Cookie", line)
}

// clearCookieLocked is Express's res.clearCookie: the options may override the
// expiry, so that maxAge there does not clear.
func (res *response) clearCookieLocked(name string, options *msg.Object) error {
	merged := msg.NewObject("expires", &msg.Date{Ms: 1}, "path", "/")
	for key, v := range options.All() {
		merged.Set(key, v)
	}
	return res.cookieLocked(name, "", merged)
}
