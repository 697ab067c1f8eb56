package msg

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"unicode/utf8"
	"unsafe"
)

// DecodeText turns text into bytes as Buffer.from(s, encoding) does: utf8,
// utf16le (ucs2), latin1 (binary), ascii, base64, base64url and hex, in any case;
// ok is false for others. Text that is not in the encoding is decoded as far as Node does.
func DecodeText(s, encoding string) (b []byte, ok bool) {
	switch strings.ToLower(encoding) {
	case "utf8", "utf-8":
		return []byte(ToUTF8(s)), true
	case "utf16le", "utf-16le", "ucs2", "ucs-2":
		units := ToUTF16(s)
		b = make([]byte, 0, 2*len(units))
		for _, u := range units {
			b = append(b, byte(u), byte(u>>8))
		}
		return b, true
	case "latin1", "binary", "ascii":
		return lowBytes(s), true
	case "base64", "base64url":
		return decodeBase64(lowBytes(s)), true
	case "hex":
		b = lowBytes(s)
		n, _ := hex.Decode(b, b[:len(b)&^1]) // stops at the first bad pair
		return b[:n], true
	}
	return nil, false
}

// EncodeBytes turns bytes into text as buf.toString(encoding) does, in the same encodings.
func EncodeBytes(b []byte, encoding string) (s string, ok bool) {
	switch strings.ToLower(encoding) {
	case "utf8", "utf-8":
		return utf8Text(b), true
	case "utf16le", "utf-16le", "ucs2", "ucs-2":
		units := make([]uint16, len(b)/2)
		for i := range units {
			units[i] = uint16(b[2*i]) | uint16(b[2*i+1])<<8
		}
		return FromUTF16(units), true
	case "latin1", "binary":
		return latin1Text(b, 0xFF), true
	case "ascii":
		return latin1Text(b, 0x7F), true
	case "base64":
		return base64.StdEncoding.EncodeToString(b), true
	case "base64url":
		return base64.RawURLEncoding.EncodeToString(b), true
	case "hex":
		return hex.EncodeToString(b), true
	}
	return "", false
}

// TextOf is EncodeBytes for utf8. It takes over b: the caller must not change it afterwards.
func TextOf(b []byte) string {
	if utf8.Valid(b) {
		return unsafe.String(unsafe.SliceData(b), len(b))
	}
	return utf8Text(b)
}

func latin1Text(b []byte, mask byte) string {
	out := make([]byte, 0, len(b))
	for _, c := range b {
		out = utf8.AppendRune(out, rune(c&mask))
	}
	return string(out)
}

// lowBytes returns the low byte of every code unit of s; Node looks at no more of a
// character in hex and base64 either.
func lowBytes(s string) []byte {
	if asciiPrefix(s, len(s)) == len(s) {
		return []byte(s)
	}
	units := ToUTF16(s)
	b := make([]byte, len(units))
	for i, u := range units {
		b[i] = byte(u)
	}
	return b
}

// decodeBase64 accepts both alphabets, skips what belongs to neither and stops at "=".
func decodeBase64(s []byte) []byte {
	out := make([]byte, 0, len(s)/4*3+3)
	var bits uint32
	n := 0
	for i := 0; i < len(s) && s[i] != '='; i++ {
		v := base64Values[s[i]]
		if v == noBase64 {
			continue
		}
		bits = bits<<6 | uint32(v)
		if n++; n == 4 {
			out = append(out, byte(bits>>16), byte(bits>>8), byte(bits))
			bits, n = 0, 0
		}
	}
	switch n {
	case 2:
		out = append(out, byte(bits>>4))
	case 3:
		out = append(out, byte(bits>>10), byte(bits>>2))
	}
	return out
}

const noBase64 = 0xFF

var base64Values = func() (table [256]byte) {
	for i := range table {
		table[i] = noBase64
	}
	for i, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		table[c] = byte(i)
	}
	table['-'], table['_'] = 62, 63
	return table
}()

// utf8Text decodes UTF-8; each maximal part of a broken character becomes one U+FFFD
// (WHATWG Encoding, UTF-8 decoder).
func utf8Text(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	out := make([]byte, 0, len(b)+8)
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		if r == utf8.RuneError && size == 1 {
			size = brokenLen(b)
		}
		out = utf8.AppendRune(out, r)
		b = b[size:]
	}
	return string(out)
}

// brokenLen returns how many bytes at the start of b could have begun a character.
func brokenLen(b []byte) int {
	lo, hi, want := byte(0x80), byte(0xBF), 1
	switch c := b[0]; {
	case c >= 0xC2 && c <= 0xDF:
		want = 2
	case c >= 0xE0 && c <= 0xEF:
		want = 3
		if c == 0xE0 {
			lo = 0xA0
		} else if c == 0xED {
			hi = 0x9F
		}
	case c >= 0xF0 && c <= 0xF4:
		want = 4
		if c == 0xF0 {
			lo = 0x90
		} else if c == 0xF4 {
			hi = 0x8F
		}
	}
	n := 1
	for n < want && n < len(b) && b[n] >= lo && b[n] <= hi {
		lo, hi = 0x80, 0xBF
		n++
	}
	return n
}

// IsText is the check that Node-RED makes of bytes which may be text, with npm's
// is-utf8: UTF-8 without control characters other than tab and line ends.
func IsText(b []byte) bool {
	for _, c := range b {
		if c < 0x20 && c != '\t' && c != '\n' && c != '\r' || c == 0x7F {
			return false
		}
	}
	return utf8.Valid(b)
}

// TextOrBuffer gives bytes as text where they are some, else as a Buffer.
func TextOrBuffer(b []byte) any {
	if IsText(b) {
		return string(b)
	}
	return &Buffer{B: b}
}
