package network

import (
	"bytes"
	"errors"
	"math"
	"time"

	"sluice/runtime/msg"
)

// tcpAnswer gathers an answer as the node's settings say.
type tcpAnswer struct {
	text   bool
	stream *tcpDecoder // sit: payloads as they come
	timed  bool
	wait   time.Duration // timed: from the first byte on
	until  time.Time     // timed: zero before the first byte
	size   int           // of a counted answer, or
	end    int           // the byte that ends it; -1 for none

	buf []byte
}

func (n *tcpRequestNode) newAnswer() *tcpAnswer {
	a := &tcpAnswer{text: n.Ret == "string", end: -1}
	switch n.Out {
	case "sit":
		a.stream = &tcpDecoder{datatype: "buffer"}
		if a.text {
			a.stream = &tcpDecoder{datatype: "utf8", newline: n.Newline, trim: n.Trim}
		}
	case "time":
		a.timed, a.wait = true, time.Millisecond // at least, as a timer of Node
		if n.splitc > 1 && n.splitc < math.MaxInt32 {
			a.wait = time.Duration(n.splitc * float64(time.Millisecond))
		}
	case "count":
		a.size = 1
		if n.splitc > 1 {
			a.size = int(min(n.splitc, maxTCPBuffered))
		}
	default:
		if n.splitc >= 0 && n.splitc < 256 {
			a.end = int(n.splitc)
		}
	}
	return a
}

var errTCPAnswerTooLong = errors.New("an answer is longer than 64 MB: the connection is closed")

// data takes a piece and returns the payloads it completes; complete is true if
// nothing further is of interest.
func (a *tcpAnswer) data(b []byte) (payloads []any, complete bool, err error) {
	if a.stream != nil {
		payloads, err = a.stream.data(b)
		return payloads, false, err
	}
	from := len(a.buf)
	if from+len(b) > maxTCPBuffered {
		return nil, false, errTCPAnswerTooLong
	}
	a.buf = append(a.buf, b...)
	switch {
	case a.size > 0 && len(a.buf) >= a.size:
		return []any{a.payload(a.buf[:a.size])}, true, nil
	case a.end >= 0:
		if i := bytes.IndexByte(b, byte(a.end)); i >= 0 {
			return []any{a.payload(a.buf[:from+i+1])}, true, nil
		}
	}
	return nil, false, nil
}

func (a *tcpAnswer) payload(b []byte) any {
	if a.text {
		text, _ := msg.EncodeBytes(b, "utf8")
		return text
	}
	return &msg.Buffer{B: b}
}
