package js

import (
	"strings"

	"github.com/dop251/goja"
)

func (u *urlRecord) pathname() string {
	if u.opaque != nil {
		return *u.opaque
	}
	if len(u.path) == 0 {
		return ""
	}
	return "/" + strings.Join(u.path, "/")
}

func (u *urlRecord) href() string {
	var b strings.Builder
	b.WriteString(u.scheme + ":")
	if u.host != nil {
		b.WriteString("//")
		if u.username != "" || u.password != "" {
			b.WriteString(u.username)
			if u.password != "" {
				b.WriteString(":" + u.password)
			}
			b.WriteByte('@')
		}
		b.WriteString(u.hostPort())
	}
	b.WriteString(u.pathname() + u.search() + u.hash())
	if u.query != nil && *u.query == "" || u.fragment != nil && *u.fragment == "" {
		return u.hrefEmpty()
	}
	return b.String()
}

// hrefEmpty writes the ? and # of empty queries and fragments, which search and hash leave out.
func (u *urlRecord) hrefEmpty() string {
	c := *u
	c.query, c.fragment = nil, nil
	s := c.href()
	if u.query != nil {
		s += "?" + *u.query
	}
	if u.fragment != nil {
		s += "#" + *u.fragment
	}
	return s
}

func (u *urlRecord) hostPort() string {
	if u.host == nil {
		return ""
	}
	if u.port != "" {
		return *u.host + ":" + u.port
	}
	return *u.host
}

func (u *urlRecord) search() string { return prefixed("?", u.query) }
func (u *urlRecord) hash() string   { return prefixed("#", u.fragment) }

func prefixed(p string, s *string) string {
	if s == nil || *s == "" {
		return ""
	}
	return p + *s
}

func (u *urlRecord) origin() string {
	if !u.special() || u.scheme == "file" {
		return "null"
	}
	return u.scheme + "://" + u.hostPort()
}

// set is the setter of one of URL's properties; what it cannot use it leaves alone.
func (u *urlRecord) set(prop, val string) {
	switch prop {
	case "protocol":
		scheme, _, ok := cutScheme(val + ":")
		if old := *u; ok {
			u.scheme = scheme
			if u.special() != old.special() || scheme == "file" {
				u.scheme = old.scheme
			}
			u.setPort(u.port)
		}
	case "username", "password":
		if u.hostPort() == "" || u.scheme == "file" {
			return
		}
		if val = percentEncode(val, userinfoSet); prop == "username" {
			u.username = val
		} else {
			u.password = val
		}
	case "host", "hostname":
		if u.opaque != nil {
			return
		}
		host, port := val, ""
		if i := strings.IndexAny(host, "/?#\\"); i >= 0 {
			host = host[:i]
		}
		if i := strings.LastIndexByte(host, ':'); prop == "host" && i >= 0 && !strings.Contains(host[i:], "]") {
			host, port = host[:i], host[i+1:]
		}
		if h, ok := parseHost(host, u.special()); ok && (h != "" || !u.special()) {
			u.host = &h
			if port != "" {
				u.setPort(port)
			}
		}
	case "port":
		if u.hostPort() != "" && u.scheme != "file" {
			digits := val[:len(val)-len(strings.TrimLeft(val, "0123456789"))]
			if digits != "" || val == "" {
				u.setPort(digits)
			}
		}
	case "pathname":
		if u.opaque == nil {
			if !strings.HasPrefix(val, "/") && !(u.special() && strings.HasPrefix(val, "\\")) {
				val = "/" + val
			}
			u.setPath(val)
		}
	case "search":
		if u.query = nil; val != "" {
			u.setQuery(strings.TrimPrefix(val, "?"))
		}
	case "hash":
		if u.fragment = nil; val != "" {
			f := percentEncode(strings.TrimPrefix(val, "#"), " \"<>`")
			u.fragment = &f
		}
	}
}

// urlHost is what url.js asks of Go: parse and set give the parts of a URL, or undefined.
func (v *vm) urlHost() host {
	parts := func(u *urlRecord) goja.Value {
		o := v.rt.NewObject()
		for k, s := range map[string]string{"href": u.href(), "protocol": u.scheme + ":", "username": u.username, "password": u.password,
			"host": u.hostPort(), "port": u.port, "pathname": u.pathname(), "search": u.search(), "hash": u.hash(), "origin": u.origin()} {
			o.Set(k, v.str(s))
		}
		h := ""
		if u.host != nil {
			h = *u.host
		}
		o.Set("hostname", v.str(h))
		return o
	}
	parse := func(c goja.FunctionCall) *urlRecord {
		var base *urlRecord
		if b := c.Argument(1); b != v.undef {
			var ok bool
			if base, ok = parseURL(b.String(), nil); !ok {
				return nil
			}
		}
		u, ok := parseURL(c.Argument(0).String(), base)
		if !ok {
			return nil
		}
		return u
	}
	return host{
		"parse": func(c goja.FunctionCall) goja.Value {
			if u := parse(c); u != nil {
				return parts(u)
			}
			return v.undef
		},
		"set": func(c goja.FunctionCall) goja.Value {
			u, _ := parseURL(c.Argument(0).String(), nil)
			u.set(c.Argument(1).String(), c.Argument(2).String())
			return parts(u)
		},
	}
}
