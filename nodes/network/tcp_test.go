package network

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"sluice/nodes/nodetest"
	"sluice/runtime"
	"sluice/runtime/msg"
)

var tcpTypes = []runtime.Type{TCPIn, TCPOut, TCPRequest}

func connectTo(t *testing.T, address net.Addr) net.Conn {
	t.Helper()
	_, port, _ := net.SplitHostPort(address.String())
	c, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// serveTCP answers each connection with f and returns the port.
func serveTCP(t *testing.T, f func(c net.Conn)) int {
	t.Helper()
	return accept(t, f).(*net.TCPAddr).Port
}

func write(t *testing.T, c net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
}

func TestTCPInServer(t *testing.T) {
	for _, tc := range []struct {
		name, config, in string
		want             []string
	}{
		{"streams buffers", `"datatype":"buffer"`, "foo", []string{`{"topic":"","payload":{"type":"Buffer","data":[102,111,111]},"ip":"::ffff:127.0.0.1"}`}},
		{"streams texts", `"datatype":"utf8","topic":"t"`, "foo", []string{`{"topic":"t","payload":"foo","ip":"::ffff:127.0.0.1"}`}},
		{"streams base64", `"datatype":"base64"`, "foo", []string{`{"topic":"","payload":"Zm9v","ip":"::ffff:127.0.0.1"}`}},
		{"splits texts, and tells no address of the rest", `"datatype":"utf8","newline":"\\n"`, "a\nb\nc",
			[]string{`{"topic":"","payload":"a","ip":"::ffff:127.0.0.1"}`, `{"topic":"","payload":"b","ip":"::ffff:127.0.0.1"}`, `{"topic":"","payload":"c"}`}},
		{"leaves the newline where told", `"datatype":"utf8","newline":"o\\n","trim":true`, "foo\nbar",
			[]string{`{"topic":"","payload":"foo\n","ip":"::ffff:127.0.0.1"}`, `{"topic":"","payload":"bar"}`}},
		{"gathers a whole connection", `"datamode":"single","datatype":"utf8"`, "a\nb", []string{`{"topic":"","payload":"a\nb","ip":"::ffff:127.0.0.1"}`}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBench(t, `{"id":"n","type":"tcp in","server":"server","port":0,`+tc.config+`,"wires":[["out"]]}`, tcpTypes)
			c := connectTo(t, b.Instance("n").Node().(*tcpInNode).server.listener.Addr())
			b.wantStatus(`{"text":"1 connection","event":"connect","ip":"::ffff:127.0.0.1"}`)
			write(t, c, tc.in)
			c.Close()
			for _, want := range tc.want {
				m := b.next(b.out, "message")
				if nodetest.Object(m.Value("_session")).String("type") != "tcp" {
					t.Error("the message has no session")
				}
				m.Delete("_session")
				m.Delete("port")
				if got := nodetest.Text(m); got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			}
			b.wantStatus(`{"text":"0 connections","event":"disconnect","ip":"::ffff:127.0.0.1"}`)
		})
	}
}

func TestTCPInTellsAPortInUse(t *testing.T) {
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := l.Addr().(*net.TCPAddr).Port
	b := newBench(t, fmt.Sprintf(`{"id":"n","type":"tcp in","server":"server","port":"%d","wires":[]}`, port), tcpTypes)
	want := fmt.Sprintf("ERROR unable to listen on port %d, error: Error: listen EADDRINUSE: address already in use :::%d", port, port)
	if got := b.LogText(); got != want {
		t.Errorf("logged %q, want %q", got, want)
	}
}

func TestTCPOutReplies(t *testing.T) {
	b := newBench(t, `{"id":"n","type":"tcp in","server":"server","port":0,"datatype":"utf8","wires":[["reply","out"]]},
		{"id":"reply","type":"tcp out","beserver":"reply","wires":[]}`, tcpTypes)
	address := b.Instance("n").Node().(*tcpInNode).server.listener.Addr()
	one, two := connectTo(t, address), connectTo(t, address)
	b.status()
	b.status()
	write(t, one, "to one")
	if got := read(t, one, 6); got != "to one" {
		t.Errorf("got %q", got)
	}
	b.Send("reply", `{"payload":"to all"}`)
	for _, c := range []net.Conn{one, two} {
		if got := read(t, c, 6); got != "to all" {
			t.Errorf("got %q, want what is for all", got)
		}
	}
	b.Send("reply", `{"reset":true}`)
	for _, c := range []net.Conn{one, two} {
		if _, err := c.Read(make([]byte, 1)); err == nil {
			t.Error("the connection is still there")
		}
	}
}

func read(t *testing.T, r io.Reader, n int) string {
	t.Helper()
	b := make([]byte, n)
	if _, err := io.ReadFull(r, b); err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestTCPInClientConnectsAgain(t *testing.T) {
	port := serveTCP(t, func(c net.Conn) { _, _ = io.WriteString(c, "foo") })
	b := newBench(t, fmt.Sprintf(`{"id":"n","type":"tcp in","server":"client","host":"localhost","port":"%d",
		"datamode":"single","datatype":"utf8","wires":[["out"]]}`, port), tcpTypes)
	for range 2 {
		b.wantStatus(`{"fill":"green","shape":"dot","text":"common.status.connected"}`)
		b.wantMessage(`{"topic":"","payload":"foo"}`)
		b.wantStatus(`{"fill":"red","shape":"ring","text":"common.status.disconnected"}`)
		b.wantStatus(`{"fill":"grey","shape":"dot","text":"common.status.connecting"}`)
	}
}

func TestTCPOutClient(t *testing.T) {
	for _, tc := range []struct{ name, config, in, want string }{
		{"writes texts", ``, `{"payload":"foo"}`, "foo"},
		{"writes numbers as text", ``, `{"payload":12}`, "12"},
		{"decodes base64", `,"base64":true`, `{"payload":"Zm9v"}`, "foo"},
		{"ends the connection", `,"end":true`, `{"payload":"foo"}`, "foo"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := make(chan string, 10)
			port := serveTCP(t, func(c net.Conn) { got <- read(t, c, len(tc.want)) })
			b := newBench(t, fmt.Sprintf(`{"id":"n","type":"tcp out","beserver":"client","host":"127.0.0.1","port":"%d"%s,"wires":[]}`, port, tc.config), tcpTypes)
			b.wantStatus(`{"fill":"green","shape":"dot","text":"common.status.connected"}`)
			b.Send("n", `{}`, tc.in)
			if got := <-got; got != tc.want {
				t.Errorf("the server got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestTCPOutServerWritesToAll(t *testing.T) {
	b := newBench(t, `{"id":"n","type":"tcp out","beserver":"server","port":0,"end":true,"wires":[]}`, tcpTypes)
	address := b.Instance("n").Node().(*tcpOutNode).server.listener.Addr()
	one, two := connectTo(t, address), connectTo(t, address)
	b.wantStatus(`{"text":"1 connection"}`)
	b.wantStatus(`{"text":"2 connections"}`)
	b.Send("n", `{"payload":"all"}`)
	for _, c := range []net.Conn{one, two} {
		if got, err := io.ReadAll(c); string(got) != "all" || err != nil {
			t.Errorf("got %q (%v)", got, err)
		}
		c.Close()
	}
	b.wantStatus(`{"text":"1 connection"}`)
	b.wantStatus(`{"text":"0 connections"}`)
}

// echoLines answers each line with it.
func echoLines(c net.Conn) {
	for lines := bufio.NewScanner(c); lines.Scan(); {
		_, _ = io.WriteString(c, "ACK:"+lines.Text()+"\n")
	}
}

func TestTCPRequest(t *testing.T) {
	for _, tc := range []struct{ name, config, in, want string }{
		{"waits for a character", `"out":"char","splitc":"\\n","ret":"string"`, `{"payload":"a\nb\n"}`, `{"payload":"ACK:a\n"}`},
		{"waits for a character by its number", `"out":"char","splitc":"0x0A","ret":"string"`, `{"payload":"a\n"}`, `{"payload":"ACK:a\n"}`},
		{"waits for a number of bytes", `"out":"count","splitc":"3"`, `{"payload":"a\n"}`, `{"payload":{"type":"Buffer","data":[65,67,75]}}`},
		{"waits for a time", `"out":"time","splitc":"50","ret":"string"`, `{"payload":"a\n"}`, `{"payload":"ACK:a\n"}`},
		{"stays connected", `"out":"sit","ret":"string","newline":"\\n"`, `{"payload":"a\n","topic":"t"}`, `{"payload":"ACK:a","topic":"t"}`},
		{"keeps the newline where told", `"out":"sit","ret":"string","newline":"\\n","trim":true`, `{"payload":"a\n"}`, `{"payload":"ACK:a\n"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			port := serveTCP(t, echoLines)
			b := newBench(t, fmt.Sprintf(`{"id":"n","type":"tcp request","server":"127.0.0.1","port":"%d",%s,"wires":[["out"]]}`, port, tc.config), tcpTypes)
			b.Send("n", tc.in)
			b.wantMessage(tc.want)
			b.wantStatus(`{}`)
			b.wantStatus(`{"fill":"green","shape":"dot","text":"1 connection"}`)
			if !strings.Contains(tc.config, "sit") {
				b.wantStatus(`{}`)
				b.Send("n", tc.in)
				b.wantMessage(tc.want)
			}
		})
	}
}

func TestTCPRequestStaysConnectedForFurtherMessages(t *testing.T) {
	port := serveTCP(t, echoLines)
	b := newBench(t, `{"id":"n","type":"tcp request","out":"sit","ret":"string","wires":[["out"]]}`, tcpTypes)
	to := fmt.Sprintf(`"host":"127.0.0.1","port":%d`, port)
	for _, payload := range []string{"1", "2", "3"} {
		b.Send("n", `{"payload":"`+payload+`\n",`+to+`}`)
		b.wantMessage(`{"payload":"ACK:` + payload + `\n",` + to + `}`)
	}
	b.wantStatus(`{}`)
	b.wantStatus(`{"fill":"green","shape":"dot","text":"1 connection"}`)
	b.Send("n", `{"reset":true}`)
	b.wantStatus(`{"fill":"green","shape":"ring","text":"0 connections"}`)
	b.Wait()
}

func TestTCPRequestWaitsForNoAnswerWhereTold(t *testing.T) {
	got := make(chan string, 1)
	port := serveTCP(t, func(c net.Conn) {
		b, _ := io.ReadAll(c)
		got <- string(b)
	})
	b := newBench(t, fmt.Sprintf(`{"id":"n","type":"tcp request","server":"127.0.0.1","port":%d,"out":"immed","wires":[["out"]]}`, port), tcpTypes)
	b.Send("n", `{"payload":"foo"}`)
	if got := <-got; got != "foo" {
		t.Errorf("the server got %q", got)
	}
	b.Wait()
	b.wantStatus(`{}`)
	b.wantStatus(`{"fill":"green","shape":"dot","text":"1 connection"}`)
	b.wantStatus(`{}`)
	b.wantStatus(`{"fill":"grey","shape":"ring","text":"common.status.disconnected"}`)
}

func TestTCPRequestFails(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := l.Addr().(*net.TCPAddr).Port
	l.Close()
	b := newBench(t, `{"id":"n","type":"tcp request","out":"time","splitc":"0","wires":[["out"]]}`, tcpTypes)
	for _, tc := range []struct{ name, in, want string }{
		{"to connect", fmt.Sprintf(`{"payload":"a","host":"127.0.0.1","port":%d}`, closed), fmt.Sprintf("connect failed 127.0.0.1:%d", closed)},
		{"with a port that is none", `{"payload":"a","host":"localhost","port":"x"}`, "RangeError [ERR_SOCKET_BAD_PORT]: Port should be >= 0 and < 65536. Received type string ('x')."},
		{"with null", `{"payload":null}`, "TypeError: Cannot read properties of null (reading 'toString')"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b.t = t
			b.Send("n", tc.in)
			if got := b.error(); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
	b.Wait() // nothing is kept open
	b.Send("n", `{"payload":"a"}`)
	if got := b.Log(); got[len(got)-1] != "WARN Host and/or port not set" {
		t.Errorf("logged %q", got)
	}
}

func TestTCPConnCutsOffAPeerThatDoesNotRead(t *testing.T) {
	near, far := net.Pipe()
	defer far.Close()
	c := newTCPConn(near, "", 0, nil)
	var err error
	for range 2*maxTCPQueued/tcpChunk + 2 {
		if err = c.write(make([]byte, tcpChunk)); err != nil {
			break
		}
	}
	if err == nil {
		t.Error("the queue has no bound")
	}
	<-c.done
}

func FuzzTCPDecoder(f *testing.F) {
	f.Add("a\nb\nc", "\n", uint8(2), false)
	f.Add("aXYbX", "XY", uint8(1), true)
	f.Fuzz(func(t *testing.T, text, newline string, size uint8, trim bool) {
		if newline == "" || !isASCII(text) || !isASCII(newline) {
			return
		}
		d := &tcpDecoder{datatype: "utf8", newline: newline, trim: trim}
		var got []string
		for rest := text; rest != ""; {
			n := min(len(rest), int(size)+1)
			payloads, err := d.data([]byte(rest[:n]))
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range payloads {
				got = append(got, msg.ToString(p))
			}
			rest = rest[n:]
		}
		last, _ := d.rest()
		want := strings.Split(text, newline)
		if trim {
			for i := range len(want) - 1 {
				want[i] += newline
			}
		}
		if last != nil {
			got = append(got, msg.ToString(last))
		} else {
			got = append(got, "")
		}
		if strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("%q split at %q: got %q, want %q", text, newline, got, want)
		}
	})
}

func isASCII(s string) bool { return strings.IndexFunc(s, func(r rune) bool { return r >= 0x80 }) < 0 }

func TestSplitByte(t *testing.T) {
	for in, want := range map[string]float64{"0": 48, `\n`: 10, `\0`: 0, "0x1B": 27, "abc": 97, `\e`: 27} {
		if got := splitByte(in); got != want {
			t.Errorf("%q is %v, want %v", in, got, want)
		}
	}
}
