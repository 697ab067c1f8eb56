package network

import (
	"context"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// TCPIn receives data from TCP connections: of clients to a port of its own, or of
// one that it makes to a server.
var TCPIn = runtime.Type{
	Name: "tcp in", Category: "network", Outputs: 1,
	New: func() runtime.Node { return &tcpInNode{Topic: "", DataType: "buffer"} },

	Exclusive: true, // its port
}

type tcpInNode struct {
	Server   any    `json:"server"` // "server", or "client"
	Host     string `json:"host"`
	Port     any    `json:"port"`
	DataMode string `json:"datamode"` // stream, or single for one message a connection
	DataType string `json:"datatype"` // buffer, utf8 or base64
	Newline  string `json:"newline"`  // ends a message of a stream of text
	Topic    any    `json:"topic"`
	Trim     bool   `json:"trim"`
	Base64   bool   `json:"base64"` // unused, as in Node-RED
	TLS      string `json:"tls"`

	inst     *runtime.Instance
	sessions *tcpSessions
	stream   bool
	server   *tcpServer // or
	client   *tcpClient

	count int // connections; guarded by the node's lock, which Emit holds
}

func (n *tcpInNode) Init(inst *runtime.Instance) error {
	n.inst = inst
	n.sessions = tcpSessionsOf(inst)
	n.stream = n.DataMode == "" || n.DataMode == "stream"
	n.Newline = escapes.Replace(n.Newline)
	secure, err := useTLS(inst, n.TLS)
	if err != nil {
		return err
	}
	if n.Server == true || n.Server == "server" {
		n.server = &tcpServer{inst: inst, config: secure.serverConfig(), idle: settingMS(inst, "socketTimeout"), serve: n.serve}
		n.server.listen(n.Port)
		return nil
	}
	client := &tcpClient{inst: inst, handler: func(id string) tcpHandler {
		d := n.decoder()
		if n.DataType != "utf8" {
			d.newline = ""
		}
		return &tcpInClient{n: n, id: id, decoder: d}
	}}
	if err := client.prepare(n.Host, n.Port, secure); err != nil {
		return err
	}
	n.client = client
	return nil
}

func (n *tcpInNode) decoder() *tcpDecoder {
	return &tcpDecoder{datatype: n.DataType, newline: n.Newline, trim: n.Trim, whole: !n.stream}
}

func (n *tcpInNode) Start() {
	if n.server != nil {
		n.server.start()
	} else {
		n.client.start()
	}
}

func (n *tcpInNode) Close(ctx context.Context, _ bool) error {
	if n.server != nil {
		return n.server.close(ctx)
	}
	return n.client.close(ctx)
}

// serve follows one connection of a client.
func (n *tcpInNode) serve(c *tcpConn) {
	ip, port := n.server.peer(c)
	n.sessions.add(c.id, c)
	n.tellCount(1, "connect", c.id, ip, port)
	decoder := n.decoder()
	var lastIP, lastPort any = msg.Undefined, msg.Undefined // of what is gathered
	send := func(payload, ip, port any) {
		emit(n.inst, msg.NewObject("topic", n.Topic, msg.PayloadKey, payload, "ip", ip, "port", port, "_session", session("tcp", c.id)))
	}
	err := c.read(func(b []byte) {
		payloads, err := decoder.data(b)
		if err != nil {
			n.inst.Log.Error("error: " + err.Error())
			c.destroy()
			return
		}
		for _, p := range payloads {
			send(p, ip, port)
		}
		if !n.stream {
			lastIP, lastPort = ip, port
		}
	})
	if err == nil {
		c.end() // as the peer did: nothing can be sent any more
		if payload, ok := decoder.rest(); ok {
			send(payload, lastIP, lastPort)
		}
	} else {
		n.inst.Log.Info("error: " + err.Error())
	}
	c.release()
	n.sessions.remove(c.id)
	n.tellCount(-1, "disconnect", c.id, ip, port)
}

func (n *tcpInNode) tellCount(change int, event, id string, ip, port any) {
	n.inst.Emit(func(d *runtime.Delivery) error {
		n.count += change
		d.Status(msg.NewObject("text", connections(n.count), "event", event, "ip", ip, "port", port, "_session", session("tcp", id)))
		return nil
	})
}

// tcpInClient is a connection that a tcp in node has made.
type tcpInClient struct {
	n       *tcpInNode
	id      string
	decoder *tcpDecoder
	soon    bool
}

func (h *tcpInClient) opened(c *tcpConn) {
	h.n.sessions.add(h.id, c)
	tell(h.n.inst, withSession(statusConnected(), h.id))
}

func withSession(status *msg.Object, id string) *msg.Object {
	status.Set("_session", session("tcp", id))
	return status
}

func (h *tcpInClient) send(payload any) {
	emit(h.n.inst, msg.NewObject("topic", h.n.Topic, msg.PayloadKey, payload, "_session", session("tcp", h.id)))
}

func (h *tcpInClient) data(c *tcpConn, b []byte) {
	payloads, err := h.decoder.data(b)
	if err != nil {
		h.n.inst.Log.Error("error: " + err.Error())
		c.destroy()
		return
	}
	for _, p := range payloads {
		h.send(p)
	}
}

func (h *tcpInClient) ended() {
	if payload, ok := h.decoder.rest(); ok {
		h.soon = true // only a peer that had something to say is asked again at once
		h.send(payload)
	}
}

func (h *tcpInClient) closed() (soon bool) {
	h.n.sessions.remove(h.id)
	tell(h.n.inst, withSession(statusDisconnected(), h.id))
	return h.soon
}
