package js

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

const forbiddenHost = "\x00\t\n\r #/:<>?@[\\]^|"

var hostProfile = idna.New(idna.MapForLookup(), idna.StrictDomainName(false), idna.Transitional(false))

func parseHost(h string, special bool) (string, bool) {
	if strings.HasPrefix(h, "[") {
		a, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(h, "["), "]"))
		if err != nil || !strings.HasSuffix(h, "]") || !a.Is6() || a.Zone() != "" {
			return "", false
		}
		b := a.As16()
		if a.Is4In6() {
			return fmt.Sprintf("[::ffff:%x:%x]", int(b[12])<<8|int(b[13]), int(b[14])<<8|int(b[15])), true
		}
		return "[" + a.String() + "]", true
	}
	if !special {
		return percentEncode(h, ""), !strings.ContainsAny(h, forbiddenHost)
	}
	h = percentDecode(h)
	if h != "" {
		ascii, err := hostProfile.ToASCII(h)
		if err != nil {
			return "", false
		}
		if again, err := hostProfile.ToASCII(ascii); err != nil || again != ascii {
			return "", false // labels that only look encoded
		}
		h = ascii
	}
	if strings.ContainsAny(h, forbiddenHost+"%\x7f") {
		return "", false
	}
	return parseIPv4(h)
}

// parseIPv4 gives hosts whose last label is a number the form of an address.
func parseIPv4(h string) (string, bool) {
	parts := strings.Split(strings.TrimSuffix(h, "."), ".")
	last := parts[len(parts)-1]
	if _, err := ipNumber(last); last == "" || err != nil && strings.Trim(last, "0123456789") != "" {
		return h, true
	}
	if len(parts) > 4 {
		return "", false
	}
	var n uint64
	for i, p := range parts {
		x, err := ipNumber(p)
		switch {
		case err != nil:
			return "", false
		case i < len(parts)-1 && x > 255, i == len(parts)-1 && x >= 1<<(8*(5-len(parts))):
			return "", false
		case i == len(parts)-1:
			n += x
		default:
			n += x << (8 * (3 - i))
		}
	}
	return fmt.Sprintf("%d.%d.%d.%d", n>>24, n>>16&255, n>>8&255, n&255), true
}

func ipNumber(p string) (uint64, error) {
	switch l := strings.ToLower(p); {
	case l == "0x":
		return 0, nil
	case strings.HasPrefix(l, "0x"):
		return strconv.ParseUint(l[2:], 16, 64)
	case len(p) > 1 && p[0] == '0':
		return strconv.ParseUint(p, 8, 64)
	}
	return strconv.ParseUint(p, 10, 64)
}

// percentEncode encodes controls, all beyond ASCII, and the characters of set.
func percentEncode(s, set string) string {
	var b strings.Builder
	for _, r := range s {
		if r > ' '-1 && r < 0x7F && !strings.ContainsRune(set, r) {
			b.WriteByte(byte(r))
			continue
		}
		var buf [4]byte
		for _, c := range buf[:utf8.EncodeRune(buf[:], r)] {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

func percentDecode(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var b []byte
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b = append(b, byte(n))
				i += 2
				continue
			}
		}
		b = append(b, s[i])
	}
	return strings.ToValidUTF8(string(b), "\uFFFD")
}
