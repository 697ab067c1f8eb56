package http1

import (
	"errors"
	"net/http"
	"strconv"
)

// response is the ResponseWriter of an exchange. Its header goes out with the
// first flush, or with as much of the body as fills a buffer, or at the end: then
// the length of the body is known, if the handler has not said.
type response struct {
	x       *Exchange
	header  http.Header // nil until it is asked for
	look    Answer
	says    says
	wrote   bool // status and header are settled
	sent    bool // the header is complete, on its way or gone
	taken   bool // by Hijack
	status  int
	length  int64 // of the body, as the header has it; -1: not said
	written int64 // of the body
	chunked bool
	lengthy bool   // the header lines have the length already
	streams bool   // the handler names a coding, and gets no length besides: RFC 9112, 6.3
	named   bool   // and what becomes of the connection
	over    bool   // the handler has returned
	body    []byte // kept back until the header is complete
	err     error  // the connection is lost
}

var errAnswered = errors.New("the handler of the request has returned")

// maxHeld is how much of a body is kept back before its length is given up, as in net/http.
const maxHeld = 2 << 10

// maxKept is how much memory a connection keeps for its next answer.
const maxKept = 8 << 10

func (r *response) begin(x *Exchange) {
	r.x, r.length = x, -1
}

func (r *response) Header() http.Header {
	if r.header == nil {
		r.header = make(http.Header, 8)
	}
	return r.header
}

// WriteHeader settles status and header. Of the informational statuses it sends
// the header at once, and another one has to follow (RFC 9110, 15.2).
func (r *response) WriteHeader(status int) {
	if status < 100 || status > 999 {
		panic("http1: the status " + strconv.Itoa(status) + " cannot be sent")
	}
	if r.wrote || r.taken || r.over {
		return // as in net/http, which complains to its log
	}
	c := r.x.conn
	if status < 200 && status != http.StatusSwitchingProtocols {
		block := append(appendStatus(nil, status, ""), newline...)
		for _, f := range sorted(nil, r.header, nil) {
			block = appendField(block, f.Name, f.Value)
		}
		r.err = c.send(append(block, newline...))
		return
	}
	r.wrote, r.status = true, status
	fields := r.fields()
	r.settle()
	c.out = appendStatus(c.out[:0], status, r.look.Reason)
	c.out = r.appendHeader(append(c.out, newline...), fields)
}

// bodyAllowed tells whether an answer of this status may have a body (RFC 9110, 6.4.1).
func bodyAllowed(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}

func (r *response) Write(p []byte) (int, error) {
	if !r.wrote {
		r.WriteHeader(http.StatusOK)
	}
	switch {
	case r.taken:
		return 0, http.ErrHijacked
	case r.over:
		return 0, errAnswered
	case r.err != nil:
		return 0, r.err
	case len(p) == 0:
		return 0, nil
	case !bodyAllowed(r.status):
		return 0, http.ErrBodyNotAllowed
	case r.length >= 0 && r.written+int64(len(p)) > r.length:
		return 0, http.ErrContentLength
	}
	r.written += int64(len(p))
	switch {
	case r.x.request.Method == http.MethodHead:
		return len(p), nil
	case !r.sent && r.length < 0 && len(r.body)+len(p) <= maxHeld:
		r.body = append(r.body, p...)
		return len(p), nil
	}
	r.complete()
	r.err = r.add(p)
	return len(p), r.err
}

// add adds to the body, behind a header that is complete.
func (r *response) add(p []byte) error {
	c := r.x.conn
	if r.chunked {
		c.out = append(strconv.AppendInt(c.out, int64(len(p)), 16), newline...)
	}
	if len(c.out)+len(p) <= maxKept {
		c.out = append(c.out, p...)
	} else if err := r.push(p); err != nil {
		return err
	}
	if r.chunked {
		c.out = append(c.out, newline...)
	}
	return nil
}

// push sends what is ready, and p behind it without a copy.
func (r *response) push(p []byte) error {
	c := r.x.conn
	n := min(len(p), slowPiece)
	if err := c.sendBoth(c.out, p[:n]); err != nil {
		return err
	}
	c.out = c.out[:0]
	if n == len(p) {
		return nil
	}
	return c.send(p[n:])
}

// Flush sends what has been written.
func (r *response) Flush() { _ = r.FlushError() }

// FlushError is Flush, and says whether the connection is lost.
func (r *response) FlushError() error {
	switch {
	case r.taken:
		return http.ErrHijacked
	case r.over:
		return errAnswered
	case !r.wrote:
		r.WriteHeader(http.StatusOK)
	}
	r.complete()
	return r.flush()
}

func (r *response) flush() error {
	c := r.x.conn
	if r.err == nil && len(c.out) > 0 {
		r.err = c.send(c.out)
	}
	if c.out = c.out[:0]; cap(c.out) > maxKept {
		c.out = nil
	}
	return r.err
}

// finish completes the answer: the handler has returned.
func (r *response) finish() error {
	if !r.wrote {
		r.WriteHeader(http.StatusOK)
	}
	if !r.sent && !r.streams && r.length < 0 && bodyAllowed(r.status) && (r.written > 0 || r.x.request.Method != http.MethodHead) {
		r.length = r.written
	}
	r.complete()
	if r.chunked {
		r.x.conn.out = append(r.x.conn.out, "0\r\n\r\n"...)
	}
	if r.length > r.written && bodyAllowed(r.status) && r.x.request.Method != http.MethodHead {
		r.x.close = true // the client waits for more than there is
	}
	r.over = true
	return r.flush()
}
