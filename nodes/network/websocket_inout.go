package network

import (
	"cmp"
	"context"

	"github.com/coder/websocket"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// WebSocketIn receives messages from WebSocket connections.
var WebSocketIn = runtime.Type{
	Name: "websocket in", Category: "network", Outputs: 1,
	New: func() runtime.Node { return &webSocketInNode{} },
}

// WebSocketOut sends messages to WebSocket connections: to the one that a message
// came from, or else to all.
var WebSocketOut = runtime.Type{
	Name: "websocket out", Category: "network", Inputs: 1,
	New: func() runtime.Node { return &webSocketOutNode{} },

	Parallel: true, // Input writes no field of the node
}

// webSocketUser is what both nodes are: users of a config node, a client before a
// listener.
type webSocketUser struct {
	Server string `json:"server"`
	Client string `json:"client"` // goes before

	inst   *runtime.Instance
	config *webSocketNode // nil: it does not run
}

func (n *webSocketUser) use(inst *runtime.Instance, listens bool) {
	n.inst = inst
	config, ok := runtime.Use[*webSocketNode](inst, cmp.Or(n.Client, n.Server))
	if !ok {
		inst.Log.Error("Missing server configuration")
		return
	}
	n.config = config
	config.use(inst, listens)
}

func (n *webSocketUser) Start() {
	if n.config != nil {
		n.config.begin()
	}
}

func (n *webSocketUser) Close(context.Context, bool) error {
	if n.config != nil {
		n.config.leave(n.inst)
	}
	n.inst.Status(&msg.Object{})
	return nil
}

type webSocketInNode struct{ webSocketUser }

func (n *webSocketInNode) Init(inst *runtime.Instance) error {
	n.use(inst, true)
	return nil
}

type webSocketOutNode struct{ webSocketUser }

func (n *webSocketOutNode) Init(inst *runtime.Instance) error {
	n.use(inst, false)
	return nil
}

func (n *webSocketOutNode) Input(d *runtime.Delivery) error {
	if n.config == nil {
		d.Uncompleted()
		return nil
	}
	f, ok, err := n.frame(d.Msg)
	if err != nil || !ok {
		return err
	}
	if s, ok := d.Msg.Value("_session").(*msg.Object); ok && s.Value("type") == "websocket" {
		n.config.reply(msg.ToString(s.Value("id")), f)
	} else {
		n.config.broadcast(f)
	}
	return nil
}

// frame makes of a message what is sent; ok is false for nothing.
func (n *webSocketOutNode) frame(m *msg.Object) (f wsFrame, ok bool, err error) {
	payload, has := any(m), true
	if n.config.whole {
		if s, ok := m.Get("_session"); ok {
			m.Delete("_session")
			defer m.Set("_session", s)
		}
	} else if payload, has = m.Get(msg.PayloadKey); !has {
		return f, false, nil
	}
	text := ""
	switch v := payload.(type) {
	case *msg.Buffer:
		return wsFrame{websocket.MessageBinary, append([]byte(nil), v.B...)}, true, nil
	case string:
		text = v
	default:
		if msg.TypeOf(v) != "object" {
			text = msg.ToString(v)
		} else if text, _, err = msg.Stringify(v, ""); err != nil {
			return f, false, err
		}
	}
	return wsFrame{websocket.MessageText, []byte(msg.ToUTF8(text))}, text != "", nil
}
