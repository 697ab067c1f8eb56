package direct

import (
	"slices"
	"strings"

	"sluice/runtime/msg"
)

// sought is the text that an argument asks for. A pattern has none: where one is not
// allowed JavaScript throws.
func (r *run) sought(args []value) string {
	s := r.toText(arg(args, 0))
	if hasHalves(s) {
		bailout("a search for half a character")
	}
	return s
}

// from is s from the unit on that an argument gives, and that unit.
func (r *run) from(s string, args []value) (rest string, at int) {
	if len(args) < 2 {
		return s, 0
	}
	n := r.length(s)
	at = r.clamped(args, 1, n, 0)
	return r.cut(s, n, at, n), at
}

func indexOf(r *run, this value, args []value) value {
	s, want := this.any.(string), r.sought(args)
	ascii := r.isASCII(s)
	if !ascii && len(args) > 1 && len(s) >= longText {
		units := r.wide(s)
		return num(float64(indexUnits(units, appendUnits(nil, want), r.clamped(args, 1, len(units), 0))))
	}
	s, at := r.from(s, args)
	r.charge(len(s))
	i := strings.Index(s, want)
	if i < 0 {
		return num(-1)
	}
	if !ascii {
		i = msg.UTF16Len(s[:i])
	}
	return num(float64(at + i))
}

// indexUnits is where want begins in s at unit from or later, -1 if it does not.
func indexUnits(s, want []uint16, from int) int {
	for i := from; i+len(want) <= len(s); i++ {
		if slices.Equal(s[i:i+len(want)], want) {
			return i
		}
	}
	return -1
}

func lastIndexOf(r *run, this value, args []value) value {
	s, want := this.any.(string), r.sought(args)
	n := r.length(s)
	at := n
	if f := r.toNumber(arg(args, 1)); f == f {
		at = r.clamped(args, 1, n, n)
	}
	s = r.cut(s, n, 0, min(n, at+msg.UTF16Len(want)))
	r.charge(len(s))
	i := strings.LastIndex(s, want)
	if i < 0 {
		return num(-1)
	}
	return num(float64(msg.UTF16Len(s[:i])))
}

func includes(r *run, this value, args []value) value {
	s, want := this.any.(string), r.sought(args)
	s, _ = r.from(s, args)
	r.charge(len(s))
	return boolean(strings.Contains(s, want))
}

func startsWith(r *run, this value, args []value) value {
	s, want := this.any.(string), r.sought(args)
	s, _ = r.from(s, args)
	return boolean(strings.HasPrefix(s, want))
}

func endsWith(r *run, this value, args []value) value {
	s, want := this.any.(string), r.sought(args)
	if len(args) > 1 {
		n := r.length(s)
		s = r.cut(s, n, 0, r.clamped(args, 1, n, n))
	}
	return boolean(strings.HasSuffix(s, want))
}

// split is String.prototype.split.
func split(r *run, this value, args []value) value {
	limit := maxElements
	if v := arg(args, 1); !v.isUndefined() {
		if n := uint32(toInt32(r.toNumber(v))); n < maxElements {
			limit = int(n)
		}
	}
	s := this.any.(string)
	if p, ok := arg(args, 0).any.(*pattern); ok {
		return r.splitPattern(p, this, limit)
	}
	if len(args) == 0 || args[0].isUndefined() {
		if limit == 0 {
			return r.arrayOf(nil)
		}
		return r.arrayOf([]any{this.any})
	}
	sep := r.sought(args)
	r.charge(len(s))
	if sep == "" {
		return r.splitUnits(s, limit)
	}
	if limit == 0 {
		return r.arrayOf(nil)
	}
	n := strings.Count(s, sep) + 1
	if n == 1 {
		return r.arrayOf([]any{this.any})
	}
	if n = min(n, limit); n == maxElements {
		bailout("a very long array")
	}
	r.charge(n)
	list := make([]any, 0, n)
	for len(list) < n {
		part := s
		i := strings.Index(s, sep)
		if i >= 0 {
			part, s = s[:i], s[i+len(sep):]
		}
		list = append(list, piece(part).any)
	}
	return r.arrayOf(list)
}

// splitUnits is what split gives for an empty separator.
func (r *run) splitUnits(s string, limit int) value {
	n := min(msg.UTF16Len(s), limit)
	if n == maxElements {
		bailout("a very long array")
	}
	r.charge(n)
	list := make([]any, n)
	if isASCII(s) {
		for i := range list {
			list[i] = units[s[i]].any
		}
		return r.arrayOf(list)
	}
	for i, u := range msg.ToUTF16(s)[:n] {
		list[i] = unit(u).any
	}
	return r.arrayOf(list)
}
