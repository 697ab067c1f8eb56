package network

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"syscall"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// udpSocket is a socket that nodes share: those that receive on its port, and
// those that send to or from a port of that number, as in Node-RED.
type udpSocket struct {
	conn *net.UDPConn
	v6   bool // takes IPv4 too
	key  string
	all  *udpSockets
	work sync.WaitGroup // the reader

	// Guarded by all.mu.
	users     int
	receivers []*udpInNode
	reading   bool
}

// udpSockets are the sockets in use, by version and port.
type udpSockets struct {
	mu    sync.Mutex // guards what follows, and the users of the sockets
	byKey map[string]*udpSocket
}

type udpSocketsKey struct{}

func udpSocketsOf(inst *runtime.Instance) *udpSockets {
	return runtime.Shared(inst.Engine(), udpSocketsKey{}, func() *udpSockets {
		return &udpSockets{byKey: map[string]*udpSocket{}}
	})
}

// find returns the socket that goes by the given port number, nil if there is none.
func (s *udpSockets) find(version string, port int) *udpSocket {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.byKey[udpKey(version, port)]
	if u != nil {
		u.users++
	}
	return u
}

func udpKey(version string, port int) string { return version + " " + strconv.Itoa(port) }

// open opens a socket on a port, which others can find then. Nobody finds one on any port (0).
func (s *udpSockets) open(version string, port int) (*udpSocket, error) {
	conn, err := openUDP(version, port)
	if err != nil {
		return nil, err
	}
	u := &udpSocket{conn: conn, v6: version == "udp6", key: udpKey(version, port), all: s, users: 1}
	if port != 0 {
		s.mu.Lock()
		s.byKey[u.key] = u
		s.mu.Unlock()
	}
	return u, nil
}

// leave closes the socket when nobody uses it any more.
func (u *udpSocket) leave(n *udpInNode) {
	u.all.mu.Lock()
	for i, r := range u.receivers {
		if r == n {
			u.receivers = append(u.receivers[:i:i], u.receivers[i+1:]...)
			break
		}
	}
	u.users--
	last := u.users == 0
	if last && u.all.byKey[u.key] == u {
		delete(u.all.byKey, u.key)
	}
	u.all.mu.Unlock()
	if last {
		_ = u.conn.Close()
		u.work.Wait()
	}
}

// receive hands what comes to n.
func (u *udpSocket) receive(n *udpInNode) {
	u.all.mu.Lock()
	defer u.all.mu.Unlock()
	u.receivers = append(u.receivers, n)
	if !u.reading {
		u.reading = true
		u.work.Go(u.read)
	}
}

func (u *udpSocket) read() {
	buf := make([]byte, 64<<10)
	for {
		size, from, err := u.conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			if code, _ := errnoCode(err); code == "ECONNREFUSED" || code == "ECONNRESET" {
				continue // a peer refuses what was sent to it
			}
			u.tellBroken(err)
			return
		}
		u.all.mu.Lock()
		receivers := u.receivers
		u.all.mu.Unlock()
		for _, n := range receivers {
			n.took(append([]byte(nil), buf[:size]...), from)
		}
	}
}

func (u *udpSocket) tellBroken(err error) {
	if errors.Is(err, net.ErrClosed) {
		return
	}
	u.all.mu.Lock()
	receivers := u.receivers
	u.all.mu.Unlock()
	for _, n := range receivers {
		n.inst.Log.Error("error: " + err.Error())
	}
}

// openUDP opens a socket on a port, 0 for any. Other programs may use it too
// (reuseAddr), and broadcasts are not sent until they are allowed.
func openUDP(version string, port int) (*net.UDPConn, error) {
	network := "udp" // both versions
	if version != "udp6" {
		network = "udp4"
	}
	config := net.ListenConfig{Control: udpOptions}
	conn, err := config.ListenPacket(context.Background(), network, ":"+strconv.Itoa(port))
	if err != nil {
		return nil, err
	}
	return conn.(*net.UDPConn), nil
}

const multicastTTL = 128

// joinGroup sets a socket up for a multicast group, on the interface given or the system's own.
func (u *udpSocket) joinGroup(group string, on *net.Interface) error {
	ip, err := netip.ParseAddr(group)
	if err != nil {
		return syscall.EINVAL
	}
	address := &net.UDPAddr{IP: ip.AsSlice()}
	if u.v6 {
		p := ipv6.NewPacketConn(u.conn)
		if err := p.SetMulticastHopLimit(multicastTTL); err != nil {
			return err
		}
		return p.JoinGroup(on, address)
	}
	p := ipv4.NewPacketConn(u.conn)
	if err := p.SetMulticastTTL(multicastTTL); err != nil {
		return err
	}
	return p.JoinGroup(on, address)
}

// cast allows broadcasts, and keeps multicasts from coming back.
func (u *udpSocket) cast() error {
	if err := allowBroadcast(u.conn); err != nil {
		return err
	}
	if u.v6 {
		return ipv6.NewPacketConn(u.conn).SetMulticastLoopback(false)
	}
	return ipv4.NewPacketConn(u.conn).SetMulticastLoopback(false)
}

// groupError reports why a group could not be joined: like Node-RED by its number
// in the system, since it compares that with names and never finds one.
func groupError(inst *runtime.Instance, err error) {
	inst.Log.Error("error: "+errnoNumber(err), "error", err)
}

// udpInterface finds the interface that a node names: by its name, or by an address of it.
// text is its address, for the status.
func udpInterface(inst *runtime.Instance, name, version string) (on *net.Interface, text string) {
	if name == "" {
		return nil, ""
	}
	all, _ := net.Interfaces() // none where they cannot be listed
	for i := range all {
		addresses, _ := all[i].Addrs()
		for _, a := range addresses {
			prefix, err := netip.ParsePrefix(a.String())
			if err != nil {
				continue
			}
			ip := prefix.Addr()
			if ip.String() == name || all[i].Name == name && ip.Is4() == (version != "udp6") {
				return &all[i], ip.String()
			}
		}
	}
	inst.Log.Warn("udp: interface " + name + " not found")
	return nil, ""
}

// udpVersion reads udp4 or udp6.
func udpVersion(v string) string {
	if v == "udp6" {
		return v
	}
	return "udp4"
}

func udpPort(v any) (int, error) {
	if n, ok := tcpPort(v); ok {
		return n, nil
	}
	return 0, fmt.Errorf("%q is no port number: it must be between 0 and 65535", msg.ToString(v))
}
