package jsonschema

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"sluice/runtime/msg"
)

// Compile compiles a schema: an object or a boolean. Its error says what ajv would
// refuse to compile, and why.
func Compile(schema any) (*Schema, error) {
	seven := true
	if o, ok := schema.(*msg.Object); ok {
		switch draft := o.Value("$schema"); draft {
		case msg.Undefined, "", "http://json-schema.org/draft-07/schema", "http://json-schema.org/draft-07/schema#",
			"http://json-schema.org/schema", "http://json-schema.org/schema#":
		case "http://json-schema.org/draft-06/schema", "http://json-schema.org/draft-06/schema#":
			seven = false
		default:
			return nil, fmt.Errorf("no schema with key or ref %q", msg.ToString(draft))
		}
		if o.Value("$async") == true {
			return nil, errors.New("asynchronous schemas are not supported") // one would let everything pass
		}
	}
	if !isSchema(schema, seven) {
		return nil, errors.New("schema is invalid")
	}
	c := &compiler{root: schema, functions: map[*msg.Object]*node{}}
	c.gatherIDs()
	root := c.function(schema, c.base)
	if c.err != nil {
		return nil, c.err
	}
	return &Schema{root}, nil
}

// compiler compiles one schema. Its first error stays; what comes after is of no use.
type compiler struct {
	root      any
	base      string // URI of root
	ids       map[string]target
	functions map[*msg.Object]*node // those that errors name from their own root
	nodes     int
	err       error
}

func (c *compiler) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf(format, args...)
	}
}

// groups are the keywords that check something, in the order in which ajv does.
var groups = []struct {
	kind     string
	keywords []string
}{
	{"", []string{"$comment", "id", "$ref", "type", "nullable", "const", "enum", "not", "anyOf", "oneOf", "allOf", "if", "then", "else"}},
	{"number", []string{"maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum", "multipleOf", "format"}},
	{"string", []string{"maxLength", "minLength", "pattern", "format"}},
	{"array", []string{"maxItems", "minItems", "additionalItems", "items", "contains", "uniqueItems"}},
	{"object", []string{"maxProperties", "minProperties", "required", "propertyNames", "additionalProperties", "dependencies", "properties", "patternProperties"}},
}

var notes = []string{"$async", "$schema", "$id", "$defs", "$vocabulary", "definitions", "title", "description", "default",
	"deprecated", "readOnly", "writeOnly", "examples", "contentMediaType", "contentEncoding", "contentSchema"}

func checks(keyword string) bool {
	for _, g := range groups {
		if slices.Contains(g.keywords, keyword) {
			return true
		}
	}
	return false
}

// hasRules tells whether a schema checks anything, apart from one keyword.
func hasRules(o *msg.Object, but string) bool {
	for key := range o.All() {
		if key != but && checks(key) {
			return true
		}
	}
	return false
}

// anything tells whether a schema accepts everything. It refuses unknown keywords.
func (c *compiler) anything(schema any) bool {
	if accepts, ok := schema.(bool); ok {
		return accepts
	}
	o, ok := schema.(*msg.Object)
	if !ok {
		c.fail("schema must be object or boolean")
		return true
	}
	for key := range o.All() {
		if !checks(key) && !slices.Contains(notes, key) {
			c.fail("strict mode: unknown keyword: %q", key)
		}
	}
	return !hasRules(o, "")
}

// site is where a schema stands.
type site struct {
	o    *msg.Object
	path string // of the schema, as errors name it
	base string // URI that its references are relative to
}

// function compiles a schema that errors name from its own root.
func (c *compiler) function(schema any, base string) *node {
	o, ok := schema.(*msg.Object)
	if !ok {
		return c.schema(schema, "#", base)
	}
	n := c.functions[o]
	if n == nil {
		n = &node{}
		c.functions[o] = n // before it is done, for references to itself
		*n = *c.schema(schema, "#", base)
	}
	return n
}

func (c *compiler) schema(schema any, path, base string) *node {
	n := &node{}
	if c.nodes++; c.nodes > maxNodes {
		c.fail("the schema has more than %d parts", maxNodes)
	}
	if c.err != nil || c.anything(schema) {
		return n
	}
	o, ok := schema.(*msg.Object)
	if !ok {
		n.groups = []group{{rules: []rule{func(r *run, _ any) {
			r.fail(path, "false schema", "boolean schema is false")
		}}}}
		return n
	}
	s := site{o, path, c.within(o, base)}
	if msg.ToBool(o.Value("$ref")) && !hasRules(o, "$ref") {
		n.groups = []group{{rules: []rule{c.ref(s)}}}
		return n
	}
	c.keywords(n, s)
	return n
}

func (c *compiler) keywords(n *node, s site) {
	types := c.types(s.o)
	wrong := typeError(s)
	late := false // the type is told by a group, in its turn
	for _, g := range groups {
		late = late || len(types) == 1 && types[0] == g.kind && slices.ContainsFunc(g.keywords, s.o.Has)
	}
	if len(types) > 0 && !late {
		n.groups = append(n.groups, group{rules: []rule{func(r *run, v any) {
			if !slices.ContainsFunc(types, func(kind string) bool { return isKind(kind, v) }) {
				wrong(r, v)
			}
		}}})
	}
	for _, g := range groups {
		compiled := group{kind: g.kind}
		used := false
		for _, key := range g.keywords {
			if !s.o.Has(key) {
				continue
			}
			used = true
			if rule := c.keyword(s, key); rule != nil {
				compiled.rules = append(compiled.rules, rule)
			}
		}
		if late && types[0] == g.kind {
			compiled.otherwise = wrong
		}
		if used {
			n.groups = append(n.groups, compiled)
		}
	}
}

// types lists the types that a schema names. "nullable" adds null.
func (c *compiler) types(o *msg.Object) []string {
	var types []string
	switch t := o.Value("type").(type) {
	case string:
		types = []string{t}
	case *msg.Array:
		for _, elem := range t.All() {
			types = append(types, msg.ToString(elem))
		}
	}
	nullable := o.Value("nullable")
	switch {
	case slices.Contains(types, "null"):
		if nullable == false {
			c.fail("type: null contradicts nullable: false")
		}
	case len(types) == 0 && nullable != msg.Undefined:
		c.fail(`"nullable" cannot be used without "type"`)
	case nullable == true:
		types = append(types, "null")
	}
	return types
}

func typeError(s site) rule {
	kind := s.o.Value("type")
	if list, ok := kind.(*msg.Array); ok && s.o.Value("nullable") == true {
		kind = withNull(list)
	}
	message := "must be " + msg.ToString(kind)
	return func(r *run, _ any) { r.fail(s.path, "type", message, "type", msg.Clone(kind)) }
}

// withNull is a list of types that ajv has added null to, in the schema itself.
func withNull(list *msg.Array) *msg.Array {
	elems := []any{}
	for _, elem := range list.All() {
		elems = append(elems, elem)
	}
	if !slices.Contains(elems, "null") {
		elems = append(elems, "null")
	}
	return msg.NewArray(elems...)
}

// escapeFragment is encodeURIComponent of a part of a JSON pointer.
func escapeFragment(key string) string {
	var b strings.Builder
	for _, c := range []byte(escapePointer(key)) {
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-_.!~*'()", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
