package jsonata

import (
	"encoding/base64"
	"math"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"

	"sluice/runtime/msg"
)

var stringFunctions = []builtin{
	{"string", "<x-b?:s>", "arg prettify", func(_ *evaluation, _ *call, args []any) (any, error) {
		v := argAt(args, 0)
		if v == undefined {
			return v, nil
		}
		return boxedText(toString(v, argAt(args, 1) == true))
	}},
	{"substring", "<s-nn?:s>", "str start length", fnSubstring},
	{"substringBefore", "<s-s:s>", "str chars", func(_ *evaluation, _ *call, args []any) (any, error) {
		return cut(args, func(before, _ string) string { return before })
	}},
	{"substringAfter", "<s-s:s>", "str chars", func(_ *evaluation, _ *call, args []any) (any, error) {
		return cut(args, func(_, after string) string { return after })
	}},
	{"lowercase", "<s-:s>", "str", textual(lower)},
	{"uppercase", "<s-:s>", "str", textual(upper)},
	{"length", "<s-:n>", "str", func(_ *evaluation, _ *call, args []any) (any, error) {
		s, ok := argAt(args, 0).(string)
		if !ok {
			return undefined, nil
		}
		return msg.Number(float64(characters(s))), nil
	}},
	{"trim", "<s-:s>", "str", textual(trim)},
	{"pad", "<s-ns?:s>", "str width char", fnPad},
	{"match", "<s-f<s:o>n?:a<o>>", "str regex limit", fnMatch},
	{"contains", "<s-(sf):b>", "str token", fnContains},
	{"replace", "<s-(sf)(sf)n?:s>", "str pattern replacement limit", fnReplace},
	{"split", "<s-(sf)n?:a<s>>", "str separator limit", fnSplit},
	{"join", "<a<s>s?:s>", "strs separator", fnJoin},
	{"base64encode", "<s-:s>", "str", textual(func(s string) string {
		b, _ := msg.DecodeText(s, "latin1")
		return base64.StdEncoding.EncodeToString(b)
	})},
	{"base64decode", "<s-:s>", "str", textual(func(s string) string {
		b, _ := msg.DecodeText(s, "base64")
		out, _ := msg.EncodeBytes(b, "latin1")
		return out
	})},
	{"encodeUrlComponent", "<s-:s>", "str", escaping("encodeUrlComponent", func(s string) (string, bool) { return encodeURI(s, "") })},
	{"encodeUrl", "<s-:s>", "str", escaping("encodeUrl", func(s string) (string, bool) { return encodeURI(s, reservedInURI) })},
	{"decodeUrlComponent", "<s-:s>", "str", escaping("decodeUrlComponent", func(s string) (string, bool) { return decodeURI(s, "") })},
	{"decodeUrl", "<s-:s>", "str", escaping("decodeUrl", func(s string) (string, bool) { return decodeURI(s, reservedInURI) })},
}

func boxedText(s string, err error) (any, error) { return s, err }

func textual(f func(string) string) func(*evaluation, *call, []any) (any, error) {
	return func(_ *evaluation, _ *call, args []any) (any, error) {
		s, ok := argAt(args, 0).(string)
		if !ok {
			return undefined, nil
		}
		return f(s), nil
	}
}

// characters counts code points; a lone surrogate is one.
func characters(s string) int {
	n := 0
	for i := range len(s) {
		if s[i]&0xC0 != 0x80 {
			n++
		}
	}
	return n
}

// charOffset is the byte offset of code point n, or the length.
func charOffset(s string, n int) int {
	for i := range len(s) {
		if s[i]&0xC0 != 0x80 {
			if n == 0 {
				return i
			}
			n--
		}
	}
	return len(s)
}

func fnSubstring(_ *evaluation, _ *call, args []any) (any, error) {
	s, ok := argAt(args, 0).(string)
	if !ok {
		return undefined, nil
	}
	start, ok := argAt(args, 1).(float64)
	if !ok {
		start = math.NaN()
	}
	count := characters(s)
	n := float64(count)
	if n+start < 0 {
		start = 0
	}
	end := n
	if length, ok := argAt(args, 2).(float64); ok {
		if length <= 0 {
			return "", nil
		}
		end = start + length
		if start < 0 {
			end += n
		}
	}
	i, j := sliceIndex(start, count), sliceIndex(end, count)
	if i >= j {
		return "", nil
	}
	from := charOffset(s, i)
	return s[from : from+charOffset(s[from:], j-i)], nil
}

// sliceIndex is an index as Array.prototype.slice takes it.
func sliceIndex(f float64, n int) int {
	if math.IsNaN(f) {
		return 0
	}
	f = math.Trunc(f)
	if f < 0 {
		f += float64(n)
	}
	return int(max(0, min(f, float64(n))))
}

// cut gives one side of a separator, or the whole text if it does not occur.
func cut(args []any, side func(before, after string) string) (any, error) {
	s, ok := argAt(args, 0).(string)
	if !ok {
		return undefined, nil
	}
	sep, ok := argAt(args, 1).(string)
	if !ok {
		sep = "undefined" // String.prototype.indexOf makes this of it
	}
	before, after, ok := strings.Cut(s, sep)
	if !ok {
		return s, nil
	}
	return side(before, after), nil
}

func lower(s string) string { return mapCase(s, strings.ToLower, cases.Lower) }

func upper(s string) string { return mapCase(s, strings.ToUpper, cases.Upper) }

// mapCase maps as Unicode's special casing wants; simple is enough for ASCII.
func mapCase(s string, simple func(string) string, caser func(language.Tag, ...cases.Option) cases.Caser) string {
	ascii := true
	for i := range len(s) {
		ascii = ascii && s[i] < utf8.RuneSelf
	}
	if ascii {
		return simple(s)
	}
	full := caser(language.Und)
	if utf8.ValidString(s) {
		return full.String(s)
	}
	var b strings.Builder
	for len(s) > 0 { // lone surrogates stay between the valid parts
		n := 0
		for n < len(s) {
			r, size := utf8.DecodeRuneInString(s[n:])
			if r == utf8.RuneError && size == 1 {
				break
			}
			n += size
		}
		b.WriteString(full.String(s[:n]))
		if n < len(s) {
			b.WriteByte(s[n])
			n++
		}
		s = s[n:]
	}
	return b.String()
}

// trim makes one space of each run of spaces and takes those at the ends away.
func trim(s string) string {
	isBlank := func(r rune) bool { return r == ' ' || r == '\t' || r == '\n' || r == '\r' }
	return strings.Join(strings.FieldsFunc(s, isBlank), " ")
}

func fnPad(_ *evaluation, _ *call, args []any) (any, error) {
	s, ok := argAt(args, 0).(string)
	if !ok {
		return undefined, nil
	}
	width, ok := argAt(args, 1).(float64)
	if !ok {
		return s, nil
	}
	char, _ := argAt(args, 2).(string)
	if char == "" {
		char = " "
	}
	missing := math.Abs(math.Trunc(width)) - float64(characters(s))
	if !(missing > 0) {
		return s, nil
	}
	if missing+1 >= 1<<32 {
		return nil, scriptError("RangeError", "Invalid array length")
	}
	n := int(missing)
	if n > maxString/len(char) {
		return nil, checkString(maxString + 1)
	}
	padding := strings.Repeat(char, n)
	if msg.UTF16Len(char) > 1 {
		padding = padding[:charOffset(padding, n)]
	}
	if width > 0 {
		return msg.Concat(s, padding), nil
	}
	return msg.Concat(padding, s), nil
}

func fnJoin(_ *evaluation, _ *call, args []any) (any, error) {
	a, ok := asArray(argAt(args, 0))
	if !ok {
		return undefined, nil
	}
	sep, _ := argAt(args, 1).(string)
	parts := make([]string, a.Len())
	size := 0
	for i := range parts {
		parts[i], _ = a.At(i).(string)
		size += len(parts[i]) + len(sep)
	}
	if err := checkString(size); err != nil {
		return nil, err
	}
	return joinSurrogates(strings.Join(parts, sep)), nil
}
