package network

import (
	"net/netip"
	"strings"

	"sluice/runtime/msg"
)

// trust is Express's setting "trust proxy": whose word about the client counts.
// The zero value trusts nobody.
type trust struct {
	all  bool
	hops int            // so many proxies in front, whatever their addresses
	from []netip.Prefix // or those with these
}

// trustedRanges are the names of npm's proxy-addr.
var trustedRanges = map[string][]netip.Prefix{
	"loopback":    prefixes("127.0.0.0/8", "::1/128"),
	"linklocal":   prefixes("169.254.0.0/16", "fe80::/10"),
	"uniquelocal": prefixes("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"),
}

func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		list[i] = netip.MustParsePrefix(text)
	}
	return list
}

// newTrust reads the setting: true, a number of proxies, or their addresses in a list
// or a text. What is no address is trusted by nobody.
func newTrust(v any) trust {
	t := trust{all: v == true}
	var names []string
	switch v := v.(type) {
	case float64:
		t.hops = int(min(max(v, 0), 1000))
	case string:
		names = strings.Split(v, ",")
	case *msg.Array:
		names = headerTexts(v)
	}
	for _, name := range names {
		name = strings.TrimSpace(name)
		if known, ok := trustedRanges[name]; ok {
			t.from = append(t.from, known...)
		} else if p, err := netip.ParsePrefix(name); err == nil {
			t.from = append(t.from, p.Masked())
		} else if a, err := netip.ParseAddr(name); err == nil {
			t.from = append(t.from, netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()))
		}
	}
	return t
}

// trusts tells whether the address is believed that is hop steps from here.
func (t trust) trusts(address string, hop int) bool {
	if t.all || hop < t.hops {
		return true
	}
	if len(t.from) == 0 {
		return false
	}
	a, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	for _, p := range t.from {
		if p.Contains(a.Unmap().WithZone("")) {
			return true
		}
	}
	return false
}

// believed cuts addresses, the client's first and the socket's last, in front of the
// first one that is not vouched for.
func (t trust) believed(addresses []string) []string {
	for hop := range len(addresses) - 1 {
		if at := len(addresses) - 1 - hop; !t.trusts(addresses[at], hop) {
			return addresses[at:]
		}
	}
	return addresses
}
