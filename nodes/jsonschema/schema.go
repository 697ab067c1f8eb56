// Package jsonschema checks values against JSON Schemas of drafts 6 and 7 with the
// rules, the strictness, the words and the order of errors of ajv 8, which
// Node-RED's json node uses. It fetches nothing, knows no formats (ajv has none
// without a plug-in, and refuses a schema that names one) and remembers no schema
// by its $id; a schema cannot refer to the drafts' own schemas.
package jsonschema

import (
	"strings"

	"sluice/runtime/msg"
)

// Schema is a compiled schema. It may be used by several goroutines at once.
type Schema struct{ root *node }

// Error says what is wrong with a value. Its fields are those of ajv's error objects.
type Error struct {
	InstancePath string // JSON pointer of the faulty part
	SchemaPath   string // URI fragment of the keyword
	Keyword      string
	Params       *msg.Object
	Message      string
	PropertyName string // whose name is faulty, within propertyNames
	named        bool
}

// Object is the error as a flow sees it in msg.schemaError.
func (e *Error) Object() *msg.Object {
	o := msg.NewObject("instancePath", e.InstancePath, "schemaPath", e.SchemaPath,
		"keyword", e.Keyword, "params", e.Params, "message", e.Message)
	if e.named {
		o.Set("propertyName", e.PropertyName)
	}
	return o
}

// Text joins errors into one line, as ajv.errorsText does.
func Text(errs []Error) string {
	var b strings.Builder
	for i := range errs {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("data" + errs[i].InstancePath + " " + errs[i].Message)
	}
	return b.String()
}

// Bounds on what a schema may cost: messages can bring schemas of anyone's making.
const (
	maxDepth = msg.MaxDepth // of schemas within one another, at work
	maxSteps = 5_000_000    // schemas applied and errors found, for one value
	maxNodes = 50_000       // compiled subschemas
)

// Validate returns everything that is wrong with v, or an error when the schema
// leads in circles or costs too much.
func (s *Schema) Validate(v any) ([]Error, error) {
	r := &run{}
	r.visit(s.root, v)
	return r.errors, r.fault
}

// node is a compiled schema: what is to be checked, in ajv's order.
type node struct{ groups []group }

// group holds the rules for one kind of value; kind "" applies to all.
type group struct {
	kind      string
	rules     []rule
	otherwise rule // for values of other kinds; may be nil
}

type rule func(r *run, v any)

// run is the check of one value.
type run struct {
	path   []string // to the part that is being checked
	errors []Error
	fault  error

	depth, steps int
	name         string // that is being checked, within propertyNames
	naming       bool
}

// visit applies n to v and tells whether v is valid.
func (r *run) visit(n *node, v any) bool {
	before := len(r.errors)
	r.depth++
	switch r.steps++; {
	case r.fault != nil:
	case r.depth > maxDepth:
		r.fault = &msg.RangeError{Message: "Maximum call stack size exceeded"}
	case r.steps > maxSteps:
		r.fault = &msg.RangeError{Message: "the schema takes too many steps to check"}
	default:
		for i := range n.groups {
			g := &n.groups[i]
			if isKind(g.kind, v) {
				for _, rule := range g.rules {
					rule(r, v)
				}
			} else if g.otherwise != nil {
				g.otherwise(r, v)
			}
		}
	}
	r.depth--
	return len(r.errors) == before
}

// visitPart applies n to a part of the value that is being checked.
func (r *run) visitPart(n *node, key string, part any) bool {
	r.path = append(r.path, key)
	valid := r.visit(n, part)
	r.path = r.path[:len(r.path)-1]
	return valid
}

// try applies n and forgets its errors.
func (r *run) try(n *node, v any) bool {
	before := len(r.errors)
	valid := r.visit(n, v)
	r.errors = r.errors[:before]
	return valid
}

func (r *run) fail(schemaPath, keyword, message string, params ...any) {
	r.steps++
	var at strings.Builder
	for _, key := range r.path {
		at.WriteByte('/')
		at.WriteString(escapePointer(key))
	}
	r.errors = append(r.errors, Error{
		InstancePath: at.String(), SchemaPath: schemaPath + "/" + keyword, Keyword: keyword,
		Params: msg.NewObject(params...), Message: message, PropertyName: r.name, named: r.naming,
	})
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

func escapePointer(key string) string { return pointerEscapes.Replace(key) }
