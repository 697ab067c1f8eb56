package js

import (
	"fmt"
	"sort"
	"strings"
	"sync"
	"unicode"
)

// goja compiles \p{…} and then never matches it. What a pattern means by it is
// therefore written out as ranges before goja sees it.

// expandProperties writes out the \p{…} and \P{…} of a pattern with the u flag.
// A property that is not known stays as it is.
func expandProperties(pattern string) string {
	if !strings.Contains(pattern, `\p{`) && !strings.Contains(pattern, `\P{`) {
		return pattern
	}
	var b strings.Builder
	inClass := false
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '\\' && i+2 < len(pattern) && (pattern[i+1] == 'p' || pattern[i+1] == 'P') && pattern[i+2] == '{':
			end := strings.IndexByte(pattern[i:], '}')
			var r [][2]rune
			if end > 0 {
				r = propertyRanges(pattern[i+3 : i+end])
			}
			if r == nil {
				b.WriteString(pattern[i : i+2])
				i++
				continue
			}
			if pattern[i+1] == 'P' {
				r = complement(r)
			}
			if !inClass {
				b.WriteByte('[')
			}
			for _, x := range r {
				fmt.Fprintf(&b, `\u{%x}-\u{%x}`, x[0], x[1])
			}
			if !inClass {
				b.WriteByte(']')
			}
			i += end
		case c == '\\' && i+1 < len(pattern):
			b.WriteString(pattern[i : i+2])
			i++
		default:
			inClass = c == '[' || inClass && c != ']'
			b.WriteByte(c)
		}
	}
	return b.String()
}

// longCategories are the long names of general categories.
var longCategories = map[string]string{
	"Letter": "L", "Uppercase_Letter": "Lu", "Lowercase_Letter": "Ll", "Titlecase_Letter": "Lt", "Modifier_Letter": "Lm", "Other_Letter": "Lo",
	"Mark": "M", "Nonspacing_Mark": "Mn", "Spacing_Mark": "Mc", "Enclosing_Mark": "Me", "Number": "N", "Decimal_Number": "Nd",
	"Letter_Number": "Nl", "Other_Number": "No", "Punctuation": "P", "Connector_Punctuation": "Pc", "Dash_Punctuation": "Pd",
	"Open_Punctuation": "Ps", "Close_Punctuation": "Pe", "Initial_Punctuation": "Pi", "Final_Punctuation": "Pf", "Other_Punctuation": "Po",
	"Symbol": "S", "Math_Symbol": "Sm", "Currency_Symbol": "Sc", "Modifier_Symbol": "Sk", "Other_Symbol": "So", "Separator": "Z",
	"Space_Separator": "Zs", "Line_Separator": "Zl", "Paragraph_Separator": "Zp", "Other": "C", "Control": "Cc", "Format": "Cf", "Private_Use": "Co",
}

// pictographs stands for the emoji properties, which Go's tables do not have.
var pictographs = [][2]rune{{0xA9, 0xA9}, {0xAE, 0xAE}, {0x203C, 0x203C}, {0x2049, 0x2049}, {0x2122, 0x2122}, {0x2139, 0x2139}, {0x2194, 0x21AA},
	{0x231A, 0x23FF}, {0x24C2, 0x24C2}, {0x25AA, 0x25FE}, {0x2600, 0x27BF}, {0x2934, 0x2935}, {0x2B05, 0x2B55}, {0x3030, 0x303D},
	{0x3297, 0x3299}, {0x1F000, 0x1FAFF}}

func propertyRanges(name string) [][2]rune {
	key, value, isPair := strings.Cut(name, "=")
	if isPair {
		switch key {
		case "Script", "sc", "Script_Extensions", "scx":
			return tableRanges(unicode.Scripts[value])
		case "General_Category", "gc":
			name = value
		default:
			return nil
		}
	}
	if short, ok := longCategories[name]; ok {
		name = short
	}
	if t, ok := unicode.Categories[name]; ok {
		return tableRanges(t)
	}
	switch name {
	case "Any":
		return [][2]rune{{0, unicode.MaxRune}}
	case "ASCII":
		return [][2]rune{{0, 0x7F}}
	case "Alphabetic", "Alpha":
		return tableRanges(unicode.L, unicode.Nl, unicode.Other_Alphabetic)
	case "Uppercase", "Upper":
		return tableRanges(unicode.Lu, unicode.Other_Uppercase)
	case "Lowercase", "Lower":
		return tableRanges(unicode.Ll, unicode.Other_Lowercase)
	case "ID_Start", "IDS":
		return tableRanges(unicode.L, unicode.Nl, unicode.Other_ID_Start)
	case "ID_Continue", "IDC":
		return tableRanges(unicode.L, unicode.Nl, unicode.Mn, unicode.Mc, unicode.Nd, unicode.Pc, unicode.Other_ID_Start, unicode.Other_ID_Continue)
	case "Emoji", "Emoji_Presentation", "Extended_Pictographic":
		return pictographs
	}
	if t, ok := unicode.Properties[name]; ok {
		return tableRanges(t)
	}
	return nil
}

// tableRanges returns the ranges of tables, nil if one is not there.
func tableRanges(tables ...*unicode.RangeTable) [][2]rune {
	var all [][2]rune
	add := func(lo, hi, stride rune) {
		if stride == 1 {
			all = append(all, [2]rune{lo, hi})
			return
		}
		for c := lo; c <= hi; c += stride {
			all = append(all, [2]rune{c, c})
		}
	}
	for _, t := range tables {
		if t == nil {
			return nil
		}
		for _, r := range t.R16 {
			add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
		}
		for _, r := range t.R32 {
			add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
		}
	}
	return joined(all)
}

// joined returns ranges in order, joined where they touch.
func joined(all [][2]rune) [][2]rune {
	sort.Slice(all, func(i, j int) bool { return all[i][0] < all[j][0] })
	var out [][2]rune
	for _, r := range all {
		if n := len(out); n > 0 && r[0] <= out[n-1][1]+1 {
			out[n-1][1] = max(out[n-1][1], r[1])
		} else {
			out = append(out, r)
		}
	}
	return out
}

// cased returns the characters that have more than one case.
var cased = sync.OnceValue(func() (list []rune) {
	for c := rune(0); c <= unicode.MaxRune; c++ {
		if unicode.SimpleFold(c) != c {
			list = append(list, c)
		}
	}
	return list
})

func complement(ranges [][2]rune) [][2]rune {
	var out [][2]rune
	next := rune(0)
	for _, r := range ranges {
		if r[0] > next {
			out = append(out, [2]rune{next, r[0] - 1})
		}
		next = r[1] + 1
	}
	if next <= unicode.MaxRune {
		out = append(out, [2]rune{next, unicode.MaxRune})
	}
	return out
}
