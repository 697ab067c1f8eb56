package common

import (
	"sluice/runtime"
	"sluice/runtime/msg"
)

// injectProp is a property that an inject node sets.
type injectProp struct {
	path    msg.Path
	pathErr error
	in      runtime.Input
	jsonata bool
	fault   error // of an expression that does not compile
	skip    bool  // an expression that is empty sets nothing
}

// propList returns the properties as newer flows hold them: older ones have but a
// payload and a topic, which newer ones leave where they were.
func (n *injectNode) propList(props *msg.Object) *msg.Array {
	list, ok := n.Props.(*msg.Array)
	if !ok {
		return msg.NewArray(
			msg.NewObject("p", "payload", "v", props.Value("payload"), "vt", props.Value("payloadType")),
			msg.NewObject("p", "topic", "v", props.Value("topic"), "vt", "str"))
	}
	out := &msg.Array{}
	for _, v := range list.All() {
		p, _ := msg.Clone(v).(*msg.Object)
		switch {
		case p == nil:
			continue
		case p.Value("p") == "payload" && !p.Has("v"):
			p.Set("v", props.Value("payload"))
			p.Set("vt", props.Value("payloadType"))
		case p.Value("p") == "topic" && p.Value("vt") == "str" && !p.Has("v"):
			p.Set("v", props.Value("topic"))
		}
		out.Append(p)
	}
	return out
}

func (n *injectNode) readProps(inst *runtime.Instance, list *msg.Array) []injectProp {
	var props []injectProp
	for _, v := range list.All() {
		o, _ := v.(*msg.Object)
		name := o.String("p")
		if name == "" {
			continue
		}
		value, kind := o.Value("v"), "str"
		if value == msg.Undefined {
			value = ""
		}
		if t := o.Value("vt"); t != msg.Undefined {
			kind = msg.ToString(t)
		}
		p := injectProp{jsonata: kind == "jsonata"}
		p.skip = p.jsonata && !msg.ToBool(value)
		p.path, p.pathErr = msg.ParseMessagePath(name)
		// A fault shows when a message is made, and that of an expression at once too.
		if p.in, p.fault = inst.Typed(runtime.TypedInput{Value: value, Type: kind}); p.jsonata && p.fault != nil {
			inst.Log.Error("Invalid JSONata expression: " + p.fault.Error())
		}
		props = append(props, p)
	}
	return props
}

func (p *injectProp) set(m *msg.Object) error {
	if p.skip {
		return nil
	}
	v, err := p.in.Eval(m)
	if err == nil {
		if err = p.pathErr; err == nil {
			_, err = p.path.Set(m, v, true)
		}
	}
	switch {
	case err == nil:
		return nil
	case p.jsonata && p.fault == nil:
		return runtime.Textf("Invalid JSONata expression: %v", err)
	}
	if p.jsonata {
		return runtime.Text(err.Error()) // Node-RED's own words are missing here
	}
	return runtime.Text(msg.ToString(msg.ErrorValue(err)))
}
