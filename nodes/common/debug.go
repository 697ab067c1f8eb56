package common

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sluice/runtime"
	"sluice/runtime/inspect"
	"sluice/runtime/msg"
)

// Debug shows messages in the editor's debug sidebar, in the log, or as the node's status.
var Debug = runtime.Type{
	Name: "debug", Category: "common", Inputs: 1,
	New: func() runtime.Node {
		return &debugNode{Active: true, ToSidebar: true, Complete: msg.PayloadKey, StatusType: "auto"}
	},

	Parallel: true,
}

type debugNode struct {
	Active     bool   `json:"active"`
	ToSidebar  bool   `json:"tosidebar"`
	Console    any    `json:"console"`
	ToStatus   any    `json:"tostatus"`
	Complete   string `json:"complete"`   // "true": the whole message, else a property or an expression
	TargetType string `json:"targetType"` // jsonata: Complete is an expression
	StatusType string `json:"statusType"` // auto, counter, msg or jsonata
	StatusVal  string `json:"statusVal"`

	inst   *runtime.Instance
	active atomic.Bool
	value  runtime.Input
	status runtime.Input

	mu       sync.Mutex // guards what follows
	shown    string     // the last status, as JSON
	counter  int
	lastTime time.Time
	timer    *time.Timer
}

func (n *debugNode) Init(inst *runtime.Instance) error {
	n.inst, n.lastTime = inst, time.Now()
	n.active.Store(n.Active)
	if n.Complete == "false" {
		n.Complete = msg.PayloadKey
	}
	if n.StatusVal == "" {
		n.StatusVal = n.Complete
	}
	var err error
	if n.value, err = inst.Typed(n.input(n.TargetType, n.Complete)); err != nil && n.TargetType == "jsonata" {
		return runtime.Textf("Invalid JSONata expression: %s", n.Complete)
	}
	if n.status, err = inst.Typed(n.input(n.StatusType, n.StatusVal)); err != nil && n.StatusType == "jsonata" {
		return runtime.Textf("Invalid JSONata expression: %s", n.StatusVal)
	}
	return nil
}

func (n *debugNode) input(kind, text string) runtime.TypedInput {
	if kind != "jsonata" {
		kind = "msg"
	}
	return runtime.TypedInput{Value: text, Type: kind}
}

// SetActive switches the output to the sidebar on or off until the next deploy.
func (n *debugNode) SetActive(on bool) { n.active.Store(on) }

// IsActive tells whether messages are shown in the sidebar.
func (n *debugNode) IsActive() bool { return n.active.Load() }

func (n *debugNode) Input(d *runtime.Delivery) error {
	if n.isOwnStatus(d.Msg) {
		return nil
	}
	if n.ToStatus == true {
		n.showStatus(d)
	}
	whole := n.Complete == "true" && n.TargetType != "jsonata"
	toLog := n.Console == true || n.Console == "true"
	toSidebar := n.active.Load() && n.ToSidebar
	if !toLog && !toSidebar && n.TargetType != "jsonata" {
		return nil
	}
	var value any = d.Msg
	if !whole {
		var ok bool
		if value, ok = n.eval(n.value, n.TargetType, d.Msg); !ok {
			d.Uncompleted()
			return nil
		}
	}
	if toLog {
		n.log(value, whole)
	}
	if toSidebar {
		n.inst.Publish(runtime.DebugEvent, n.event(d.Msg, value, whole))
	}
	return nil
}

func (n *debugNode) isOwnStatus(m *msg.Object) bool {
	status, _ := m.Value("status").(*msg.Object)
	source, _ := status.Value("source").(*msg.Object)
	return source.String("id") == n.inst.ID
}

// eval gives a property, undefined where there is none, or what an expression
// gives. Its error is logged and, as in Node-RED, leaves the message incomplete.
func (n *debugNode) eval(in runtime.Input, kind string, m *msg.Object) (any, bool) {
	v, err := in.Eval(m)
	if err == nil {
		return v, true
	}
	if kind == "jsonata" {
		n.inst.Log.Error("Invalid JSONata expression: " + n.Complete)
		return nil, false
	}
	return msg.Undefined, true
}

// event is what an editor gets: Node-RED's debug message before it is encoded.
func (n *debugNode) event(m *msg.Object, value any, whole bool) *msg.Object {
	path := strings.TrimSuffix(n.inst.Path(), "/"+n.inst.Alias())
	e := msg.NewObject("id", n.inst.ID, "z", n.inst.Z)
	if alias := n.inst.Alias(); alias != n.inst.ID {
		e.Set("_alias", alias)
	}
	e.Set("path", path)
	if name := n.inst.NameValue(); name != msg.Undefined {
		e.Set("name", name)
	}
	if topic, ok := m.Get("topic"); ok {
		e.Set("topic", topic)
	}
	if !whole && n.TargetType != "jsonata" {
		e.Set("property", n.Complete)
	}
	e.Set("msg", value)
	return e
}

func (n *debugNode) log(value any, whole bool) {
	text, isText := value.(string)
	switch {
	case isText && !whole:
		if strings.Contains(text, "\n") {
			text = "\n" + text
		}
	case msg.TypeOf(value) == "object":
		text = "\n" + inspect.Value(value, 10)
	default:
		text = inspect.Value(value, 10)
	}
	n.inst.Log.Info(text)
}

func (n *debugNode) Close(context.Context, bool) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.timer != nil {
		n.timer.Stop()
	}
	return nil
}
