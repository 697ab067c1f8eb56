package network

import (
	"time"

	"sluice/runtime/msg"
)

// cookieLocked is Express's res.cookie.
func (res *response) cookieLocked(name string, value any, options *msg.Object) error {
	line, err := cookieText(name, value, options, time.Now())
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
