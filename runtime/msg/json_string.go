package msg

// str reads a string: a part of the text if it has no escapes.
func (d *decoder) str() string {
	d.at++
	start := d.at
	for i := start; i < len(d.text); i++ {
		switch c := d.text[i]; {
		case c == '"':
			d.at = i + 1
			return d.text[start:i]
		case c == '\\' || c < 0x20:
			d.at = i
			return d.escaped(start)
		}
	}
	d.at = len(d.text)
	d.failAt("Unterminated string")
	return ""
}

// escaped reads the rest of a string that begins at start, from its first escape on.
func (d *decoder) escaped(start int) string {
	b := append(d.buf[:0], d.text[start:d.at]...)
	for d.at < len(d.text) {
		c := d.text[d.at]
		switch {
		case c == '"':
			d.at++
			d.buf = b
			return string(b)
		case c < 0x20:
			d.failAt("Bad control character in string literal")
			return ""
		case c != '\\':
			// A raw low surrogate may meet an escaped high one.
			if c == 0xED && isSurrogate(d.text[d.at:]) {
				r, size := decodeRune(d.text[d.at:])
				b = appendUnit(b, uint16(r))
				d.at += size
				continue
			}
			b = append(b, c)
			d.at++
			continue
		}
		d.at++
		if d.at >= len(d.text) {
			d.unexpected()
			return ""
		}
		c = d.text[d.at]
		if c > 0xC3 { // no character of Latin-1: V8 words it differently
			d.unexpected()
			return ""
		}
		if c == 'u' {
			u, ok := d.unicodeEscape()
			if !ok {
				return ""
			}
			b = appendUnit(b, u)
			continue
		}
		plain := jsonEscapes[c]
		if plain == 0 {
			d.failAt("Bad escaped character")
			return ""
		}
		b = append(b, plain)
		d.at++
	}
	d.failAt("Unterminated string")
	return ""
}

var jsonEscapes = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// unicodeEscape reads uXXXX.
func (d *decoder) unicodeEscape() (u uint16, ok bool) {
	for range 4 {
		d.at++
		if d.at >= len(d.text) || digitValue(d.text[d.at]) > 15 {
			d.failAt("Bad Unicode escape")
			return 0, false
		}
		u = u<<4 | uint16(digitValue(d.text[d.at]))
	}
	d.at++
	return u, true
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
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if jsonPlain[c] {
			continue
		}
		if c == 0xED && !isSurrogate(s[i:]) {
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
	b = append(b, s[start:]...)
	return append(b, '"')
}
