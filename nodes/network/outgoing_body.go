package network

import (
	"bufio"
	"errors"
	"io"
	"strconv"
	"strings"
)

// readBody reads the body and decides whether the connection lives on (RFC 9112, 6.3 and 9.3).
func (p *responseReader) readBody(res *outgoingResponse, method string) (err error) {
	connection, _ := res.header.get("connection")
	res.keepAlive = res.minor == 1 && !hasListToken(connection, "close") || hasListToken(connection, "keep-alive")
	length, err := p.bodyLength(res)
	if err != nil {
		return err
	}
	switch {
	case method == "HEAD" || res.status == 204 || res.status == 304:
		return nil
	case length == chunkedBody:
		res.body, err = p.readChunks()
	case length == untilClose:
		res.keepAlive = false
		res.body, err = p.readToEnd(nil, p.maxBody)
	default:
		if length > p.maxBody {
			return p.tooLarge()
		}
		res.body, err = p.readN(nil, length)
	}
	return err
}

// What bodyLength returns besides lengths.
const (
	chunkedBody int64 = -1
	untilClose  int64 = -2
)

func (p *responseReader) bodyLength(res *outgoingResponse) (int64, error) {
	length, chunked, coded := untilClose, false, false
	for _, f := range res.header {
		switch f.name {
		case "content-length":
			n, err := strconv.ParseUint(f.value, 10, 63)
			if err != nil || f.value[0] == '+' {
				return 0, parseError("HPE_INVALID_CONTENT_LENGTH", "Invalid character in Content-Length")
			}
			if length >= 0 {
				return 0, parseError("HPE_UNEXPECTED_CONTENT_LENGTH", "Content-Length already present")
			}
			length = int64(n)
		case "transfer-encoding":
			coded = true
			last := f.value[strings.LastIndexByte(f.value, ',')+1:]
			chunked = strings.EqualFold(strings.TrimSpace(last), "chunked")
		}
	}
	switch {
	case coded && length >= 0 && !p.lenient:
		return 0, parseError("HPE_UNEXPECTED_CONTENT_LENGTH", "Content-Length can't be present with Transfer-Encoding")
	case chunked:
		return chunkedBody, nil
	case coded:
		return untilClose, nil
	}
	return length, nil
}

// readChunk is how much memory a claimed length is believed for before the bytes are there.
const readChunk = 1 << 20

// readN appends n bytes to b.
func (p *responseReader) readN(b []byte, n int64) ([]byte, error) {
	for n > 0 {
		step := int(min(n, readChunk))
		at := len(b)
		if cap(b)-at < step {
			b = append(make([]byte, 0, max(2*cap(b), at+step)), b...)
		}
		b = b[:at+step]
		if _, err := io.ReadFull(p.r, b[at:]); err != nil {
			return nil, cutShort(err)
		}
		n -= int64(step)
	}
	return b, nil
}

func (p *responseReader) readToEnd(b []byte, limit int64) ([]byte, error) {
	for {
		if len(b) == cap(b) {
			b = append(b, make([]byte, max(512, len(b)))...)[:len(b)]
		}
		n, err := p.r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if int64(len(b)) > limit {
			return nil, p.tooLarge()
		}
		if err == io.EOF {
			return b, nil
		}
		if err != nil {
			return nil, cutShort(err)
		}
	}
}

func (p *responseReader) readChunks() ([]byte, error) {
	var b []byte
	for {
		line, err := p.chunkLine()
		if err != nil {
			return nil, err
		}
		digits, _, _ := strings.Cut(line, ";")
		if p.lenient {
			digits = strings.TrimRight(digits, " ")
		}
		n, err := strconv.ParseUint(digits, 16, 63)
		if err != nil || digits[0] == '+' {
			return nil, parseError("HPE_INVALID_CHUNK_SIZE", "Invalid character in chunk size")
		}
		if n == 0 {
			return b, p.skipTrailers()
		}
		if int64(n) > p.maxBody-int64(len(b)) {
			return nil, p.tooLarge()
		}
		if b, err = p.readN(b, int64(n)); err != nil {
			return nil, err
		}
		if line, err = p.chunkLine(); err != nil {
			return nil, err
		} else if line != "" {
			return nil, parseError("HPE_STRICT", "Expected LF after chunk data")
		}
	}
}

// chunkLine reads a short line between chunks.
func (p *responseReader) chunkLine() (string, error) {
	line, err := p.r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return "", parseError("HPE_CHUNK_EXTENSIONS_OVERFLOW", "Chunk extensions overflow")
	}
	if err != nil {
		return "", cutShort(err)
	}
	text := strings.TrimSuffix(string(line), "\n")
	if bare, ok := strings.CutSuffix(text, "\r"); ok {
		return bare, nil
	}
	if !p.lenient {
		return "", parseError("HPE_CR_EXPECTED", "Missing expected CR after chunk size")
	}
	return text, nil
}

// skipTrailers reads past the trailer fields, which Node-RED keeps apart from the header.
func (p *responseReader) skipTrailers() error {
	for size := 0; size <= maxHead; {
		line, err := p.chunkLine()
		if line == "" || err != nil {
			return err
		}
		size += len(line)
	}
	return parseError("HPE_HEADER_OVERFLOW", "Header overflow")
}

// cutShort is what became of a body whose connection ended too early.
func cutShort(err error) error {
	if isTimeout(err) {
		return err
	}
	return readError()
}

func (p *responseReader) tooLarge() error {
	return outgoingError("ReadError", "ERR_RESPONSE_TOO_LARGE",
		"the response has more than "+strconv.FormatInt(p.maxBody, 10)+" bytes, the limit set by httpRequestMaxLength")
}
