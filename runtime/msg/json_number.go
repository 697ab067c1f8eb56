package msg

import "strconv"

func (d *decoder) number(at int) (any, int) {
	if digit := d.text[at] - '0'; digit <= 9 && (d.byte(at+1) == ',' || d.byte(at+1) == '}') {
		return smallInts[int(digit)-minSmall], at + 1
	}
	start := at
	negative := d.text[at] == '-'
	if negative {
		at++
	}
	n, end := d.digits(at, 0) // all digits as one whole number, where they are few enough
	switch {
	case end == at:
		return nil, d.failAt(at, "No number after minus sign")
	case d.text[at] == '0' && end > at+1:
		return nil, d.unexpected(at + 1)
	}
	size, decimals := end-at, 0
	if at = end; d.byte(at) == '.' {
		n, end = d.digits(at+1, n)
		if decimals = end - at - 1; decimals == 0 {
			return nil, d.failAt(end, "Unterminated fractional number")
		}
		size += decimals
		at = end
	}
	exact := size <= 15 // and so less than 2^53
	if d.byte(at)|0x20 == 'e' {
		exact = false
		at++
		if c := d.byte(at); c == '+' || c == '-' {
			at++
		}
		if _, end = d.digits(at, 0); end == at {
			return nil, d.failAt(at, "Exponent part is missing a number")
		}
		at = end
	}
	var f float64
	switch {
	case !exact:
		f, _ = strconv.ParseFloat(d.text[start:at], 64) // out of range: infinite or 0, as in JavaScript
	case decimals == 0 && !negative && n <= maxSmall:
		return smallInts[n-minSmall], at
	default:
		f = float64(n) / powersOf10[decimals] // of two exact numbers: correctly rounded
		if negative {
			f = -f
		}
	}
	if v, ok := smallInt(f); ok {
		return v, at
	}
	return d.mem.number(f, d.more(at, 32)), at
}

// digits reads digits that go on those which n was read from.
func (d *decoder) digits(at, n int) (whole, end int) {
	for at < len(d.text) && d.text[at]-'0' <= 9 {
		n = n*10 + int(d.text[at]-'0')
		at++
	}
	return n, at
}

var powersOf10 = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}
