// Package headerorder sends the headers of HTTP/1 responses in the order and the
// spelling their handler chose. net/http sorts them, but flows can see the order:
// one instance's http request node gives another's answer as msg.headers.
//
// It changes nothing but the order and spelling of header lines that net/http
// writes, and leaves connections over TLS, which may speak HTTP/2, as they are.
package headerorder

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"sync/atomic"
)

// Listener wraps the connections that l accepts.
func Listener(l net.Listener) net.Listener { return listener{l} }

type listener struct{ net.Listener }

func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c}, nil
}

type connKey struct{}

// ConnContext is to be the ConnContext of the http.Server.
func ConnContext(ctx context.Context, c net.Conn) context.Context {
	if ours, ok := c.(*conn); ok {
		return context.WithValue(ctx, connKey{}, ours)
	}
	return ctx
}

// Next says how the names of the next final response to r are to be spelled and
// ordered. Headers that are not among them come behind, as net/http has them. Call
// it before the header is written; names must not change afterwards. Without
// Listener it does nothing.
func Next(r *http.Request, names []string) {
	if c, ok := r.Context().Value(connKey{}).(*conn); ok {
		c.names.Store(&names)
	}
}

// conn reorders the header block that begins a response. net/http writes a block
// in one piece up to 4 kB; a longer one comes in several writes, of which the
// first is reordered only if it holds the whole block.
type conn struct {
	net.Conn
	names atomic.Pointer[[]string] // of the next response; nil: as it comes
	buf   []byte
}

func (c *conn) Write(b []byte) (int, error) {
	names := c.names.Load()
	if names == nil || !final(b) {
		return c.Conn.Write(b)
	}
	c.names.Store(nil)
	end := bytes.Index(b, blankLine)
	if end < 0 {
		return c.Conn.Write(b)
	}
	start := bytes.Index(b, newline) + len(newline)
	c.buf = append(c.buf[:0], b[:start]...)
	c.buf = appendOrdered(c.buf, b[start:end+len(newline)], *names)
	c.buf = append(c.buf, b[end+len(newline):]...)
	if _, err := c.Conn.Write(c.buf); err != nil {
		return 0, err // how much of b went out cannot be told; the connection is lost
	}
	return len(b), nil
}

var (
	newline   = []byte("\r\n")
	blankLine = []byte("\r\n\r\n")
	proto     = []byte("HTTP/1.")
)

// final tells whether b begins a response other than 1xx.
func final(b []byte) bool {
	return len(b) > 12 && bytes.HasPrefix(b, proto) && b[9] != '1'
}

// maxLines is how many header lines are put in order; a response with more goes out as it is.
const maxLines = 64

// appendOrdered appends the lines of block, each with its line end, those of names first.
func appendOrdered(dst, block []byte, names []string) []byte {
	var store [maxLines][]byte
	lines := store[:0]
	for rest := block; len(rest) > 0; {
		end := bytes.Index(rest, newline)
		if end < 0 || len(lines) == maxLines {
			return append(dst, block...)
		}
		lines = append(lines, rest[:end+len(newline)])
		rest = rest[end+len(newline):]
	}
	for _, name := range names {
		for i, line := range lines {
			if line != nil && hasName(line, name) {
				dst = append(append(dst, name...), line[len(name):]...)
				lines[i] = nil
			}
		}
	}
	for _, line := range lines {
		dst = append(dst, line...)
	}
	return dst
}

func hasName(line []byte, name string) bool {
	if len(line) <= len(name) || line[len(name)] != ':' {
		return false
	}
	for i := range len(name) {
		if lower(line[i]) != lower(name[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
