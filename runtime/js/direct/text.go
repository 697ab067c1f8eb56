package direct

import (
	"unicode/utf8"

	"sluice/runtime/msg"
)

// units are texts of one UTF-16 unit that need no memory.
var units = func() (list [256]value) {
	for i := range list {
		list[i] = text(msg.FromUTF16([]uint16{uint16(i)}))
	}
	return list
}()

// unit is the text of one UTF-16 unit.
func unit(u uint16) value {
	if int(u) < len(units) {
		return units[u]
	}
	return text(msg.FromUTF16([]uint16{u}))
}

// characters are the code points of s, as iteration gives them.
func characters(s string) []string {
	list := make([]string, 0, len(s))
	for len(s) > 0 {
		n := 1
		if s[0] >= utf8.RuneSelf {
			if _, n = utf8.DecodeRuneInString(s); n == 1 {
				n = min(3, len(s)) // a lone surrogate, see package msg
			}
		}
		list = append(list, s[:n])
		s = s[n:]
	}
	return list
}

var textMethods = map[string]method{}

var textFunctions = map[string]static{}
