package wire

import "bytes"

// framing follows the messages that a client sends: where heads, bodies and
// chunks begin and end. It judges heads only; what is wrong with a body is
// net/http's to find.
type framing struct {
	state   framingState
	left    int64 // of a body or a chunk
	scanned int   // of a head that is not complete: the start of its last line
}

type framingState uint8

const (
	atHead framingState = iota
	inBody
	atChunk   // the line with a chunk's length
	inChunk   // left counts the chunk and the line end after it
	inTrailer // lines up to an empty one
	lost      // what follows is not known
)

// piece is what next found at the beginning of the bytes.
type piece struct {
	n    int  // its length; 0: there is too little to tell
	head bool // it is a whole head
	bad  bool // it is a head that no request can have
}

// next looks at the beginning of b, which is not empty.
func (f *framing) next(b []byte) piece {
	switch f.state {
	case atHead:
		return f.nextHead(b)
	case inBody, inChunk:
		n := min(int64(len(b)), f.left)
		if f.left -= n; f.left == 0 {
			if f.state == inChunk {
				f.state = atChunk
			} else {
				f.state = atHead
			}
		}
		return piece{n: int(n)}
	case atChunk:
		return f.nextChunk(b)
	case inTrailer:
		end := bytes.IndexByte(b, '\n')
		switch {
		case end < 0:
			return f.partial(b)
		case end == 0 || end == 1 && b[0] == '\r':
			f.state = atHead
		}
		return piece{n: end + 1}
	}
	return piece{n: len(b)}
}

// maxHead is where Node gives up on a head, and so does net/http.
const maxHead = 16 << 10

func (f *framing) nextHead(b []byte) piece {
	for {
		i := bytes.IndexByte(b[f.scanned:], '\n')
		end := f.scanned + i
		switch {
		case i < 0 && len(b) > maxHead:
			f.state = lost
			return piece{n: len(b)}
		case i < 0:
			return piece{}
		case i == 0 || b[end-1] != '\r':
			return piece{bad: true}
		}
		empty := i == 1
		f.scanned = end + 1
		if empty {
			n := f.scanned
			f.scanned = 0
			return piece{n: n, head: true}
		}
	}
}

// nextChunk reads the line with a chunk's length (RFC 9112, 7.1).
func (f *framing) nextChunk(b []byte) piece {
	end := bytes.IndexByte(b, '\n')
	if end < 0 {
		return f.partial(b)
	}
	size, digits := int64(0), 0
	for ; digits < end && digits <= 8; digits++ {
		d := unhex(b[digits])
		if d < 0 {
			break
		}
		size = size<<4 | int64(d)
	}
	switch {
	case digits == 0 || digits > 8: // net/http takes longer ones; nobody sends such chunks
		f.state = lost
	case size == 0:
		f.state = inTrailer
	default:
		f.state, f.left = inChunk, size+int64(len("\r\n"))
	}
	return piece{n: end + 1}
}

// partial waits for the end of a line, which has its bounds.
func (f *framing) partial(b []byte) piece {
	if len(b) <= maxHead {
		return piece{}
	}
	f.state = lost
	return piece{n: len(b)}
}

// body tells what follows the head that has just been found.
func (f *framing) body(v verdict) {
	switch {
	case v.chunked:
		f.state = atChunk
	case v.length > 0:
		f.state, f.left = inBody, v.length
	}
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}
