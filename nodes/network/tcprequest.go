package network

import (
	"context"
	"maps"
	"math"
	"strings"
	"sync"
	"time"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// TCPRequest sends a message's payload to a TCP server and sends on what it answers.
var TCPRequest = runtime.Type{
	Name: "tcp request", Category: "network", Inputs: 1, Outputs: 1,
	New: func() runtime.Node { return &tcpRequestNode{Ret: "buffer"} },

	Exclusive: true, // a deploy ends its connections at once, rather than wait for answers
}

type tcpRequestNode struct {
	Server  string `json:"server"`
	Port    any    `json:"port"`
	Out     string `json:"out"`     // how an answer ends: time, immed, char, count, or sit to stay connected
	Splitc  any    `json:"splitc"`  // milliseconds, the character, or the number of bytes
	Ret     string `json:"ret"`     // string, or buffer
	Newline string `json:"newline"` // splits texts of sit
	Trim    bool   `json:"trim"`    // despite its name: the newline stays at the end
	TLS     string `json:"tls"`

	inst   *runtime.Instance
	secure *tlsNode
	dialer *socketDialer
	idle   time.Duration // setting socketTimeout
	queue  int           // messages that may wait for a connection
	splitc float64

	ctx    context.Context // ends when the node is closed
	cancel context.CancelFunc
	work   sync.WaitGroup

	lastID string // of the server asked last; guarded by the node's lock

	mu    sync.Mutex              // guards what follows
	peers map[string]*tcpExchange // by host:port
}

const (
	defaultTCPQueue = 1000 // setting tcpMsgQueueSize
	maxTCPPeers     = 1000 // servers that one node talks to
)

func (n *tcpRequestNode) Init(inst *runtime.Instance) (err error) {
	n.inst = inst
	n.peers = map[string]*tcpExchange{}
	n.Newline = unescapeFirst(n.Newline)
	n.idle = settingMS(inst, "socketTimeout")
	n.queue = defaultTCPQueue
	if size := msg.ToNumber(inst.Setting("tcpMsgQueueSize")); size >= 1 && size < 1<<20 {
		n.queue = int(size)
	}
	if n.Out == "char" {
		n.splitc = splitByte(n.Splitc)
	} else {
		n.splitc = msg.ToNumber(n.Splitc)
	}
	if n.Out == "immed" {
		n.Out, n.splitc = "time", -1
	}
	n.ctx, n.cancel = context.WithCancel(context.Background())
	if n.dialer, err = newSocketDialer(inst); err != nil {
		return err
	}
	n.secure, err = useTLS(inst, n.TLS)
	return err
}

// unescapeFirst replaces the first \n, \r and \t, as Node-RED does here.
func unescapeFirst(s string) string {
	for _, e := range [...][2]string{{`\n`, "\n"}, {`\r`, "\r"}, {`\t`, "\t"}} {
		s = strings.Replace(s, e[0], e[1], 1)
	}
	return s
}

// splitByte reads the character that ends an answer: itself, an escape, or a
// number such as 0x0A. NaN is none.
func splitByte(v any) float64 {
	if number, ok := v.(float64); ok {
		return number
	}
	text := msg.ToString(v)
	if strings.HasPrefix(text, `\`) {
		for _, e := range [...][2]string{{`\n`, "10"}, {`\r`, "13"}, {`\t`, "9"}, {`\e`, "27"}, {`\f`, "12"}, {`\0`, "0"}} {
			text = strings.Replace(text, e[0], e[1], 1)
		}
		return msg.ParseInt(text, 0)
	}
	if strings.HasPrefix(text, "0x") {
		return msg.ParseInt(text, 0)
	}
	if unit, ok := msg.UTF16At(text, 0); ok {
		return float64(unit)
	}
	return math.NaN()
}

func (n *tcpRequestNode) Input(d *runtime.Delivery) error {
	m := d.Msg
	payload, hasPayload := m.Get(msg.PayloadKey)
	switch payload.(type) {
	case *msg.Buffer, string:
	case nil:
		if hasPayload {
			return &msg.Error{Name: "TypeError", Message: "Cannot read properties of null (reading 'toString')"}
		}
	default:
		if payload != msg.Undefined {
			payload = msg.ToString(payload)
			m.Set(msg.PayloadKey, payload)
		}
	}
	host, port := any(n.Server), n.Port
	if n.Server == "" {
		host = m.Value("host")
	}
	if p := msg.ToNumber(n.Port); p == 0 || p != p {
		port = m.Value("port")
	}
	if n.Out == "sit" && msg.ToBool(m.Value("reset")) {
		n.reset(d, m.Value("reset"))
		if !hasPayload {
			d.Uncompleted()
			return nil
		}
	}
	id := msg.ToString(host) + ":" + msg.ToString(port)
	if id != n.lastID {
		d.Status(&msg.Object{})
		n.lastID = id
	}
	return n.ask(d, id, host, port)
}

// ask queues the message for the server, which is connected to if it is not yet.
func (n *tcpRequestNode) ask(d *runtime.Delivery, id string, host, port any) error {
	if !msg.ToBool(host) || !msg.ToBool(port) {
		n.inst.Log.Warn("Host and/or port not set")
		d.Uncompleted()
		return nil
	}
	number, ok := tcpPort(port)
	if !ok {
		return badPort(port)
	}
	n.mu.Lock()
	x, err := n.exchangeLocked(id, msg.ToString(host), number)
	if err != nil {
		n.mu.Unlock()
		return err
	}
	q := &tcpQuestion{d: d, ctx: d.Context(), hold: d.Hold(), payload: d.Msg.Value(msg.PayloadKey)}
	d.Detach()
	conn, old := x.conn, (*tcpQuestion)(nil)
	if x.last = q; conn != nil {
		old, x.asked = x.asked, q
	} else {
		old = x.pushLocked(q)
		if !x.running && n.ctx.Err() == nil {
			x.running = true
			n.work.Go(x.run)
		}
	}
	n.mu.Unlock()
	old.retire()
	if conn != nil {
		x.write(conn, q)
		d.Complete(nil)
	}
	return nil
}

// exchangeLocked returns what goes on with a server. Of too many, those are
// forgotten that are not connected.
func (n *tcpRequestNode) exchangeLocked(id, host string, port int) (*tcpExchange, error) {
	if x := n.peers[id]; x != nil {
		return x, nil
	}
	if len(n.peers) >= maxTCPPeers {
		maps.DeleteFunc(n.peers, func(_ string, x *tcpExchange) bool { return !x.running })
	}
	if len(n.peers) >= maxTCPPeers {
		return nil, runtime.Textf("%d servers are connected already: close some of the connections with msg.reset", maxTCPPeers)
	}
	x := &tcpExchange{n: n, id: id, host: host, port: port}
	x.ctx, x.cancel = context.WithCancel(n.ctx)
	n.peers[id] = x
	return x, nil
}

// badPort is Node's error of a port out of range.
func badPort(port any) error {
	text, kind := msg.ToString(port), msg.TypeOf(port)
	if kind == "string" {
		text = "'" + text + "'"
	}
	return &msg.Error{
		Name: "RangeError [ERR_SOCKET_BAD_PORT]", Message: "Port should be >= 0 and < 65536. Received type " + kind + " (" + text + ").",
		Props: msg.NewObject("code", "ERR_SOCKET_BAD_PORT"),
	}
}

// reset closes one connection (host:port), or all (true).
func (n *tcpRequestNode) reset(d *runtime.Delivery, which any) {
	n.mu.Lock()
	for id, x := range n.peers {
		if text, _ := which.(string); which == true || text == id && strings.Contains(text, ":") {
			delete(n.peers, id)
			x.cancel()
		}
	}
	count := len(n.peers)
	n.mu.Unlock()
	shape := "dot"
	if count == 0 {
		shape = "ring"
	}
	d.Status(runtime.NewStatus("green", shape, connections(count)))
}

// forget takes an exchange off the list: the next message makes a new connection.
func (n *tcpRequestNode) forget(x *tcpExchange) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.peers[x.id] == x {
		delete(n.peers, x.id)
	}
}

func (n *tcpRequestNode) count() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.peers)
}

func (n *tcpRequestNode) Close(ctx context.Context, _ bool) error {
	n.cancel()
	err := waitFor(ctx, n.work.Wait)
	n.inst.Status(&msg.Object{})
	return err
}
