package network

import (
	"bufio"
	"context"
	"net"
	"strconv"
	"strings"
	"time"

	"sluice/internal/weburl"
)

// outgoingRequest is a request as it goes on the wire, and how to send it.
type outgoingRequest struct {
	method string
	url    *weburl.URL
	header headerList // all but Host, Connection and Content-Length of no body
	body   []byte
	noBody bool // there is no body, not even an empty one

	timeout time.Duration // from connecting to the last byte of the response
	maxBody int64         // of the response
	lenient bool          // see responseReader
}

// outgoingConn is a connection to a server. It carries one request at a time.
type outgoingConn struct {
	net.Conn
	key    connKey
	probe  connCheck
	reader responseReader
	out    []byte // scratch

	idleSince time.Time
	idleLimit time.Duration
}

// newOutgoingConn makes a connection of c, which runs on tcp.
func newOutgoingConn(c, tcp net.Conn, key connKey) *outgoingConn {
	oc := &outgoingConn{Conn: c, key: key, reader: responseReader{r: bufio.NewReader(c)}}
	oc.probe.init(tcp)
	return oc
}

// inOneWrite is the size of body up to which head and body are one write. A
// larger body is written aside, since the server may answer before it has read it all.
const inOneWrite = 16 << 10

// exchange sends a request and reads the response. Unless the response says that the
// connection lives on, it must be closed. Errors are ready for the flow, but for timeouts.
// With one in the middle of the body there is the response without it.
func (c *outgoingConn) exchange(ctx context.Context, req *outgoingRequest, deadline time.Time) (*outgoingResponse, error) {
	if err := c.SetDeadline(deadline); err != nil {
		return nil, exchangeError(err)
	}
	stop := context.AfterFunc(ctx, func() { c.SetDeadline(time.Unix(1, 0)) })
	c.reader.lenient, c.reader.maxBody, c.reader.began = req.lenient, req.maxBody, false
	c.out = req.appendHead(c.out[:0])

	var body chan error // what became of a body that is written aside
	var wrote error
	if len(req.body) <= inOneWrite {
		c.out = append(c.out, req.body...)
		_, wrote = c.Write(c.out)
	} else if _, wrote = c.Write(c.out); wrote == nil {
		body = make(chan error, 1)
		go func() {
			_, err := c.Write(req.body)
			body <- err
		}()
	}
	res, err := c.reader.read(req.method)
	if err != nil && wrote != nil && !c.reader.began {
		err = wrote
	}
	whole := wrote == nil
	if body != nil {
		select {
		case wrote = <-body:
			whole = wrote == nil
		default: // answered before it was sent: the rest is of no use
			whole = false
			c.Close()
			<-body
		}
	}
	undisturbed := stop()
	switch {
	case err != nil && !undisturbed:
		return nil, context.Cause(ctx)
	case err != nil && isTimeout(err):
		return nil, err
	case err != nil:
		return res, exchangeError(err)
	}
	if !whole || !undisturbed || c.reader.r.Buffered() > 0 || req.closes() {
		res.keepAlive = false
	}
	return res, nil
}

func (req *outgoingRequest) closes() bool {
	v, _ := req.header.get("connection")
	return hasListToken(v, "close")
}

// gotAgent is the User-Agent that Node-RED's HTTP library sends.
const gotAgent = "got (https://github.com/sindresorhus/got)"

// appendHead appends the request line and header. Names that are all lower case come
// first, as they do in Node-RED, which puts others back into their spelling last.
func (req *outgoingRequest) appendHead(b []byte) []byte {
	b = append(b, req.method...)
	b = append(b, ' ')
	b = append(b, req.url.Target()...)
	b = append(b, " HTTP/1.1\r\n"...)
	if _, ok := req.header.get("user-agent"); !ok {
		b = append(b, "user-agent: "+gotAgent+"\r\n"...)
	}
	for _, lower := range [...]bool{true, false} {
		for _, f := range req.header {
			if (asciiLower(f.name) == f.name) == lower {
				b = append(append(b, f.name...), ": "...)
				b = append(appendLatin1(b, f.value), "\r\n"...)
			}
		}
	}
	if _, ok := req.header.get("host"); !ok {
		b = append(append(append(b, "Host: "...), req.url.HostPort()...), "\r\n"...)
	}
	if _, ok := req.header.get("connection"); !ok {
		b = append(b, "Connection: keep-alive\r\n"...)
	}
	if _, ok := req.header.get("content-length"); !ok && req.noBody && !bodyless(req.method) {
		b = append(b, "Content-Length: 0\r\n"...)
	}
	return append(b, "\r\n"...)
}

// bodyless tells whether a method without a body goes without a length (Node's
// useChunkedEncodingByDefault).
func bodyless(method string) bool {
	switch method {
	case "GET", "HEAD", "DELETE", "OPTIONS", "TRACE", "CONNECT":
		return true
	}
	return false
}

// setBody gives the request a body. Framing is ours alone: a length that a flow
// wrote is corrected and a transfer encoding dropped, since a body that ends
// elsewhere than its header says is read as a request of its own by the next hop.
func (req *outgoingRequest) setBody(b []byte) {
	req.body, req.noBody = b, false
	req.header.set("Content-Length", strconv.Itoa(len(b)))
}

// dropBody makes the request one without a body.
func (req *outgoingRequest) dropBody() {
	req.body, req.noBody = nil, true
	req.header.del("content-length")
}

// alive tells whether an idle connection can still be used.
func (c *outgoingConn) alive(now time.Time) bool {
	return now.Sub(c.idleSince) < c.idleLimit && c.probe.check() == nil
}

// idleFor reads how long the server keeps an idle connection, and stays a second below that.
func (res *outgoingResponse) idleFor(limit time.Duration) time.Duration {
	v, ok := res.header.get("keep-alive")
	if !ok {
		return limit
	}
	for part := range strings.SplitSeq(v, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if seconds, err := strconv.ParseUint(value, 10, 16); err == nil && strings.EqualFold(name, "timeout") {
			return min(limit, max(0, time.Duration(seconds)*time.Second-time.Second))
		}
	}
	return limit
}
