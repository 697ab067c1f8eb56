package network

import (
	"strings"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// queryOptions bound a query string, see npm's qs.
type queryOptions struct {
	depth      int  // levels of brackets
	strict     bool // deeper ones are an error, else the rest is one key
	arrayLimit int  // indices from here on make objects
	params     int  // further parameters are dropped
}

// The options that Express gives qs for a query, and body-parser for a form.
var urlQuery = queryOptions{depth: 5, arrayLimit: 1000, params: 1000}

func formQuery(params int) queryOptions {
	return queryOptions{depth: 32, strict: true, arrayLimit: max(100, params), params: 1000}
}

// errDepth is the error of a form that nests too deeply.
var errDepth = &msg.Error{Name: "RangeError", Message: "The input exceeded the depth"}

// queryParser parses one query string as qs 6.15 does. Lists that outgrow the
// limit become objects; which ones did is remembered while parsing, as is which
// lists were made of a value and an object under one name.
type queryParser struct {
	queryOptions
	overflow map[*msg.Object]int // the highest index
	conflict map[any]int         // *queryList or *msg.Object
}

// parseQuery turns "a[b]=1&a[c][]=2" into nested objects and lists.
func parseQuery(s string, o queryOptions) (*msg.Object, error) {
	result := &msg.Object{}
	if s == "" {
		return result, nil
	}
	p := queryParser{queryOptions: o}
	for key, value := range p.values(s).All() {
		if key == "" {
			continue
		}
		segments, err := p.segments(key)
		if err != nil {
			return nil, err
		}
		if segments == nil {
			continue
		}
		if merged, ok := p.merge(result, p.nest(segments, value)).(*msg.Object); ok {
			result = merged
		}
	}
	compact(result)
	return result, nil
}

var brackets = strings.NewReplacer("%5B", "[", "%5b", "[", "%5D", "]", "%5d", "]")

// values splits a string into names, brackets and all, and their values; values
// of one name are joined.
func (p *queryParser) values(s string) *msg.Object {
	values := &msg.Object{}
	if strings.IndexByte(s, '%') >= 0 {
		s = brackets.Replace(s)
	}
	for n := 0; n < p.params; n++ {
		part, rest, more := strings.Cut(s, "&")
		p.value(values, part)
		if !more {
			break
		}
		s = rest
	}
	return values
}

func (p *queryParser) value(values *msg.Object, part string) {
	at := strings.Index(part, "]=")
	if at >= 0 {
		at++
	} else {
		at = strings.IndexByte(part, '=')
	}
	name, text := part, ""
	if at >= 0 {
		name, text = part[:at], part[at+1:]
	}
	name, text = decodeQuery(name), decodeQuery(text)
	if old, ok := values.Get(name); ok {
		values.Set(name, p.combine(old, text))
		return
	}
	values.Set(name, text)
}

func decodeQuery(s string) string {
	if strings.IndexByte(s, '+') >= 0 {
		s = strings.ReplaceAll(s, "+", " ")
	}
	if decoded, ok := runtime.DecodeURIComponent(s); ok {
		return decoded
	}
	return s
}

// segments splits "a[b][c]" into "a", "[b]", "[c]". What is deeper than allowed
// or not closed stays one segment.
func (p *queryParser) segments(key string) ([]string, error) {
	var segments []string
	open := strings.IndexByte(key, '[')
	if open != 0 {
		parent := key
		if open > 0 {
			parent = key[:open]
		}
		segments = append(segments, parent)
	}
	for n := 0; open >= 0 && n < p.depth; n++ {
		end := closing(key, open)
		if end < 0 {
			return append(segments, "["+key[open:]+"]"), nil
		}
		segments = append(segments, key[open:end+1])
		next := strings.IndexByte(key[end+1:], '[')
		if next < 0 {
			return segments, nil
		}
		open = end + 1 + next
	}
	if open >= 0 {
		if p.strict {
			return nil, errDepth
		}
		segments = append(segments, "["+key[open:]+"]")
	}
	return segments, nil
}

// closing returns the place of the bracket that closes the one at open, or -1.
func closing(s string, open int) int {
	level := 0
	for i := open; i < len(s); i++ {
		switch s[i] {
		case '[':
			level++
		case ']':
			if level--; level == 0 {
				return i
			}
		}
	}
	return -1
}

// nest wraps a value in the containers that its segments name.
func (p *queryParser) nest(segments []string, value any) any {
	for i := len(segments) - 1; i >= 0; i-- {
		segment := segments[i]
		if segment == "[]" {
			if !p.overflows(value) {
				value = p.combine(newList(), value)
			}
			continue
		}
		name := segment
		bracketed := len(name) > 1 && name[0] == '[' && name[len(name)-1] == ']'
		if bracketed {
			name = name[1 : len(name)-1]
		}
		index, isIndex := msg.ArrayIndex(name)
		switch {
		case bracketed && isIndex && int(index) < p.arrayLimit:
			list := newList()
			list.set(int(index), value)
			value = list
		case bracketed && isIndex:
			o := msg.NewObject(name, value)
			p.mark(o, int(index))
			value = o
		case name == "__proto__":
			value = &msg.Object{}
		default:
			value = msg.NewObject(name, value)
		}
	}
	return value
}

// simpleQuery is Node's querystring.parse: no brackets, values of one name make a list.
func simpleQuery(s string) *msg.Object {
	query := msg.NewBareObject() // Node's querystring.parse
	for n := 0; s != "" && n < urlQuery.params; n++ {
		part, rest, _ := strings.Cut(s, "&")
		s = rest
		if part == "" {
			continue
		}
		name, text, _ := strings.Cut(part, "=")
		name, text = decodeQuery(name), decodeQuery(text)
		switch old := query.Value(name).(type) {
		case string:
			query.Set(name, msg.NewArray(old, text))
		case *msg.Array:
			old.Append(text)
		default:
			query.Set(name, text)
		}
	}
	return query
}
