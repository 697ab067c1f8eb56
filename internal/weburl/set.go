package weburl

import "strings"

// Set gives a part a new value as assigning to a property of a URL object does; what
// it cannot use it leaves alone. It knows protocol, username, password, host,
// hostname, port, pathname, search and hash.
func (u *URL) Set(property, value string) {
	value = withoutBreaks(value)
	switch property {
	case "protocol":
		u.setScheme(value)
	case "username":
		if u.hasAuthority() {
			u.Username = encode(value, &userinfoSet)
		}
	case "password":
		if u.hasAuthority() {
			u.Password = encode(value, &userinfoSet)
		}
	case "host", "hostname":
		u.replaceHost(value, property == "host")
	case "port":
		if u.hasAuthority() {
			u.replacePort(value)
		}
	case "pathname":
		switch {
		case u.Opaque:
		case value == "" && !u.special() && !u.HasHost:
			u.Path = "/"
		default:
			u.setPath("", value)
		}
	case "search":
		if u.Query, u.HasQuery = "", false; value != "" {
			u.setQuery(strings.TrimPrefix(value, "?"))
		}
	case "hash":
		if u.Fragment, u.HasFragment = "", false; value != "" {
			u.Fragment, u.HasFragment = encode(strings.TrimPrefix(value, "#"), &fragmentSet), true
		}
	}
}

// hasAuthority tells whether u has a place for a user and a port.
func (u *URL) hasAuthority() bool { return u.Host != "" && u.Scheme != "file" }

func (u *URL) setScheme(value string) {
	scheme, _, ok := cutScheme(value + ":")
	_, special := defaultPort(scheme)
	switch {
	case !ok, special != u.special():
	case scheme == "file" && u.Username+u.Password+u.Port != "":
	case u.Scheme == "file" && u.Host == "":
	default:
		u.Scheme = scheme
		_ = u.setPort(u.Port) // which was one
	}
}

func (u *URL) replaceHost(value string, withPort bool) {
	if u.Opaque {
		return
	}
	ends := `/?#`
	if u.special() {
		ends = `/\?#`
	}
	if end := strings.IndexAny(value, ends); end >= 0 {
		value = value[:end]
	}
	host, port, hasPort := value, "", false
	if u.Scheme != "file" {
		name := value[:strings.IndexByte(value, ']')+1] // an address has colons of its own
		host, port, hasPort = strings.Cut(value[len(name):], ":")
		host = name + host
	}
	switch {
	case hasPort && (!withPort || host == ""):
		return
	case host == "" && u.Scheme != "file" && (u.special() || u.Username+u.Password+u.Port != ""):
		return
	}
	if host != "" || u.Scheme != "file" {
		var err error
		if host, err = parseHost(host, u.special()); err != nil {
			return
		}
	}
	if u.Scheme == "file" && host == "localhost" {
		host = ""
	}
	if u.Host, u.HasHost = host, true; port != "" {
		u.replacePort(port)
	}
}

// replacePort takes the digits that value begins with.
func (u *URL) replacePort(value string) {
	digits := value[:len(value)-len(strings.TrimLeft(value, "0123456789"))]
	if digits != "" || value == "" {
		_ = u.setPort(digits) // a port that is too high changes nothing
	}
}
