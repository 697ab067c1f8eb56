package parsers

import (
	"sluice/nodes/jsonschema"
	"sluice/runtime"
	"sluice/runtime/msg"
)

// JSON turns JSON text into values, and values into JSON text, and holds them
// against the JSON Schema in msg.schema.
var JSON = runtime.Type{
	Name: "json", Category: "parser", Inputs: 1, Outputs: 1,
	New: func() runtime.Node { return &jsonNode{Property: msg.Payload} },

	Parallel: true,
}

type jsonNode struct {
	Property msg.Path `json:"property"`
	Action   string   `json:"action"` // "": the other form; obj: a value always; str: a text always
	Pretty   bool     `json:"pretty"`

	inst    *runtime.Instance
	indent  string
	schemas schemas
}

func (n *jsonNode) Init(inst *runtime.Instance) error {
	n.inst = inst
	if n.Pretty {
		n.indent = "    "
	}
	return nil
}

func (n *jsonNode) Input(d *runtime.Delivery) error {
	schema, err := n.schemas.of(d.Msg)
	if err != nil {
		return err
	}
	value, err := n.Property.Get(d.Msg)
	if err != nil {
		return err
	}
	switch v := value.(type) {
	case string:
		return n.parse(d, v, schema)
	case *msg.Buffer:
		return n.parse(d, msg.ToString(v), schema)
	case float64, bool:
		return n.stringify(d, v, schema)
	}
	switch {
	case value == msg.Undefined:
		return d.Send(d.Msg)
	case msg.TypeOf(value) == "object":
		return n.stringify(d, value, schema)
	}
	n.inst.Log.Warn("Ignored unsupported payload type")
	return nil
}

func (n *jsonNode) parse(d *runtime.Delivery, text string, schema *jsonschema.Schema) error {
	var err error
	if n.Action != "str" {
		err = n.set(d, text)
	}
	if err == nil && schema != nil {
		err = n.validate(d, schema)
	}
	if err != nil {
		return runtime.Text(err.Error())
	}
	return d.Send(d.Msg)
}

func (n *jsonNode) set(d *runtime.Delivery, text string) error {
	v, err := msg.Parse(text)
	if err == nil {
		_, err = n.Property.Set(d.Msg, v, true)
	}
	return err
}

// validate checks what is at the property. Node-RED looks for it by the whole path
// as one name, and so finds nothing where the path has several parts.
func (n *jsonNode) validate(d *runtime.Delivery, schema *jsonschema.Schema) error {
	v := d.Msg.Value(n.Property.Text())
	if n.Action == "str" {
		var err error
		if v, err = msg.Parse(msg.ToString(v)); err != nil {
			return err
		}
	}
	return validate(schema, v, d.Msg)
}

func (n *jsonNode) stringify(d *runtime.Delivery, v any, schema *jsonschema.Schema) error {
	if err := validate(schema, v, d.Msg); err != nil {
		return err
	}
	if n.Action == "obj" {
		return d.Send(d.Msg)
	}
	text, ok, err := msg.Stringify(v, n.indent)
	if err == nil {
		var result any = text
		if !ok {
			result = msg.Undefined
		}
		_, err = n.Property.Set(d.Msg, result, ok)
	}
	if err != nil {
		return errDropped
	}
	return d.Send(d.Msg)
}

const errDropped = runtime.Text("Failed to convert payload")
