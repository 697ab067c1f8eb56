package function

import (
	"math"
	"strings"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// RBE passes on messages whose value has changed, or changed enough (the filter node).
var RBE = runtime.Type{
	Name: "rbe", Category: "function", Inputs: 1, Outputs: 1,
	New: func() runtime.Node {
		return &rbeNode{Func: "rbe", Gap: "0", InOut: "out", Property: msg.Payload, TopicProperty: msg.MustPath("topic")}
	},
}

type rbeNode struct {
	Func          string   `json:"func"` // rbe, rbei, deadband, deadbandEq, narrowband or narrowbandEq
	Gap           string   `json:"gap"`  // a number, or a percentage of the previous value: "10%"
	Start         string   `json:"start"`
	InOut         string   `json:"inout"`     // previous is the last value "in", or the last one passed "out"
	SepTopics     any      `json:"septopics"` // anything but false keeps topics apart
	Property      msg.Path `json:"property"`
	TopicProperty msg.Path `json:"topi"`

	inst     *runtime.Instance
	gap      float64
	percent  bool
	previous map[string]any // by topic
}

const noTopic = "_no_topic"

func (n *rbeNode) Init(inst *runtime.Instance) error {
	n.inst = inst
	n.previous = map[string]any{}
	if n.percent = strings.HasSuffix(n.Gap, "%"); n.percent {
		n.gap = msg.ParseFloat(n.Gap)
	} else {
		n.gap = msg.ToNumber(n.Gap)
	}
	return nil
}

func (n *rbeNode) Input(d *runtime.Delivery) error {
	topic := readOr(n.TopicProperty, d.Msg)
	if d.Msg.Has("reset") {
		n.reset(d.Msg, topic)
	}
	value := readOr(n.Property, d.Msg)
	if value == msg.Undefined {
		d.Uncompleted()
		return nil
	}
	key := noTopic
	if n.SepTopics != false && msg.ToBool(topic) {
		key = msg.ToString(topic)
	}
	if _, known := n.previous[key]; !known && len(n.previous) >= runtime.MaxKept {
		return runtime.Text("too many topics to remember: send a message with msg.reset, or compare without regard to topics")
	}
	d.Uncompleted() // its handler in Node-RED takes no done
	var passes bool
	if n.Func == "rbe" || n.Func == "rbei" {
		passes = n.changed(key, value)
	} else {
		x := msg.ParseFloat(msg.ToString(value))
		if math.IsNaN(x) {
			n.inst.Log.Warn("no number found in payload")
			return nil
		}
		passes = n.beyond(key, x)
	}
	if !passes {
		return nil
	}
	return d.Send(d.Msg)
}

// readOr gives a property, Undefined where it cannot be read.
func readOr(p msg.Path, m *msg.Object) any {
	v, err := p.Get(m)
	if err != nil {
		return msg.Undefined
	}
	return v
}

// reset forgets one topic, or all. Whatever property tells the topic, the one
// forgotten is msg.topic, as in Node-RED.
func (n *rbeNode) reset(m *msg.Object, topic any) {
	if text, ok := topic.(string); ok && text != "" && n.SepTopics != false {
		delete(n.previous, msg.ToString(m.Value("topic")))
		return
	}
	clear(n.previous)
}

// changed compares with the previous value. The first value of a topic counts as a
// change, except for rbei, and except {}: Node-RED begins with an empty object.
func (n *rbeNode) changed(key string, value any) bool {
	before, known := n.previous[key]
	if !known {
		before = msg.Undefined
	}
	passes := n.Func != "rbei" || known
	same := false
	if msg.TypeOf(value) == "object" {
		if msg.TypeOf(before) != "object" {
			before = &msg.Object{}
		}
		n.previous[key] = before
		same = sameContents(value, before, 0)
	} else {
		same = msg.StrictEqual(value, before)
	}
	if same {
		return false
	}
	n.previous[key] = msg.Clone(value)
	return passes
}

// beyond tells whether x is further from the previous value than the gap
// (deadband), or nearer (narrowband). Of both, one mode takes the gap itself in.
func (n *rbeNode) beyond(key string, x float64) bool {
	narrow := n.Func == "narrowband" || n.Func == "narrowbandEq"
	before, known := n.previous[key].(float64)
	if !known && narrow {
		before, known = x, true
		if n.Start != "" {
			before = msg.ToNumber(n.Start)
		}
	}
	gap := n.gap
	if n.percent {
		gap = math.Abs(before * n.gap / 100)
		if math.IsNaN(gap) || !known {
			gap = 0
		}
	}
	if !known {
		before = x - gap - 1
	}
	passes := false
	switch distance := math.Abs(x - before); {
	case distance == gap:
		passes = n.Func == "deadbandEq" || n.Func == "narrowband"
	case distance > gap:
		passes = n.Func == "deadband" || n.Func == "deadbandEq"
	case distance < gap:
		passes = narrow
	}
	if n.InOut == "in" || n.InOut == "out" && passes {
		before = x
	}
	n.previous[key] = before
	return passes
}

// sameContents is RED.util.compareObjects: numbers by ===, and of objects only what
// they list as their properties, so that any two dates are the same.
func sameContents(a, b any, depth int) bool {
	if depth > msg.MaxDepth {
		return false
	}
	if msg.StrictEqual(a, b) {
		return true
	}
	switch a := a.(type) {
	case *msg.Array:
		b, ok := b.(*msg.Array)
		if !ok || a.Len() != b.Len() {
			return false
		}
		for i, v := range a.All() {
			if !sameContents(v, b.At(i), depth+1) {
				return false
			}
		}
		return true
	case *msg.Buffer:
		b, ok := b.(*msg.Buffer)
		return ok && string(a.B) == string(b.B)
	case *msg.TypedArray:
		b, ok := b.(*msg.TypedArray)
		return ok && msg.DeepEqual(a, b)
	}
	x, ok := listed(a)
	y, okToo := listed(b)
	if !ok || !okToo || x.Len() != y.Len() {
		return false
	}
	for k, v := range x.All() {
		if !sameContents(v, y.Value(k), depth+1) {
			return false
		}
	}
	return true
}

// listed gives the properties that an object lists; ok is false for what is no
// object, or none that can be looked into.
func listed(v any) (o *msg.Object, ok bool) {
	switch v := v.(type) {
	case *msg.Object:
		return v, true
	case *msg.Error:
		return v.Props, true
	case *msg.Date, *msg.RegExp:
		return nil, true
	}
	return nil, false
}
