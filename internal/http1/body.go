package http1

import (
	"bytes"
	"errors"
	"io"
	"math"
	"net/http"
	"time"

	"golang.org/x/net/http/httpguts"
)

// body is the body of a request. One goroutine at a time may read it.
type body struct {
	x        *Exchange
	state    bodyState
	left     int64     // of the body, or of a chunk
	awaited  bool      // the client waits to be told to go on: RFC 9110, 10.1.1
	deadline time.Time // zero: bodyLimit from when it has to be waited for
	timed    bool      // the connection has the deadline
	err      error     // what every further read gets
	trailers []Field
	size     int // of the trailers
}

type bodyState uint8

const (
	atEnd     bodyState = iota
	inLength            // left counts it
	atSize              // the line with a chunk's length
	inChunk             // left counts it
	behind              // the line end behind a chunk
	inTrailer           // lines up to an empty one
)

var (
	errBodyClosed = errors.New("the body of a request was read after its answer")
	errFraming    = errors.New("the chunks of the body are malformed")
)

// maxLine bounds the line with a chunk's length, and all trailer lines together.
const maxLine = 4 << 10

func (b *body) over() bool { return b.state == atEnd }

// Close lets the rest of the body go unread.
func (b *body) Close() error {
	if b.err == nil && !b.over() {
		b.err = http.ErrBodyReadAfterClose
	}
	return nil
}

func (b *body) Read(p []byte) (int, error) {
	switch {
	case b.err != nil:
		return 0, b.err
	case len(p) == 0:
		return 0, nil
	}
	n, err := b.read(p)
	if err != nil && err != io.EOF {
		b.x.close = true // where the next request would begin is not known
	}
	b.err = err
	if b.over() {
		b.err = io.EOF
		b.x.bodyRead()
		return n, io.EOF
	}
	return n, err
}

func (b *body) read(p []byte) (int, error) {
	if err := b.begin(); err != nil {
		return 0, err
	}
	for b.state == atSize || b.state == behind || b.state == inTrailer {
		if err := b.readLine(); err != nil {
			return 0, err
		}
	}
	if b.over() {
		return 0, io.EOF
	}
	n, err := b.x.conn.in.read(p[:min(int64(len(p)), b.left)])
	if err != nil {
		return n, cutOff(err)
	}
	if b.left -= int64(n); b.left == 0 {
		if b.state == inLength {
			b.state = atEnd
		} else {
			b.state = behind
		}
	}
	return n, nil
}

// begin asks for a body that the client holds back, and sees that it comes in time.
func (b *body) begin() error {
	c := b.x.conn
	if b.awaited {
		b.awaited = false
		if !b.x.res.wrote {
			if err := c.send([]byte("HTTP/1.1 100 Continue\r\n\r\n")); err != nil {
				return err
			}
		}
	}
	if int64(c.in.buffered()) < b.left {
		b.limit()
	}
	return nil
}

// limit sees that the connection is not waited for too long.
func (b *body) limit() {
	if b.timed {
		return
	}
	b.timed = true
	c := b.x.conn
	if b.deadline.IsZero() {
		b.deadline = c.server.clock.now().Add(bodyLimit)
	}
	c.in.limit(b.deadline)
}

// cutOff is the error of a body that ends too early.
func cutOff(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// readLine reads a line between the chunks (RFC 9112, 7.1).
func (b *body) readLine() error {
	in := &b.x.conn.in
	for {
		buf := in.bytes()
		end := bytes.IndexByte(buf, '\n')
		switch {
		case end < 0 && len(buf) <= maxLine:
			b.limit()
			if err := in.fill(); err != nil {
				return cutOff(err)
			}
			continue
		case end < 1 || end > maxLine || buf[end-1] != '\r':
			return errFraming
		}
		return b.take(in.take(end + 1)[:end-1])
	}
}

func (b *body) take(line []byte) error {
	switch b.state {
	case behind:
		if len(line) > 0 {
			return errFraming
		}
		b.state = atSize
		return nil
	case atSize:
		size, ok := chunkSize(line)
		if !ok {
			return errFraming
		}
		b.state, b.left = inChunk, size
		if size == 0 {
			b.state = inTrailer
		}
		return nil
	}
	if len(line) == 0 {
		b.state = atEnd
		return nil
	}
	return b.addTrailer(line)
}

func (b *body) addTrailer(line []byte) error {
	name, value, found := bytes.Cut(line, []byte(":"))
	f := Field{string(name), trimBlanks(string(value))}
	if b.size += len(line); !found || !httpguts.ValidHeaderFieldName(f.Name) || !httpguts.ValidHeaderFieldValue(f.Value) || b.size > maxLine {
		return errFraming
	}
	b.trailers = append(b.trailers, f)
	return nil
}

// chunkSize reads the length of a chunk; what is behind a semicolon says nothing.
func chunkSize(line []byte) (size int64, ok bool) {
	digits := 0
	for ; digits < len(line); digits++ {
		d := unhex(line[digits])
		if d < 0 {
			break
		}
		if size > math.MaxInt64>>5 {
			return 0, false
		}
		size = size<<4 | int64(d)
	}
	rest := bytes.TrimLeft(line[digits:], " \t")
	if digits == 0 || len(rest) > 0 && rest[0] != ';' || len(rest) == 0 && digits < len(line) {
		return 0, false
	}
	return size, validExtension(rest)
}

// validExtension tells whether there is nothing in an extension that ends a line for others.
func validExtension(ext []byte) bool {
	for _, c := range ext {
		if c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// discardLimit is how long the rest of a body may take that nobody has read.
const discardLimit = 5 * time.Second

// unwelcome tells whether what is left of the body had better not be waited for.
func (b *body) unwelcome() bool { return b.awaited || b.left > maxDiscard }

// discard reads what a handler has left of the body, for the sake of the next
// request. It returns false if that is too much, and the connection better closed.
func (b *body) discard() bool {
	if b.over() {
		return true
	}
	defer func() { b.err = errBodyClosed }() // the connection is the next request's
	if b.unwelcome() || b.err != nil && b.err != http.ErrBodyReadAfterClose {
		return false
	}
	b.err, b.timed = nil, true
	b.x.conn.in.limit(b.x.conn.server.clock.now().Add(discardLimit))
	_, err := io.CopyN(io.Discard, b, maxDiscard)
	return err == io.EOF
}
