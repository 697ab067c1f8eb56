package msg

import "strconv"

func (d *decoder) number() any {
	start := d.at
	negative := d.text[start] == '-'
	if negative {
		d.at++
	}
	first := d.at
	n := d.digits(0) // all digits as one whole number, where they are few enough
	switch {
	case d.at == first:
		d.failAt("No number after minus sign")
		return nil
	case d.text[first] == '0' && d.at > first+1:
		d.at = first + 1
		d.unexpected()
		return nil
	}
	size, decimals := d.at-first, 0
	if d.at < len(d.text) && d.text[d.at] == '.' {
		d.at++
		point := d.at
		if n = d.digits(n); d.at == point {
			d.failAt("Unterminated fractional number")
			return nil
		}
		decimals = d.at - point
		size += decimals
	}
	exact := size <= 15 // and so less than 2^53
	if d.at < len(d.text) && d.text[d.at]|0x20 == 'e' {
		exact = false
		d.at++
		if d.at < len(d.text) && (d.text[d.at] == '+' || d.text[d.at] == '-') {
			d.at++
		}
		exponent := d.at
		if d.digits(0); d.at == exponent {
			d.failAt("Exponent part is missing a number")
			return nil
		}
	}
	var f float64
	switch {
	case !exact:
		f, _ = strconv.ParseFloat(d.text[start:d.at], 64) // out of range: infinite or 0, as in JavaScript
	case decimals == 0 && !negative && n <= maxSmall:
		return smallInts[n-minSmall]
	default:
		f = float64(n) / powersOf10[decimals] // of two exact numbers: correctly rounded
		if negative {
			f = -f
		}
	}
	if v, ok := smallInt(f); ok {
		return v
	}
	return d.mem.number(f, d.more(32))
}

// digits reads digits, which go on those that n was read from.
func (d *decoder) digits(n int) int {
	rest := d.text[d.at:]
	i := 0
	for i < len(rest) && rest[i]-'0' <= 9 {
		n = n*10 + int(rest[i]-'0')
		i++
	}
	d.at += i
	return n
}

var powersOf10 = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}
