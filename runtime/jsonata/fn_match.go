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
