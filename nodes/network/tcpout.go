package network

import (
	"context"
	"fmt"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// TCPOut sends data to TCP connections: those of tcp in nodes, those of clients to a
// port of its own, or one that it makes to a server.
var TCPOut = runtime.Type{
	Name: "tcp out", Category: "network", Inputs: 1,
	New: func() runtime.Node { return &tcpOutNode{} },

	Exclusive: true, // its port
}

type tcpOutNode struct {
	Host     string `json:"host"`
	Port     any    `json:"port"`
	BeServer string `json:"beserver"` // reply, client or server
	Base64   bool   `json:"base64"`   // texts are base64
	End      any    `json:"end"`      // close the connection after each message
	TLS      string `json:"tls"`

	inst     *runtime.Instance
	sessions *tcpSessions // of replies
	server   *tcpServer
	client   *tcpClient

	// Guarded by the node's lock, which Emit holds too.
	again bool // the connection was closed after a message: make the next at once
	count int  // connections
}

func (n *tcpOutNode) Init(inst *runtime.Instance) error {
	n.inst = inst
	if n.BeServer == "reply" {
		n.sessions = tcpSessionsOf(inst)
		return nil
	}
	secure, err := useTLS(inst, n.TLS)
	if err != nil {
		return err
	}
	if n.BeServer != "" && n.BeServer != "client" {
		showAtInit(inst, runtime.NewStatus("", "", connections(0)))
		n.server = &tcpServer{inst: inst, config: secure.serverConfig(), idle: settingMS(inst, "socketTimeout"), serve: n.serve}
		n.server.listen(n.Port)
		return nil
	}
	client := &tcpClient{inst: inst, handler: func(string) tcpHandler { return (*tcpOutClient)(n) }}
	if err := client.prepare(n.Host, n.Port, secure); err != nil {
		return err
	}
	n.client = client
	return nil
}

func (n *tcpOutNode) Start() {
	switch {
	case n.server != nil:
		n.server.start()
	case n.client != nil:
		n.client.start()
	}
}

func (n *tcpOutNode) Close(ctx context.Context, _ bool) error {
	switch {
	case n.server != nil:
		return n.server.close(ctx)
	case n.client != nil:
		return n.client.close(ctx)
	}
	return nil
}

func (n *tcpOutNode) Input(d *runtime.Delivery) error {
	payload := d.Msg.Value(msg.PayloadKey)
	if n.sessions != nil {
		n.reply(d.Msg, payload)
		return nil
	}
	if payload == nil || payload == msg.Undefined {
		return nil
	}
	b := payloadBytes(payload, n.Base64)
	if n.server != nil {
		for _, c := range n.server.served() {
			n.write(c, b)
			if n.End == true {
				c.end()
			}
		}
		return nil
	}
	c := n.client.connected()
	if c == nil {
		return nil // what is sent meanwhile is lost, as in Node-RED
	}
	n.write(c, b)
	if n.End == true {
		n.again = true
		d.Status(&msg.Object{})
		c.close()
	}
	return nil
}

func (n *tcpOutNode) write(c *tcpConn, b []byte) {
	if err := c.write(b); err != nil {
		n.inst.Log.Error("error: " + err.Error())
	}
}

// reply writes to the connection that the message came from, or else to all.
func (n *tcpOutNode) reply(m *msg.Object, payload any) {
	conns := n.sessions.all()
	if s, ok := m.Value("_session").(*msg.Object); ok && s.Value("type") == "tcp" {
		conns = nil
		if c := n.sessions.find(msg.ToString(s.Value("id"))); c != nil {
			conns = append(conns, c)
		}
	}
	if m.Value("reset") == true {
		for _, c := range conns {
			c.destroy()
		}
		return
	}
	b := payloadBytes(payload, n.Base64)
	for _, c := range conns {
		n.write(c, b)
	}
}

// serve follows one connection of a client, which is not listened to.
func (n *tcpOutNode) serve(c *tcpConn) {
	ip, port := n.server.peer(c)
	from := fmt.Sprint(ip, ":", port)
	n.inst.Log.Info("connection from " + from)
	n.tellCount(1)
	if err := c.read(func([]byte) {}); err != nil {
		n.inst.Log.Info("socket error from " + from)
		n.tellCount(-1)
		n.inst.Log.Info("connection closed from " + from)
		n.tellCount(0) // Node-RED tells the end after the error
		return
	}
	c.end()
	n.inst.Log.Info("connection closed from " + from)
	n.tellCount(-1)
}

func (n *tcpOutNode) tellCount(change int) {
	n.inst.Emit(func(d *runtime.Delivery) error {
		n.count += change
		d.Status(runtime.NewStatus("", "", connections(n.count)))
		return nil
	})
}

// tcpOutClient is the connection that a tcp out node has made.
type tcpOutClient tcpOutNode

func (h *tcpOutClient) opened(*tcpConn)       { tell(h.inst, statusConnected()) }
func (h *tcpOutClient) data(*tcpConn, []byte) {}
func (h *tcpOutClient) ended()                { tell(h.inst, &msg.Object{}) }

func (h *tcpOutClient) closed() (soon bool) {
	h.inst.Emit(func(d *runtime.Delivery) error {
		d.Status(statusDisconnected())
		soon, h.again = h.again, false
		return nil
	})
	return soon
}
