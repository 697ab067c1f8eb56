package direct

import (
	"unsafe"

	"sluice/runtime/msg"
)

// growFrom is the length in bytes from which on a text is worth more room than it needs.
const growFrom = 256

// concat is s + t. A text that grows, as by s += x in a loop, is given room behind
// it, so that not every turn copies all of it: run.grown is the text that was put
// together last, and what comes behind its end is no other text's.
func (r *run) concat(s, t string) value {
	if len(s)+len(t) > maxText {
		bailout("a very long text")
	}
	if len(s) < growFrom || halved(s, t) {
		r.charge(len(s) + len(t))
		return text(msg.Concat(s, t))
	}
	if len(r.grown) != len(s) || unsafe.SliceData(r.grown) != unsafe.StringData(s) {
		r.charge(len(s))
		r.grown = append(make([]byte, 0, len(s)+len(t)), s...) // room for more comes with the second turn
	}
	r.charge(len(t))
	r.grown = append(r.grown, t...)
	return text(unsafe.String(unsafe.SliceData(r.grown), len(r.grown)))
}

// halved tells whether s may end in the first half of a character and t begin with the second.
func halved(s, t string) bool {
	return len(s) >= 3 && len(t) >= 3 && s[len(s)-3] == 0xED && t[0] == 0xED
}
