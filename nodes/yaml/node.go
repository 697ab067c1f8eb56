package yaml

import (
	"strings"

	"sluice/runtime/msg"
)

// node reads a node that is indented by more than its parent, with its tag and
// anchor; ok is false if there is nothing. With seek it may begin on a later line;
// compact allows a block collection right behind what stands before.
func (r *reader) node(parent int, context context, seek, compact bool) (n node, ok bool) {
	if r.depth >= maxDepth {
		r.fail("nesting exceeded maxDepth (100)")
	}
	r.depth++
	defer func() { r.depth-- }()
	blocks := context == blockOut || context == blockIn
	collections := blocks
	newLine := false
	relation := 1 // of the indentation to the parent's
	skip := func() bool {
		if r.skipSpace(true) == 0 {
			return false
		}
		newLine = true
		relation = sign(r.at.indent - parent)
		return true
	}
	if seek {
		skip()
	}
	var properties *place // where tag and anchor begin
	for relation == 1 {
		at := r.at
		c := r.peek(0)
		if newLine && (c == '!' && n.tag != "" || c == '&' && n.anchor != "") {
			break // those of a key on a line of its own
		}
		if !r.tag(&n) && !r.anchor(&n) {
			break
		}
		if properties == nil {
			properties = &at
		}
		if skip() {
			collections = blocks
		} else {
			collections = false
		}
	}
	collections = collections && (newLine || compact)
	found := false
	if relation == 1 || context == blockOut {
		flowIndent := parent
		if blocks {
			flowIndent++
		}
		column := r.at.pos - r.at.lineStart
		switch {
		case relation == 1 && r.content(&n, context, column, flowIndent, collections, properties):
			found = true
		case relation == 0 && collections:
			found = r.blockSequence(&n, column)
		}
	}
	r.resolve(&n)
	if n.anchor != "" {
		r.anchors[n.anchor] = n.value
	}
	return n, n.tag != "" || n.anchor != "" || found
}

func sign(n int) int {
	switch {
	case n > 0:
		return 1
	case n < 0:
		return -1
	}
	return 0
}

// content reads what follows tag and anchor.
func (r *reader) content(n *node, context context, column, flowIndent int, collections bool, properties *place) bool {
	if collections && (r.blockSequence(n, column) || r.blockMapping(n, column, flowIndent)) || r.flowCollection(n, flowIndent) {
		return true
	}
	c := r.peek(0)
	blocks := context == blockOut || context == blockIn
	if properties != nil && blocks && !collections && c != '|' && c != '>' && r.mappingFrom(n, *properties, flowIndent) {
		return true
	}
	switch {
	case blocks && (c == '|' || c == '>'):
		r.blockScalar(n, flowIndent)
	case c == '\'':
		r.singleQuoted(n)
	case c == '"':
		r.doubleQuoted(n)
	case c == '*':
		r.alias(n)
	default:
		return r.plain(n, flowIndent, context == flowIn)
	}
	return true
}

// mappingFrom tries to read a block mapping whose first key has the tag and anchor
// that were taken for the node's own.
func (r *reader) mappingFrom(n *node, properties place, flowIndent int) bool {
	at, anchors := r.at, r.anchors
	r.anchors = map[string]any{}
	for k, v := range anchors {
		r.anchors[k] = v
	}
	r.at = properties
	var m node
	if r.blockMapping(&m, properties.pos-properties.lineStart, flowIndent) && m.kind == "mapping" {
		*n = m
		return true
	}
	r.at, r.anchors = at, anchors
	return false
}

func (r *reader) anchor(n *node) bool {
	if r.peek(0) != '&' {
		return false
	}
	if n.anchor != "" {
		r.fail("duplication of an anchor property")
	}
	r.at.pos++
	if n.anchor = r.word(true); n.anchor == "" {
		r.fail("name of an anchor node must contain at least one character")
	}
	return true
}

func (r *reader) alias(n *node) {
	r.at.pos++
	name := r.word(true)
	if name == "" {
		r.fail("name of an alias node must contain at least one character")
	}
	v, ok := r.anchors[name]
	if !ok {
		r.fail(`unidentified alias "` + name + `"`)
	}
	n.value = v
	r.skipSpace(true)
	if n.tag != "" || n.anchor != "" {
		r.fail("alias node should not have any properties")
	}
}

func (r *reader) tag(n *node) bool {
	if r.peek(0) != '!' {
		return false
	}
	if n.tag != "" {
		r.fail("duplication of a tag property")
	}
	r.at.pos++
	if r.peek(0) == '<' {
		r.at.pos++
		end := strings.IndexByte(r.text[r.at.pos:], '>')
		if end < 0 {
			r.at.pos = len(r.text)
			r.fail("unexpected end of the stream within a verbatim tag")
		}
		n.tag = r.text[r.at.pos : r.at.pos+end]
		r.at.pos += end + 1
		return true
	}
	handle := "!"
	if r.peek(0) == '!' {
		handle = "!!"
		r.at.pos++
	}
	from := r.at.pos
	name := r.word(false)
	if i := strings.IndexByte(name, '!'); i >= 0 {
		if second := strings.IndexByte(name[i+1:], '!'); handle == "!!" || second >= 0 {
			if r.at.pos = from + i; handle != "!!" {
				r.at.pos += 1 + second
			}
			r.fail("tag suffix cannot contain exclamation marks")
		}
		if handle = "!" + name[:i+1]; !isTagHandle(handle) {
			r.at.pos = from + i
			r.fail("named tag handle cannot contain such characters")
		}
		name = name[i+1:]
	}
	if strings.ContainsAny(name, ",[]{}") {
		r.fail("tag suffix cannot contain flow indicator characters")
	}
	prefix, declared := r.handles[handle]
	switch {
	case declared:
		n.tag = prefix + name
	case handle == "!":
		n.tag = "!" + name
	case handle == "!!":
		n.tag = tagPrefix + name
	default:
		r.fail(`undeclared tag handle "` + handle + `"`)
	}
	return true
}

// resolve makes the value that a node's tag asks for.
func (r *reader) resolve(n *node) {
	switch n.tag {
	case "", "!":
		return
	case "?":
		if n.kind != "scalar" && n.value != nil {
			r.fail(`unacceptable node kind for !<?> tag; it should be "scalar", not "` + n.kind + `"`)
		}
		if s, ok := n.value.(string); ok {
			n.value, n.tag = resolvePlain(s)
		}
		return
	}
	name, ok := strings.CutPrefix(n.tag, tagPrefix)
	kind := kindsOfTags[name]
	if !ok || kind == "" {
		r.fail("unknown tag !<" + n.tag + ">")
	}
	if n.kind != "" && kind != n.kind {
		r.fail("unknown tag !<" + n.tag + ">")
	}
	v, ok := construct(name, n.value, n.kind == "")
	if !ok {
		r.fail("cannot resolve a node with !<" + n.tag + "> explicit tag")
	}
	n.value = v
}

// mapping is a mapping as it is read.
type mapping struct {
	*msg.Object
	merged map[string]bool // keys that may be set again
}

// put adds a pair; at is where its key begins.
func (r *reader) put(m *mapping, key node, v any, at *place) {
	if key.tag == tagPrefix+"merge" {
		r.merge(m, v)
		return
	}
	name := r.keyText(key.value)
	if m.Has(name) && !m.merged[name] {
		if at != nil {
			if at.line > 0 { // sic: js-yaml takes the first line for no place at all
				r.at.line = at.line
			}
			if at.lineStart > 0 {
				r.at.lineStart = at.lineStart
			}
			if at.pos > 0 {
				r.at.pos = at.pos
			}
		}
		r.fail("duplicated mapping key")
	}
	m.Set(name, v)
	delete(m.merged, name)
}

// keyText is the name of a key, which may be any value.
func (r *reader) keyText(v any) string {
	if o, ok := v.(*msg.Array); ok {
		parts := make([]string, o.Len())
		for i, e := range o.All() {
			switch e.(type) {
			case *msg.Array:
				r.fail("nested arrays are not supported inside keys")
			case nil:
			default:
				parts[i] = msg.ToString(e)
			}
		}
		return strings.Join(parts, ",")
	}
	return msg.ToString(v)
}

func (r *reader) merge(m *mapping, v any) {
	list, ok := v.(*msg.Array)
	if !ok {
		list = msg.NewArray(v)
	} else if list.Len() > 100 {
		r.fail("abnormal merge sequence size")
	}
	for _, source := range list.All() {
		o, ok := source.(*msg.Object)
		if !ok {
			if _, isArray := source.(*msg.Array); !isArray {
				r.fail("cannot merge mappings; the provided source object is unacceptable")
			}
		}
		r.countMerge()
		for key, v := range o.All() {
			r.countMerge()
			if !m.Has(key) {
				m.Set(key, v)
				m.merged[key] = true
			}
		}
	}
}

func (r *reader) countMerge() {
	if r.mergeWork++; r.mergeWork > maxMerge {
		r.fail("merge keys exceeded maxTotalMergeKeys (10000)")
	}
}
