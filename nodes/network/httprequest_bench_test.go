package network

import (
	"io"
	"net"
	"testing"

	"sluice/runtime/msg"
)

// stubServer answers every request of every connection with the same bytes, for
// requests of the length that the first one has.
func stubServer(tb testing.TB, response string) (url string) {
	tb.Helper()
	return rawServer(tb, func(c net.Conn) {
		b := make([]byte, 4096)
		for {
			if _, err := c.Read(b); err != nil {
				return
			}
			if _, err := io.WriteString(c, response); err != nil {
				return
			}
		}
	})
}

// A call out with a bearer token for a small JSON object: what a gateway's flow does all day.
func BenchmarkCallout(b *testing.B) {
	url := stubServer(b, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: no-store\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\nContent-Length: 39\r\n\r\n"+`{"value":"from-origin","n":1,"ok":true}`)
	h := requestFlow(b, `{"url":"`+url+`/data","ret":"obj","persist":true,"authType":"bearer"}`, "", credentials(b, `{"n":{"password":"token"}}`))
	h.Send("n", `{}`)
	h.Wait()
	payload(b, h)
	x := h.Instance("n").Node().(*requestNode)
	b.ReportAllocs()
	for b.Loop() {
		m := &msg.Object{}
		e, err := x.prepare(m)
		if err != nil {
			b.Fatal(err)
		}
		res, err := e.run(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		e.fill(m, res)
		x.convert(m, res)
	}
}
