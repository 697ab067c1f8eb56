package jsonata

import (
	"math"
	"strings"

	"sluice/runtime/msg"
)

// found is a match from a regular expression or from a function of the flow's
// that acts like one.
type found struct {
	re                       *matcher
	m                        *match
	text, start, end, groups any
	next                     any
}

// firstMatch lets a matcher function look at text; nil if it finds nothing.
func (e *evaluation) firstMatch(fn any, text string, env *frame) (*found, error) {
	if c, ok := fn.(*closure); ok {
		if re, ok := c.fn.(*matcher); ok {
			m, err := newSearch(re.pattern, text).first(0)
			return wrapMatch(re, m), err
		}
	}
	return e.callMatcher(fn, text, env)
}

func wrapMatch(re *matcher, m *match) *found {
	if m == nil {
		return nil
	}
	return &found{re: re, m: m}
}

func (e *evaluation) nextMatch(f *found, env *frame) (*found, error) {
	if err := e.tick(); err != nil {
		return nil, err
	}
	if f.m != nil {
		m, err := f.re.next(f.m)
		return wrapMatch(f.re, m), err
	}
	if f.next == undefined || f.next == nil {
		return nil, typeError("Cannot read properties of " + msg.ToString(f.next) + " (reading 'apply')")
	}
	return e.callMatcher(f.next, undefined, env)
}

func (e *evaluation) callMatcher(fn, text any, env *frame) (*found, error) {
	v, err := e.apply(fn, []any{text}, env)
	if err != nil || v == undefined {
		return nil, err
	}
	if v == nil {
		return nil, typeError("Cannot read properties of null (reading 'match')")
	}
	get := func(key string) any {
		if isObject(v) {
			return ownValue(v, key)
		}
		return undefined
	}
	f := &found{text: get("match"), start: get("start"), end: get("end"), groups: get("groups"), next: get("next")}
	_, hasStart := f.start.(float64)
	_, hasGroups := asArray(f.groups)
	if msg.ToBool(v) && !hasStart && f.end != "number" && !hasGroups && !isFunction(f.next) {
		return nil, newError("T1010", undefined)
	}
	return f, nil
}

// object is what $match and a replacement function get.
func (f *found) object() *msg.Object {
	if f.m != nil {
		return f.re.object(f.m).(*msg.Object)
	}
	o := msg.NewObject()
	for _, p := range []struct {
		key string
		val any
	}{{"match", f.text}, {"start", f.start}, {"end", f.end}, {"groups", f.groups}, {"next", f.next}} {
		if p.val != undefined {
			o.Set(p.key, p.val)
		}
	}
	return o
}

func (f *found) offsets(length int) (start, end int) {
	if f.m != nil {
		return f.m.start, f.m.end
	}
	return clampIndex(f.start, length), clampIndex(f.end, length)
}

// clampIndex is an index as String.prototype.substring takes it.
func clampIndex(v any, length int) int {
	n := msg.ToNumber(v)
	if math.IsNaN(n) {
		return 0
	}
	return int(max(0, min(math.Trunc(n), float64(length))))
}

func fnContains(e *evaluation, c *call, args []any) (any, error) {
	token := argAt(args, 1)
	text, ok := argAt(args, 0).(string)
	if !ok || token == undefined {
		return undefined, nil
	}
	if t, ok := token.(string); ok {
		return strings.Contains(text, t), nil
	}
	f, err := e.firstMatch(token, text, c.env)
	return f != nil, err
}

// limitArg is an argument that bounds a number of matches; +Inf if absent.
func limitArg(args []any, i int, code string) (float64, error) {
	n, ok := argAt(args, i).(float64)
	if !ok {
		return math.Inf(1), nil
	}
	if n < 0 {
		err := newError(code, n)
		err.Index = i + 1
		return 0, err
	}
	return n, nil
}

func fnMatch(e *evaluation, c *call, args []any) (any, error) {
	text, ok := argAt(args, 0).(string)
	if !ok {
		return undefined, nil
	}
	limit, err := limitArg(args, 2, "D3040")
	if err != nil {
		return nil, err
	}
	out := newSequence()
	if !(limit > 0) {
		return out, nil
	}
	f, err := e.firstMatch(argAt(args, 1), text, c.env)
	for ; err == nil && f != nil && float64(len(out.items)) < limit; f, err = e.nextMatch(f, c.env) {
		if f.m != nil {
			out.push(msg.NewObject("match", f.m.text, "index", msg.Number(float64(f.m.start)), "groups", msg.NewArray(f.m.groups...)))
		} else {
			out.push(msg.NewObject("match", f.text, "index", f.start, "groups", e.hold(f.groups)))
		}
	}
	return out, err
}

func fnSplit(e *evaluation, c *call, args []any) (any, error) {
	text, ok := argAt(args, 0).(string)
	if !ok {
		return undefined, nil
	}
	limit, err := limitArg(args, 2, "D3020")
	if err != nil {
		return nil, err
	}
	out := msg.NewArray()
	if !(limit > 0) {
		return out, nil
	}
	if sep, ok := argAt(args, 1).(string); ok {
		return splitText(text, sep, limit), nil
	}
	f, err := e.firstMatch(argAt(args, 1), text, c.env)
	if err != nil {
		return nil, err
	}
	if f == nil {
		return msg.NewArray(text), nil
	}
	s := newSearch(nil, text)
	start, length := 0, s.length()
	for f != nil && float64(out.Len()) < limit {
		from, to := f.offsets(length)
		out.Append(s.slice(min(start, from), max(start, from)))
		start = to
		if f, err = e.nextMatch(f, c.env); err != nil {
			return nil, err
		}
	}
	if float64(out.Len()) < limit {
		out.Append(s.slice(start, -1))
	}
	return out, nil
}

// splitText is String.prototype.split: an empty separator splits into UTF-16
// units.
func splitText(text, sep string, limit float64) *msg.Array {
	n := math.MaxInt32
	if limit < math.MaxInt32 {
		n = int(limit)
	}
	out := msg.NewArray()
	if sep == "" {
		for _, u := range msg.ToUTF16(text) {
			if out.Len() == n {
				break
			}
			out.Append(msg.FromUTF16([]uint16{u}))
		}
		return out
	}
	for out.Len() < n {
		part, rest, more := strings.Cut(text, sep)
		out.Append(part)
		if !more {
			break
		}
		text = rest
	}
	return out
}

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
