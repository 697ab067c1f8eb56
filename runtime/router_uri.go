package runtime

import (
	"crypto/sha1" //nolint:gosec // an entity tag, not a secret: npm's etag uses it
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"
)

// DecodeURIComponent is JavaScript's function; ok is false where that throws.
func DecodeURIComponent(s string) (decoded string, ok bool) {
	first := strings.IndexByte(s, '%')
	if first < 0 {
		return s, true
	}
	b := make([]byte, first, len(s))
	copy(b, s)
	for i := first; i < len(s); i++ {
		if s[i] != '%' {
			b = append(b, s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", false
		}
		high, low := unhex(s[i+1]), unhex(s[i+2])
		if high < 0 || low < 0 {
			return "", false
		}
		i += 2
		b = append(b, byte(high<<4|low))
	}
	return string(b), utf8.Valid(b) || validOutsideEscapes(s)
}

// validOutsideEscapes decides for a text that itself has lone surrogates: only
// what the escapes make must be UTF-8.
func validOutsideEscapes(s string) bool {
	for i := 0; i < len(s); {
		if s[i] != '%' {
			i++
			continue
		}
		var run []byte
		for i+2 < len(s) && s[i] == '%' {
			run = append(run, byte(unhex(s[i+1])<<4|unhex(s[i+2])))
			i += 3
		}
		if !utf8.Valid(run) {
			return false
		}
		if len(run) == 0 {
			return false
		}
	}
	return true
}

// MalformedPath tells whether the path of a request has a % that begins no escape.
func MalformedPath(r *http.Request) bool {
	path := RequestPath(r)
	for i := strings.IndexByte(path, '%'); i >= 0 && i < len(path); i++ {
		if path[i] == '%' && (i+2 >= len(path) || unhex(path[i+1]) < 0 || unhex(path[i+2]) < 0) {
			return true
		}
	}
	return false
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

const upperHex = "0123456789ABCDEF"

// EncodeURL percent-encodes what may not stand in a URL and leaves escapes that
// are there, as npm's encodeurl does.
func EncodeURL(s string) string {
	n := 0
	for n < len(s) && s[n] != '%' && urlSafe(s[n]) {
		n++
	}
	if n == len(s) {
		return s
	}
	var b strings.Builder
	b.WriteString(s[:n])
	s = strings.ToValidUTF8(s[n:], "\uFFFD")
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '%' && i+2 < len(s) && unhex(s[i+1]) >= 0 && unhex(s[i+2]) >= 0 || c != '%' && urlSafe(c) {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(upperHex[c>>4])
		b.WriteByte(upperHex[c&15])
	}
	return b.String()
}

// urlSafe is encodeurl's set: printable ASCII without " < > ` { }.
func urlSafe(c byte) bool {
	return c > ' ' && c < 0x7F && c != '"' && c != '<' && c != '>' && c != '`' && c != '{' && c != '}'
}

// ETag returns the entity tag that npm's etag gives a body.
func ETag(body []byte, weak bool) string {
	sum := sha1.Sum(body) //nolint:gosec // see the import
	var buf [64]byte
	b := buf[:0]
	if weak {
		b = append(b, 'W', '/')
	}
	b = append(b, '"')
	b = strconv.AppendInt(b, int64(len(body)), 16)
	b = append(b, '-')
	b = base64.StdEncoding.AppendEncode(b, sum[:])
	b = append(b[:len(b)-1], '"') // 20 bytes give 27 characters and one of padding
	return string(b)
}
