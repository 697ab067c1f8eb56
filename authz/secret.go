package authz

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"strings"
)

// Kind says which doors a token opens.
type Kind string

const (
	KindHTTP  Kind = "http"  // endpoints of flows
	KindAdmin Kind = "admin" // admin APIs, never a flow's endpoint

	kindSession Kind = "session" // a browser's cookie, never an Authorization header
	kindTicket  Kind = "ticket"  // opens one websocket, from its address
)

var prefixes = map[Kind]string{KindHTTP: "sluh_", KindAdmin: "slua_", kindSession: "slus_", kindTicket: "sluw_"}

const (
	digits      = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	prefixLen   = 5
	randomLen   = 43 // log2(62^43) = 256.03 bits
	checkLen    = 6  // 62^6 > 2^32
	secretLen   = prefixLen + randomLen + checkLen
	foreignLow  = 20
	foreignHigh = 512
)

// Hash is the SHA-256 of a token's whole value: all that is kept of it. A fast
// hash is right for 256 random bits; a slow one would cost every request.
type Hash [sha256.Size]byte

// hashOf hashes a plausible value.
func hashOf(value string) Hash {
	var buf [foreignHigh]byte // on the stack: converting the string would allocate
	return sha256.Sum256(buf[:copy(buf[:], value)])
}

// ParseHash reads a SHA-256 in hexadecimal, or in base64 as FlowFuse stores it.
func ParseHash(text string) (Hash, error) {
	raw, err := hex.DecodeString(text)
	if len(text) != 2*len(Hash{}) || err != nil {
		raw, err = base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
	}
	if err != nil || len(raw) != len(Hash{}) {
		return Hash{}, fmt.Errorf("%q is not a SHA-256: give 64 hexadecimal digits, or base64 of 32 bytes", text)
	}
	return Hash(raw), nil
}

// newSecret returns a new token value: prefix, 43 random characters, 6 check characters.
func newSecret(kind Kind) string {
	out := append(make([]byte, 0, secretLen), prefixes[kind]...)
	var pool [64]byte
	for len(out) < prefixLen+randomLen {
		rand.Read(pool[:]) // never fails: crypto/rand ends the process instead
		for _, b := range pool {
			// 248 = 4*62: dropping the rest keeps every character equally likely.
			if b < 248 && len(out) < prefixLen+randomLen {
				out = append(out, digits[b%62])
			}
		}
	}
	check := checkOf(string(out))
	return string(append(out, check[:]...))
}

// checkOf returns the CRC-32 (IEEE) of s in base 62. It lets the guard and
// secret scanners drop typing errors; it protects nothing.
func checkOf(s string) (check [checkLen]byte) {
	// Byte by byte over the string: crc32.Update would move a copy of it to the heap.
	crc := ^uint32(0)
	for i := range len(s) {
		crc = crc32.IEEETable[byte(crc)^s[i]] ^ crc>>8
	}
	crc = ^crc
	for i := checkLen - 1; i >= 0; i-- {
		check[i] = digits[crc%62]
		crc /= 62
	}
	return check
}

// ownPrefix reports whether value claims to be one of ours: slua_, sluh_, slus_, sluw_.
func ownPrefix(value string) bool {
	return len(value) >= prefixLen && value[:3] == "slu" && value[4] == '_'
}

// plausible reports whether value can be a token at all.
// Foreign tokens are known by their hash only (see [Store.Import]).
func plausible(value string) bool {
	return shaped(value) && isB64Token(value) && (!ownPrefix(value) || checked(value))
}

// shaped is plausible by prefix and length alone, for where the value is looked up
// anyway: what has other faults is not found.
func shaped(value string) bool {
	if !ownPrefix(value) {
		return len(value) >= foreignLow && len(value) <= foreignHigh
	}
	return len(value) == secretLen && (value[3] == 'h' || value[3] == 'a')
}

// shapedSession is shaped for the value of a session's cookie.
func shapedSession(value string) bool {
	return len(value) == secretLen && ownPrefix(value) && value[3] == 's'
}

func checked(value string) bool {
	return checkOf(value[:secretLen-checkLen]) == [checkLen]byte([]byte(value[secretLen-checkLen:]))
}

// hintOf is what lists show of a token so that its owner can tell it from
// others: its prefix, if it has one, and its last four characters.
func hintOf(value string) string {
	prefix, _, found := strings.Cut(value, "_")
	if !found || len(prefix) > 8 {
		return value[len(value)-4:]
	}
	return prefix + "_" + value[len(value)-4:]
}

// isB64Token reports whether s is a b64token of RFC 6750 2.1: 1*( ALPHA / DIGIT / "-._~+/" ) *"=".
func isB64Token(s string) bool {
	s = strings.TrimRight(s, "=")
	if s == "" {
		return false
	}
	for i := range len(s) {
		if !b64Char[s[i]] {
			return false
		}
	}
	return true
}

var b64Char = func() (set [256]bool) {
	for _, c := range []byte(digits + "-._~+/") {
		set[c] = true
	}
	return set
}()
