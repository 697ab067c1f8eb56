package jsonschema

import (
	"strconv"

	"sluice/runtime/msg"
)

// sub compiles the schema of a keyword.
func (c *compiler) sub(s site, key string) *node {
	return c.schema(s.o.Value(key), s.path+"/"+key, s.base)
}

// subs compiles the schemas of a keyword that holds a list of them.
func (c *compiler) subs(s site, key string) []*node {
	var nodes []*node
	list, _ := s.o.Value(key).(*msg.Array)
	for i, elem := range list.All() {
		nodes = append(nodes, c.schema(elem, s.path+"/"+key+"/"+strconv.Itoa(i), s.base))
	}
	return nodes
}

// combined compiles the keywords that apply schemas to the value itself.
func (c *compiler) combined(s site, key string) rule {
	switch key {
	case "not":
		return c.not(s)
	case "anyOf":
		return c.anyOf(s)
	case "oneOf":
		return c.oneOf(s)
	case "allOf":
		all := c.subs(s, key)
		return func(r *run, v any) {
			for _, n := range all {
				r.visit(n, v)
			}
		}
	case "if":
		return c.conditional(s)
	}
	if !isSchemaKind(s.o.Value(key)) {
		c.fail(`%s value must be ["object","boolean"]`, key)
	}
	if !s.o.Has("if") {
		c.fail("strict mode: %q without \"if\" is ignored", key)
	}
	return nil
}

func isSchemaKind(v any) bool { return isKind("object", v) || isKind("boolean", v) }

func (c *compiler) not(s site) rule {
	n := c.sub(s, "not")
	return func(r *run, v any) {
		if r.try(n, v) {
			r.fail(s.path, "not", "must NOT be valid")
		}
	}
}

func (c *compiler) anyOf(s site) rule {
	list := s.o.Value("anyOf").(*msg.Array)
	for _, elem := range list.All() {
		if c.anything(elem) {
			return nil
		}
	}
	branches := c.subs(s, "anyOf")
	return func(r *run, v any) {
		before := len(r.errors)
		for _, n := range branches {
			if r.visit(n, v) {
				r.errors = r.errors[:before]
				return
			}
		}
		r.fail(s.path, "anyOf", "must match a schema in anyOf")
	}
}

func (c *compiler) oneOf(s site) rule {
	branches := c.subs(s, "oneOf")
	return func(r *run, v any) {
		before := len(r.errors)
		var passing any
		for i, n := range branches {
			if !r.visit(n, v) {
				continue
			}
			if passing != nil {
				passing = msg.NewArray(passing, msg.Number(float64(i)))
				r.fail(s.path, "oneOf", "must match exactly one schema in oneOf", "passingSchemas", passing)
				return
			}
			passing = msg.Number(float64(i))
		}
		if passing != nil {
			r.errors = r.errors[:before]
			return
		}
		r.fail(s.path, "oneOf", "must match exactly one schema in oneOf", "passingSchemas", nil)
	}
}

func (c *compiler) conditional(s site) rule {
	if !isSchemaKind(s.o.Value("if")) {
		c.fail(`if value must be ["object","boolean"]`)
	}
	if !s.o.Has("then") && !s.o.Has("else") {
		c.fail(`strict mode: "if" without "then" and "else" is ignored`)
	}
	then, otherwise := c.clause(s, "then"), c.clause(s, "else")
	if then == nil && otherwise == nil {
		return nil
	}
	condition := c.sub(s, "if")
	return func(r *run, v any) {
		key, n := "else", otherwise
		if r.try(condition, v) {
			key, n = "then", then
		}
		if n != nil && !r.visit(n, v) {
			r.fail(s.path, "if", `must match "`+key+`" schema`, "failingKeyword", key)
		}
	}
}

// clause compiles what must hold after an if; nil when that is nothing.
func (c *compiler) clause(s site, key string) *node {
	if !s.o.Has(key) || c.anything(s.o.Value(key)) {
		return nil
	}
	return c.sub(s, key)
}
