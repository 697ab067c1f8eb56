// Package weburl reads URLs by the WHATWG URL standard, as Node's URL class does:
// "http://127.1/a b" is http://127.0.0.1/a%20b. net/url follows RFC 3986 and refuses
// much of what flows contain.
//
// It does not read what Node's older url.parse would take, opens nothing and knows no
// query parameters.
package weburl

import (
	"errors"
	"strings"
)

// ErrInvalid is what Parse returns for text that is no URL.
var ErrInvalid = errors.New("Invalid URL")

// URL is a URL whose parts have been normalised and percent-encoded.
type URL struct {
	Scheme             string // lower case, without the colon
	Username, Password string // still percent-encoded
	Host               string // lower case, punycode, IPv6 in brackets
	Port               string // "" for the scheme's default
	Path               string
	Query, Fragment    string // without ? and #

	HasHost, HasQuery, HasFragment bool // tell an empty part from none

	Opaque bool // Path is no list of names: mailto:x
}

// IsHTTP tells whether an HTTP client can ask for u.
func (u *URL) IsHTTP() bool { return u.Scheme == "http" || u.Scheme == "https" }

// special tells whether the standard has rules of its own for the scheme.
func (u *URL) special() bool {
	_, special := defaultPort(u.Scheme)
	return special
}

func defaultPort(scheme string) (port string, special bool) {
	switch scheme {
	case "http", "ws":
		return "80", true
	case "https", "wss":
		return "443", true
	case "ftp":
		return "21", true
	case "file":
		return "", true
	}
	return "", false
}

// HostPort is the host and, unless it is the scheme's default, the port.
func (u *URL) HostPort() string {
	if u.Port == "" {
		return u.Host
	}
	return u.Host + ":" + u.Port
}

// Address is what to connect to: the host and always the port.
func (u *URL) Address() string { return u.Host + ":" + u.PortNumber() }

// PortNumber is the port, the scheme's default if the URL names none.
func (u *URL) PortNumber() string {
	if u.Port != "" {
		return u.Port
	}
	port, _ := defaultPort(u.Scheme)
	return port
}

// Hostname is the host without brackets.
func (u *URL) Hostname() string { return strings.Trim(u.Host, "[]") }

// Target is what a request line names. Like Node's client, it leaves out a lone
// question mark.
func (u *URL) Target() string {
	if u.Query == "" {
		return u.Path
	}
	return u.Path + "?" + u.Query
}

// Origin is scheme, host and port, or "null" where a URL has no origin.
func (u *URL) Origin() string {
	if !u.special() || u.Scheme == "file" {
		return "null"
	}
	return u.Scheme + "://" + u.HostPort()
}

// SameOrigin tells whether scheme, host and port agree.
func (u *URL) SameOrigin(v *URL) bool {
	return u.Scheme == v.Scheme && u.Host == v.Host && u.Port == v.Port
}

// String is the URL without user and password, which are nobody's business but the
// server's.
func (u *URL) String() string { return u.text("") }

// Href is the whole URL, user and password included.
func (u *URL) Href() string {
	switch {
	case u.Password != "":
		return u.text(u.Username + ":" + u.Password + "@")
	case u.Username != "":
		return u.text(u.Username + "@")
	}
	return u.text("")
}

func (u *URL) text(userinfo string) string {
	var b strings.Builder
	b.Grow(len(u.Scheme) + len(userinfo) + len(u.Host) + len(u.Port) + len(u.Path) + len(u.Query) + len(u.Fragment) + 6)
	b.WriteString(u.Scheme)
	b.WriteByte(':')
	if u.HasHost {
		b.WriteString("//")
		b.WriteString(userinfo)
		b.WriteString(u.Host)
		if u.Port != "" {
			b.WriteByte(':')
			b.WriteString(u.Port)
		}
	} else if !u.Opaque && strings.HasPrefix(u.Path, "//") {
		b.WriteString("/.") // or the path would read as a host
	}
	b.WriteString(u.Path)
	if u.HasQuery {
		b.WriteByte('?')
		b.WriteString(u.Query)
	}
	if u.HasFragment {
		b.WriteByte('#')
		b.WriteString(u.Fragment)
	}
	return b.String()
}
