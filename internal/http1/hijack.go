package http1

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"time"
)

// Hijack gives the connection to the handler, with what the client has sent
// already. It is no concern of the server any more.
func (r *response) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	if r.taken || r.over {
		return nil, nil, http.ErrHijacked
	}
	x := r.x
	c := x.conn
	x.stopWatching()
	if r.wrote {
		if err := r.FlushError(); err != nil {
			return nil, nil, err
		}
	}
	r.taken = true
	c.server.gone(c)
	if err := c.rwc.SetDeadline(time.Time{}); err != nil {
		return nil, nil, err
	}
	ahead := c.in.take(c.in.buffered())
	reader := bufio.NewReaderSize(io.MultiReader(bytes.NewReader(ahead), c.rwc), max(minBuffer, len(ahead)))
	if _, err := reader.Peek(len(ahead)); err != nil { // so that it counts as buffered
		return nil, nil, err
	}
	return c.rwc, bufio.NewReadWriter(reader, bufio.NewWriter(c.rwc)), nil
}

// SetReadDeadline limits how long the body may take, in place of the server's own limit.
func (r *response) SetReadDeadline(t time.Time) error {
	if r.taken || r.over {
		return http.ErrHijacked
	}
	if b := &r.x.body; !b.over() {
		b.deadline, b.timed = t, false
	}
	return nil
}
