package weburl

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// byteSet is a set of ASCII characters.
type byteSet [2]uint64

func (s *byteSet) has(c byte) bool { return s[c>>6&1]>>(c&63)&1 != 0 }

// in tells whether s has a character of the set.
func (s *byteSet) in(text string) bool {
	for i := 0; i < len(text); i++ {
		if c := text[i]; c < utf8.RuneSelf && s.has(c) {
			return true
		}
	}
	return false
}

func (s byteSet) with(chars string) byteSet {
	for i := 0; i < len(chars); i++ {
		s[chars[i]>>6] |= 1 << (chars[i] & 63)
	}
	return s
}

// newByteSet holds the controls too.
func newByteSet(chars string) byteSet { return byteSet{1<<32 - 1, 1 << 63}.with(chars) }

// The percent-encode sets of the standard.
var (
	controlSet      = newByteSet("")
	fragmentSet     = newByteSet(" \"<>`")
	querySet        = newByteSet(" \"#<>")
	specialQuerySet = newByteSet(" \"#<>'")
	pathSet         = newByteSet(" \"#<>?`{}^")
	userinfoSet     = newByteSet(" \"#<>?`{}^/:;=@[\\]|")
)

// encode percent-encodes the characters of set, and all that are not ASCII. What is
// no UTF-8 becomes U+FFFD: a byte, or half a surrogate pair in three.
func encode(s string, set *byteSet) string {
	clean := 0
	for clean < len(s) && s[clean] < utf8.RuneSelf && !set.has(s[clean]) {
		clean++
	}
	if clean == len(s) {
		return s
	}
	b := append(make([]byte, 0, len(s)+16), s[:clean]...)
	for i := clean; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			i++
			if set.has(c) {
				b = escape(b, c)
			} else {
				b = append(b, c)
			}
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 && s[i] == 0xED && i+2 < len(s) && s[i+1] >= 0xA0 {
			size = 3
		}
		var utf [utf8.UTFMax]byte
		for _, c := range utf[:utf8.EncodeRune(utf[:], r)] {
			b = escape(b, c)
		}
		i += size
	}
	return string(b)
}

func escape(b []byte, c byte) []byte {
	const hex = "0123456789ABCDEF"
	return append(b, '%', hex[c>>4], hex[c&15])
}

// decode replaces escapes and leaves alone what is none.
func decode(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	b := make([]byte, 0, len(s))
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
	return string(b)
}
