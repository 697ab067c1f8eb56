package wire

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Answer says how a final response is to look beyond what net/http is told.
type Answer struct {
	// Names are the headers of the response, spelled and ordered as they are to be
	// sent. Others come behind, as net/http has them. They must not change any more.
	Names  []string
	Reason string // phrase of the status line; "" for Node's own
	// Empty sends the Content-Length of 0 that a handler has set for a status
	// without a body, which net/http leaves out.
	Empty bool
}

// Next is Answer for a caller that has no Exchange at hand.
func Next(r *http.Request, names []string) { Of(r).Answer(Answer{Names: names}) }

// Answer says how the final response is to look. Call it before the header is
// written; once another request has begun it does nothing.
func (x Exchange) Answer(a Answer) {
	if x.conn == nil {
		return
	}
	x.conn.mu.Lock()
	defer x.conn.mu.Unlock()
	if x.conn.number == x.number {
		x.conn.next = a
	}
}

// maxBlock bounds a header block that is put in order; a longer one goes out as it is.
const maxBlock = 256 << 10

// slowLimit is how long a client may take nothing of what it is sent. It is about
// progress: a long answer may take as long as its client goes on reading.
const (
	slowLimit = 2 * time.Minute
	slowPiece = 64 << 10 // bytes that have to be taken within it
)

// send writes to the connection, in pieces that each have their time.
func (c *conn) send(b []byte) (n int, err error) {
	for {
		if now := time.Now(); now.After(c.due) {
			if err := c.Conn.SetWriteDeadline(now.Add(slowLimit)); err != nil {
				return n, err
			}
			c.due = now.Add(slowLimit / 8) // set anew now and then, not at each answer
		}
		m, err := c.Conn.Write(b[n:min(len(b), n+slowPiece)])
		if n += m; err != nil || n == len(b) {
			return n, err
		}
	}
}

// Write rewrites the header block that begins a response. net/http writes on one
// goroutine at a time, and a block of up to 4 kB in one piece.
func (c *conn) Write(b []byte) (int, error) {
	if len(c.part) > 0 {
		c.part = append(c.part, b...)
		return len(b), c.writeBlock(c.part)
	}
	switch {
	case bytes.HasPrefix(b, switching):
		c.take()
		c.raw.Store(true)
		c.switched = true
		_ = c.Conn.SetWriteDeadline(time.Time{}) // the other protocol has its own
	case len(b) < len(switching) || !bytes.HasPrefix(b, proto) || b[9] == '1': // not the beginning of a final response
	default:
		a, ok := c.take()
		if !ok {
			return c.writeFault(b)
		}
		c.answer = a
		return len(b), c.writeBlock(b)
	}
	if c.switched {
		return c.Conn.Write(b)
	}
	return c.send(b)
}

// take returns what is known of the answer that begins; ok is false if none is expected.
func (c *conn) take() (a Answer, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a, ok = c.next, c.begun
	c.begun = false
	c.upgrade.Store(false)
	return a, ok
}

var (
	newline   = []byte("\r\n")
	blankLine = []byte("\r\n\r\n")
	proto     = []byte("HTTP/1.")
	switching = []byte("HTTP/1.1 101 ")
)

// writeFault writes an answer that net/http gives without a handler. Node tells
// nothing but the status.
func (c *conn) writeFault(b []byte) (int, error) {
	status, rest, ok := bytes.Cut(b, []byte("\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"))
	if !ok || len(rest) > 512 {
		return c.send(b)
	}
	out := append([]byte("HTTP/1.1"), status[len(proto)+1:]...)
	_, err := c.send(append(out, "\r\nConnection: close\r\n\r\n"...))
	return len(b), err
}

// writeBlock writes the block that b begins with, and what comes behind it, once
// it is whole. How much went out before an error cannot be told; the connection is lost.
func (c *conn) writeBlock(b []byte) error {
	end := bytes.Index(b, blankLine)
	if end < 0 && len(b) < maxBlock {
		c.part = append(c.part[:0], b...)
		return nil
	}
	out := b
	if end >= 0 {
		c.out = appendResponse(c.out[:0], b[:end+len(newline)], c.answer)
		c.out = append(c.out, b[end+len(newline):]...)
		out = c.out
	}
	c.part = nil
	_, err := c.send(out)
	if cap(c.out) > maxKept {
		c.out = nil
	}
	return err
}

// maxKept is how much memory a connection keeps for its next answer.
const maxKept = 8 << 10

// maxLines is how many header lines are put in order; a response with more goes out as it is.
const maxLines = 128

// appendResponse appends the status line and the header lines of block, in order.
func appendResponse(dst, block []byte, a Answer) []byte {
	line, rest := cutLine(block)
	status := string(line[len(proto)+2 : len(proto)+5])
	dst = append(dst, "HTTP/1.1 "...) // Node's answers are, whatever the client speaks
	dst = append(dst, status...)
	dst = append(append(append(dst, ' '), reason(status, string(line[len(proto)+5:]), a.Reason)...), newline...)

	var store [maxLines][]byte
	lines := store[:0]
	for behind := rest; len(behind) > 0; {
		end := bytes.IndexByte(behind, '\n') + 1
		if end == 0 || len(lines) == maxLines {
			return append(dst, rest...)
		}
		lines = append(lines, behind[:end])
		behind = behind[end:]
	}
	connection := keptAlive
	for _, name := range a.Names {
		if strings.EqualFold(name, "Connection") {
			connection = named
		}
		for i, line := range lines {
			if line != nil && hasName(line, name) {
				dst = append(append(dst, name...), line[len(name):]...)
				lines[i] = nil
			}
		}
		if a.Empty && strings.EqualFold(name, "Content-Length") && status == "204" {
			dst = append(append(append(dst, name...), ": 0"...), newline...)
		}
	}
	if connection != named {
		connection = connectionOf(lines, line[len(proto)] == '0')
	}
	return appendRest(dst, lines, connection)
}

// appendRest appends the lines that nobody has named: those of net/http, in Node's order.
func appendRest(dst []byte, lines [][]byte, connection string) []byte {
	for i, line := range lines {
		if line != nil && !hasName(line, "Connection") && !hasName(line, "Content-Length") && !hasName(line, "Transfer-Encoding") {
			dst = append(dst, line...)
			lines[i] = nil
		}
	}
	dst = append(dst, connection...)
	for _, line := range lines {
		dst = append(dst, line...)
	}
	return dst
}

const (
	named     = "" // by the handler
	closing   = "Connection: close\r\n"
	keptAlive = "Connection: keep-alive\r\nKeep-Alive: timeout=5\r\n"
)

// connectionOf takes net/http's Connection line and says what Node says instead.
// Clients that are told to expect five seconds get more here, which they need not know.
func connectionOf(lines [][]byte, http10 bool) string {
	for i, line := range lines {
		if line != nil && hasName(line, "Connection") {
			lines[i] = nil
			if bytes.Contains(line, []byte("keep-alive")) {
				return keptAlive
			}
			return string(line)
		}
	}
	if http10 { // net/http closes without a word
		return closing
	}
	return keptAlive
}

// reason is the phrase for a status: the flow's own, or the one Node has.
func reason(status, fallback, own string) string {
	if own != "" && !strings.ContainsAny(own, "\r\n") {
		return own
	}
	switch status {
	case "413":
		return "Payload Too Large"
	case "414":
		return "URI Too Long"
	case "416":
		return "Range Not Satisfiable"
	case "418":
		return "I'm a Teapot"
	case "509":
		return "Bandwidth Limit Exceeded"
	}
	if n, err := strconv.Atoi(status); err == nil && http.StatusText(n) == "" {
		return "unknown"
	}
	return strings.TrimSpace(fallback)
}
