package network

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"sluice/nodes/nodetest"
	"sluice/runtime"
)

var udpTypes = []runtime.Type{UDPIn, UDPOut}

func udpIn(b *bench) *net.UDPAddr {
	a := b.Instance("n").Node().(*udpInNode).socket.conn.LocalAddr().(*net.UDPAddr)
	return &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: a.Port}
}

func peerUDP(t *testing.T) *net.UDPConn {
	t.Helper()
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	_ = c.SetReadDeadline(time.Now().Add(patience))
	return c
}

func TestUDPIn(t *testing.T) {
	for _, tc := range []struct{ name, config, want string }{
		{"receives buffers", `"datatype":"buffer"`, `{"payload":{"type":"Buffer","data":[104,105]},"fromip":"127.0.0.1:P","ip":"127.0.0.1","port":P}`},
		{"receives texts", `"datatype":"utf8"`, `{"payload":"hi","fromip":"127.0.0.1:P","ip":"127.0.0.1","port":P}`},
		{"receives base64", `"datatype":"base64"`, `{"payload":"aGk=","fromip":"127.0.0.1:P","ip":"127.0.0.1","port":P}`},
		{"maps addresses into version 6", `"datatype":"utf8","ipv":"udp6"`, `{"payload":"hi","fromip":"::ffff:127.0.0.1:P","ip":"::ffff:127.0.0.1","port":P}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBench(t, `{"id":"n","type":"udp in","port":"0","multicast":"false",`+tc.config+`,"wires":[["out"]]}`, udpTypes)
			c := peerUDP(t)
			if _, err := c.WriteTo([]byte("hi"), udpIn(b)); err != nil {
				t.Fatal(err)
			}
			port := fmt.Sprint(c.LocalAddr().(*net.UDPAddr).Port)
			b.wantMessage(strings.ReplaceAll(tc.want, "P", port))
		})
	}
}

func TestUDPOut(t *testing.T) {
	for _, tc := range []struct{ name, config, in string }{
		{"sends to the node's address", `"addr":"127.0.0.1","port":"PORT","multicast":"false"`, `{"payload":"hello"}`},
		{"sends to the message's address", `"multicast":false`, `{"payload":"hello","ip":"127.0.0.1","port":PORT}`},
		{"looks names up", `"multicast":"false"`, `{"payload":"hello","ip":"localhost","port":PORT}`},
		{"decodes base64", `"base64":true`, `{"payload":"aGVsbG8=","ip":"127.0.0.1","port":"PORT"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := peerUDP(t)
			port := fmt.Sprint(c.LocalAddr().(*net.UDPAddr).Port)
			b := newBench(t, strings.ReplaceAll(`{"id":"n","type":"udp out",`+tc.config+`,"wires":[]}`, "PORT", port), udpTypes)
			b.Send("n", strings.ReplaceAll(tc.in, "PORT", port))
			buf := make([]byte, 100)
			size, _, err := c.ReadFrom(buf)
			if err != nil || string(buf[:size]) != "hello" {
				t.Errorf("got %q (%v)", buf[:size], err)
			}
		})
	}
}

func TestUDPOutSendsFromThePortOfUDPIn(t *testing.T) {
	c := peerUDP(t)
	other := peerUDP(t)
	free := other.LocalAddr().(*net.UDPAddr).Port
	other.Close()
	b := newBench(t, fmt.Sprintf(`{"id":"o","type":"udp out","outport":"%d","multicast":"false","wires":[]},
		{"id":"n","type":"udp in","port":"%d","datatype":"utf8","wires":[["out"]]}`, free, free), udpTypes)
	b.Send("o", fmt.Sprintf(`{"payload":"ping","ip":"127.0.0.1","port":%d}`, c.LocalAddr().(*net.UDPAddr).Port))
	_, from, err := c.ReadFrom(make([]byte, 10))
	if err != nil || from.(*net.UDPAddr).Port != free {
		t.Fatalf("came from %v (%v), want port %d", from, err, free)
	}
	if _, err := c.WriteTo([]byte("pong"), from); err != nil {
		t.Fatal(err)
	}
	if m := b.next(b.out, "message"); m.Value("payload") != "pong" {
		t.Errorf("got %s", nodetest.Text(m))
	}
}

func TestUDPOutRefuses(t *testing.T) {
	for _, tc := range []struct{ name, config, in, log, err string }{
		{"no address", ``, `{"payload":"a","port":1}`, "WARN udp: ip address not set", ""},
		{"no port", ``, `{"payload":"a","ip":"127.0.0.1"}`, "WARN udp: port not set", ""},
		{"a bad port", ``, `{"payload":"a","ip":"127.0.0.1","port":70000}`, "WARN udp: port number not valid", ""},
		{"an address of another version", ``, `{"payload":"a","ip":"::1","port":9}`, "", "udp : Error: send EINVAL ::1:9"},
		{"a broadcast without leave", `,"multicast":"false"`, `{"payload":"a","ip":"255.255.255.255","port":9}`, "", "udp : Error: send EACCES 255.255.255.255:9"},
		{"what is no base64", `,"base64":true`, `{"payload":1,"ip":"127.0.0.1","port":9}`, "", "TypeError [ERR_INVALID_ARG_TYPE]: The payload must be a string or a Buffer: it is base64"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBench(t, `{"id":"n","type":"udp out"`+tc.config+`,"wires":[]}`, udpTypes)
			b.Send("n", tc.in)
			if tc.err != "" {
				if got := b.error(); got != tc.err {
					t.Errorf("got %q, want %q", got, tc.err)
				}
				return
			}
			if got := b.LogText(); !strings.HasSuffix(got, tc.log) {
				t.Errorf("logged %q, want %q", got, tc.log)
			}
		})
	}
}

func TestUDPInJoinsAGroup(t *testing.T) {
	b := newBench(t, `{"id":"n","type":"udp in","port":"0","multicast":"true","group":"225.0.18.83","iface":"lo","wires":[["out"]]},
		{"id":"bad","type":"udp in","port":"0","multicast":"true","group":"10.0.0.1","iface":"none such","wires":[]}`, udpTypes)
	log := b.LogText()
	for _, want := range []string{"INFO udp multicast group 225.0.18.83", "WARN udp: interface none such not found", "ERROR error: -22"} {
		if !strings.Contains(log, want) {
			t.Errorf("%q is not in the log:\n%s", want, log)
		}
	}
}
