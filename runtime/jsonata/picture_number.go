package jsonata

import (
	"slices"
	"strings"

	"sluice/runtime/msg"
)

// fnFormatNumber writes a number by a picture such as #,##0.00, after the
// fn:format-number function of XPath (F&O 4.7), whose terms are used here.
func fnFormatNumber(_ *evaluation, _ *call, args []any) (any, error) {
	value, ok := argAt(args, 0).(float64)
	if !ok {
		return undefined, nil
	}
	picture, ok := argAt(args, 1).(string)
	if !ok {
		return nil, typeError("Cannot read properties of undefined (reading 'split')")
	}
	if o, ok := argAt(args, 2).(*msg.Object); ok && o.Has("zero-digit") {
		if _, ok := o.Value("zero-digit").(string); !ok {
			return nil, typeError("properties.zero-digit.charCodeAt is not a function")
		}
	}
	f := newDecimalFormat(argAt(args, 2))
	subs := strings.Split(picture, f.pattern)
	if len(subs) > 2 {
		return nil, newError("D3080", undefined)
	}
	var pics []subPicture
	for _, s := range subs {
		parts := f.split([]rune(s))
		if code := f.validate(parts); code != "" {
			return nil, newError(code, undefined)
		}
		pics = append(pics, f.analyse(parts))
	}
	pic := pics[0]
	if !(value >= 0) {
		if len(pics) == 2 {
			pic = pics[1]
		} else {
			pic.prefix = f.minus + pic.prefix
		}
	}
	return boxedText(f.format(value, pic))
}

// decimalFormat are the characters that a picture is made of.
type decimalFormat struct {
	decimal, grouping, exponent, minus, percent, perMille, zero, digit, pattern string

	digits []rune // the ten digits from zero on
	active []string
}

func newDecimalFormat(options any) *decimalFormat {
	f := &decimalFormat{decimal: ".", grouping: ",", exponent: "e", minus: "-", percent: "%", perMille: "‰", zero: "0", digit: "#", pattern: ";"}
	for key, to := range map[string]*string{
		"decimal-separator": &f.decimal, "grouping-separator": &f.grouping, "exponent-separator": &f.exponent,
		"minus-sign": &f.minus, "percent": &f.percent, "per-mille": &f.perMille, "zero-digit": &f.zero,
		"digit": &f.digit, "pattern-separator": &f.pattern,
	} {
		if o, ok := options.(*msg.Object); ok && o.Has(key) {
			*to = msg.ToString(o.Value(key))
		}
	}
	first := '0'
	for _, r := range f.zero {
		first = r
		break
	}
	for i := range rune(10) {
		f.digits = append(f.digits, first+i)
		f.active = append(f.active, string(first+i))
	}
	f.active = append(f.active, f.decimal, f.exponent, f.grouping, f.digit, f.pattern)
	return f
}

func (f *decimalFormat) isDigit(r rune) bool { return slices.Contains(f.digits, r) }

func (f *decimalFormat) isOptional(r rune) bool { return string(r) == f.digit }

func (f *decimalFormat) isActive(r rune) bool { return slices.Contains(f.active, string(r)) }

// countDigits counts mandatory digits, with optional ones if all.
func (f *decimalFormat) countDigits(part []rune, all bool) int {
	n := 0
	for _, r := range part {
		if f.isDigit(r) || all && f.isOptional(r) {
			n++
		}
	}
	return n
}

// indexFrom is String.prototype.indexOf.
func indexFrom(s []rune, sub string, from int) int {
	want := []rune(sub)
	for i := max(from, 0); i+len(want) <= len(s); i++ {
		if slices.Equal(s[i:i+len(want)], want) {
			return i
		}
	}
	return -1
}

func index(s []rune, sub string) int { return indexFrom(s, sub, 0) }

func lastIndex(s []rune, sub string) int {
	at := -1
	for i := index(s, sub); i >= 0; i = indexFrom(s, sub, i+1) {
		at = i
	}
	return at
}

// from and upTo clamp like String.prototype.substring.
func from(s []rune, i int) []rune { return s[min(max(i, 0), len(s)):] }

func upTo(s []rune, i int) []rune { return s[:min(max(i, 0), len(s))] }

func charAt(s []rune, i int) string {
	if i < 0 || i >= len(s) {
		return ""
	}
	return string(s[i])
}

type pictureParts struct {
	picture, active, mantissa, integer, fraction, exponent []rune
	hasExponent                                            bool
	prefix, suffix                                         string
}

func (f *decimalFormat) split(picture []rune) pictureParts {
	p := pictureParts{picture: picture}
	first, last := -1, -1
	for i, r := range picture {
		if f.isActive(r) && string(r) != f.exponent {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	start, end := 0, len(picture)
	if first >= 0 {
		start, end = first, last+1
	}
	p.prefix, p.suffix = string(picture[:start]), string(picture[end:])
	p.active = picture[start:end]
	p.mantissa = p.active
	if at := indexFrom(picture, f.exponent, start); at >= 0 && at <= end {
		// The offset is one into the picture: an oddity for those with a prefix.
		p.mantissa, p.exponent, p.hasExponent = upTo(p.active, at), from(p.active, at+1), true
	}
	if at := index(p.mantissa, f.decimal); at < 0 {
		p.integer, p.fraction = p.mantissa, []rune(p.suffix)
	} else {
		p.integer, p.fraction = upTo(p.mantissa, at), from(p.mantissa, at+1)
	}
	return p
}

// validate returns the code of the last rule that a picture breaks.
func (f *decimalFormat) validate(p pictureParts) (code string) {
	rule := func(c string, broken bool) {
		if broken {
			code = c
		}
	}
	pic := p.picture
	point := index(pic, f.decimal)
	rule("D3081", point != lastIndex(pic, f.decimal))
	rule("D3082", index(pic, f.percent) != lastIndex(pic, f.percent))
	rule("D3083", index(pic, f.perMille) != lastIndex(pic, f.perMille))
	scaled := index(pic, f.percent) >= 0 || index(pic, f.perMille) >= 0
	rule("D3084", index(pic, f.percent) >= 0 && index(pic, f.perMille) >= 0)
	rule("D3085", f.countDigits(p.mantissa, true) == 0)
	rule("D3086", slices.ContainsFunc(p.active, func(r rune) bool { return !f.isActive(r) }))
	if point >= 0 {
		rule("D3087", charAt(pic, point-1) == f.grouping || charAt(pic, point+1) == f.grouping)
	} else {
		rule("D3088", charAt(p.integer, len(p.integer)-1) == f.grouping)
	}
	rule("D3089", index(pic, f.grouping+f.grouping) >= 0)
	if at := index(p.integer, f.digit); at >= 0 {
		rule("D3090", f.countDigits(p.integer[:at], false) > 0)
	}
	if at := lastIndex(p.fraction, f.digit); at >= 0 {
		rule("D3091", f.countDigits(p.fraction[at:], false) > 0)
	}
	if p.hasExponent {
		rule("D3092", len(p.exponent) > 0 && scaled)
		rule("D3093", len(p.exponent) == 0 || f.countDigits(p.exponent, false) < len(p.exponent))
	}
	return code
}

type subPicture struct {
	picture                        []rune
	prefix, suffix                 string
	integerGroups, fractionGroups  []int
	regular                        int // distance of the grouping separators, 0 if they are irregular
	minInteger, minFraction, scale int
	maxFraction, minExponent       int
}

func (f *decimalFormat) analyse(p pictureParts) subPicture {
	s := subPicture{picture: p.picture, prefix: p.prefix, suffix: p.suffix}
	groups := func(part []rune, count func(at int) []rune) (out []int) {
		for at := index(part, f.grouping); at >= 0; at = indexFrom(p.integer, f.grouping, at+1) {
			out = append(out, f.countDigits(count(at), true))
		}
		return out
	}
	s.integerGroups = groups(p.integer, func(at int) []rune { return from(p.integer, at) })
	s.fractionGroups = groups(p.fraction, func(at int) []rune { return upTo(p.fraction, at) })
	s.regular = regularInterval(s.integerGroups)
	s.minInteger = f.countDigits(p.integer, false)
	s.scale = s.minInteger
	s.minFraction = f.countDigits(p.fraction, false)
	s.maxFraction = f.countDigits(p.fraction, true)
	if s.minInteger == 0 && s.maxFraction == 0 {
		if p.hasExponent {
			s.minFraction, s.maxFraction = 1, 1
		} else {
			s.minInteger = 1
		}
	}
	if p.hasExponent && s.minInteger == 0 && index(p.integer, f.digit) >= 0 {
		s.minInteger = 1
	}
	if s.minInteger == 0 && s.minFraction == 0 {
		s.minFraction = 1
	}
	s.minExponent = f.countDigits(p.exponent, false)
	return s
}

// regularInterval is the distance at which separators repeat, 0 if they do not.
func regularInterval(positions []int) int {
	if len(positions) == 0 {
		return 0
	}
	gcd := func(a, b int) int {
		for b != 0 {
			a, b = b, a%b
		}
		return a
	}
	factor := positions[0]
	for _, p := range positions[1:] {
		factor = gcd(factor, p)
	}
	for i := range positions {
		if !slices.Contains(positions, (i+1)*factor) {
			return 0
		}
	}
	return factor
}
