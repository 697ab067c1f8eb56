package parsers

import (
	"sluice/nodes/yaml"
	"sluice/runtime"
	"sluice/runtime/msg"
)

// YAML turns YAML into values and values into YAML, as the npm package js-yaml does.
var YAML = runtime.Type{
	Name: "yaml", Category: "parser", Inputs: 1, Outputs: 1,
	New: func() runtime.Node { return &yamlNode{Property: msg.Payload} },

	Parallel: true,
}

type yamlNode struct {
	Property msg.Path `json:"property"`

	inst *runtime.Instance
}

func (n *yamlNode) Init(inst *runtime.Instance) error {
	n.inst = inst
	return nil
}

func (n *yamlNode) Input(d *runtime.Delivery) error {
	value, err := n.Property.Get(d.Msg)
	if err != nil {
		return err
	}
	text, isText := value.(string)
	_, isBuffer := value.(*msg.Buffer)
	var result any
	switch {
	case value == msg.Undefined:
		return d.Send(d.Msg)
	case isText:
		if result, err = yaml.Load(text); err != nil {
			return runtime.Text(err.Error())
		}
	case isBuffer:
		n.inst.Log.Warn("Ignored non-object payload")
		return nil
	case msg.TypeOf(value) == "object":
		if result, err = yaml.Dump(value); err != nil {
			return runtime.Text("Failed to convert payload")
		}
	default:
		n.inst.Log.Warn("Ignored unsupported payload type")
		return nil
	}
	if _, err := n.Property.Set(d.Msg, result, result != msg.Undefined); err != nil {
		return runtime.Text(err.Error())
	}
	return d.Send(d.Msg)
}
