package direct

import (
	"slices"
	"unicode"
)

// set is a set of characters: UTF-16 units, or code points with the flag u.
type set struct {
	ascii   [2]uint64 // what a character of ASCII comes to, all else considered
	ranges  [][2]rune
	negated bool
	fold    bool // the flag i
}

var (
	digits    = [][2]rune{{'0', '9'}}
	wordRunes = [][2]rune{{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}
	newlines  = [][2]rune{{'\n', '\n'}, {'\r', '\r'}, {0x2028, 0x2029}}
	spaces    = [][2]rune{{'\t', '\r'}, {' ', ' '}, {0xA0, 0xA0}, {0x1680, 0x1680}, {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F},
		{0x205F, 0x205F}, {0x3000, 0x3000}, {0xFEFF, 0xFEFF}}
)

// newSet makes a set of characters in ranges, or of all others.
func newSet(ranges [][2]rune, negated, fold bool) *set {
	s := &set{ranges: ranges, negated: negated, fold: fold}
	for c := range rune(128) {
		in := inRanges(ranges, c)
		if fold { // no other character is the upper case of one of ASCII but one of ASCII
			in = in || inRanges(ranges, lower(c)) || inRanges(ranges, upper(c))
		}
		if in != negated {
			s.ascii[c>>6] |= 1 << (c & 63)
		}
	}
	return s
}

func inRanges(ranges [][2]rune, c rune) bool {
	for _, r := range ranges {
		if r[0] <= c && c <= r[1] {
			return true
		}
	}
	return false
}

// others are the ranges of all other characters.
func others(ranges [][2]rune) [][2]rune {
	ranges = slices.Clone(ranges)
	slices.SortFunc(ranges, func(a, b [2]rune) int { return int(a[0] - b[0]) })
	var out [][2]rune
	next := rune(0)
	for _, r := range ranges {
		if r[0] > next {
			out = append(out, [2]rune{next, r[0] - 1})
		}
		next = max(next, r[1]+1)
	}
	if next <= unicode.MaxRune {
		out = append(out, [2]rune{next, unicode.MaxRune})
	}
	return out
}

func (s *set) has(c rune) bool {
	if c < 128 {
		return s.ascii[c>>6]&(1<<(c&63)) != 0
	}
	return s.hasWide(c)
}

func (s *set) hasWide(c rune) bool {
	in := inRanges(s.ranges, c)
	if !in && s.fold {
		if !isFoldable(c) {
			bailout("a pattern without case for a rare letter")
		}
		same := upper(c)
		for o := unicode.SimpleFold(c); o != c && !in; o = unicode.SimpleFold(o) {
			in = upper(o) == same && inRanges(s.ranges, o)
		}
	}
	return in != s.negated
}

func lower(c rune) rune {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// upper is Canonicalize of ECMAScript (22.2.2.7.3) for patterns with the flag i, without u: the upper
// case, but of what has more than one letter then, or one of ASCII.
func upper(c rune) rune {
	switch {
	case c < 128:
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		return c
	case c == 'ß' || c == 'ŉ' || c == 'ǰ' || c == 'ΐ' || c == 'ΰ':
		return c
	}
	if u := unicode.ToUpper(c); u >= 128 {
		return u
	}
	return c
}

// isFoldable tells whether upper is sure about c: it is of Latin, Greek or
// Cyrillic as they are written today, or has no cases.
func isFoldable(c rune) bool {
	return c < 0x530 || unicode.SimpleFold(c) == c && !unicode.In(c, unicode.L) || isCaseless(c)
}

// isCaseless tells whether c is of a script that has one case only, and many letters.
func isCaseless(c rune) bool {
	return 0x590 <= c && c < 0x10A0 || 0x3000 <= c && c < 0xA640 || 0xAC00 <= c && c < 0xFB00
}
