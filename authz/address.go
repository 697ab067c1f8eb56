package authz

import (
	"net/http"
	"net/netip"
	"strings"
)

// clientAddress is where a request comes from: the peer, or, if that is a trusted
// proxy, the last address in X-Forwarded-For that is none. Headers of other peers
// are not believed.
func clientAddress(r *http.Request, trusted []netip.Prefix) netip.Addr {
	peer := addressOf(r.RemoteAddr)
	if len(trusted) == 0 || !contains(trusted, peer) {
		return peer
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop := addressOf(strings.TrimSpace(hops[i]))
		if !hop.IsValid() {
			return peer // whatever stands further left is not vouched for
		}
		if peer = hop; !contains(trusted, hop) {
			break
		}
	}
	return peer
}

// addressOf reads an address with or without a port. The zero Addr is in no range.
func addressOf(text string) netip.Addr {
	if at, err := netip.ParseAddrPort(text); err == nil {
		return at.Addr().Unmap().WithZone("")
	}
	addr, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Addr{}
	}
	return addr.Unmap().WithZone("")
}

func contains(ranges []netip.Prefix, addr netip.Addr) bool {
	for _, p := range ranges {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}
