package direct

import (
	"strings"

	"sluice/runtime/msg"
)

// replacement is the second argument of replace and replaceAll.
type replacement struct {
	f     callable
	text  string
	plain bool // it has no $
}

func (r *run) replacement(v value) replacement {
	if f, ok := v.any.(callable); ok {
		return replacement{f: f}
	}
	s := r.toText(v)
	return replacement{text: s, plain: !strings.Contains(s, "$")}
}

func replace(r *run, this value, args []value, all bool) value {
	if p, ok := arg(args, 0).any.(*pattern); ok {
		if all && !p.global {
			bailout("replaceAll with a pattern for one match")
		}
		return r.replacePattern(p, this, r.replacement(arg(args, 1)))
	}
	want := r.sought(args)
	with := r.replacement(arg(args, 1))
	s := this.any.(string)
	r.charge(len(s))
	i := strings.Index(s, want)
	if i < 0 {
		return this
	}
	if want == "" && all {
		bailout("replaceAll of nothing")
	}
	buf := r.buf // nested ones take another
	r.buf = nil
	b := buf[:0]
	pos := 0
	for i >= 0 {
		b = r.appendText(b, s[pos:i])
		switch {
		case with.plain:
			b = r.appendText(b, with.text)
		case with.f != nil:
			b = r.appendText(b, r.toText(r.call(with.f, text(want), num(float64(msg.UTF16Len(s[:i]))), this)))
		default:
			b = r.expand(b, with.text, &captured{before: s[:i], match: want, after: s[i+len(want):]})
		}
		pos = i + len(want)
		if !all {
			break
		}
		if i = strings.Index(s[pos:], want); i >= 0 {
			i += pos
		}
	}
	b = r.appendText(b, s[pos:])
	s = string(b)
	r.buf = b
	return text(s)
}

// captured is what a replacement may refer to: parts of a text or, if of is set, of a search.
type captured struct {
	before, match, after string
	of                   *program
	m                    *matching
}

// group is a capture, "" if it has none.
func (c *captured) group(i int) string {
	from, to := c.m.caps[2*i], c.m.caps[2*i+1]
	if from < 0 {
		return ""
	}
	return c.m.cut(from, to)
}

// expand appends the text of a replacement: GetSubstitution of ECMAScript (22.1.3.19.1).
func (r *run) expand(b []byte, t string, c *captured) []byte {
	for {
		i := strings.IndexByte(t, '$')
		if i < 0 || i+1 == len(t) {
			return r.appendText(b, t)
		}
		b = r.appendText(b, t[:i])
		next := t[i+1]
		used := 2
		switch {
		case next == '$':
			b = append(b, '$')
		case next == '&':
			b = r.appendText(b, c.match)
		case next == '`':
			b = r.appendText(b, c.before)
		case next == '\'':
			b = r.appendText(b, c.after)
		case next == '<' && c.of != nil && c.of.named && strings.IndexByte(t[i:], '>') > 0:
			name := t[i+2 : i+strings.IndexByte(t[i:], '>')]
			used = len(name) + 3
			for k, n := range c.of.names {
				if n == name && n != "" {
					b = r.appendText(b, c.group(k))
				}
			}
		case '0' <= next && next <= '9' && c.of != nil:
			group := int(next - '0')
			last := len(c.of.names) - 1
			if i+2 < len(t) && '0' <= t[i+2] && t[i+2] <= '9' {
				if two := group*10 + int(t[i+2]-'0'); two > 0 && two <= last {
					group, used = two, 3
				}
			}
			if group == 0 || group > last {
				b, used = append(b, '$'), 1
				break
			}
			b = r.appendText(b, c.group(group))
		default:
			b, used = append(b, '$'), 1
		}
		t = t[i+used:]
	}
}
