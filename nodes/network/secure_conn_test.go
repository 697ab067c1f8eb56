package network

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"sluice/runtime"
)

// pair is a certificate for 127.0.0.1, its own authority, and the tls-config node "t" of it.
func pair(t *testing.T) (tls.Certificate, string) {
	t.Helper()
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	cert := s.TLS.Certificates[0]
	key, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, kind string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	cer := write("cert.pem", "CERTIFICATE", cert.Certificate[0])
	return cert, fmt.Sprintf(`{"id":"t","type":"tls-config","cert":%q,"key":%q,"ca":%q}`, cer, write("key.pem", "PRIVATE KEY", key), cer)
}

func TestTCPOverTLS(t *testing.T) {
	_, config := pair(t)
	b := newBench(t, config+`,{"id":"n","type":"tcp in","server":"server","port":0,"tls":"t","wires":[["reply"]]},
		{"id":"reply","type":"tcp out","beserver":"reply","wires":[]},
		{"id":"r","type":"tcp request","out":"count","splitc":"3","ret":"string","tls":"t","wires":[["out"]]}`, append([]runtime.Type{TLSConfig}, tcpTypes...))
	port := b.Instance("n").Node().(*tcpInNode).server.listener.Addr().(*net.TCPAddr).Port
	b.Send("r", fmt.Sprintf(`{"payload":"foo","host":"127.0.0.1","port":%d}`, port))
	b.wantMessage(fmt.Sprintf(`{"payload":"foo","host":"127.0.0.1","port":%d}`, port))
}

func TestTCPRefusesACertificateNobodyVouchesFor(t *testing.T) {
	cert, _ := pair(t)
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for c, err := l.Accept(); err == nil; c, err = l.Accept() {
			_ = c.(*tls.Conn).Handshake() // the client refuses
			c.Close()
		}
	}()
	port := l.Addr().(*net.TCPAddr).Port
	b := newBench(t, fmt.Sprintf(`{"id":"t","type":"tls-config"},{"id":"r","type":"tcp request","server":"127.0.0.1","port":%d,"out":"time","splitc":"0","tls":"t","wires":[["out"]]}`, port),
		append([]runtime.Type{TLSConfig}, tcpTypes...))
	b.Send("r", `{"payload":"secret"}`)
	if got, want := b.error(), fmt.Sprintf("connect failed 127.0.0.1:%d", port); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWebSocketClientOverTLS(t *testing.T) {
	cert, config := pair(t)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, err := websocket.Accept(w, r, nil); err == nil {
			_ = c.Write(r.Context(), websocket.MessageText, []byte("hello"))
			_ = c.Close(websocket.StatusNormalClosure, "")
		}
	}))
	s.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	s.StartTLS()
	defer s.Close()
	b := newBench(t, config+`,{"id":"c","type":"websocket-client","path":"wss`+strings.TrimPrefix(s.URL, "https")+`","tls":"t"},
		{"id":"n","type":"websocket in","client":"c","wires":[["out"]]}`, append([]runtime.Type{TLSConfig}, wsTypes...))
	b.wantMessage(`{"payload":"hello"}`)
}

func TestMQTTOverTLS(t *testing.T) {
	cert, config := pair(t)
	p := newMQTTPeer(t)
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for c, err := l.Accept(); err == nil; c, err = l.Accept() {
			go bridge(p, c)
		}
	}()
	for _, version := range []string{mqttV4, mqttV5} {
		b := newBench(t, config+fmt.Sprintf(`,{"id":"b","type":"mqtt-broker","broker":"127.0.0.1","port":"%d","usetls":true,"tls":"t",%s},
			{"id":"n","type":"mqtt out","broker":"b","wires":[]}`, l.Addr().(*net.TCPAddr).Port, version), append([]runtime.Type{TLSConfig}, mqttTypes...))
		b.wantConnected()
	}
}

func TestMQTTOverWebSocket(t *testing.T) {
	p := newMQTTPeer(t)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"mqtt"}}); err == nil && c.Subprotocol() == "mqtt" {
			bridge(p, websocket.NetConn(context.Background(), c, websocket.MessageBinary))
		}
	}))
	t.Cleanup(s.Close)
	for _, version := range []string{mqttV4, mqttV5} {
		b := newBench(t, `{"id":"b","type":"mqtt-broker","broker":"ws`+strings.TrimPrefix(s.URL, "http")+`/mqtt",`+version+`},
			{"id":"n","type":"mqtt out","broker":"b","wires":[]}`, mqttTypes)
		b.wantConnected()
		b.Send("n", `{"topic":"a","payload":"x","qos":1}`)
		if got := wait(t, p.published, "message"); string(got.Payload) != "x" {
			t.Errorf("published %q", got.Payload)
		}
		b.Wait()
	}
}

// bridge joins a connection with one to the broker, to the end of either.
func bridge(p *mqttPeer, c net.Conn) {
	broker, err := net.Dial("tcp", fmt.Sprint("127.0.0.1:", p.port))
	if err != nil {
		c.Close()
		return
	}
	go func() {
		_, _ = io.Copy(broker, c)
		broker.Close()
	}()
	_, _ = io.Copy(c, broker)
	c.Close()
}
