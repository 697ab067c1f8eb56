package parsers

import (
	"sluice/runtime"
	"sluice/runtime/msg"
)

// JSON turns JSON text into values, and values into JSON text.
var JSON = runtime.Type{
	Name: "json", Category: "parser", Inputs: 1, Outputs: 1,
	New: func() runtime.Node { return &jsonNode{Property: msg.Payload} },

	Parallel: true,
}

type jsonNode struct {
	Property msg.Path `json:"property"`
	Action   string   `json:"action"` // "": the other form; obj: a value always; str: a text always
	Pretty   bool     `json:"pretty"`

	inst   *runtime.Instance
	indent string
}

func (n *jsonNode) Init(inst *runtime.Instance) error {
	n.inst = inst
	if n.Pretty {
		n.indent = "    "
	}
	return nil
}

// errSchema refuses what cannot be checked, rather than pass it on as valid.
const errSchema = runtime.Text("JSON Schema error: msg.schema is not supported yet")

func (n *jsonNode) Input(d *runtime.Delivery) error {
	if msg.ToBool(d.Msg.Value("schema")) {
		return errSchema
	}
	value, err := n.Property.Get(d.Msg)
	if err != nil {
		return err
	}
	switch v := value.(type) {
	case string:
		return n.parse(d, v)
	case *msg.Buffer:
		return n.parse(d, msg.ToString(v))
	case float64, bool:
		return n.stringify(d, v)
	}
	switch {
	case value == msg.Undefined:
		return d.Send(d.Msg)
	case msg.TypeOf(value) == "object":
		return n.stringify(d, value)
	}
	n.inst.Log.Warn("Ignored unsupported payload type")
	return nil
}

func (n *jsonNode) parse(d *runtime.Delivery, text string) error {
	if n.Action == "str" {
		return d.Send(d.Msg)
	}
	v, err := msg.Parse(text)
	if err == nil {
		_, err = n.Property.Set(d.Msg, v, true)
	}
	if err != nil {
		return runtime.Text(err.Error())
	}
	return d.Send(d.Msg)
}

func (n *jsonNode) stringify(d *runtime.Delivery, v any) error {
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
		return runtime.Text("Failed to convert payload")
	}
	return d.Send(d.Msg)
}
