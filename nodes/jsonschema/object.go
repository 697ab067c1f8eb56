package jsonschema

import (
	"slices"
	"strings"

	"github.com/dlclark/regexp2/v2"

	"sluice/runtime/msg"
)

// object compiles the keywords that apply schemas to properties.
func (c *compiler) object(s site, key string) rule {
	switch key {
	case "propertyNames":
		return c.propertyNames(s)
	case "additionalProperties":
		return c.additionalProperties(s)
	case "dependencies":
		return c.dependencies(s)
	case "properties":
		return c.properties(s)
	}
	return c.patternProperties(s)
}

func (c *compiler) propertyNames(s site) rule {
	n := c.sub(s, "propertyNames")
	return func(r *run, v any) {
		for _, key := range msg.Keys(v) {
			name, naming := r.name, r.naming
			r.name, r.naming = key, true
			valid := r.visit(n, key)
			r.name, r.naming = name, naming
			if !valid {
				r.fail(s.path, "propertyNames", "property name must be valid", "propertyName", key)
			}
		}
	}
}

// member is a schema for some of the properties.
type member struct {
	name string          // of the property, or
	re   *regexp2.Regexp // what its name matches
	node *node
}

// members compiles the schemas of a keyword that holds them by name. Those that
// accept everything are left out.
func (c *compiler) members(s site, key string) []member {
	var members []member
	named, _ := s.o.Value(key).(*msg.Object)
	for name, schema := range named.All() {
		if isArray(schema, true) || name == "__proto__" || c.anything(schema) {
			continue // a list names properties, in dependencies
		}
		members = append(members, member{name: name, node: c.schema(schema, s.path+"/"+key+"/"+escapeFragment(name), s.base)})
	}
	return members
}

func (c *compiler) properties(s site) rule {
	properties := c.members(s, "properties")
	return func(r *run, v any) {
		for _, p := range properties {
			if part := msg.Property(v, p.name); part != msg.Undefined {
				r.visitPart(p.node, p.name, part)
			}
		}
	}
}

func (c *compiler) patternProperties(s site) rule {
	patterns := c.members(s, "patternProperties")
	if len(patterns) == 0 {
		return nil
	}
	properties, _ := s.o.Value("properties").(*msg.Object)
	all, _ := s.o.Value("patternProperties").(*msg.Object)
	for pattern := range all.All() {
		re := c.regExp(pattern)
		for name := range properties.All() {
			if re == nil {
				return nil
			}
			if ok, err := re.MatchString(name); ok || err != nil {
				c.fail("strict mode: property %s matches pattern %s (use allowMatchingProperties)", name, pattern)
			}
		}
		if i := slices.IndexFunc(patterns, func(p member) bool { return p.name == pattern }); i >= 0 {
			patterns[i].re = re
		}
	}
	return func(r *run, v any) {
		for _, p := range patterns {
			for _, key := range msg.Keys(v) {
				if r.matches(p.re, key) {
					r.visitPart(p.node, key, msg.Property(v, key))
				}
			}
		}
	}
}

func (c *compiler) additionalProperties(s site) rule {
	if c.anything(s.o.Value("additionalProperties")) {
		return nil
	}
	properties, _ := s.o.Value("properties").(*msg.Object)
	var patterns []*regexp2.Regexp
	if named, ok := s.o.Value("patternProperties").(*msg.Object); ok {
		for pattern := range named.All() {
			patterns = append(patterns, c.regExp(pattern))
		}
	}
	additional := func(r *run, key string) bool {
		return (!properties.Has(key) || key == "__proto__") &&
			!slices.ContainsFunc(patterns, func(re *regexp2.Regexp) bool { return r.matches(re, key) })
	}
	n := c.sub(s, "additionalProperties")
	forbidden := s.o.Value("additionalProperties") == false
	return func(r *run, v any) {
		for _, key := range msg.Keys(v) {
			switch {
			case !additional(r, key):
			case forbidden:
				r.fail(s.path, "additionalProperties", "must NOT have additional properties", "additionalProperty", key)
			default:
				r.visitPart(n, key, msg.Property(v, key))
			}
		}
	}
}

// dependencies compiles what must be there, or hold, when a property is there:
// all that are lists of names first.
func (c *compiler) dependencies(s site) rule {
	type names struct {
		property, text string
		needs          []string
	}
	var lists []names
	for property, value := range s.o.Value("dependencies").(*msg.Object).All() {
		list, ok := value.(*msg.Array)
		if !ok || property == "__proto__" {
			continue
		}
		n := names{property: property}
		for _, elem := range list.All() {
			n.needs = append(n.needs, elem.(string))
		}
		n.text = strings.Join(n.needs, ", ")
		lists = append(lists, n)
	}
	schemas := c.members(s, "dependencies")
	return func(r *run, v any) {
		for _, d := range lists {
			if !has(v, d.property) {
				continue
			}
			noun := "properties "
			if len(d.needs) == 1 {
				noun = "property "
			}
			for _, need := range d.needs {
				if !has(v, need) {
					r.fail(s.path, "dependencies", "must have "+noun+d.text+" when property "+d.property+" is present",
						"property", d.property, "missingProperty", need, "depsCount", msg.Number(float64(len(d.needs))), "deps", d.text)
				}
			}
		}
		for _, d := range schemas {
			if has(v, d.name) {
				r.visit(d.node, v)
			}
		}
	}
}
