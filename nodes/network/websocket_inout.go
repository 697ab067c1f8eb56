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

// webSocketConfig finds the config node of a node, a client's before a listener's;
// nil, and an error logged, if it does not run.
func webSocketConfig(inst *runtime.Instance, client, server string, listens bool) *webSocketNode {
	n, ok := runtime.Use[*webSocketNode](inst, cmp.Or(client, server))
	if !ok {
		inst.Log.Error("Missing server configuration")
		return nil
	}
	n.use(inst, listens)
	return n
}

type webSocketInNode struct {
	Server string `json:"server"`
	Client string `json:"client"` // goes before

	inst   *runtime.Instance
	config *webSocketNode // nil: it does not run
}

func (n *webSocketInNode) Init(inst *runtime.Instance) error {
	n.inst = inst
	n.config = webSocketConfig(inst, n.Client, n.Server, true)
	return nil
}

func (n *webSocketInNode) Start() {
	if n.config != nil {
		n.config.begin()
	}
}

func (n *webSocketInNode) Close(context.Context, bool) error {
	if n.config != nil {
		n.config.leave(n.inst)
	}
	n.inst.Status(&msg.Object{})
	return nil
}

type webSocketOutNode struct {
	Server string `json:"server"`
	Client string `json:"client"` // goes before

	inst   *runtime.Instance
	config *webSocketNode // nil: it does not run
}

func (n *webSocketOutNode) Init(inst *runtime.Instance) error {
	n.inst = inst
	n.config = webSocketConfig(inst, n.Client, n.Server, false)
	return nil
}

func (n *webSocketOutNode) Start() {
	if n.config != nil {
		n.config.begin()
	}
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

func (n *webSocketOutNode) Close(context.Context, bool) error {
	if n.config != nil {
		n.config.leave(n.inst)
	}
	n.inst.Status(&msg.Object{})
	return nil
}
