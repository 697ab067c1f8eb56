package flows

import "strings"

// member spans of an object's text, for changing one and leaving the rest as it is.
type span struct {
	name            string
	from, value, to int // of `"name": value`; value is where the value begins
}

// members lists the members of a JSON object's text, which must be valid.
func members(object string) []span {
	sc := &scanner{s: object}
	sc.space()
	var list []span
	end := sc.pos + 1
	sc.object(func(name, value string) {
		from := end + strings.IndexByte(object[end:], '"') // only a comma and space are between
		list = append(list, span{name, from, sc.pos - len(value), sc.pos})
		end = sc.pos
	})
	return list
}

// without returns an object's text without the members called name.
func without(object, name string) string {
	for {
		list := members(object)
		at := -1
		for i, m := range list {
			if m.name == name {
				at = i
			}
		}
		switch {
		case at < 0:
			return object
		case at+1 < len(list):
			object = object[:list[at].from] + object[list[at+1].from:]
		case at > 0:
			object = object[:list[at-1].to] + object[list[at].to:]
		default:
			object = object[:list[0].from] + strings.TrimLeft(object[list[0].to:], " \t\r\n")
		}
	}
}

// with returns an object's text with name set to value, in its place or at the end.
func with(object, name, value string) string {
	list := members(object)
	for i := len(list) - 1; i >= 0; i-- {
		if m := list[i]; m.name == name {
			return object[:m.value] + value + object[m.to:]
		}
	}
	member := quote(name) + ":" + value
	if len(list) == 0 {
		return "{" + member + "}"
	}
	end := list[len(list)-1].to
	return object[:end] + "," + member + object[end:]
}
