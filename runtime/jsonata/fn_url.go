package jsonata

import (
	"strings"
	"unicode/utf8"
)

// reservedInURI are the characters that encodeURI leaves and decodeURI keeps
// encoded.
const reservedInURI = ";/?:@&=+$,#"

func escaping(name string, f func(string) (string, bool)) func(*evaluation, *call, []any) (any, error) {
	return func(_ *evaluation, _ *call, args []any) (any, error) {
		s, ok := argAt(args, 0).(string)
		if !ok {
			return undefined, nil
		}
		out, ok := f(s)
		if !ok {
			err := newError("D3140", s)
			err.Function = name
			return nil, err
		}
		return out, nil
	}
}

const upperHex = "0123456789ABCDEF"

// encodeURI percent-encodes all but letters, digits, -_.!~*'() and keep. It
// fails for lone surrogates.
func encodeURI(s, keep string) (string, bool) {
	if !utf8.ValidString(s) {
		return "", false
	}
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9',
			strings.IndexByte("-_.!~*'()", c) >= 0, strings.IndexByte(keep, c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(upperHex[c>>4])
			b.WriteByte(upperHex[c&15])
		}
	}
	return b.String(), true
}

// decodeURI is the inverse; escapes of the characters in keep stay. It fails for
// broken escapes and for bytes that are no UTF-8.
func decodeURI(s, keep string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(s); {
		if s[i] != '%' {
			b.WriteByte(s[i])
			i++
			continue
		}
		c, ok := percent(s[i:])
		if !ok {
			return "", false
		}
		if c < utf8.RuneSelf {
			if strings.IndexByte(keep, c) >= 0 {
				b.WriteString(s[i : i+3])
			} else {
				b.WriteByte(c)
			}
			i += 3
			continue
		}
		seq := []byte{c}
		for i += 3; len(seq) < utf8.UTFMax && !utf8.FullRune(seq); i += 3 {
			next, ok := percent(s[min(i, len(s)):])
			if !ok {
				return "", false
			}
			seq = append(seq, next)
		}
		r, size := utf8.DecodeRune(seq)
		if r == utf8.RuneError && size <= 1 || size != len(seq) {
			return "", false
		}
		b.Write(seq)
	}
	return b.String(), true
}

// percent reads the escape at the beginning of s.
func percent(s string) (byte, bool) {
	if len(s) < 3 || s[0] != '%' {
		return 0, false
	}
	hi, lo := unhex(s[1]), unhex(s[2])
	return hi<<4 | lo, hi < 16 && lo < 16
}

func unhex(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	}
	return 16
}
