package direct

import (
	"strings"
	"unicode/utf8"

	"sluice/runtime/msg"
)

// What the functions for URIs and their elders leave as it is, beside letters and digits.
const (
	uriMarks    = "-_.!~*'()"
	uriReserved = ";/?:@&=+$,#"
	escapeMarks = "@*_+-./"
)

func init() {
	globalFunctions["encodeURIComponent"] = encodes(asciiSet(uriMarks))
	globalFunctions["encodeURI"] = encodes(asciiSet(uriMarks + uriReserved))
	globalFunctions["decodeURIComponent"] = decodes("")
	globalFunctions["decodeURI"] = decodes(uriReserved)
	globalFunctions["escape"] = escape
	globalFunctions["unescape"] = unescape
}

// asciiSet has the letters, the digits and some marks.
func asciiSet(marks string) *[128]bool {
	var set [128]bool
	for c := range set {
		isLetter := c|0x20 >= 'a' && c|0x20 <= 'z'
		set[c] = isLetter || c >= '0' && c <= '9' || strings.IndexByte(marks, byte(c)) >= 0
	}
	return &set
}

const upperHex = "0123456789ABCDEF"

func encodes(kept *[128]bool) static {
	return func(r *run, args []value) value {
		v := arg(args, 0)
		s := r.toText(v)
		r.charge(len(s))
		n := 0
		for n < len(s) && s[n] < utf8.RuneSelf && kept[s[n]] {
			n++
		}
		if n == len(s) {
			return text(s)
		}
		if !utf8.ValidString(s) || 3*len(s) > maxText {
			bailout("a text that is no URI") // it has half a character
		}
		b := append(make([]byte, 0, len(s)+32), s[:n]...)
		for ; n < len(s); n++ {
			if c := s[n]; c < utf8.RuneSelf && kept[c] {
				b = append(b, c)
			} else {
				b = append(b, '%', upperHex[c>>4], upperHex[c&15])
			}
		}
		return text(string(b))
	}
}

// decodes returns the function that leaves the characters reserved encoded.
func decodes(reserved string) static {
	return func(r *run, args []value) value {
		s := r.toText(arg(args, 0))
		r.charge(len(s))
		at := strings.IndexByte(s, '%')
		if at < 0 {
			return text(s)
		}
		b := append(make([]byte, 0, len(s)), s[:at]...)
		for at < len(s) {
			if s[at] != '%' {
				b = append(b, s[at])
				at++
				continue
			}
			first := uriByte(s, at)
			if first < utf8.RuneSelf {
				if strings.IndexByte(reserved, first) >= 0 {
					b = append(b, s[at:at+3]...)
				} else {
					b = append(b, first)
				}
				at += 3
				continue
			}
			char := [utf8.UTFMax]byte{first}
			size := 1
			for at += 3; size < len(char) && !utf8.FullRune(char[:size]); at += 3 {
				char[size] = uriByte(s, at)
				size++
			}
			if c, n := utf8.DecodeRune(char[:size]); n != size || c == utf8.RuneError && n == 1 {
				bailout("a text that is no URI")
			}
			b = append(b, char[:size]...)
		}
		return text(string(b))
	}
}

// uriByte is the byte that %XX stands for.
func uriByte(s string, at int) byte {
	if at+2 < len(s) && s[at] == '%' {
		if hi, lo := hexValue(s[at+1]), hexValue(s[at+2]); hi >= 0 && lo >= 0 {
			return byte(hi<<4 | lo)
		}
	}
	bailout("a text that is no URI")
	return 0
}

// hexValue is that of a digit, -1 for what is none.
func hexValue[T byte | uint16](c T) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

var escapeKept = asciiSet(escapeMarks)

func escape(r *run, args []value) value {
	s := r.toText(arg(args, 0))
	r.charge(len(s))
	if 6*len(s) > maxText {
		bailout("a very long text")
	}
	b := make([]byte, 0, len(s)+32)
	for _, u := range msg.ToUTF16(s) {
		switch {
		case u < utf8.RuneSelf && escapeKept[u]:
			b = append(b, byte(u))
		case u < 256:
			b = append(b, '%', upperHex[u>>4], upperHex[u&15])
		default:
			b = append(b, '%', 'u', upperHex[u>>12], upperHex[u>>8&15], upperHex[u>>4&15], upperHex[u&15])
		}
	}
	return text(string(b))
}

func unescape(r *run, args []value) value {
	s := r.toText(arg(args, 0))
	r.charge(len(s))
	if strings.IndexByte(s, '%') < 0 {
		return text(s)
	}
	units := msg.ToUTF16(s)
	out := units[:0]
	for i := 0; i < len(units); {
		u, size := units[i], 1
		if u == '%' {
			if c, ok := hexUnit(units, i+1, 2); ok {
				u, size = c, 3
			} else if i+1 < len(units) && units[i+1] == 'u' {
				if c, ok := hexUnit(units, i+2, 4); ok {
					u, size = c, 6
				}
			}
		}
		out = append(out, u)
		i += size
	}
	return text(msg.FromUTF16(out))
}

// hexUnit reads a number of so many hexadecimal digits.
func hexUnit(units []uint16, at, digits int) (u uint16, ok bool) {
	if at+digits > len(units) {
		return 0, false
	}
	for _, c := range units[at : at+digits] {
		d := hexValue(c)
		if d < 0 {
			return 0, false
		}
		u = u<<4 | uint16(d)
	}
	return u, true
}
