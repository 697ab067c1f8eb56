package weburl

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// parseHost reads a host: an IPv6 address in brackets, or where the scheme is special
// an IPv4 address in any of the spellings that inet_aton knows, or a domain.
func parseHost(s string, special bool) (string, error) {
	if strings.HasPrefix(s, "[") {
		addr, err := netip.ParseAddr(strings.TrimSuffix(s[1:], "]"))
		if err != nil || !strings.HasSuffix(s, "]") || !addr.Is6() || addr.Zone() != "" {
			return "", ErrInvalid
		}
		return "[" + serializeIPv6(addr) + "]", nil
	}
	if !special {
		if hostSet.in(s) {
			return "", ErrInvalid
		}
		return encode(s, &controlSet), nil
	}
	if s = decode(s); isASCII(s) {
		s = strings.ToLower(s) // and is else taken as it is, even labels that only look encoded
	} else {
		var err error
		if s, err = hostProfile.ToASCII(strings.ToValidUTF8(s, "\uFFFD")); err != nil {
			return "", ErrInvalid
		}
	}
	if s == "" || domainSet.in(s) {
		return "", ErrInvalid
	}
	if !endsInNumber(s) {
		return s, nil
	}
	return parseIPv4(s)
}

// What no host contains, and no host of a special scheme.
var (
	hostSet   = byteSet{}.with("\x00\t\n\r #/:<>?@[\\]^|")
	domainSet = newByteSet(" #/:<>?@[\\]^|%")
)

var hostProfile = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false), idna.CheckHyphens(false), idna.VerifyDNSLength(false))

// serializeIPv6 prints an address as the URL standard does, which never mixes in dotted decimals.
func serializeIPv6(addr netip.Addr) string {
	if !addr.Is4In6() {
		return addr.String()
	}
	b := addr.As16()
	return "::ffff:" + strconv.FormatUint(uint64(b[12])<<8|uint64(b[13]), 16) + ":" + strconv.FormatUint(uint64(b[14])<<8|uint64(b[15]), 16)
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func endsInNumber(host string) bool {
	host = strings.TrimSuffix(host, ".")
	last := host[strings.LastIndexByte(host, '.')+1:]
	if last == "" {
		return false
	}
	if _, ok := parseIPv4Number(last); ok {
		return true
	}
	return strings.Trim(last, "0123456789") == ""
}

func parseIPv4Number(s string) (uint64, bool) {
	base := 10
	switch {
	case s == "":
		return 0, false
	case len(s) >= 2 && (s[:2] == "0x" || s[:2] == "0X"):
		s, base = s[2:], 16
	case len(s) >= 2 && s[0] == '0':
		s, base = s[1:], 8
	}
	if s == "" {
		return 0, true
	}
	if s[0] == '+' || s[0] == '-' || strings.Contains(s, "_") {
		return 0, false
	}
	n, err := strconv.ParseUint(s, base, 64)
	return n, err == nil || errors.Is(err, strconv.ErrRange)
}

func parseIPv4(host string) (string, error) {
	parts := strings.Split(strings.TrimSuffix(host, "."), ".")
	if len(parts) > 4 {
		return "", ErrInvalid
	}
	var addr uint64
	for i, part := range parts {
		n, ok := parseIPv4Number(part)
		limit := uint64(255)
		if i == len(parts)-1 {
			limit = 1<<(8*(5-len(parts))) - 1
			addr <<= 8 * (5 - len(parts))
		} else {
			addr <<= 8
		}
		if !ok || n > limit {
			return "", ErrInvalid
		}
		addr |= n
	}
	return netip.AddrFrom4([4]byte{byte(addr >> 24), byte(addr >> 16), byte(addr >> 8), byte(addr)}).String(), nil
}
