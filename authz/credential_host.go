package authz

import (
	"net"
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// hostPattern is a host that a credential may be sent to: a name, the sub-domains
// of one, or an address; on one port or on any.
type hostPattern struct {
	host       string // lower case, punycode; an address as netip prints it
	subdomains bool   // the pattern began with "*."
	port       string // "" for any
}

func parseHostPattern(text string) (hostPattern, error) {
	p := hostPattern{}
	fault := func(reason string) (hostPattern, error) {
		return p, credentialErrorf("%q is no host for a credential: %s", text, reason)
	}
	rest := strings.ToLower(strings.TrimSpace(text))
	if strings.ContainsAny(rest, "/@?#") {
		return fault("write the host alone, as in api.example.com or api.example.com:8443")
	}
	if after, ok := strings.CutPrefix(rest, "*."); ok {
		rest, p.subdomains = after, true
	}
	if addr, err := netip.ParseAddr(strings.Trim(rest, "[]")); err == nil {
		p.host = addr.Unmap().String()
	} else if i := strings.LastIndexByte(rest, ':'); i >= 0 {
		n, err := strconv.ParseUint(rest[i+1:], 10, 16)
		if err != nil || n == 0 {
			return fault("its port is none")
		}
		p.host, p.port = rest[:i], strconv.FormatUint(n, 10)
	} else {
		p.host = rest
	}
	if addr, err := netip.ParseAddr(strings.Trim(p.host, "[]")); err == nil {
		if p.subdomains {
			return fault("an address has no sub-domains")
		}
		p.host = addr.Unmap().String()
		return p, nil
	}
	name, err := idna.Lookup.ToASCII(strings.TrimSuffix(p.host, "."))
	if err != nil || strings.Trim(name, ".") != name || name == "" || strings.ContainsAny(name, "*:[]%\\ ") {
		return fault("it is no name")
	}
	p.host = name
	if suffix, registry := publicsuffix.PublicSuffix(p.host); p.subdomains && registry && suffix == p.host {
		return fault("anybody can have a name below it")
	}
	return p, nil
}

func (p hostPattern) String() string {
	host := p.host
	if p.subdomains {
		host = "*." + host
	}
	if p.port == "" {
		return host
	}
	return net.JoinHostPort(host, p.port)
}

// matches tells whether a host, as a URL has it, and its port are of the pattern.
func (p hostPattern) matches(host, port string) bool {
	if p.port != "" && p.port != port {
		return false
	}
	host = strings.TrimSuffix(strings.ToLower(strings.Trim(host, "[]")), ".")
	if addr, err := netip.ParseAddr(host); err == nil {
		host = addr.Unmap().String()
	}
	if p.subdomains {
		return strings.HasSuffix(host, "."+p.host)
	}
	return host == p.host
}

func isLoopbackName(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.IsLoopback()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}
