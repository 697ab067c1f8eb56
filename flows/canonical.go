package flows

import (
	"slices"
	"strings"
)

// canonical returns what JSON.stringify(JSON.parse(text)) returns in JavaScript. The
// text must have passed the scanner. Node-RED's revision is a hash of it, and two
// values are equal when it is, but for the order of keys.
func canonical(text string) string {
	w := canon{s: text}
	w.value()
	return string(w.out)
}

// sorted is canonical with the keys of every object in order, for comparing.
func sorted(text string) string {
	w := canon{s: text, sort: true}
	w.value()
	return string(w.out)
}

type canon struct {
	s    string
	pos  int
	sort bool
	out  []byte

	members []member // of the objects now open, innermost last
}

func (w *canon) space() {
	for w.s[w.pos] <= ' ' {
		w.pos++
	}
}

func (w *canon) value() {
	for w.pos < len(w.s) && w.s[w.pos] <= ' ' {
		w.pos++
	}
	switch w.s[w.pos] {
	case '"':
		w.out = appendString(w.out, w.token())
	case '{':
		w.object()
	case '[':
		w.array()
	case 't', 'n':
		w.out = append(w.out, w.s[w.pos:w.pos+4]...)
		w.pos += 4
	case 'f':
		w.out = append(w.out, "false"...)
		w.pos += 5
	default:
		from := w.pos
		for w.pos < len(w.s) && strings.IndexByte("+-.0123456789eE", w.s[w.pos]) >= 0 {
			w.pos++
		}
		w.out = appendNumber(w.out, w.s[from:w.pos])
	}
}

// token passes a string and returns it with its quotes.
func (w *canon) token() string {
	from := w.pos
	for w.pos++; w.s[w.pos] != '"'; w.pos++ {
		if w.s[w.pos] == '\\' {
			w.pos++
		}
	}
	w.pos++
	return w.s[from:w.pos]
}

func (w *canon) array() {
	w.out = append(w.out, '[')
	w.pos++
	w.space()
	for first := true; w.s[w.pos] != ']'; first = false {
		if !first {
			w.pos++ // the comma
			w.out = append(w.out, ',')
		}
		w.value()
		w.space()
	}
	w.pos++
	w.out = append(w.out, ']')
}

// member is a key of an object and where `"key":value` stands in canon.out.
type member struct {
	name     string
	from, to int
}

func (w *canon) object() {
	base := len(w.members)
	w.out = append(w.out, '{')
	start := len(w.out)
	w.pos++
	w.space()
	for first := true; w.s[w.pos] != '}'; first = false {
		if !first {
			w.pos++ // the comma
			w.space()
			w.out = append(w.out, ',')
		}
		from := len(w.out)
		key := w.token()
		w.out = appendString(w.out, key)
		w.space()
		w.pos++ // the colon
		w.out = append(w.out, ':')
		w.value()
		w.members = append(w.members, member{unquote(key), from, len(w.out)})
		w.space()
	}
	w.pos++
	if members := w.members[base:]; w.sort || !inOrder(members) {
		w.rearrange(start, members)
	}
	w.members = w.members[:base]
	w.out = append(w.out, '}')
}

// inOrder says that members stand as JavaScript would list them, each once.
func inOrder(members []member) bool {
	const few = 32
	var seen map[string]bool
	if len(members) > few {
		seen = make(map[string]bool, len(members))
	}
	for i, m := range members {
		if _, ok := arrayIndex(m.name); ok {
			return false
		}
		if seen != nil {
			if seen[m.name] {
				return false
			}
			seen[m.name] = true
			continue
		}
		for _, before := range members[:i] {
			if before.name == m.name {
				return false
			}
		}
	}
	return true
}

// rearrange writes members anew from start: of a repeated key the first place and the
// last value, numbers before names, or all sorted.
func (w *canon) rearrange(start int, members []member) {
	place := make(map[string]int, len(members))
	var list []member
	for _, m := range members {
		if i, ok := place[m.name]; ok {
			list[i] = m
			continue
		}
		place[m.name] = len(list)
		list = append(list, m)
	}
	if w.sort {
		slices.SortFunc(list, func(a, b member) int { return strings.Compare(a.name, b.name) })
	} else {
		jsOrder(list, func(m member) string { return m.name })
	}
	text := string(w.out[start:])
	w.out = w.out[:start]
	for i, m := range list {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.out = append(w.out, text[m.from-start:m.to-start]...)
	}
}
