package yaml

import "sluice/runtime/msg"

const errTabs = "tab characters must not be used in indentation"

// blockSequence reads entries that begin with "-".
func (r *reader) blockSequence(n *node, indent int) bool {
	if r.at.tab >= 0 || r.peek(0) != '-' || !endsToken(r.peek(1)) {
		return false
	}
	list := &msg.Array{}
	if n.anchor != "" {
		r.anchors[n.anchor] = list
	}
	for r.peek(0) != 0 {
		if r.at.tab >= 0 {
			r.at.pos = r.at.tab
			r.fail(errTabs)
		}
		if r.peek(0) != '-' || !endsToken(r.peek(1)) {
			break
		}
		r.at.pos++
		if r.skipSpace(true) > 0 && r.at.indent <= indent {
			list.Append(nil)
			continue
		}
		line := r.at.line
		e, _ := r.node(indent, blockIn, false, true)
		list.Append(e.value)
		r.skipSpace(true)
		if (r.at.line == line || r.at.indent > indent) && r.peek(0) != 0 {
			r.fail("bad indentation of a sequence entry")
		}
		if r.at.indent < indent {
			break
		}
	}
	n.value, n.kind = list, "sequence"
	return true
}

// blockPairs is a mapping of a block while it is read.
type blockPairs struct {
	*mapping
	key      node
	keyAt    place
	detected bool // it is a mapping, whatever follows
	explicit bool // the key came behind "?", and its value is still to come
}

// blockMapping reads pairs of a block. If what it reads first is no key, that is
// the node; n.kind then is not "mapping".
func (r *reader) blockMapping(n *node, indent, flowIndent int) bool {
	if r.at.tab >= 0 {
		return false
	}
	b := &blockPairs{mapping: &mapping{&msg.Object{}, map[string]bool{}}}
	if n.anchor != "" {
		r.anchors[n.anchor] = b.Object
	}
	for r.peek(0) != 0 {
		if !b.explicit && r.at.tab >= 0 {
			r.at.pos = r.at.tab
			r.fail(errTabs)
		}
		line := r.at.line
		compact := r.blockIndicator(b)
		if !compact {
			k, ok, isKey := r.blockKey(b, flowIndent)
			if !ok {
				break
			}
			if !isKey {
				r.keep(n, k)
				return true
			}
			r.endExplicit(b)
			b.detected, b.key = true, k
		}
		if r.at.line == line || r.at.indent > indent {
			r.blockValue(b, indent, compact)
		}
		if (r.at.line == line || r.at.indent > indent) && r.peek(0) != 0 {
			r.fail("bad indentation of a mapping entry")
		}
		if r.at.indent < indent {
			break
		}
	}
	r.endExplicit(b)
	if b.detected {
		n.value, n.kind = b.Object, "mapping"
	}
	return b.detected
}

// blockIndicator reads the "?" of an explicit key, or the ":" of its value.
func (r *reader) blockIndicator(b *blockPairs) bool {
	c := r.peek(0)
	if c != '?' && c != ':' || !endsToken(r.peek(1)) {
		return false
	}
	switch {
	case c == '?':
		r.endExplicit(b)
		b.detected, b.explicit, b.key = true, true, node{}
	case b.explicit:
		b.explicit = false
	default:
		r.fail("incomplete explicit mapping pair; a key node is missed; or followed by a non-tabulated empty line")
	}
	r.at.pos++
	return true
}

// blockKey reads a key and the colon behind it, or a node that is no key.
func (r *reader) blockKey(b *blockPairs, flowIndent int) (k node, ok, isKey bool) {
	line := r.at.line
	b.keyAt = r.at
	if k, ok = r.node(flowIndent, flowOut, false, true); !ok {
		return k, false, false
	}
	if r.at.line != line {
		if b.detected {
			r.fail("can not read a block mapping entry; a multiline key may not be an implicit key")
		}
		return k, true, false
	}
	for isSpace(r.peek(0)) {
		r.at.pos++
	}
	if r.peek(0) != ':' {
		if b.detected {
			r.fail("can not read an implicit mapping pair; a colon is missed")
		}
		return k, true, false
	}
	r.at.pos++
	if !endsToken(r.peek(0)) {
		r.fail("a whitespace character is expected after the key-value separator within a block mapping")
	}
	return k, true, true
}

// blockValue reads the value of a key, or the key itself behind a "?".
func (r *reader) blockValue(b *blockPairs, indent int, compact bool) {
	if b.explicit {
		b.keyAt = r.at
	}
	v, ok := r.node(indent, blockOut, true, compact)
	switch {
	case !b.explicit:
		r.put(b.mapping, b.key, v.value, &b.keyAt)
		b.key = node{}
	case ok:
		b.key.value = v.value
	}
	r.skipSpace(true)
}

// endExplicit adds an explicit key that no value followed.
func (r *reader) endExplicit(b *blockPairs) {
	if b.explicit {
		r.put(b.mapping, b.key, nil, &b.keyAt)
	}
	b.explicit = false
}

// keep makes what was read as a key the node itself, which keeps its own tag and anchor.
func (r *reader) keep(n *node, k node) {
	n.value, n.kind = k.value, k.kind
}

// flowCollection reads "[…]" or "{…}".
func (r *reader) flowCollection(n *node, indent int) bool {
	var end byte
	list := &msg.Array{}
	m := &mapping{&msg.Object{}, map[string]bool{}}
	var value any = list
	kind := "sequence"
	switch r.peek(0) {
	case '[':
		end = ']'
	case '{':
		end, value, kind = '}', m.Object, "mapping"
	default:
		return false
	}
	if n.anchor != "" {
		r.anchors[n.anchor] = value
	}
	r.at.pos++
	for more := true; r.peek(0) != 0; {
		r.skipSpace(true)
		switch c := r.peek(0); {
		case c == end:
			r.at.pos++
			n.value, n.kind = value, kind
			return true
		case !more:
			r.fail("missed comma between flow collection entries")
		case c == ',':
			r.fail("expected the node content, but found ','")
		}
		r.flowEntry(list, m, kind, indent)
		r.skipSpace(true)
		if more = r.peek(0) == ','; more {
			r.at.pos++
		}
	}
	r.fail("unexpected end of the stream within a flow collection")
	return false
}

func (r *reader) flowEntry(list *msg.Array, m *mapping, kind string, indent int) {
	explicit := r.peek(0) == '?' && endsToken(r.peek(1))
	if explicit {
		r.at.pos++
		r.skipSpace(true)
	}
	at := r.at
	key, _ := r.node(indent, flowIn, false, true)
	r.skipSpace(true)
	pair := explicit
	var v any
	if (explicit || r.at.line == at.line) && r.peek(0) == ':' {
		pair = true
		r.at.pos++
		r.skipSpace(true)
		e, _ := r.node(indent, flowIn, false, true)
		v = e.value
	}
	switch {
	case kind == "mapping":
		r.put(m, key, v, &at)
	case pair:
		one := &mapping{&msg.Object{}, map[string]bool{}}
		r.put(one, key, v, &at)
		list.Append(one.Object)
	default:
		list.Append(key.value)
	}
}
