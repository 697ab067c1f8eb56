package http1

import (
	"encoding/binary"
	"net/textproto"
	"strings"
)

// cutField takes a header line apart. ok is false if it does not begin with a name and
// its colon: no line goes on in the next (RFC 9112, 5). Its bytes are those of a head
// that isText has passed.
func cutField(line string) (key, value string, ok bool) {
	canonical := true
	before := byteDash // a name begins as do its parts behind a dash
	for i := range len(line) {
		kind := byteKinds[line[i]]
		switch kind {
		case byteNone:
			if i == 0 || line[i] != ':' {
				return "", "", false
			}
			key = line[:i]
			if !canonical {
				key = canonicalKey(key)
			}
			return key, trimBlanks(line[i+1:]), true
		case byteSmall:
			canonical = canonical && before != byteDash
		case byteCapital:
			canonical = canonical && before == byteDash
		}
		before = kind
	}
	return "", "", false
}

// byteKind is what a byte is in a header's name (RFC 9110, 5.6.2).
type byteKind uint8

const (
	byteNone byteKind = iota // it cannot be in one
	byteSmall
	byteCapital
	byteDash
	byteOther
)

var byteKinds = func() (kinds [256]byteKind) {
	for c := range 256 {
		switch {
		case c >= 'a' && c <= 'z':
			kinds[c] = byteSmall
		case c >= 'A' && c <= 'Z':
			kinds[c] = byteCapital
		case c == '-':
			kinds[c] = byteDash
		case c >= '0' && c <= '9' || strings.IndexByte("!#$%&'*+.^_`|~", byte(c)) >= 0:
			kinds[c] = byteOther
		}
	}
	return kinds
}()

// canonicalKey is textproto's spelling of a header's name.
func canonicalKey(name string) string {
	if key, ok := smallNames[name]; ok {
		return key
	}
	return textproto.CanonicalMIMEHeaderKey(name)
}

// smallNames are the keys of what programs send in small letters, and browsers too.
var smallNames = func() map[string]string {
	names := map[string]string{}
	for _, key := range strings.Fields(`Accept Accept-Encoding Accept-Language Authorization Cache-Control Connection Content-Length
		Content-Type Cookie Host If-None-Match Origin Priority Referer Sec-Ch-Ua Sec-Ch-Ua-Mobile Sec-Ch-Ua-Platform Sec-Fetch-Dest
		Sec-Fetch-Mode Sec-Fetch-Site Sec-Fetch-User Traceparent User-Agent X-Forwarded-For X-Forwarded-Proto X-Request-Id`) {
		names[strings.ToLower(key)] = key
	}
	return names
}()

// isText tells whether a head has no control characters but tabs and the ends of its
// lines (RFC 9110, 5.5). It looks at eight bytes at a time.
func isText(head []byte) bool {
	const each = 0x0101010101010101
	for ; len(head) >= 8; head = head[8:] {
		w := binary.LittleEndian.Uint64(head)
		below := (w - 0x20*each) &^ w
		del := w ^ 0x7f*each
		if (below|(del-each)&^del)&(0x80*each) != 0 && !isTextByByte(head, 8) {
			return false
		}
	}
	return isTextByByte(head, len(head))
}

// isTextByByte is isText for the first n bytes.
func isTextByByte(head []byte, n int) bool {
	for i, c := range head[:n] {
		switch {
		case c >= ' ' && c != 0x7f, c == '\t', c == '\n':
		case c == '\r' && i+1 < len(head) && head[i+1] == '\n':
		default:
			return false
		}
	}
	return true
}
