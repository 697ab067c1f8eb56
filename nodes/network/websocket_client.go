package network

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// wsClient is a webSocketNode that keeps a connection to a server.
type wsClient struct {
	*webSocketNode
	secure *tlsNode

	cancel  context.CancelFunc
	dialing atomic.Bool
}

// wsReconnect is Node-RED's wait before a new connection.
const wsReconnect = 3 * time.Second

// wsHeader is a header of the request that opens the connection.
type wsHeader struct {
	KeyType    string `json:"keyType"` // the name, or "other"
	KeyValue   string `json:"keyValue"`
	ValueType  string `json:"valueType"` // the value, "other", or "env"
	ValueValue string `json:"valueValue"`
}

func (c *wsClient) start() {
	ctx, cancel := context.WithCancel(context.Background())
	c.cancel = cancel
	c.work.Go(func() {
		for {
			c.attempt(ctx)
			if !pause(ctx, wsReconnect) {
				return
			}
		}
	})
}

func (c *wsClient) stop() {
	if c.cancel != nil {
		c.cancel()
	}
}

// connecting tells whether the connection is being made.
func (c *wsClient) connecting() bool { return c.dialing.Load() }

// attempt makes one connection and follows it to its end.
func (c *wsClient) attempt(ctx context.Context) {
	var heard atomic.Bool // a ping of the server's counts as a sign of life
	c.dialing.Store(true)
	dialed, err := c.connect(ctx, &heard)
	c.dialing.Store(false)
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		id := msg.NewID()
		c.failed(id, err)
		c.remove(&wsConn{id: id})
		return
	}
	conn := newWSConn(dialed)
	if !c.add(conn) {
		conn.release()
		return
	}
	defer context.AfterFunc(ctx, conn.terminate)()
	if every := seconds(c.Heartbeat); every > 0 {
		beating, stop := context.WithCancel(ctx)
		defer stop()
		c.work.Go(func() { c.beat(beating, conn, every, &heard) })
	}
	c.follow(conn)
}

func (c *wsClient) connect(ctx context.Context, heard *atomic.Bool) (*websocket.Conn, error) {
	u, err := url.Parse(c.Path)
	if err != nil {
		return nil, err
	}
	protocols := splitList(c.Subprotocol)
	conn, res, err := websocket.Dial(ctx, c.Path, &websocket.DialOptions{
		HTTPClient: &http.Client{
			Transport:     &http.Transport{DialContext: c.dial, TLSClientConfig: c.tlsConfig(u.Hostname()), DisableKeepAlives: true},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		HTTPHeader:   c.header(),
		Subprotocols: protocols,
		OnPingReceived: func(context.Context, []byte) bool {
			heard.Store(true)
			return true
		},
	})
	if err != nil {
		return nil, err
	}
	if len(protocols) > 0 && res.Header.Get("Sec-WebSocket-Protocol") == "" {
		_ = conn.CloseNow()
		return nil, errors.New("Server sent no subprotocol")
	}
	return conn, nil
}

func (c *wsClient) tlsConfig(host string) *tls.Config {
	config := c.secure.clientConfig(host)
	if c.secure == nil || c.secure.ALPN == "" {
		config.NextProtos = []string{"http/1.1"}
	}
	return config
}

// header builds the headers; those without a name or value are left out.
func (c *wsClient) header() http.Header {
	h := http.Header{"User-Agent": {""}} // none, as the ws module
	for _, header := range c.Headers {
		name, value := header.KeyType, header.ValueType
		if name == "other" {
			name = header.KeyValue
		}
		switch value {
		case "other":
			value = header.ValueValue
		case "env":
			in, _ := c.inst.Typed(runtime.TypedInput{Type: "env", Value: header.ValueValue}) // cannot fail
			v, _ := in.Eval(nil)
			if !msg.ToBool(v) {
				continue
			}
			value = msg.ToString(v)
		}
		if name != "" && value != "" {
			h.Set(name, value)
		}
	}
	return h
}

// beat pings the server, and cuts the connection when an answer is missing at the next beat.
func (c *wsClient) beat(ctx context.Context, conn *wsConn, every time.Duration, heard *atomic.Bool) {
	if !pause(ctx, every) {
		return
	}
	for {
		heard.Store(false)
		// Without a deadline: to miss it would close the connection before anybody has been told why.
		c.work.Go(func() {
			if conn.Ping(ctx) == nil {
				heard.Store(true)
			}
		})
		if !pause(ctx, every) {
			return
		}
		if !heard.Load() {
			c.failed(conn.id, errors.New("timeout"))
			conn.terminate()
			return
		}
	}
}

// splitList splits a list at its commas.
func splitList(text string) (list []string) {
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}
