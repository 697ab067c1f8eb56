package msg

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Strings are WTF-8: UTF-8 in which a surrogate without its partner is kept as
// three bytes, ED A0..BF xx. A pair is always one four-byte character; whatever
// joins text must keep that, see appendUnit.

const (
	surrLow  = 0xDC00 // first low (second) surrogate
	surrEnd  = 0xE000
	surrHigh = 0xD800 // first high (first) surrogate
)

// decodeRune is utf8.DecodeRuneInString, but knows lone surrogates.
func decodeRune(s string) (rune, int) {
	r, size := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError && size == 1 && isSurrogate(s) {
		return 0xD000 | rune(s[1]&0x3F)<<6 | rune(s[2]&0x3F), 3
	}
	return r, size
}

// isSurrogate tells whether s starts with a lone surrogate.
func isSurrogate[T string | []byte](s T) bool {
	return len(s) >= 3 && s[0] == 0xED && s[1]&0xE0 == 0xA0 && s[2]&0xC0 == 0x80
}

// appendRune appends a code point, which may be a lone surrogate.
func appendRune(b []byte, r rune) []byte {
	if r >= surrHigh && r < surrEnd {
		return append(b, 0xED, 0x80|byte(r>>6&0x3F), 0x80|byte(r&0x3F))
	}
	return utf8.AppendRune(b, r)
}

// appendUnit appends a code unit; a low surrogate joins the high one before it.
func appendUnit(b []byte, u uint16) []byte {
	if u >= surrLow && u < surrEnd && len(b) >= 3 {
		if last := b[len(b)-3:]; isSurrogate(last) && last[1] < 0xB0 {
			high := 0xD000 | rune(last[1]&0x3F)<<6 | rune(last[2]&0x3F)
			r := 0x10000 + (high-surrHigh)<<10 + rune(u) - surrLow
			return utf8.AppendRune(b[:len(b)-3], r)
		}
	}
	return appendRune(b, rune(u))
}

// asciiPrefix returns the length of the longest prefix of s that is ASCII, at most n.
func asciiPrefix(s string, n int) int {
	n = min(n, len(s))
	for i := 0; i < n; i++ {
		if s[i] >= utf8.RuneSelf {
			return i
		}
	}
	return n
}

// UTF16Len returns the length of s as JavaScript counts it, in code units.
func UTF16Len(s string) int {
	n := len(s)
	for i := asciiPrefix(s, len(s)); i < len(s); {
		r, size := decodeRune(s[i:])
		i += size
		n -= size - units(r)
	}
	return n
}

// UTF16At returns code unit i of s; ok is false outside the string.
func UTF16At(s string, i int) (u uint16, ok bool) {
	if i < 0 || i >= len(s) {
		return 0, false
	}
	at := asciiPrefix(s, i+1)
	if at > i {
		return uint16(s[i]), true
	}
	for i -= at; at < len(s); {
		r, size := decodeRune(s[at:])
		switch {
		case units(r) == 2 && i < 2:
			pair := [2]uint16{highOf(r), lowOf(r)}
			return pair[i], true
		case i == 0:
			return uint16(r), true
		}
		at += size
		i -= units(r)
	}
	return 0, false
}

// UTF16Slice is String.prototype.slice for 0 <= i <= j <= UTF16Len(s).
func UTF16Slice(s string, i, j int) string {
	start, splitStart := byteOffset(s, i)
	n, splitEnd := byteOffset(s[start:], j-i+splitStart)
	if splitStart == 0 && splitEnd == 0 {
		return s[start : start+n]
	}
	// An end falls between the halves of a pair, which then stand alone.
	all := ToUTF16(s[start:])
	return FromUTF16(all[splitStart : splitStart+j-i])
}

// byteOffset returns where code unit i starts in s. If that is the second half
// of a pair, it returns the start of the pair and 1.
func byteOffset(s string, i int) (offset, split int) {
	at := asciiPrefix(s, i)
	for n := at; n < i && at < len(s); {
		r, size := decodeRune(s[at:])
		if n += units(r); n > i {
			return at, 1
		}
		at += size
	}
	return at, 0
}

func units(r rune) int {
	if r >= 0x10000 {
		return 2
	}
	return 1
}

func highOf(r rune) uint16 { return uint16(surrHigh + (r-0x10000)>>10) }
func lowOf(r rune) uint16  { return uint16(surrLow + (r-0x10000)&0x3FF) }

// FromUTF16 makes a string of code units.
func FromUTF16(units []uint16) string {
	b := make([]byte, 0, len(units))
	for _, u := range units {
		if u < utf8.RuneSelf {
			b = append(b, byte(u))
		} else {
			b = appendUnit(b, u)
		}
	}
	return string(b)
}

// ToUTF16 returns the code units of s.
func ToUTF16(s string) []uint16 {
	out := make([]uint16, 0, len(s))
	for len(s) > 0 {
		r, size := decodeRune(s)
		s = s[size:]
		if units(r) == 2 {
			out = append(out, highOf(r), lowOf(r))
		} else {
			out = append(out, uint16(r))
		}
	}
	return out
}

// Concat is JavaScript's + for strings: halves of a surrogate pair that meet become one character.
func Concat(a, b string) string {
	if isSurrogate(b) && b[1] >= 0xB0 && len(a) >= 3 && isSurrogate(a[len(a)-3:]) {
		low, _ := decodeRune(b)
		return string(appendUnit([]byte(a), uint16(low))) + b[3:]
	}
	return a + b
}

// ToUTF8 replaces lone surrogates by U+FFFD, as Node does when it writes a string.
func ToUTF8(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for len(s) > 0 {
		r, size := decodeRune(s)
		b.WriteRune(r) // writes U+FFFD for a surrogate
		s = s[size:]
	}
	return b.String()
}

// CompareUTF16 orders two strings by code units, as JavaScript's < does.
func CompareUTF16(a, b string) int {
	i, n := 0, min(len(a), len(b))
	for i < n && a[i] == b[i] {
		i++
	}
	if i == n {
		return len(a) - len(b)
	}
	for i > 0 && (a[i]&0xC0 == 0x80 || b[i]&0xC0 == 0x80) {
		i--
	}
	// Bytes order as code units do, but for surrogates, which sort below U+E000.
	if max(a[i], b[i]) < 0xED {
		return strings.Compare(a[i:], b[i:])
	}
	return slices.Compare(ToUTF16(a[i:]), ToUTF16(b[i:]))
}
