package parsers

import (
	"sync/atomic"

	"sluice/nodes/jsonschema"
	"sluice/runtime"
	"sluice/runtime/msg"
)

// schemas compiles msg.schema, and keeps the last one for the messages that follow.
type schemas struct{ last atomic.Pointer[textSchema] }

type textSchema struct {
	text   string
	schema *jsonschema.Schema
}

const errSchema = runtime.Text("JSON Schema error: failed to compile schema")

// of returns the schema of m; nil if it has none.
func (s *schemas) of(m *msg.Object) (*jsonschema.Schema, error) {
	schema := m.Value("schema")
	if !msg.ToBool(schema) {
		return nil, nil
	}
	text, ok, err := msg.Stringify(schema, "")
	if err != nil {
		return nil, err
	}
	if last := s.last.Load(); last != nil && last.text == text {
		return last.schema, nil
	}
	if !ok {
		return nil, errSchema
	}
	schema, err = msg.Parse(text) // the flow may change its own
	if err != nil {
		return nil, errSchema
	}
	compiled, err := jsonschema.Compile(schema)
	if err != nil {
		s.last.Store(nil)
		return nil, errSchema
	}
	s.last.Store(&textSchema{text, compiled})
	return compiled, nil
}

// validate checks v and takes the schema off the message, or leaves what is wrong
// in msg.schemaError.
func validate(schema *jsonschema.Schema, v any, m *msg.Object) error {
	if schema == nil {
		return nil
	}
	errs, err := schema.Validate(v)
	if err != nil {
		return err
	}
	if len(errs) == 0 {
		m.Delete("schema")
		return nil
	}
	list := &msg.Array{}
	for i := range errs {
		list.Append(errs[i].Object())
	}
	m.Set("schemaError", list)
	return runtime.Text("JSON Schema error: " + jsonschema.Text(errs))
}
