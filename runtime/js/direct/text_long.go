package direct

import "sluice/runtime/msg"

// Where a unit of a text is takes time that grows with the text to find out, and
// bodies ask it for one text again and again. A run therefore remembers what it knows of
// the long ones it looked into last; Go compares a text with itself at once.

// looked is what a run knows of long texts.
type looked struct {
	ascii string   // is all ASCII
	wide  string   // is not, and has the
	units []uint16 // which nobody changes
}

// longText is the length in bytes from which on texts are remembered.
const longText = 64

func (r *run) isASCII(s string) bool {
	switch {
	case len(s) < longText:
		return isASCII(s)
	case s == r.looked.ascii:
		return true
	case s == r.looked.wide:
		return false
	}
	r.charge(len(s))
	if isASCII(s) {
		r.looked.ascii = s
		return true
	}
	r.looked.wide, r.looked.units = s, appendUnits(make([]uint16, 0, len(s)), s)
	return false
}

// wide are the units of a long text that isASCII has said no to.
func (r *run) wide(s string) []uint16 {
	if s != r.looked.wide {
		r.looked.wide = ""
		r.isASCII(s)
	}
	return r.looked.units
}

// length is the number of units of s.
func (r *run) length(s string) int {
	switch {
	case len(s) < longText:
		return msg.UTF16Len(s)
	case r.isASCII(s):
		return len(s)
	}
	return len(r.wide(s))
}

// unitAt is unit i of s.
func (r *run) unitAt(s string, i int) (u uint16, ok bool) {
	if len(s) < longText {
		return msg.UTF16At(s, i)
	}
	if r.isASCII(s) {
		if i < 0 || i >= len(s) {
			return 0, false
		}
		return uint16(s[i]), true
	}
	units := r.wide(s)
	if i < 0 || i >= len(units) {
		return 0, false
	}
	return units[i], true
}

// cut is the text between two units of s, which has n.
func (r *run) cut(s string, n, i, j int) string {
	switch {
	case n == len(s):
		return s[i:j]
	case len(s) < longText:
		return msg.UTF16Slice(s, i, j)
	}
	return msg.FromUTF16(r.wide(s)[i:j])
}

// character is s[i].
func (r *run) character(s string, i int) value {
	if u, ok := r.unitAt(s, i); ok {
		return unit(u)
	}
	return undefined
}
