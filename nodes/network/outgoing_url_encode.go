package network

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"sluice/runtime/msg"
)

// byteSet is a set of ASCII characters.
type byteSet [2]uint64

func (s *byteSet) has(c byte) bool { return s[c>>6&1]>>(c&63)&1 != 0 }

func newByteSet(chars string) byteSet {
	s := byteSet{1<<32 - 1, 1 << 63} // the controls
	for i := 0; i < len(chars); i++ {
		s[chars[i]>>6] |= 1 << (chars[i] & 63)
	}
	return s
}

// The percent-encode sets of the URL standard.
var (
	fragmentSet = newByteSet(" \"<>`")
	querySet    = newByteSet(" \"#<>'")
	pathSet     = newByteSet(" \"#<>?`{}^")
	userinfoSet = newByteSet(" \"#<>?`{}^/:;=@[\\]|")
)

// encodeURLPart percent-encodes the characters of set, and all that are not ASCII.
func encodeURLPart(s string, set *byteSet) string {
	clean := 0
	for clean < len(s) && s[clean] < utf8.RuneSelf && !set.has(s[clean]) {
		clean++
	}
	if clean == len(s) {
		return s
	}
	s = msg.ToUTF8(s)
	const hex = "0123456789ABCDEF"
	b := make([]byte, 0, len(s)+16)
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= utf8.RuneSelf || set.has(c) {
			b = append(b, '%', hex[c>>4], hex[c&15])
		} else {
			b = append(b, c)
		}
	}
	return string(b)
}

// percentDecode replaces escapes and leaves alone what is none.
func percentDecode(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil && s[i+1] != '+' {
				b = append(b, byte(n))
				i += 2
				continue
			}
		}
		b = append(b, s[i])
	}
	return string(b)
}
