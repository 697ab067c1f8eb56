package wire

import (
	"errors"
	"os"
	"slices"
)

// Read hands on bytes up to the first that cannot be judged yet.
func (c *conn) Read(p []byte) (int, error) {
	for {
		if c.ready == 0 && len(c.held) > 0 {
			c.examineHeld()
		}
		if c.ready > 0 {
			n := copy(p, c.held[:c.ready])
			c.held = c.held[n:]
			if c.ready -= n; len(c.held) == 0 {
				c.held = nil
			}
			return n, nil
		}
		if len(c.held) > maxHeld {
			c.raw.Store(true)
			continue
		}
		if len(c.held) > 0 {
			if err := c.readMore(); err != nil {
				return 0, err
			}
			continue
		}
		n, err := c.Conn.Read(p)
		if n == 0 || c.raw.Load() {
			return n, err
		}
		n = c.examine(p[:n])
		c.held = slices.Clone(c.held) // it may still be in p
		if n > 0 || err != nil {
			return n, err
		}
	}
}

// readMore adds to a head that is not complete.
func (c *conn) readMore() error {
	c.held = slices.Grow(c.held, 512)
	n := len(c.held)
	m, err := c.Conn.Read(c.held[n:cap(c.held)])
	c.held = c.held[:n+m]
	if err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		if m > 0 {
			return nil
		}
		return err
	}
	c.raw.Store(true) // the head will not be completed: net/http says what it thinks of it
	c.ready = len(c.held)
	return nil
}

// maxHeld bounds what a client may send before it knows which protocol it speaks.
const maxHeld = 2 * maxHead

// examine goes through bytes that have been read and returns how many at the
// beginning of b may be handed on as they are. What comes behind them it puts into held.
func (c *conn) examine(b []byte) int {
	at := 0
	for at < len(b) {
		if c.frames.state == atHead && c.upgrade.Load() {
			c.held = b[at:] // what it means is for the answer to say
			return at
		}
		if n := c.skip(b[at:]); n > 0 {
			b = b[:at+copy(b[at:], b[at+n:])]
			continue
		}
		p := c.frames.next(b[at:])
		if p.head {
			if mended, ok := c.admit(b[at : at+p.n]); !ok {
				c.held = slices.Concat(mended, b[at+p.n:])
				c.ready = len(mended)
				return at
			}
		}
		if p.bad {
			c.refuse()
			return at
		}
		if p.n == 0 {
			c.held = b[at:]
			return at
		}
		at += p.n
	}
	return at
}

// examineHeld is examine for bytes that were kept.
func (c *conn) examineHeld() {
	if c.raw.Load() {
		c.ready = len(c.held)
		return
	}
	held := c.held
	c.held = nil
	if n := c.examine(held); n > 0 {
		c.held = append(held[:n:n], c.held...) // n is at most one read's length
		c.ready += n
	}
}

// skip tells how many empty lines stand in front of a head, which Node ignores.
func (c *conn) skip(b []byte) int {
	if c.frames.state != atHead || c.frames.scanned > 0 {
		return 0
	}
	n := 0
	for n < len(b) && (b[n] == '\n' || b[n] == '\r' && n+1 < len(b) && b[n+1] == '\n') {
		n++
	}
	return n
}

// admit judges a head. ok means that net/http gets it as it is, else mended.
func (c *conn) admit(head []byte) (mended []byte, ok bool) {
	v := judge(head)
	if v.refused {
		c.raw.Store(true)
		return refusal, false
	}
	c.frames.body(v)
	c.upgrade.Store(v.upgrade)
	if v.hosts < 2 && !v.escapes {
		c.push(head, "")
		return nil, true
	}
	mended, target := mend(head, v)
	c.push(head, target)
	return mended, false
}

// refusal is something that net/http answers with 400 and closes the connection after.
var refusal = []byte("refused\r\n\r\n")

func (c *conn) refuse() {
	c.raw.Store(true)
	c.held, c.ready = refusal, len(refusal)
}
