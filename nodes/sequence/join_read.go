package sequence

import (
	"sluice/runtime"
	"sluice/runtime/msg"
)

// arrival is what a message has to tell of its group, and what it adds to it.
type arrival struct {
	id       string
	kind     any // array, object, merged, string, buffer, or what msg.parts says
	count    any
	joiner   any
	key      any
	len      any // of the arrays that an array was split into
	index    any
	value    any
	property string // where the group's value goes
}

// read finds out where the message belongs, if anywhere.
func (n *joinNode) read(d *runtime.Delivery, a *arrival) (belongs bool, err error) {
	m := d.Msg
	*a = arrival{id: "_", key: msg.Undefined, index: msg.Undefined, len: msg.Undefined, property: n.Property.Text()}
	if n.full {
		a.value = m
	} else {
		v, err := n.Property.Get(m)
		if err != nil {
			n.inst.Log.Warn("Message property " + a.property + " not found")
			return false, nil
		}
		a.value = v
	}
	parts, hasParts, err := partsOf(m)
	switch n.Mode {
	case "auto":
		if err != nil {
			return false, err
		}
		if !parts.Has("id") {
			if m.Has("reset") {
				n.forget()
			} else {
				n.inst.Log.Warn("Message missing msg.parts property - cannot join in 'auto' mode")
			}
			return false, nil
		}
		return true, a.readParts(m, parts)
	case "reduce":
		return true, nil
	case "custom":
		if hasParts && n.ignoreParts {
			if err != nil {
				return false, err
			}
			hasParts = false
			if outer, ok := parts.Get(partsKey); ok {
				parts, hasParts = msg.NewObject(partsKey, outer), true
				m.Set(partsKey, parts)
			} else {
				m.Delete(partsKey)
			}
		}
	}
	a.kind, a.count, a.joiner = n.Build, n.Count, n.joiner
	if n.countByParts && hasParts {
		if err != nil {
			return false, err
		}
		a.count = parts.Value("count")
		if id, ok := parts.Get("id"); ok {
			a.id = msg.ToString(id)
		}
	}
	if n.Build == "object" {
		a.key, err = n.Key.Get(m)
	}
	return true, err
}

// readParts takes everything from msg.parts, as auto mode does.
func (a *arrival) readParts(m, parts *msg.Object) error {
	a.kind, a.count, a.joiner = msg.Undefined, msg.Undefined, msg.Undefined
	property := msg.Undefined
	for key, v := range parts.All() {
		switch key {
		case "id":
			a.id = msg.ToString(v)
		case "type":
			a.kind = v
		case "count":
			a.count = v
		case "ch":
			a.joiner = v
		case "key":
			a.key = v
		case "len":
			a.len = v
		case "index":
			a.index = v
		case "property":
			property = v
		}
	}
	a.property = msg.PayloadKey
	path := msg.Payload
	if msg.ToBool(property) {
		a.property = msg.ToString(property)
		var err error
		if path, err = msg.ParseMessagePath(a.property); err != nil {
			return err
		}
	}
	var err error
	a.value, err = path.Get(m)
	return err
}

// withoutKey is for messages that cannot be added to an object, but may complete it.
func (n *joinNode) withoutKey(d *runtime.Delivery, a *arrival) error {
	complete, ok := d.Msg.Get("complete")
	switch {
	case n.Mode == "auto":
		n.inst.Log.Warn("Message missing 'msg.parts.key' property - cannot add to object")
	case !ok:
		n.inst.Log.Warn("Message missing key property 'msg." + n.Key.Text() + "' - cannot add to object")
	case n.groups[a.id] != nil:
		g := n.groups[a.id]
		g.m.Set("complete", complete)
		return n.finishGroup(d, g, keep(d))
	}
	return nil
}
