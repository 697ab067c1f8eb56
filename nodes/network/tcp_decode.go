package network

import (
	"bytes"
	"errors"
	"strings"

	"sluice/runtime/msg"
)

// tcpDecoder makes payloads of what comes from a connection.
type tcpDecoder struct {
	datatype string // buffer, or an encoding of texts
	newline  string // what ends a payload; "" for none
	trim     bool   // despite its name: the newline stays at the end
	whole    bool   // one payload at the end of the connection

	buf      []byte // of a text, the text so far
	searched int    // of buf, without a newline
}

// maxTCPBuffered bounds a payload that is being gathered.
const maxTCPBuffered = 64 << 20

var errTCPTooLong = errors.New("a payload is longer than 64 MB: the connection is closed")

// data takes a piece and returns the payloads it completes. Texts are decoded
// piece by piece, as Node-RED does.
func (d *tcpDecoder) data(b []byte) ([]any, error) {
	if d.datatype == "buffer" {
		if !d.whole {
			return []any{&msg.Buffer{B: b}}, nil
		}
		return nil, d.gather(b)
	}
	text, ok := msg.EncodeBytes(b, d.datatype)
	if !ok {
		return nil, &msg.Error{Name: "TypeError [ERR_UNKNOWN_ENCODING]", Message: "Unknown encoding: " + d.datatype}
	}
	switch {
	case d.whole:
		return nil, d.gather([]byte(text))
	case d.newline == "":
		return []any{text}, nil
	}
	if err := d.gather([]byte(text)); err != nil {
		return nil, err
	}
	return d.split(), nil
}

func (d *tcpDecoder) gather(b []byte) error {
	if len(d.buf)+len(b) > maxTCPBuffered {
		return errTCPTooLong
	}
	d.buf = append(d.buf, b...)
	return nil
}

// split takes the payloads that a newline ends off the buffer.
func (d *tcpDecoder) split() (parts []any) {
	start, from := 0, d.searched
	for {
		i := bytes.Index(d.buf[from:], []byte(d.newline))
		if i < 0 {
			break
		}
		end := from + i
		from = end + len(d.newline)
		if d.trim {
			end = from
		}
		parts = append(parts, string(d.buf[start:end]))
		start = from
	}
	d.buf = d.buf[:copy(d.buf, d.buf[start:])]
	d.searched = max(0, len(d.buf)-len(d.newline)+1)
	return parts
}

// rest returns what is left at the end; ok is false for nothing.
func (d *tcpDecoder) rest() (payload any, ok bool) {
	if len(d.buf) == 0 {
		return nil, false
	}
	if d.datatype == "buffer" {
		return &msg.Buffer{B: d.buf}, true
	}
	return string(d.buf), true
}

var escapes = strings.NewReplacer(`\n`, "\n", `\r`, "\r", `\t`, "\t")
