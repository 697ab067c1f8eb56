package network

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"sync"

	"sluice/authz"
	"sluice/runtime"
	"sluice/runtime/msg"
)

// UDPOut sends a message's payload as a UDP packet.
var UDPOut = runtime.Type{
	Name: "udp out", Category: "network", Inputs: 1,
	New: func() runtime.Node { return &udpOutNode{IPv: "udp4"} },

	Exclusive: true, // the port it sends from
}

type udpOutNode struct {
	Address   string `json:"addr"`
	Port      any    `json:"port"`
	OutPort   any    `json:"outport"` // to send from; nothing for any
	Interface string `json:"iface"`
	Multicast any    `json:"multicast"` // "false", "board" for broadcast, or "multi"
	Base64    bool   `json:"base64"`
	IPv       string `json:"ipv"`

	inst   *runtime.Instance
	rules  *authz.OutgoingRules
	on     *net.Interface
	onText string

	ctx     context.Context // ends when the node is closed
	cancel  context.CancelFunc
	lookups chan struct{} // bounds names being looked up
	work    sync.WaitGroup

	socket *udpSocket // nil: it could not be opened
}

const maxUDPLookups = 100

func (n *udpOutNode) Init(inst *runtime.Instance) error {
	n.inst = inst
	n.on, n.onText = udpInterface(inst, n.Interface, n.IPv)
	n.ctx, n.cancel = context.WithCancel(context.Background())
	n.lookups = make(chan struct{}, maxUDPLookups)
	if _, err := udpPort(n.outPort()); err != nil {
		return err
	}
	var err error
	n.rules, err = outgoingRules(inst)
	return err
}

func (n *udpOutNode) outPort() any {
	if msg.ToBool(n.OutPort) {
		return n.OutPort
	}
	return 0.0
}

// Start opens the socket, or takes that of a udp in node on the port it sends
// from, or else to: all of those have one by now.
func (n *udpOutNode) Start() {
	out, _ := udpPort(n.outPort())
	known := out
	if !msg.ToBool(n.OutPort) {
		known, _ = tcpPort(n.Port) // 0 for one that each message tells
	}
	version := udpVersion(n.IPv)
	sockets := udpSocketsOf(n.inst)
	socket := sockets.find(version, known)
	shared := socket != nil
	if !shared {
		var err error
		if socket, err = sockets.open(version, out); err != nil {
			n.inst.Log.Error("error: " + err.Error())
			return
		}
	}
	n.socket = socket
	var failed error
	if n.Multicast != "false" {
		failed = socket.cast()
	}
	to := fmt.Sprintf("%s:%s", n.Address, msg.ToString(orText(n.Port)))
	switch from := msg.ToString(orText(n.OutPort)); {
	case shared:
		n.inst.Log.Info("udp re-use socket: " + from + " -> " + to)
		n.showInterface()
	case n.Multicast == "multi":
		if failed == nil {
			failed = socket.joinGroup(n.Address, n.on)
		}
		if failed == nil {
			n.showInterface()
			n.inst.Log.Info("udp multicast ready: " + n.onText + ":" + from + " -> " + to)
		}
	case n.Multicast != "false":
		n.inst.Log.Info("udp broadcast ready: " + from + " -> " + to)
	case out != 0:
		n.inst.Log.Info("udp ready: " + from + " -> " + to)
	default:
		n.inst.Log.Info("udp ready: " + to)
	}
	if failed != nil {
		groupError(n.inst, failed)
	}
}

func orText(v any) any {
	if v == nil {
		return ""
	}
	return v
}

func (n *udpOutNode) showInterface() {
	if n.onText != "" {
		n.inst.Status(runtime.NewStatus("", "", n.Interface+" : "+n.onText))
	}
}

func (n *udpOutNode) Input(d *runtime.Delivery) error {
	payload, ok := d.Msg.Get(msg.PayloadKey)
	if !ok || n.socket == nil {
		d.Uncompleted()
		return nil
	}
	address, port := any(n.Address), n.Port
	if n.Address == "" {
		address = d.Msg.Value("ip")
	}
	if !msg.ToBool(port) {
		port = d.Msg.Value("port")
	}
	number := msg.ToNumber(port)
	switch {
	case !msg.ToBool(address):
		n.inst.Log.Warn("udp: ip address not set")
		return nil
	case !msg.ToBool(port):
		n.inst.Log.Warn("udp: port not set")
		return nil
	case !(number >= 1 && number <= 65535):
		n.inst.Log.Warn("udp: port number not valid")
		return nil
	}
	b, err := n.packet(payload)
	if err != nil {
		return err
	}
	host := msg.ToString(address)
	if ip, err := netip.ParseAddr(host); err == nil {
		if err := n.send(b, host, ip, uint16(number)); err != nil {
			d.Error(err, d.Msg)
		}
		return nil
	}
	return n.lookUp(d, b, host, uint16(number))
}

func (n *udpOutNode) packet(payload any) ([]byte, error) {
	if n.Base64 {
		switch payload.(type) {
		case string, *msg.Buffer:
		default:
			return nil, &msg.Error{
				Name: "TypeError [ERR_INVALID_ARG_TYPE]", Message: "The payload must be a string or a Buffer: it is base64",
				Props: msg.NewObject("code", "ERR_INVALID_ARG_TYPE"),
			}
		}
	}
	return payloadBytes(payload, n.Base64), nil
}

// send sends a packet to an address of host, if the setting outgoing lets it. Errors
// read as Node-RED's.
func (n *udpOutNode) send(b []byte, host string, ip netip.Addr, port uint16) error {
	if err := n.rules.JudgeAddr(host, strconv.Itoa(int(port)), ip); err != nil {
		return deniedError(err)
	}
	to := netip.AddrPortFrom(ip, port)
	if ip.Is4() == n.socket.v6 {
		return runtime.Text("udp : Error: send EINVAL " + udpTarget(ip, port))
	}
	if _, err := n.socket.conn.WriteToUDPAddrPort(b, to); err != nil {
		reason := err.Error()
		if code, ok := errnoCode(err); ok {
			reason = "send " + code + " " + udpTarget(ip, port)
		}
		return runtime.Text("udp : Error: " + reason)
	}
	return nil
}

func udpTarget(ip netip.Addr, port uint16) string {
	return ip.String() + ":" + msg.FormatNumber(float64(port))
}

// lookUp sends a packet to a host by its name.
func (n *udpOutNode) lookUp(d *runtime.Delivery, b []byte, host string, port uint16) error {
	if err := n.rules.JudgeHost(host, strconv.Itoa(int(port))); err != nil {
		return deniedError(err)
	}
	select {
	case n.lookups <- struct{}{}:
	default:
		return runtime.Text("udp : too many names are being looked up: send to an address, or more slowly")
	}
	resume := d.Async()
	n.work.Go(func() {
		defer func() { <-n.lookups }()
		version := "ip4"
		if n.socket.v6 {
			version = "ip6"
		}
		found, err := net.DefaultResolver.LookupNetIP(n.ctx, version, host)
		if err != nil || len(found) == 0 {
			err = runtime.Text("udp : Error: getaddrinfo ENOTFOUND " + host)
		} else {
			err = n.send(b, host, found[0].Unmap(), port)
		}
		resume(func() error {
			if err != nil {
				d.Error(err, d.Msg)
			}
			return nil
		})
	})
	return nil
}

func (n *udpOutNode) Close(ctx context.Context, _ bool) error {
	n.cancel()
	err := waitFor(ctx, n.work.Wait)
	if n.socket != nil {
		n.socket.leave(nil)
		n.inst.Log.Info("udp output stopped")
	}
	n.inst.Status(&msg.Object{})
	return err
}
