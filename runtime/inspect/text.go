package inspect

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"sluice/runtime/msg"
)

// Text quotes a string that stands indent columns from the left; one that is too long
// for its line breaks after each line end.
func (o *Options) Text(s string, indent int) string {
	rest := ""
	length := msg.UTF16Len(s)
	if n := length - o.MaxText; n > 0 {
		s, rest = msg.UTF16Slice(s, 0, o.MaxText), more(n, "character")
		length = o.MaxText
	}
	if length <= 16 || length <= o.BreakLength-indent-4 {
		return quote(s) + rest
	}
	lines := strings.SplitAfter(s, "\n")
	if last := len(lines) - 1; lines[last] == "" {
		lines = lines[:last]
	}
	for i, line := range lines {
		lines[i] = quote(line)
	}
	return strings.Join(lines, " +\n"+strings.Repeat(" ", indent+2)) + rest
}

// quote puts s in the first kind of quotes that it does not hold: ', " or `.
func quote(s string) string {
	q := byte('\'')
	if strings.Contains(s, "'") {
		switch {
		case !strings.Contains(s, `"`):
			q = '"'
		case !strings.Contains(s, "`") && !strings.Contains(s, "${"):
			q = '`'
		}
	}
	b := append(make([]byte, 0, len(s)+2), q)
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '\'' && q == '\'' || r == '\\':
			b = append(b, '\\', byte(r))
		case r < ' ' || r >= 0x7F && r < 0xA0:
			b = append(b, escape(r)...)
		case r == utf8.RuneError && size == 1 && i+2 < len(s): // half a surrogate pair takes three bytes
			unit, _ := msg.UTF16At(s[i:i+3], 0)
			b, size = fmt.Appendf(b, `\u%x`, unit), 3
		default:
			b = append(b, s[i:i+size]...)
		}
		i += size
	}
	return string(append(b, q))
}

func escape(r rune) string {
	if i := strings.IndexRune("\b\t\n\f\r", r); i >= 0 {
		return `\` + "btnfr"[i:i+1]
	}
	return fmt.Sprintf(`\x%02X`, r)
}

// Key prints the name of a property, quoted unless it is a word of letters, digits and _.
func Key(name string) string {
	if name == "__proto__" {
		return "['__proto__']"
	}
	for i := 0; i < len(name); i++ {
		c := name[i]
		if !(c == '_' || 'a' <= c|0x20 && c|0x20 <= 'z' || i > 0 && '0' <= c && c <= '9') {
			return quote(name)
		}
	}
	if name == "" {
		return "''"
	}
	return name
}
