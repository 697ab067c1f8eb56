package parsers

import (
	"sluice/runtime"
	"sluice/runtime/msg"
)

// XML turns XML into objects and objects into XML, in the shape of the npm package xml2js.
var XML = runtime.Type{
	Name: "xml", Category: "parser", Inputs: 1, Outputs: 1,
	New: func() runtime.Node { return &xmlNode{Property: msg.Payload} },

	Parallel: true,
}

type xmlNode struct {
	AttrKey  string   `json:"attr"` // where attributes go
	CharKey  string   `json:"chr"`  // where text goes
	Property msg.Path `json:"property"`

	inst *runtime.Instance
}

func (n *xmlNode) Init(inst *runtime.Instance) error {
	n.inst = inst
	return nil
}

func (n *xmlNode) Input(d *runtime.Delivery) error {
	value, err := n.Property.Get(d.Msg)
	if err != nil {
		return err
	}
	text, isText := value.(string)
	switch {
	case value == msg.Undefined:
		return d.Send(d.Msg)
	case isText && msg.TrimSpace(text) == "":
		return n.send(d, nil, nil)
	case isText: // xml2js reads in a later turn of Node's loop: messages right behind overtake
		d.Async()(func() error {
			result, err := n.parse(d.Msg, text)
			return n.send(d, result, err)
		})
		return nil
	case msg.TypeOf(value) == "object":
		result, err := n.build(d.Msg, value)
		return n.send(d, result, err)
	}
	n.inst.Log.Warn("This node only handles xml strings or js objects.")
	return nil
}

// send sends the message with a result, unless there is an error.
func (n *xmlNode) send(d *runtime.Delivery, result any, err error) error {
	if err != nil {
		return err
	}
	if _, err := n.Property.Set(d.Msg, result, true); err != nil {
		return err
	}
	return d.Send(d.Msg)
}

// optionsOf returns msg.options, which Node-RED writes to, and whether it is there.
func optionsOf(m *msg.Object) (*msg.Object, bool) {
	o, ok := m.Value("options").(*msg.Object)
	if !ok {
		o = &msg.Object{}
	}
	return o, ok
}

func (n *xmlNode) parse(m *msg.Object, text string) (any, error) {
	o, _ := optionsOf(m)
	o.Set("async", true)
	for _, key := range [...][3]string{{"attrkey", n.AttrKey, "$"}, {"charkey", n.CharKey, "_"}} {
		if key[1] != "" {
			o.Set(key[0], key[1])
		} else if !msg.ToBool(o.Value(key[0])) {
			o.Set(key[0], key[2])
		}
	}
	return parseXML(text, o)
}

func (n *xmlNode) build(m *msg.Object, value any) (any, error) {
	o, ok := optionsOf(m)
	if !ok {
		o.Set("renderOpts", msg.NewObject("pretty", false))
	}
	o.Set("async", false)
	return buildXML(value, o)
}
