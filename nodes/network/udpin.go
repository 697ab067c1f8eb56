package network

import (
	"context"
	"net"
	"net/netip"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// UDPIn receives UDP packets on a port, also those for a multicast group.
var UDPIn = runtime.Type{
	Name: "udp in", Category: "network", Outputs: 1,
	New: func() runtime.Node { return &udpInNode{IPv: "udp4"} },

	Exclusive: true, // its port
}

type udpInNode struct {
	Group     string `json:"group"`
	Port      any    `json:"port"`
	DataType  string `json:"datatype"` // buffer, utf8 or base64
	Interface string `json:"iface"`
	Multicast any    `json:"multicast"` // only "true" is
	IPv       string `json:"ipv"`       // udp4 or udp6

	inst   *runtime.Instance
	socket *udpSocket // nil: it could not be opened
}

func (n *udpInNode) Init(inst *runtime.Instance) error {
	n.inst = inst
	port, err := udpPort(n.Port)
	if err != nil {
		return err
	}
	on, address := udpInterface(inst, n.Interface, n.IPv)
	version := udpVersion(n.IPv)
	sockets := udpSocketsOf(inst)
	n.socket = sockets.find(version, port)
	shared := n.socket != nil
	if !shared {
		if n.socket, err = sockets.open(version, port); err != nil {
			n.tellOpenError(err, port)
			return nil
		}
	}
	switch {
	case shared:
		inst.Log.Info("udp: port " + msg.ToString(n.Port) + " already in use")
		n.showInterface(address)
	case n.Multicast == "true":
		n.join(on, address)
	}
	if !shared {
		local := n.socket.conn.LocalAddr().(*net.UDPAddr)
		host := address
		if host == "" {
			host = local.IP.String()
		}
		inst.Log.Info("udp listener at " + host + ":" + msg.ToString(float64(local.Port)))
	}
	return nil
}

func (n *udpInNode) tellOpenError(err error, port int) {
	code, _ := errnoCode(err)
	if code == "EACCES" && port < 1024 {
		n.inst.Log.Error("UDP access error, you may need root access for ports below 1024")
		return
	}
	if code == "" {
		code = err.Error()
	}
	n.inst.Log.Error("error: " + code)
}

func (n *udpInNode) showInterface(address string) {
	if address != "" {
		showAtInit(n.inst, runtime.NewStatus("", "", n.Interface+" : "+address))
	}
}

func (n *udpInNode) join(on *net.Interface, address string) {
	err := n.socket.cast()
	if err == nil {
		err = n.socket.joinGroup(n.Group, on)
	}
	if err != nil {
		groupError(n.inst, err)
		return
	}
	n.showInterface(address)
	n.inst.Log.Info("udp multicast group " + n.Group)
}

func (n *udpInNode) Start() {
	if n.socket != nil {
		n.socket.receive(n)
	}
}

// took sends on a packet.
func (n *udpInNode) took(b []byte, from netip.AddrPort) {
	var payload any = &msg.Buffer{B: b}
	if n.DataType == "base64" || n.DataType == "utf8" {
		payload, _ = msg.EncodeBytes(b, n.DataType)
	}
	ip, port := from.Addr().String(), float64(from.Port())
	emit(n.inst, msg.NewObject(msg.PayloadKey, payload, "fromip", ip+":"+msg.FormatNumber(port), "ip", ip, "port", port))
}

func (n *udpInNode) Close(context.Context, bool) error {
	if n.socket != nil {
		n.socket.leave(n)
		n.inst.Log.Info("udp listener stopped")
	}
	n.inst.Status(&msg.Object{})
	return nil
}
