package function

import (
	"regexp"
	"strings"

	"sluice/nodes/mustache"
	"sluice/nodes/yaml"
	"sluice/runtime"
	"sluice/runtime/msg"
)

// Template sets a property to the text that a template gives for the message.
var Template = runtime.Type{
	Name: "template", Category: "function", Inputs: 1, Outputs: 1,
	New: func() runtime.Node {
		return &templateNode{Field: msg.PayloadKey, FieldType: "msg", Syntax: "mustache", Output: "str"}
	},

	Parallel: true,
}

type templateNode struct {
	Template  string `json:"template"` // empty: msg.template
	Field     string `json:"field"`
	FieldType string `json:"fieldType"` // msg, flow or global
	Syntax    string `json:"syntax"`    // mustache or plain
	Output    string `json:"output"`    // str, json or yaml

	inst     *runtime.Instance
	field    target
	compiled *mustache.Template
	fault    error // of Template; reported for each message
	cache    mustache.Cache
	options  mustache.Options
}

func (n *templateNode) Init(inst *runtime.Instance) error {
	n.inst = inst
	n.field = newTarget(inst, n.FieldType, n.Field)
	n.options = mustache.Options{Missing: n.lookup, EscapeJSON: n.Output == "json"}
	if n.Template != "" {
		n.compiled, n.fault = n.compile(mustache.Compile(n.Template))
	}
	return nil
}

// compile checks a template as Node-RED does when it gathers the names in it,
// which no template with a partial in it outlives.
func (n *templateNode) compile(t *mustache.Template, err error) (*mustache.Template, error) {
	if err == nil && t.HasPartials() {
		err = runtime.Text("tokens.forEach is not a function")
	}
	return t, err
}

func (n *templateNode) Input(d *runtime.Delivery) error {
	value, err := n.render(d.Msg)
	if err != nil {
		return runtime.Text(err.Error())
	}
	switch n.FieldType {
	case "msg":
		if _, err := n.field.set(d.Msg, value); err != nil {
			return runtime.Text(err.Error())
		}
	case "flow", "global":
		if _, err := n.field.set(d.Msg, value); err != nil {
			return err
		}
	default: // as in Node-RED, which knows nowhere to put it
		d.Uncompleted()
		return nil
	}
	return d.Send(d.Msg)
}

func (n *templateNode) render(m *msg.Object) (any, error) {
	value, err := n.text(m)
	if err != nil {
		return nil, err
	}
	switch n.Output {
	case "json":
		return msg.Parse(msg.ToString(value))
	case "yaml":
		return yaml.Load(msg.ToString(value))
	}
	return value, nil
}

// text gives the filled in template, or, of plain syntax, msg.template as it is.
func (n *templateNode) text(m *msg.Object) (any, error) {
	t, err := n.compiled, n.fault
	if n.Template == "" && m.Has("template") {
		value := m.Value("template")
		if n.Syntax != "mustache" {
			return value, nil
		}
		if t, err = n.fromMessage(value); err != nil {
			return nil, err
		}
	} else if n.Syntax != "mustache" || n.Template == "" {
		return n.Template, nil
	}
	if err != nil {
		return nil, err
	}
	return t.Render(m, n.options)
}

func (n *templateNode) fromMessage(value any) (*mustache.Template, error) {
	if text, ok := value.(string); ok {
		return n.compile(n.cache.Compile(text))
	}
	if msg.ToBool(value) {
		return nil, runtime.Text("this.tail.search is not a function")
	}
	return nil, runtime.Textf(`Invalid template! Template should be a "string" but "%s" was given as the first argument for mustache#render(template, view, partials)`, msg.TypeOf(value))
}

var contextName = regexp.MustCompile(`^(flow|global)(?:\[(\w+)\])?\.(.+)`)

// lookup finds a name that is not in the message: a setting env.x, or a context
// value flow.x, global.x, flow[store].x. What is nowhere prints nothing.
func (n *templateNode) lookup(name string) (any, error) {
	if setting, ok := strings.CutPrefix(name, "env."); ok && setting != "" {
		in, err := n.inst.Typed(runtime.TypedInput{Value: setting, Type: "env"})
		if err != nil {
			return nil, err
		}
		return in.Eval(nil)
	}
	if strings.HasPrefix(name, "flow") || strings.HasPrefix(name, "global") {
		if m := contextName.FindStringSubmatch(name); m != nil {
			return n.inst.Context(m[1]).Get(m[2], m[3])
		}
	}
	return "", nil
}
