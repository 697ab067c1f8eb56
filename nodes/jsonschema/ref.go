package jsonschema

import (
	"net/url"
	"slices"
	"strings"

	"sluice/runtime/msg"
)

// target is a schema that a reference leads to, and the URI that its own
// references are relative to.
type target struct {
	schema any
	base   string
}

// normal drops an empty fragment.
func normal(uri string) string {
	if rest, ok := strings.CutSuffix(uri, "#/"); ok {
		return rest
	}
	return strings.TrimSuffix(uri, "#")
}

// join resolves a reference against a URI. What is no URI stays as it is.
func join(base, ref string) string {
	ref = normal(ref)
	b, err := url.Parse(base)
	if err != nil {
		return ref
	}
	u, err := b.Parse(ref)
	if err != nil {
		return ref
	}
	return normal(u.String())
}

// within is the base URI inside a schema.
func (c *compiler) within(o *msg.Object, base string) string {
	if id, ok := o.Value("$id").(string); ok && id != "" && o != c.root {
		return join(base, id)
	}
	return base
}

// Places of a schema that hold no schemas.
var leaves = []string{"default", "enum", "const", "required", "maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum",
	"multipleOf", "maxLength", "minLength", "pattern", "format", "maxItems", "minItems", "uniqueItems", "maxProperties", "minProperties"}

// gatherIDs notes the schemas that have an $id.
func (c *compiler) gatherIDs() {
	c.ids = map[string]target{}
	if o, ok := c.root.(*msg.Object); ok {
		c.base = normal(o.String("$id"))
		c.gather(o, c.base)
	}
}

func (c *compiler) gather(schema any, base string) {
	o, ok := schema.(*msg.Object)
	if !ok {
		return
	}
	if id, ok := o.Value("$id").(string); ok && o != c.root {
		base = join(base, id)
		if _, twice := c.ids[base]; twice {
			c.fail("reference %q resolves to more than one schema", base)
		}
		c.ids[base] = target{o, base}
	}
	for key, value := range o.All() {
		switch list, isList := value.(*msg.Array); {
		case isList:
			if slices.Contains([]string{"items", "allOf", "anyOf", "oneOf"}, key) {
				for _, elem := range list.All() {
					c.gather(elem, base)
				}
			}
		case slices.Contains([]string{"$defs", "definitions", "properties", "patternProperties", "dependencies"}, key):
			if named, ok := value.(*msg.Object); ok {
				for _, elem := range named.All() {
					c.gather(elem, base)
				}
			}
		case !slices.Contains(leaves, key):
			c.gather(value, base)
		}
	}
}

// ref compiles $ref. A schema without references of its own is compiled in place,
// and errors name it as the reference does; others are functions of their own.
func (c *compiler) ref(s site) rule {
	ref := s.o.String("$ref")
	to, ok := c.resolve(ref, s.base, 0)
	if !ok {
		c.fail("can't resolve reference %s from id %s", ref, s.base)
		return nil
	}
	var n *node
	if o, isObject := to.schema.(*msg.Object); isObject && refers(o) {
		n = c.function(to.schema, to.base)
	} else {
		n = c.schema(to.schema, ref, to.base)
	}
	return func(r *run, v any) { r.visit(n, v) }
}

// maxChain bounds references that lead to references.
const maxChain = 100

func (c *compiler) resolve(ref, base string, chain int) (target, bool) {
	uri := join(base, ref)
	if to, ok := c.ids[uri]; ok {
		return to, true
	}
	document, fragment, _ := strings.Cut(uri, "#")
	to := target{c.root, c.base}
	if document != c.base {
		var ok bool
		if to, ok = c.ids[document]; !ok {
			return target{}, false
		}
	}
	if fragment == "" {
		return to, true
	}
	if fragment[0] != '/' {
		return target{}, false
	}
	for part := range strings.SplitSeq(fragment[1:], "/") {
		key, err := url.PathUnescape(part)
		if err != nil {
			return target{}, false
		}
		to.schema = msg.Property(to.schema, strings.ReplaceAll(strings.ReplaceAll(key, "~1", "/"), "~0", "~"))
		if o, ok := to.schema.(*msg.Object); ok && !slices.Contains([]string{"properties", "patternProperties", "enum", "dependencies", "definitions"}, part) {
			to.base = c.within(o, to.base)
		}
	}
	if o, ok := to.schema.(*msg.Object); ok && msg.ToBool(o.Value("$ref")) && !hasRules(o, "$ref") && chain < maxChain {
		if onward, ok := c.resolve(o.String("$ref"), to.base, chain+1); ok && onward.schema != c.root {
			return onward, true
		}
	}
	return to, to.schema != msg.Undefined
}

// refers tells whether $ref occurs anywhere within a value.
func refers(v any) bool {
	switch v := v.(type) {
	case *msg.Object:
		for key, value := range v.All() {
			if key == "$ref" || refers(value) {
				return true
			}
		}
	case *msg.Array:
		for _, elem := range v.All() {
			if refers(elem) {
				return true
			}
		}
	}
	return false
}
