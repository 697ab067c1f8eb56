package flows

import "strings"

// Find returns the node with this id, the last if there are several, else nil.
func (f *File) Find(id string) *Node {
	if i := f.index(id); i >= 0 {
		return f.Nodes[i]
	}
	return nil
}

func (f *File) index(id string) int {
	for i := len(f.Nodes) - 1; i >= 0; i-- {
		if f.Nodes[i].ID == id {
			return i
		}
	}
	return -1
}

// SetNode puts raw, the JSON text of a node, in the place of the node with its id.
func (f *File) SetNode(raw string) error {
	n, err := parseNode(raw)
	if err != nil {
		return err
	}
	i := f.index(n.ID)
	if i < 0 {
		return &Error{NodeID: n.ID, Message: "there is no such node to replace"}
	}
	f.replace(i, n)
	return nil
}

func (f *File) replace(i int, n *Node) {
	f.Nodes[i] = n
	f.rev.Store(nil)
}

// AddNode appends a node given by its JSON text, laid out like the one before it.
func (f *File) AddNode(raw string) error {
	n, err := parseNode(raw)
	if err != nil {
		return err
	}
	if n.noID || f.index(n.ID) >= 0 {
		return &Error{NodeID: n.ID, Property: "id", Message: "a new node needs an id that is not in use"}
	}
	gap := ""
	switch count := len(f.Nodes); count {
	case 0:
	case 1:
		gap = "," + f.gaps[0]
	default:
		gap = f.gaps[count-1]
	}
	f.Nodes = append(f.Nodes, n)
	f.gaps = append(f.gaps, gap)
	f.rev.Store(nil)
	return nil
}

// RemoveNode takes out the node with this id and says whether there was one.
func (f *File) RemoveNode(id string) bool {
	i := f.index(id)
	if i < 0 {
		return false
	}
	if i == 0 && len(f.gaps) > 1 {
		f.gaps[1] = f.gaps[0] // which has no comma
	}
	f.Nodes = append(f.Nodes[:i:i], f.Nodes[i+1:]...)
	f.gaps = append(f.gaps[:i:i], f.gaps[i+1:]...)
	f.rev.Store(nil)
	return true
}

// span is where a member stands in an object's text, for changing one and leaving the
// rest as it is.
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
