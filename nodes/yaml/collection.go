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

// blockMapping reads pairs of a block. If what it reads first is no key, that is
// the node; n.kind then is not "mapping".
func (r *reader) blockMapping(n *node, indent, flowIndent int) bool {
	if r.at.tab >= 0 {
		return false
	}
	m := &mapping{&msg.Object{}, map[string]bool{}}
	if n.anchor != "" {
		r.anchors[n.anchor] = m.Object
	}
	var key node
	var keyAt place
	detected, explicit := false, false
	for r.peek(0) != 0 {
		if !explicit && r.at.tab >= 0 {
			r.at.pos = r.at.tab
			r.fail(errTabs)
		}
		line := r.at.line
		compact := false
		if c := r.peek(0); (c == '?' || c == ':') && endsToken(r.peek(1)) {
			switch {
			case c == '?':
				if explicit {
					r.put(m, key, nil, &keyAt)
					key = node{}
				}
				detected, explicit = true, true
			case explicit:
				explicit = false
			default:
				r.fail("incomplete explicit mapping pair; a key node is missed; or followed by a non-tabulated empty line")
			}
			compact = true
			r.at.pos++
		} else {
			keyAt = r.at
			k, ok := r.node(flowIndent, flowOut, false, true)
			if !ok {
				break
			}
			if r.at.line != line {
				if detected {
					r.fail("can not read a block mapping entry; a multiline key may not be an implicit key")
				}
				r.keep(n, k)
				return true
			}
			for isSpace(r.peek(0)) {
				r.at.pos++
			}
			if r.peek(0) != ':' {
				if detected {
					r.fail("can not read an implicit mapping pair; a colon is missed")
				}
				r.keep(n, k)
				return true
			}
			r.at.pos++
			if !endsToken(r.peek(0)) {
				r.fail("a whitespace character is expected after the key-value separator within a block mapping")
			}
			if explicit {
				r.put(m, key, nil, &keyAt)
			}
			detected, explicit = true, false
			key = k
		}
		if r.at.line == line || r.at.indent > indent {
			if explicit {
				keyAt = r.at
			}
			v, ok := r.node(indent, blockOut, true, compact)
			switch {
			case !explicit:
				r.put(m, key, v.value, &keyAt)
				key = node{}
			case ok:
				key.value = v.value
			}
			r.skipSpace(true)
		}
		if (r.at.line == line || r.at.indent > indent) && r.peek(0) != 0 {
			r.fail("bad indentation of a mapping entry")
		}
		if r.at.indent < indent {
			break
		}
	}
	if explicit {
		r.put(m, key, nil, &keyAt)
	}
	if detected {
		n.value, n.kind = m.Object, "mapping"
	}
	return detected
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
