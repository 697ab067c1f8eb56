package direct

import (
	"strconv"
	"strings"
)

// escape reads what follows a backslash outside of classes.
func (d *patternParser) escape() *term {
	c := d.peek()
	switch {
	case c == 'b' || c == 'B':
		d.at++
		return &term{kind: boundary, negative: c == 'B'}
	case '1' <= c && c <= '9':
		n, _ := d.number()
		if n > d.all {
			return d.fail() // an octal number, perhaps
		}
		return &term{kind: backreference, group: n}
	case d.take("k<"):
		return &term{kind: backreference, name: d.groupName()}
	}
	if ranges, negated, ok := d.classEscape(); ok {
		return d.setOf(ranges, negated)
	}
	return d.literal(d.characterEscape())
}

// classEscape reads \d and its like.
func (d *patternParser) classEscape() (ranges [][2]rune, negated, ok bool) {
	switch c := d.peek(); c {
	case 'd', 'D':
		ranges, negated = digits, c == 'D'
	case 'w', 'W':
		ranges, negated = wordRunes, c == 'W'
	case 's', 'S':
		ranges, negated = spaces, c == 'S'
	default:
		return nil, false, false
	}
	d.at++
	return ranges, negated, true
}

// characterEscape reads an escape that stands for one character.
func (d *patternParser) characterEscape() rune {
	c := d.peek()
	d.at++
	switch c {
	case 't':
		return '\t'
	case 'n':
		return '\n'
	case 'v':
		return '\v'
	case 'f':
		return '\f'
	case 'r':
		return '\r'
	case '0':
		if n := d.peek(); n < '0' || n > '9' {
			return 0
		}
	case 'c':
		if l := lower(d.peek()); 'a' <= l && l <= 'z' {
			d.at++
			return l - 'a' + 1
		}
	case 'x':
		return d.hex(2)
	case 'u':
		if !d.isUnicode {
			return d.hex(4)
		}
		if d.take("{") {
			start := d.at
			for d.at < len(d.text) && d.text[d.at] != '}' {
				d.at++
			}
			n, err := strconv.ParseUint(string(d.text[start:d.at]), 16, 32)
			if err == nil && n <= 0x10FFFF && d.take("}") {
				return rune(n)
			}
			break
		}
		if r := d.hex(4); r < 0xD800 || r > 0xDFFF {
			return r
		}
	case -1, 'k', 'p', 'P', 'q':
	default:
		if isSyntax := strings.ContainsRune(`^$\.*+?()[]{}|/`, c); isSyntax || !d.isUnicode && !isWord(c) {
			return c
		}
		if !d.isUnicode && (c < '0' || c > '9') && c != 'b' && c != 'B' {
			return c
		}
	}
	d.fail()
	return 0
}

func (d *patternParser) hex(n int) rune {
	if d.at+n <= len(d.text) {
		if x, err := strconv.ParseUint(string(d.text[d.at:d.at+n]), 16, 32); err == nil {
			d.at += n
			return rune(x)
		}
	}
	d.fail()
	return 0
}

// class reads what follows an opening bracket.
func (d *patternParser) class() *term {
	negated := d.take("^")
	var ranges [][2]rune
	for {
		if d.peek() == -1 {
			return d.fail()
		}
		if d.take("]") {
			return d.setOf(ranges, negated)
		}
		low, one := d.classAtom(&ranges)
		if d.peek() != '-' || d.at+1 < len(d.text) && d.text[d.at+1] == ']' {
			if one {
				ranges = append(ranges, [2]rune{low, low})
			}
			continue
		}
		d.at++
		high, another := d.classAtom(&ranges)
		switch {
		case one && another && low <= high:
			ranges = append(ranges, [2]rune{low, high})
		case one && another || d.isUnicode:
			return d.fail()
		default: // a class at an end of the range: the dash stands for itself
			ranges = append(ranges, [2]rune{'-', '-'})
			if one {
				ranges = append(ranges, [2]rune{low, low})
			}
			if another {
				ranges = append(ranges, [2]rune{high, high})
			}
		}
	}
}

// classAtom reads one character, or a class, which it adds to the ranges.
func (d *patternParser) classAtom(ranges *[][2]rune) (c rune, one bool) {
	c = d.peek()
	d.at++
	if c != '\\' {
		return c, true
	}
	if rs, negated, ok := d.classEscape(); ok {
		if negated {
			rs = others(rs)
		}
		*ranges = append(*ranges, rs...)
		return 0, false
	}
	switch {
	case d.take("b"):
		return '\b', true
	case d.take("-"):
		return '-', true
	case d.peek() == 'B' || d.peek() == 'c':
		d.fail()
		return 0, true
	}
	return d.characterEscape(), true
}
