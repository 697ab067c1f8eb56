package jsonata

import (
	"math"
	"strings"

	"sluice/runtime/msg"
)

func fnReplace(e *evaluation, c *call, args []any) (any, error) {
	text, ok := argAt(args, 0).(string)
	if !ok {
		return undefined, nil
	}
	pattern, replacement := argAt(args, 1), argAt(args, 2)
	if pattern == "" {
		err := newError("D3010", pattern)
		err.Index = 2
		return nil, err
	}
	limit, err := limitArg(args, 3, "D3011")
	if err != nil {
		return nil, err
	}
	if !(limit > 0) {
		return text, nil
	}
	if p, ok := pattern.(string); ok {
		with, err := textOf(replacement)
		if err != nil {
			return nil, err
		}
		if replacement == undefined {
			with = "undefined" // as JavaScript joins it to a string
		}
		n := -1
		if limit < math.MaxInt32 {
			n = int(math.Ceil(limit))
		}
		if err := checkString(len(text) + strings.Count(text, p)*len(with)); err != nil {
			return nil, err
		}
		return joinSurrogates(strings.Replace(text, p, with, n)), nil
	}
	return e.replaceMatches(text, pattern, replacement, limit, c.env)
}

func (e *evaluation) replaceMatches(text string, pattern, replacement any, limit float64, env *frame) (any, error) {
	f, err := e.firstMatch(pattern, text, env)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	s := newSearch(nil, text)
	at, length := 0, s.length()
	for n := 0.0; f != nil && n < limit; n++ {
		start, end := f.offsets(length)
		if f.m == nil { // the original goes by the length of the matched text
			t, _ := f.text.(string)
			end = min(start+msg.UTF16Len(t), length)
		}
		b.WriteString(s.slice(min(at, start), max(at, start)))
		if template, ok := replacement.(string); ok {
			b.WriteString(expand(template, f))
		} else {
			v, err := e.apply(replacement, []any{f.object()}, env)
			if err != nil {
				return nil, err
			}
			with, ok := v.(string)
			if !ok {
				return nil, newError("D3012", v)
			}
			b.WriteString(with)
		}
		if err := checkString(b.Len()); err != nil {
			return nil, err
		}
		at = end
		if f, err = e.nextMatch(f, env); err != nil {
			return nil, err
		}
	}
	b.WriteString(s.slice(at, -1))
	return joinSurrogates(b.String()), nil
}

// expand puts the groups of a match in place of $1, $2 and so on; $0 is the
// match, $$ a dollar.
func expand(template string, f *found) string {
	whole, groups := f.text, []any(nil)
	if f.m != nil {
		whole, groups = f.m.text, f.m.groups
	} else if a, ok := asArray(f.groups); ok {
		groups = itemsOf(a)
	}
	// As many digits are read as the number of groups has.
	maxDigits := 1
	for n := len(groups); n >= 10; n /= 10 {
		maxDigits++
	}
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(template, "$")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		template = rest
		switch {
		case strings.HasPrefix(rest, "$"):
			b.WriteByte('$')
			template = rest[1:]
			continue
		case strings.HasPrefix(rest, "0"):
			b.WriteString(msg.ToString(whole))
			template = rest[1:]
			continue
		}
		digits := 0
		for digits < maxDigits && digits < len(rest) && rest[digits] >= '0' && rest[digits] <= '9' {
			digits++
		}
		index := msg.ParseInt(rest[:digits], 10)
		if maxDigits > 1 && digits == maxDigits && index > float64(len(groups)) {
			digits--
			index = msg.ParseInt(rest[:digits], 10)
		}
		if digits == 0 {
			b.WriteByte('$')
			continue
		}
		if i := int(index) - 1; i >= 0 && i < len(groups) && groups[i] != undefined {
			b.WriteString(msg.ToString(groups[i]))
		}
		template = rest[digits:]
	}
}
