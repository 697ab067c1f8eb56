package authz

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

// OutgoingRules say which servers flows may call. The zero value allows all.
//
// A server is judged twice: by its name, before it is looked up, and by each
// address, when a connection to it is made; so a name that resolves elsewhere the
// second time gains nothing. A name of deny is refused. An address that ranges of
// both lists contain belongs to the smaller range, and to deny if they are equal.
// What neither list knows is allowed unless there is an allow list.
type OutgoingRules struct {
	allowHosts, denyHosts   []hostPattern
	allowRanges, denyRanges []netip.Prefix
	closed                  bool // there is an allow list
}

// privateRanges are what the word "private" stands for: addresses that are not on
// the public internet (IANA special-purpose registries), cloud metadata among them.
var privateRanges = prefixesOf("0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 " +
	"192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 " +
	"::/127 100::/64 2001:db8::/32 fc00::/7 fe80::/10 fec0::/10 ff00::/8")

func prefixesOf(list string) []netip.Prefix {
	var out []netip.Prefix
	for text := range strings.FieldsSeq(list) {
		out = append(out, netip.MustParsePrefix(text))
	}
	return out
}

// ErrOutgoing says that the rules do not let a call out.
var ErrOutgoing = errors.New("the setting outgoing does not let calls go to this server")

// ParseOutgoingRules reads allow and deny lists: CIDR ranges, addresses, hosts as
// of credentials (name, *.name, with a port or without), and the word "private".
func ParseOutgoingRules(allow, deny []string) (*OutgoingRules, error) {
	r := &OutgoingRules{closed: len(allow) > 0}
	for _, list := range []struct {
		name   string
		texts  []string
		hosts  *[]hostPattern
		ranges *[]netip.Prefix
	}{{"allow", allow, &r.allowHosts, &r.allowRanges}, {"deny", deny, &r.denyHosts, &r.denyRanges}} {
		for _, text := range list.texts {
			if text == "private" {
				*list.ranges = append(*list.ranges, privateRanges...)
			} else if prefix, err := netip.ParsePrefix(text); err == nil {
				*list.ranges = append(*list.ranges, unmapped(prefix.Masked()))
			} else if addr, err := netip.ParseAddr(strings.Trim(text, "[]")); err == nil {
				addr = addr.Unmap().WithZone("")
				*list.ranges = append(*list.ranges, netip.PrefixFrom(addr, addr.BitLen()))
			} else if host, err := parseHostPattern(text); err == nil && !strings.Contains(text, "/") {
				*list.hosts = append(*list.hosts, host)
			} else {
				return nil, fmt.Errorf("outgoing.%s: %q is no range such as 10.0.0.0/8, no host such as api.example.com, and not the word private", list.name, text)
			}
		}
	}
	return r, nil
}

// Any tells whether there is a rule at all.
func (r *OutgoingRules) Any() bool {
	return r != nil && (r.closed || len(r.denyHosts)+len(r.denyRanges) > 0)
}

// JudgeHost judges a host by its name, with [ErrOutgoing] for one of deny. An
// allow list of names alone is decided here as well.
func (r *OutgoingRules) JudgeHost(host, port string) error {
	if !r.Any() {
		return nil
	}
	if matchesAny(r.denyHosts, host, port) {
		return refusedOutgoing(host)
	}
	if r.closed && len(r.allowRanges) == 0 && !matchesAny(r.allowHosts, host, port) {
		return refusedOutgoing(host)
	}
	return nil
}

// JudgeAddr judges an address that a connection to host is about to be made to.
func (r *OutgoingRules) JudgeAddr(host, port string, addr netip.Addr) error {
	if !r.Any() {
		return nil
	}
	addr = addr.Unmap().WithZone("")
	if inner := within(addr); inner != addr {
		if err := r.JudgeAddr(host, port, inner); err != nil {
			return err
		}
	}
	allowed, denied := longest(r.allowRanges, addr), longest(r.denyRanges, addr)
	switch {
	case denied >= 0 && denied >= allowed:
		return refusedOutgoing(host)
	case allowed >= 0 || !r.closed || matchesAny(r.allowHosts, host, port):
		return nil
	}
	return refusedOutgoing(host)
}

func refusedOutgoing(host string) error { return fmt.Errorf("%w: %s", ErrOutgoing, host) }

func matchesAny(list []hostPattern, host, port string) bool {
	for _, p := range list {
		if p.matches(host, port) {
			return true
		}
	}
	return false
}

// longest is the length of the smallest range with addr, -1 if there is none.
func longest(ranges []netip.Prefix, addr netip.Addr) int {
	best := -1
	for _, p := range ranges {
		if p.Contains(addr) {
			best = max(best, p.Bits())
		}
	}
	return best
}

// unmapped is a range of mapped addresses as the range of IPv4 that it is.
func unmapped(p netip.Prefix) netip.Prefix {
	if !p.Addr().Is4In6() || p.Bits() < 96 {
		return p
	}
	return netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
}

// within is the IPv4 address that an IPv6 one leads to by NAT64 (RFC 6052) or 6to4
// (RFC 3056), by which ranges of IPv4 could be gone round; others are themselves.
func within(addr netip.Addr) netip.Addr {
	if !addr.Is6() {
		return addr
	}
	b := addr.As16()
	switch {
	case strings.HasPrefix(string(b[:]), "\x00\x64\xff\x9b\x00\x00\x00\x00\x00\x00\x00\x00"):
		return netip.AddrFrom4([4]byte(b[12:]))
	case b[0] == 0x20 && b[1] == 0x02:
		return netip.AddrFrom4([4]byte(b[2:6]))
	}
	return addr
}
