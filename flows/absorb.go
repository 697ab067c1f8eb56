package flows

import (
	"fmt"
	"strings"
)

// unchanged is what the editor sends for a password it was never told.
const unchanged = "__PWRD__"

// Absorb takes the credentials out of a flow file that is about to be deployed and
// forgets those of nodes that are not in it, by the rules of Node-RED's setFlows and
// credentials.extract: a value of __PWRD__ leaves what is kept, a blank one deletes it.
// The file is left as a plain list of nodes. On an error, which is one about the
// file's own encrypted credentials, nothing has changed.
//
// Node-RED takes only the values that the node's type declares; types are not known
// here, so all are taken.
func (c *Credentials) Absorb(f *File) error {
	var given []Prop
	if _, sealed := envelope(f.Credentials); sealed {
		next := c.Clone()
		if err := next.load(f.Credentials); err != nil {
			return err
		}
		c.mu.Lock()
		c.ids, c.objects, c.dirty = next.ids, next.objects, true
		c.mu.Unlock()
	} else if truthy(f.Credentials) {
		var err error
		if given, err = parseCredentials(f.Credentials); err != nil {
			return err
		}
	}
	known := make(map[string]bool, len(f.Nodes))
	for i, n := range f.Nodes {
		known[n.ID] = true
		if indexProp(n.Props, "credentials") < 0 {
			continue
		}
		c.take(n)
		if err := f.strip(i); err != nil {
			return err
		}
	}
	c.prune(known)
	for _, p := range given {
		c.set(p.Name, p.Value)
	}
	f.Credentials, f.head, f.foot = "", "", ""
	return nil
}

// strip removes the credentials from the text of node i.
func (f *File) strip(i int) error {
	n, err := parseNode(without(f.Nodes[i].Raw, "credentials"))
	if err != nil {
		return fmt.Errorf("take credentials out of node %s: %w", f.Nodes[i].ID, err)
	}
	n.offset = f.Nodes[i].offset
	f.replace(i, n)
	return nil
}

func (c *Credentials) prune(known map[string]bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.removeLocked(func(id string) bool { return !known[id] })
}

// take merges the credentials a node brings into those kept for it.
func (c *Credentials) take(n *Node) {
	brought := n.Get("credentials")
	if !brought.IsObject() {
		return
	}
	kept := c.JSON(n.ID)
	if n.Type == "global-config" {
		c.set(n.ID, with(kept, "map", mergeMap(memberOf(kept, "map"), memberOf(brought.Raw, "map"))))
		return
	}
	subflow := n.Type == "subflow" || strings.HasPrefix(n.Type, "subflow:")
	if subflow {
		for _, m := range members(kept) {
			if memberOf(brought.Raw, m.name) == "" {
				kept = without(kept, m.name)
			}
		}
	}
	for _, m := range members(brought.Raw) {
		value := brought.Raw[m.value:m.to]
		switch {
		case !subflow && strings.HasPrefix(m.name, "has_") && (value == "true" || value == "false"):
			// The editor's note that there is a password, not a credential.
		case value == `"`+unchanged+`"`:
		case value == "null", value[0] == '"' && strings.TrimSpace(unquote(value)) == "":
			kept = without(kept, m.name)
		default:
			kept = with(kept, m.name, value)
		}
	}
	if kept != "{}" || c.JSON(n.ID) != "{}" {
		c.set(n.ID, kept)
	}
}

// mergeMap merges the variables of a global-config node: those no longer brought go,
// with the note has_<name> that stands beside each.
func mergeMap(kept, brought string) string {
	if kept == "" || kept[0] != '{' {
		kept = "{}"
	}
	if brought == "" || brought[0] != '{' {
		brought = "{}"
	}
	for _, m := range members(kept) {
		if !truthy(memberOf(brought, m.name)) {
			kept = without(without(kept, m.name), "has_"+m.name)
		}
	}
	for _, m := range members(brought) {
		value := brought[m.value:m.to]
		if strings.HasPrefix(m.name, "has_") || value == `"`+unchanged+`"` && truthy(memberOf(kept, m.name)) {
			continue
		}
		kept = with(kept, m.name, value)
		if note := memberOf(brought, "has_"+m.name); note != "" {
			kept = with(kept, "has_"+m.name, note)
		}
	}
	return kept
}

// memberOf returns the JSON text of an object's member, "" if there is none.
func memberOf(object, name string) string {
	if object == "" || object[0] != '{' {
		return ""
	}
	value := ""
	for _, m := range members(object) {
		if m.name == name {
			value = object[m.value:m.to]
		}
	}
	return value
}
