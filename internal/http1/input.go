package http1

import (
	"bytes"
	"net"
	"net/http"
	"time"

	"golang.org/x/net/http/httpguts"
)

// input is what a client has sent and nobody has taken yet.
type input struct {
	from    net.Conn
	buf     []byte
	r, w    int       // buf[r:w] has not been taken
	scanned int       // of a head that is not complete: the start of its last line, from r
	due     time.Time // when the deadline is to be set anew
	failed  error     // the connection gives no more
}

const minBuffer = 4 << 10

func (in *input) buffered() int { return in.w - in.r }

func (in *input) bytes() []byte { return in.buf[in.r:in.w] }

func (in *input) take(n int) []byte {
	b := in.buf[in.r : in.r+n]
	if in.r += n; in.r == in.w {
		in.r, in.w = 0, 0
	}
	return b
}

// fill waits for more. There is room for a head; more than one it never holds.
func (in *input) fill() error {
	if in.failed != nil {
		return in.failed
	}
	in.room()
	n, err := in.from.Read(in.buf[in.w:])
	if in.w += n; n > 0 {
		return nil
	}
	return err
}

// room makes room for at least one byte.
func (in *input) room() {
	switch {
	case in.w < len(in.buf):
	case in.r > 0:
		in.w = copy(in.buf, in.bytes())
		in.r = 0
	default:
		grown := make([]byte, max(minBuffer, min(2*len(in.buf), maxHead+1)))
		in.w = copy(grown, in.buf)
		in.buf = grown
	}
}

// read gives what there is, or waits for some. Much it reads without a copy.
func (in *input) read(p []byte) (int, error) {
	if in.buffered() == 0 {
		if len(p) >= minBuffer && in.failed == nil {
			return in.from.Read(p)
		}
		if err := in.fill(); err != nil {
			return 0, err
		}
	}
	n := min(len(p), in.buffered())
	copy(p, in.take(n))
	return n, nil
}

// extend sees to it that the connection waits no longer than about limit.
func (in *input) extend(now time.Time, limit time.Duration) {
	if now.After(in.due) {
		in.limit(now.Add(limit))
		in.due = now.Add(limit / 8) // set anew now and then, not at each request
	}
}

// limit sets the deadline for reading; the zero time is none.
func (in *input) limit(t time.Time) {
	in.due = time.Time{}
	_ = in.from.SetReadDeadline(t) // a connection that is closed says so when it is read
}

// head takes a whole head: request line and header lines, each with its line end,
// and the empty line. It returns nil while there is less.
func (in *input) head() ([]byte, error) {
	if in.scanned == 0 {
		in.skipEmptyLines()
	}
	b := in.bytes()
	for {
		i := bytes.IndexByte(b[in.scanned:], '\n')
		end := in.scanned + i
		switch {
		case i < 0 && len(b) > maxHead, end >= maxHead:
			return nil, &fault{http.StatusRequestHeaderFieldsTooLarge}
		case i < 0 && len(b) > 0 && in.scanned == 0 && b[0] != '\r' && !httpguts.IsTokenRune(rune(b[0])):
			return nil, &fault{http.StatusBadRequest} // another protocol, such as TLS: its client waits for us
		case i < 0:
			return nil, nil
		case i == 0 || b[end-1] != '\r': // a line end is CRLF: RFC 9112, 2.2 lets us refuse the rest
			return nil, &fault{http.StatusBadRequest}
		}
		in.scanned = end + 1
		if i == 1 {
			n := in.scanned
			in.scanned = 0
			return in.take(n), nil
		}
	}
}

// skipEmptyLines skips what stands in front of a head, as Node does (RFC 9112, 2.2).
func (in *input) skipEmptyLines() {
	for b := in.bytes(); len(b) > 0; b = in.bytes() {
		switch {
		case b[0] == '\n':
			in.take(1)
		case b[0] == '\r' && len(b) > 1 && b[1] == '\n':
			in.take(2)
		default:
			return
		}
	}
}
