package flows

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// appendString appends a JSON string as JSON.stringify writes it.
func appendString(dst []byte, quoted string) []byte {
	if strings.IndexByte(quoted, '\\') < 0 && utf8.ValidString(quoted) {
		return append(dst, quoted...)
	}
	dst = append(dst, '"')
	body := quoted[1 : len(quoted)-1]
	for i := 0; i < len(body); {
		r, n := decode(body[i:])
		i += n
		dst = appendEscaped(dst, r)
	}
	return append(dst, '"')
}

func appendEscaped(dst []byte, r rune) []byte {
	const hex = "0123456789abcdef"
	switch r {
	case '"', '\\':
		return append(dst, '\\', byte(r))
	case '\b':
		return append(dst, `\b`...)
	case '\f':
		return append(dst, `\f`...)
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	}
	if r < ' ' || utf16.IsSurrogate(r) { // half a pair cannot be written in UTF-8
		return append(dst, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
	}
	return utf8.AppendRune(dst, r)
}

// decode reads one character or escape of a string's body; a surrogate without its
// partner comes back as it is.
func decode(s string) (r rune, n int) {
	if s[0] != '\\' {
		return utf8.DecodeRuneInString(s)
	}
	switch s[1] {
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
		r := hex4(s[2:])
		if utf16.IsSurrogate(r) && len(s) >= 12 && s[6] == '\\' && s[7] == 'u' {
			if pair := utf16.DecodeRune(r, hex4(s[8:])); pair != utf8.RuneError {
				return pair, 12
			}
		}
		return r, 6
	}
	return rune(s[1]), 2
}

func hex4(s string) rune {
	n, _ := strconv.ParseUint(s[:4], 16, 16) // the scanner has seen four hex digits
	return rune(n)
}

// unquote returns the text of a JSON string; half a surrogate pair becomes U+FFFD.
func unquote(quoted string) string {
	body := quoted[1 : len(quoted)-1]
	if strings.IndexByte(body, '\\') < 0 {
		return body
	}
	var b strings.Builder
	for i := 0; i < len(body); {
		r, n := decode(body[i:])
		i += n
		b.WriteRune(r)
	}
	return b.String()
}

// appendNumber appends a JSON number as JavaScript writes the double it stands for.
func appendNumber(dst []byte, s string) []byte {
	if isPlainInt(s) {
		return append(dst, s...)
	}
	x, _ := strconv.ParseFloat(s, 64) // out of range gives ±Inf, which is written null
	switch {
	case math.IsInf(x, 0):
		return append(dst, "null"...)
	case x == 0:
		return append(dst, '0') // also for -0
	}
	if abs := math.Abs(x); abs >= 1e-6 && abs < 1e21 {
		return strconv.AppendFloat(dst, x, 'f', -1, 64)
	}
	dst = strconv.AppendFloat(dst, x, 'e', -1, 64)
	// Go writes at least two digits of exponent, JavaScript only what it needs.
	if n := len(dst); dst[n-2] == '0' && (dst[n-3] == '+' || dst[n-3] == '-') {
		dst = append(dst[:n-2], dst[n-1])
	}
	return dst
}

// isPlainInt says that s is an integer every double holds and JavaScript writes as is.
func isPlainInt(s string) bool {
	digits := strings.TrimPrefix(s, "-")
	if len(digits) > 15 || s == "-0" {
		return false
	}
	return strings.Trim(digits, "0123456789") == ""
}

// appendQuoted appends s as a JSON string.
func appendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for _, r := range s {
		dst = appendEscaped(dst, r)
	}
	return append(dst, '"')
}

// arrayIndex returns the number that a key such as "7" is. JavaScript lists those keys
// of an object first and in order, which a flow can see where ids are numbers.
func arrayIndex(key string) (uint32, bool) {
	if key == "" || len(key) > 10 || key[0] < '0' || key[0] > '9' || (key[0] == '0' && len(key) > 1) {
		return 0, false
	}
	n, err := strconv.ParseUint(key, 10, 32)
	return uint32(n), err == nil && n < math.MaxUint32
}

// jsOrder sorts what stands in the order of insertion into the order in which
// JavaScript would list it as keys of an object.
func jsOrder[T any](list []T, key func(T) string) {
	if !slices.ContainsFunc(list, func(v T) bool { _, ok := arrayIndex(key(v)); return ok }) {
		return
	}
	slices.SortStableFunc(list, func(a, b T) int {
		i, iok := arrayIndex(key(a))
		j, jok := arrayIndex(key(b))
		switch {
		case iok && jok:
			return int(int64(i) - int64(j))
		case iok:
			return -1
		case jok:
			return 1
		}
		return 0
	})
}
