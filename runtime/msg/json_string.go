package msg

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

const (
	everyByte = 0x0101010101010101
	topBits   = 0x8080808080808080
)

// word is the first eight bytes of s, the first in the lowest place.
func word(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

func word32(s string) uint32 {
	_ = s[3]
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}

// jsonMarks finds quotes, backslashes and control characters in a word: the lowest bit
// set is the top bit of the first of them. (Bits above it may be set for others.)
func jsonMarks(w uint64) uint64 {
	quote, escape := w^everyByte*'"', w^everyByte*'\\'
	return ((w - everyByte*0x20) | (quote - everyByte) | (escape - everyByte)) & ^w & topBits
}

// str reads a string: a part of the text if it has no escapes.
func (d *decoder) str(at int) (s string, end int) {
	at++
	i := at
	for ; i+8 <= len(d.text); i += 8 {
		if marks := jsonMarks(word(d.text[i:])); marks != 0 {
			i += bits.TrailingZeros64(marks) / 8
			break
		}
	}
	for d.byte(i) >= 0x20 && d.text[i] != '"' && d.text[i] != '\\' {
		i++
	}
	if d.byte(i) == '"' {
		return d.text[at:i], i + 1
	}
	return d.escaped(at, i)
}

// escaped reads on a string that begins at start and has none until at.
func (d *decoder) escaped(start, at int) (s string, end int) {
	b := append(d.buf[:0], d.text[start:at]...)
	for at < len(d.text) {
		c := d.text[at]
		switch {
		case c == '"':
			d.buf = b
			return string(b), at + 1
		case c < 0x20:
			return "", d.failAt(at, "Bad control character in string literal")
		case c != '\\':
			// A raw low surrogate may meet an escaped high one.
			if c == 0xED && isSurrogate(d.text[at:]) {
				r, size := decodeRune(d.text[at:])
				b = appendUnit(b, uint16(r))
				at += size
				continue
			}
			run := at
			for at++; at < len(d.text) && jsonPlain[d.text[at]]; {
				at++
			}
			b = append(b, d.text[run:at]...)
			continue
		}
		at++
		c = d.byte(at)
		switch plain := jsonEscapes[c]; {
		case at == len(d.text), c > 0xC3: // no character of Latin-1: V8 words it differently
			return "", d.unexpected(at)
		case c == 'u':
			var u uint16
			if u, at = d.unicodeEscape(at); d.err != nil {
				return "", at
			}
			b = appendUnit(b, u)
		case plain == 0:
			return "", d.failAt(at, "Bad escaped character")
		default:
			b = append(b, plain)
			at++
		}
	}
	return "", d.failAt(at, "Unterminated string")
}

var jsonEscapes = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// unicodeEscape reads uXXXX.
func (d *decoder) unicodeEscape(at int) (u uint16, end int) {
	for range 4 {
		at++
		digit := digitValue(d.byte(at))
		if digit > 15 {
			return 0, d.failAt(at, "Bad Unicode escape")
		}
		u = u<<4 | uint16(digit)
	}
	return u, at + 1
}

// jsonPlain tells which bytes stand for themselves in a JSON string. 0xED may begin a
// lone surrogate.
var jsonPlain = func() (table [256]bool) {
	for c := range table {
		table[c] = c >= 0x20 && c != '"' && c != '\\' && c != 0xED
	}
	return table
}()

const hexDigits = "0123456789abcdef"

// appendString appends s in quotes. Lone surrogates are escaped (well-formed JSON.stringify).
func appendString(b []byte, s string) []byte {
	n, size := len(b), len(s)
	if cap(b)-n < size+2 {
		b = slices.Grow(b, size+2)
	}
	// Eight bytes at a time; the last eight overlap those before, as do the halves of
	// what is shorter.
	out := b[n : n+size+2]
	out[0], out[size+1] = '"', '"'
	out = out[1 : size+1]
	var odd uint64
	switch {
	case size >= 8:
		for i := 0; i < size-8; i += 8 {
			w := word(s[i:])
			odd |= notPlain(w)
			binary.LittleEndian.PutUint64(out[i:], w)
		}
		w := word(s[size-8:])
		odd |= notPlain(w)
		binary.LittleEndian.PutUint64(out[size-8:], w)
	case size >= 4:
		start, end := word32(s), word32(s[size-4:])
		odd = notPlain(uint64(start) | uint64(end)<<32)
		binary.LittleEndian.PutUint32(out, start)
		binary.LittleEndian.PutUint32(out[size-4:], end)
	default:
		for i := range size {
			out[i] = s[i]
			if !jsonPlain[s[i]] {
				odd = 1
			}
		}
	}
	if odd != 0 {
		return append(appendEscaped(b[:n+1], s), '"')
	}
	return b[:n+size+2]
}

// notPlain is not 0 if some byte of a word may not stand for itself in a JSON string.
func notPlain(w uint64) uint64 {
	surrogate := w ^ everyByte*0xED
	return jsonMarks(w) | (surrogate-everyByte)&^surrogate&topBits
}

func appendEscaped(b []byte, s string) []byte {
	start := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if jsonPlain[c] || c == 0xED && !isSurrogate(s[i:]) {
			continue
		}
		b = append(b, s[start:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\b':
			b = append(b, `\b`...)
		case '\t':
			b = append(b, `\t`...)
		case '\n':
			b = append(b, `\n`...)
		case '\f':
			b = append(b, `\f`...)
		case '\r':
			b = append(b, `\r`...)
		case 0xED:
			r, _ := decodeRune(s[i:])
			b = append(b, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
			i += 2
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		start = i + 1
	}
	return append(b, s[start:]...)
}
