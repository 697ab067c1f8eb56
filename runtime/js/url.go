package js

import (
	"github.com/dop251/goja"

	"sluice/internal/weburl"
)

// urlHost is what url.js asks of Go: parse and set give the parts of a URL, or undefined.
func (v *vm) urlHost() host {
	return host{
		"parse": func(c goja.FunctionCall) goja.Value {
			var base *weburl.URL
			if b := c.Argument(1); b != v.undef {
				var err error
				if base, err = weburl.Parse(text(b), nil); err != nil {
					return v.undef
				}
			}
			u, err := weburl.Parse(text(c.Argument(0)), base)
			if err != nil {
				return v.undef
			}
			return v.urlParts(u)
		},
		"set": func(c goja.FunctionCall) goja.Value {
			u, err := weburl.Parse(text(c.Argument(0)), nil)
			if err != nil {
				return v.undef
			}
			u.Set(c.Argument(1).String(), text(c.Argument(2)))
			return v.urlParts(u)
		},
	}
}

func (v *vm) urlParts(u *weburl.URL) goja.Value {
	o := v.rt.NewObject()
	for name, part := range map[string]string{
		"href": u.Href(), "origin": u.Origin(), "protocol": u.Scheme + ":", "username": u.Username, "password": u.Password,
		"host": u.HostPort(), "hostname": u.Host, "port": u.Port, "pathname": u.Path,
		"search": prefixed("?", u.Query), "hash": prefixed("#", u.Fragment),
	} {
		o.Set(name, v.str(part))
	}
	return o
}

func prefixed(p, s string) string {
	if s == "" {
		return ""
	}
	return p + s
}
