package direct

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

func toLowerCase(r *run, this value, _ []value) value {
	s := this.any.(string)
	r.charge(len(s))
	i := 0
	for i < len(s) && s[i] < utf8.RuneSelf && (s[i] < 'A' || s[i] > 'Z') {
		i++
	}
	switch {
	case i == len(s):
		return this
	case len(s) == 1:
		return unit(uint16(unicode.ToLower(rune(s[0]))))
	case !isSimpleCase(s[i:]):
		return text(lowered(wellFormed(s)))
	}
	return text(strings.ToLower(s))
}

func toUpperCase(r *run, this value, _ []value) value {
	s := this.any.(string)
	r.charge(len(s))
	i := 0
	for i < len(s) && s[i] < utf8.RuneSelf && (s[i] < 'a' || s[i] > 'z') {
		i++
	}
	switch {
	case i == len(s):
		return this
	case len(s) == 1:
		return unit(uint16(unicode.ToUpper(rune(s[0]))))
	case !isSimpleCase(s[i:]):
		return text(cases.Upper(language.Und).String(wellFormed(s)))
	}
	return text(strings.ToUpper(s))
}

// lowered is the lower case of s, for which İ has two characters and Σ another one at the end of a word.
func lowered(s string) string {
	b := make([]byte, 0, len(s)+8)
	for i, c := range s {
		switch {
		case c == 'İ':
			b = append(b, "i\u0307"...)
		case c == 'Σ' && isFinal(s[:i], s[i+len("Σ"):]):
			b = append(b, "ς"...)
		default:
			b = utf8.AppendRune(b, unicode.ToLower(c))
		}
	}
	return string(b)
}

// isFinal is the condition Final_Sigma of Unicode (3.13): a letter stands before, and none behind.
func isFinal(before, behind string) bool {
	for before != "" {
		c, n := utf8.DecodeLastRuneInString(before)
		if before = before[:len(before)-n]; isIgnorable(c) {
			continue
		}
		if !isCased(c) {
			return false
		}
		for _, c := range behind {
			if !isIgnorable(c) {
				return !isCased(c)
			}
		}
		return true
	}
	return false
}

func isCased(c rune) bool {
	return unicode.In(c, unicode.Lu, unicode.Ll, unicode.Lt, unicode.Other_Uppercase, unicode.Other_Lowercase)
}

// isIgnorable is the property Case_Ignorable.
func isIgnorable(c rune) bool {
	return unicode.In(c, unicode.Mn, unicode.Me, unicode.Cf, unicode.Lm, unicode.Sk) || strings.ContainsRune("'.:\u00b7\u0387\u055f\u05f4\u2018\u2019\u2024\u2027\ufe13\ufe52\ufe55\uff07\uff0e\uff1a", c)
}

// isSimpleCase tells whether every character of s has one character for its other case, whatever stands around it.
func isSimpleCase(s string) bool {
	for i := 0; i < len(s); {
		c, n := rune(s[i]), 1
		if c >= utf8.RuneSelf {
			c, n = utf8.DecodeRuneInString(s[i:])
			simple := c >= 0xA0 && c < 0x250 && c != 'ß' && c != 'ŉ' && c != 'ǰ' && c != 'İ' || c >= 0x400 && c < 0x530 ||
				isCaseless(c) && c != utf8.RuneError || c >= 0x2010 && c < 0x2100
			if !simple {
				return false
			}
		}
		i += n
	}
	return true
}

// wellFormed is s, which must have no lone surrogates.
func wellFormed(s string) string {
	if !utf8.ValidString(s) {
		bailout("half a character")
	}
	return s
}

var forms = map[string]norm.Form{"NFC": norm.NFC, "NFD": norm.NFD, "NFKC": norm.NFKC, "NFKD": norm.NFKD}

func normalize(r *run, this value, args []value) value {
	name := "NFC"
	if v := arg(args, 0); !v.isUndefined() {
		name = r.toText(v)
	}
	form, ok := forms[name]
	if !ok {
		bailout("an unknown normal form")
	}
	s := this.any.(string)
	r.charge(len(s))
	if isASCII(s) {
		return this
	}
	return text(form.String(wellFormed(s)))
}

// collation is the order of ASCII in the root collation of CLDR, for what is no letter or digit.
const collation = " _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$"

// weights are the primary weights of ASCII: 0 for what has none.
var weights = func() (w [128]uint8) {
	for i, c := range collation {
		w[c] = uint8(i + 1)
	}
	for i := range uint8(10) {
		w['0'+i] = 100 + i
	}
	for i := range uint8(26) {
		w['a'+i], w['A'+i] = 110+i, 110+i
	}
	return w
}()

// localeCompare compares texts of printable ASCII as Intl.Collator does for English: the letters
// decide, then their case, small ones first.
func localeCompare(r *run, this value, args []value) value {
	if len(args) > 1 {
		bailout("a comparison for a language")
	}
	a, b := this.any.(string), r.toText(arg(args, 0))
	r.charge(len(a) + len(b))
	for _, s := range [2]string{a, b} {
		for i := 0; i < len(s); i++ {
			if s[i] >= utf8.RuneSelf || weights[s[i]] == 0 {
				bailout("a comparison of letters that are not English")
			}
		}
	}
	by := 0
	for i := 0; i < len(a) && i < len(b); i++ {
		if x, y := weights[a[i]], weights[b[i]]; x != y {
			return order(int(x) - int(y))
		}
		if by == 0 {
			by = int(b[i]) - int(a[i]) // capitals come first in ASCII
		}
	}
	if len(a) != len(b) {
		return order(len(a) - len(b))
	}
	return order(by)
}

func order(by int) value { return num(float64(min(max(by, -1), 1))) }
