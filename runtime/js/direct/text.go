package direct

import (
	"math"
	"strings"
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

// piece is a text that is cut out of another.
func piece(s string) value {
	switch {
	case s == "":
		return noText
	case len(s) == 1:
		return units[s[0]]
	}
	return text(s)
}

var noText = text("")

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

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// hasHalves tells whether s contains lone surrogates. What looks for bytes does not find such halves in pairs.
func hasHalves(s string) bool {
	for i := 0; i+1 < len(s); i++ {
		if s[i] == 0xED && s[i+1] >= 0xA0 {
			return true
		}
	}
	return false
}

// appendUnits appends the UTF-16 units of s.
func appendUnits(b []uint16, s string) []uint16 {
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			b = append(b, uint16(c))
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case n == 1 && i+2 < len(s): // a lone surrogate
			b = append(b, 0xD000|uint16(s[i+1]&0x3F)<<6|uint16(s[i+2]&0x3F))
			n = 3
		case r >= 0x10000:
			r -= 0x10000
			b = append(b, 0xD800+uint16(r>>10), 0xDC00+uint16(r&0x3FF))
		default:
			b = append(b, uint16(r))
		}
		i += n
	}
	return b
}

// piece is the value of a part of the text v, which has n units.
func (r *run) piece(v value, n, i, j int) value {
	switch {
	case i >= j:
		return noText
	case i == 0 && j == n:
		return v
	}
	return piece(r.cut(v.any.(string), n, i, j))
}

// clamped is an integer argument within 0 to n; a missing one is missing.
func (r *run) clamped(args []value, i, n, missing int) int {
	if i >= len(args) || args[i].isUndefined() {
		return missing
	}
	return int(math.Min(math.Max(r.toInteger(args[i]), 0), float64(n)))
}

var textMethods = map[string]method{
	"at":          func(r *run, this value, args []value) value { return charAt(r, this, args, true, undefined) },
	"charAt":      func(r *run, this value, args []value) value { return charAt(r, this, args, false, noText) },
	"charCodeAt":  charCodeAt,
	"codePointAt": codePointAt,
	"concat":      concatenated,
	"slice": func(r *run, this value, args []value) value {
		n := r.length(this.any.(string))
		return r.piece(this, n, r.index(args, 0, n, 0), r.index(args, 1, n, n))
	},
	"substring": func(r *run, this value, args []value) value {
		n := r.length(this.any.(string))
		i, j := r.clamped(args, 0, n, 0), r.clamped(args, 1, n, n)
		return r.piece(this, n, min(i, j), max(i, j))
	},
	"substr": func(r *run, this value, args []value) value {
		n := r.length(this.any.(string))
		i := r.index(args, 0, n, 0)
		return r.piece(this, n, i, i+r.clamped(args, 1, n-i, n-i))
	},
	"repeat":    repeat,
	"padStart":  func(r *run, this value, args []value) value { return pad(r, this, args, true) },
	"padEnd":    func(r *run, this value, args []value) value { return pad(r, this, args, false) },
	"toString":  func(_ *run, this value, _ []value) value { return this },
	"valueOf":   func(_ *run, this value, _ []value) value { return this },
	"trim":      func(_ *run, this value, _ []value) value { return trim(this, true, true) },
	"trimStart": func(_ *run, this value, _ []value) value { return trim(this, true, false) },
	"trimLeft":  func(_ *run, this value, _ []value) value { return trim(this, true, false) },
	"trimEnd":   func(_ *run, this value, _ []value) value { return trim(this, false, true) },
	"trimRight": func(_ *run, this value, _ []value) value { return trim(this, false, true) },

	"endsWith": endsWith, "includes": includes, "indexOf": indexOf, "lastIndexOf": lastIndexOf, "startsWith": startsWith,
	"match": matchText, "matchAll": matchAll, "search": search, "split": split,
	"replace":     func(r *run, this value, args []value) value { return replace(r, this, args, false) },
	"replaceAll":  func(r *run, this value, args []value) value { return replace(r, this, args, true) },
	"toLowerCase": toLowerCase, "toUpperCase": toUpperCase, "normalize": normalize, "localeCompare": localeCompare,
	"isWellFormed": func(_ *run, this value, _ []value) value { return boolean(utf8.ValidString(this.any.(string))) },
	"toWellFormed": func(_ *run, this value, _ []value) value { return text(msg.ToUTF8(this.any.(string))) },
}

var textFunctions = map[string]static{
	"String.fromCharCode":  fromCharCode,
	"String.fromCodePoint": fromCodePoint,
}

func charAt(r *run, this value, args []value, relative bool, none value) value {
	s := this.any.(string)
	f := r.toInteger(arg(args, 0))
	if relative && f < 0 {
		f += float64(r.length(s))
	}
	if f >= 0 && f < float64(len(s)) {
		if u, ok := r.unitAt(s, int(f)); ok {
			return unit(u)
		}
	}
	return none
}

func charCodeAt(r *run, this value, args []value) value {
	s := this.any.(string)
	if f := r.toInteger(arg(args, 0)); f >= 0 && f < float64(len(s)) {
		if u, ok := r.unitAt(s, int(f)); ok {
			return num(float64(u))
		}
	}
	return nan
}

func codePointAt(r *run, this value, args []value) value {
	s := this.any.(string)
	f := r.toInteger(arg(args, 0))
	if f < 0 || f >= float64(len(s)) {
		return undefined
	}
	u, ok := r.unitAt(s, int(f))
	if !ok {
		return undefined
	}
	if u&^0x3FF == 0xD800 {
		if low, ok := r.unitAt(s, int(f)+1); ok && low&^0x3FF == 0xDC00 {
			return num(0x10000 + float64(u-0xD800)*0x400 + float64(low-0xDC00))
		}
	}
	return num(float64(u))
}

func concatenated(r *run, this value, args []value) value {
	for _, a := range args {
		this = r.concat(this.any.(string), r.toText(a))
	}
	return this
}

func repeat(r *run, this value, args []value) value {
	s := this.any.(string)
	n := r.toInteger(arg(args, 0))
	switch {
	case n < 0 || math.IsInf(n, 0) || n*float64(len(s)) > maxText || hasHalves(s):
		bailout("a special number of times a text")
	case n == 0 || s == "":
		return noText
	}
	r.charge(int(n) * len(s))
	return text(strings.Repeat(s, int(n)))
}

func pad(r *run, this value, args []value, start bool) value {
	s, filler := this.any.(string), " "
	want, n := r.toInteger(arg(args, 0)), r.length(s)
	if v := arg(args, 1); !v.isUndefined() {
		filler = r.toText(v)
	}
	if want <= float64(n) || filler == "" {
		return this
	}
	if want > maxText || hasHalves(filler) {
		bailout("a very long text")
	}
	size, each := int(want)-n, msg.UTF16Len(filler)
	r.charge(size)
	fill := msg.UTF16Slice(strings.Repeat(filler, (size+each-1)/each), 0, size)
	if start {
		return r.concat(fill, s)
	}
	return r.concat(s, fill)
}

// trim removes white space and line ends.
func trim(v value, start, end bool) value {
	s := v.any.(string)
	t := s
	if start {
		t = strings.TrimLeftFunc(t, isSpace)
	}
	if end {
		t = strings.TrimRightFunc(t, isSpace)
	}
	if len(t) == len(s) {
		return v
	}
	return piece(t)
}

func isSpace(c rune) bool {
	if c < utf8.RuneSelf {
		return c == ' ' || '\t' <= c && c <= '\r'
	}
	return inRanges(spaces, c)
}

func fromCharCode(r *run, args []value) value {
	if len(args) == 1 {
		return unit(uint16(toInt32(r.toNumber(args[0]))))
	}
	list := make([]uint16, len(args))
	for i, a := range args {
		list[i] = uint16(toInt32(r.toNumber(a)))
	}
	return text(msg.FromUTF16(list))
}

func fromCodePoint(r *run, args []value) value {
	list := make([]uint16, 0, len(args))
	for _, a := range args {
		f := r.toNumber(a)
		if f != math.Trunc(f) || f < 0 || f > utf8.MaxRune {
			bailout("a number that is no code point")
		}
		if c := uint32(f); c >= 0x10000 {
			c -= 0x10000
			list = append(list, uint16(0xD800+c>>10), uint16(0xDC00+c&0x3FF))
			continue
		}
		list = append(list, uint16(f))
	}
	return text(msg.FromUTF16(list))
}
