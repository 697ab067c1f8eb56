package network

import (
	"context"
	"errors"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// WebSocketListener is the config node of an endpoint that takes WebSocket
// connections, below the root of all endpoints.
var WebSocketListener = runtime.Type{
	Name: "websocket-listener", Category: "config",
	New: func() runtime.Node { return &webSocketNode{} },

	Exclusive: true, // its path
}

// WebSocketClient is the config node of a WebSocket connection to a server.
var WebSocketClient = runtime.Type{
	Name: "websocket-client", Category: "config",
	New: func() runtime.Node { return &webSocketNode{} },
}

// webSocketNode is both config nodes: as in Node-RED a URL makes it a client, any
// other path a listener.
type webSocketNode struct {
	Path        string     `json:"path"`
	WholeMsg    any        `json:"wholemsg"`    // "true": messages are whole messages as JSON, not payloads
	Subprotocol string     `json:"subprotocol"` // of a client: a list
	Heartbeat   any        `json:"hb"`          // of a client: seconds between pings
	TLS         string     `json:"tls"`         // of a client
	Headers     []wsHeader `json:"headers"`     // of a client

	dial     func(ctx context.Context, network, address string) (net.Conn, error) // of a client
	inst     *runtime.Instance
	whole    bool
	listener *wsListener // or
	client   *wsClient

	turn sync.Mutex // held while users are told of a connection, so that they hear of all in order

	mu      sync.Mutex          // guards what follows
	inputs  []*runtime.Instance // hear messages
	users   []*runtime.Instance // show the state of the connections
	conns   map[string]*wsConn
	order   []*wsConn // as they were made
	started bool
	closed  bool
	work    sync.WaitGroup // one for each connection
}

var wsURL = regexp.MustCompile(`(?i)^wss?://`)

func (n *webSocketNode) Init(inst *runtime.Instance) error {
	n.inst = inst
	n.whole = n.WholeMsg == "true"
	n.conns = map[string]*wsConn{}
	if !wsURL.MatchString(n.Path) {
		n.listener = &wsListener{webSocketNode: n}
		return n.listener.mount()
	}
	secure, err := useTLS(inst, n.TLS)
	if err != nil {
		return err
	}
	if n.dial == nil {
		dialer, err := newSocketDialer(inst)
		if err != nil {
			return err
		}
		n.dial = dialer.dial
	}
	n.client = &wsClient{webSocketNode: n, secure: secure}
	return nil
}

// use enters a node that is being made as a user.
func (n *webSocketNode) use(inst *runtime.Instance, listens bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.users = append(n.users, inst)
	if listens {
		n.inputs = append(n.inputs, inst)
	}
}

// leave takes a user off that is being closed.
func (n *webSocketNode) leave(inst *runtime.Instance) {
	is := func(other *runtime.Instance) bool { return other == inst }
	n.mu.Lock()
	defer n.mu.Unlock()
	n.users = slices.DeleteFunc(n.users, is)
	n.inputs = slices.DeleteFunc(n.inputs, is)
}

// begin connects a client, once, when the first of its users starts.
func (n *webSocketNode) begin() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.client != nil && !n.started && !n.closed {
		n.started = true
		n.client.start()
	}
}

func (n *webSocketNode) Close(ctx context.Context, _ bool) error {
	n.mu.Lock()
	n.closed = true
	conns := slices.Clone(n.order)
	n.mu.Unlock()
	if n.client != nil {
		n.client.stop()
	} else {
		n.listener.unmount()
	}
	for _, c := range conns {
		c.terminate()
	}
	return waitFor(ctx, n.work.Wait)
}

// Routes tells the endpoint of a listener.
func (n *webSocketNode) Routes() []runtime.MountedRoute {
	if n.Path == "" || wsURL.MatchString(n.Path) {
		return nil
	}
	return []runtime.MountedRoute{{Method: runtime.Upgrade, Pattern: "/" + strings.TrimPrefix(n.Path, "/")}}
}

// add takes in a connection unless the node is closed or has too many.
func (n *webSocketNode) add(c *wsConn) bool {
	n.turn.Lock()
	defer n.turn.Unlock()
	n.mu.Lock()
	if n.closed {
		n.mu.Unlock()
		return false
	}
	n.conns[c.id] = c
	n.order = append(n.order, c)
	count := n.countLocked()
	n.mu.Unlock()
	n.tell(runtime.NewStatus("green", "dot", "connected "+count), "connect", c.id)
	return true
}

func (n *webSocketNode) remove(c *wsConn) {
	n.turn.Lock()
	defer n.turn.Unlock()
	n.mu.Lock()
	delete(n.conns, c.id)
	for i := range n.order {
		if n.order[i] == c {
			n.order = append(n.order[:i], n.order[i+1:]...)
			break
		}
	}
	count := n.countLocked()
	n.mu.Unlock()
	status := runtime.NewStatus("green", "dot", "connected "+count)
	if count == "" || count == "0" {
		status = statusDisconnected()
	}
	n.tell(status, "disconnect", c.id)
}

// countLocked gives the number of connections, which only a listener tells.
func (n *webSocketNode) countLocked() string {
	if n.client != nil {
		return ""
	}
	return strconv.Itoa(len(n.conns))
}

// failed tells of an error of a connection.
func (n *webSocketNode) failed(id string, err error) {
	n.inst.Log.Debug("a WebSocket connection failed", "error", err)
	n.turn.Lock()
	defer n.turn.Unlock()
	n.tell(runtime.NewStatus("red", "ring", "common.status.error"), "error", id)
}

func (n *webSocketNode) tell(status *msg.Object, event, id string) {
	status.Set("event", event)
	status.Set("_session", session("websocket", id))
	n.mu.Lock()
	users := slices.Clone(n.users)
	n.mu.Unlock()
	for _, user := range users {
		tell(user, msg.Clone(status).(*msg.Object))
	}
}

// follow takes in a connection and hands on its messages until it has ended.
func (n *webSocketNode) follow(c *wsConn) {
	err := c.read(func(payload any) { n.took(c, payload) })
	if err != nil {
		n.failed(c.id, err)
	}
	if errors.Is(err, errWSText) {
		_ = c.Conn.Close(websocket.StatusInvalidFramePayloadData, "") // the peer may be gone
	}
	c.release()
	n.remove(c)
}

// took hands a message to every node that listens.
func (n *webSocketNode) took(c *wsConn, payload any) {
	m := msg.NewObject(msg.PayloadKey, payload)
	hasSession := true
	if n.whole {
		v, err := msg.Parse(msg.ToString(payload))
		switch v := v.(type) {
		case *msg.Object:
			m = v
		case *msg.Array:
			// Node-RED sends the array as it would one of a function: its first element to
			// the first output. The session is a property of the array, and lost with it.
			first, ok := v.At(0).(*msg.Object)
			if !ok {
				return
			}
			m, hasSession = first, false
		default:
			if err == nil {
				m.Set(msg.PayloadKey, v)
			}
		}
	}
	if hasSession {
		m.Set("_session", session("websocket", c.id))
	}
	n.mu.Lock()
	inputs := slices.Clone(n.inputs)
	n.mu.Unlock()
	for i, in := range inputs {
		if i+1 < len(inputs) {
			emit(in, msg.CloneMessage(m))
		} else {
			emit(in, m)
		}
	}
}

// broadcast sends to every connection there is.
func (n *webSocketNode) broadcast(f wsFrame) {
	n.mu.Lock()
	conns := slices.Clone(n.order)
	n.mu.Unlock()
	if len(conns) == 0 && n.client != nil && n.client.connecting() {
		n.inst.Log.Warn("An error occurred while sending:  Error: WebSocket is not open: readyState 0 (CONNECTING)")
	}
	for _, c := range conns {
		n.send(c, f)
	}
}

// reply sends to one connection of a listener. Like Node-RED, a client has none to reply to.
func (n *webSocketNode) reply(id string, f wsFrame) {
	n.mu.Lock()
	c := n.conns[id]
	n.mu.Unlock()
	if c != nil && n.listener != nil {
		n.send(c, f)
	}
}

func (n *webSocketNode) send(c *wsConn, f wsFrame) {
	if err := c.send(f); err != nil {
		n.inst.Log.Warn("An error occurred while sending:  " + c.id + " Error: " + err.Error())
	}
}

// seconds reads the beginning of a text as whole seconds, as parseInt does; 0 for none.
func seconds(v any) time.Duration {
	if s := msg.ParseInt(msg.ToString(v), 10); s > 0 && s < 1<<31 {
		return time.Duration(s) * time.Second
	}
	return 0
}
