package network

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
)

// outgoingResponse is what a server answered. Header names are lower case.
type outgoingResponse struct {
	status int
	header headerList
	body   []byte

	minor     int  // of the version, HTTP/1.x
	keepAlive bool // the connection may carry another request
}

// maxHead bounds a status line and header, as Node's --max-http-header-size does.
const maxHead = 16 << 10

// responseReader reads responses as llhttp does in Node. A lenient one lets pass what Node's
// insecureHTTPParser lets pass: bare line feeds, controls in values, folded
// lines, and a length next to chunks.
type responseReader struct {
	r       *bufio.Reader
	lenient bool
	maxBody int64
	head    []byte // scratch
	began   bool   // a byte of the response has come
}

// read reads the response to a request of the given method, past any interim ones.
func (p *responseReader) read(method string) (*outgoingResponse, error) {
	for {
		res, err := p.readHead()
		if err != nil {
			return nil, err
		}
		if res.status == 101 {
			return nil, io.EOF // nobody asked for another protocol; Node hangs up
		}
		if res.status >= 200 {
			return res, p.readBody(res, method)
		}
	}
}

const httpPrefix = "HTTP/"

func (p *responseReader) readHead() (*outgoingResponse, error) {
	p.head = p.head[:0]
	start := 0 // of the line that is being read
	for {
		part, err := p.r.ReadSlice('\n')
		p.head = append(p.head, part...)
		p.began = p.began || len(part) > 0
		if n := min(len(httpPrefix), len(p.head)); n > 0 && string(p.head[:n]) != httpPrefix[:n] {
			return nil, parseError("HPE_INVALID_CONSTANT", "Expected HTTP/, RTSP/ or ICE/")
		}
		if len(p.head) > maxHead {
			return nil, parseError("HPE_HEADER_OVERFLOW", "Header overflow")
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil:
			return nil, err
		}
		line := p.head[start:]
		if !bytes.HasSuffix(line, []byte("\r\n")) && !p.lenient {
			return nil, parseError("HPE_CR_EXPECTED", "Missing expected CR after response line")
		}
		if start > 0 && len(bytes.TrimRight(line, "\r\n")) == 0 {
			break
		}
		start = len(p.head)
	}
	return p.parseHead(string(p.head))
}

func (p *responseReader) parseHead(head string) (*outgoingResponse, error) {
	line, rest, _ := strings.Cut(head, "\n")
	res := &outgoingResponse{header: make(headerList, 0, 16)}
	if err := res.parseStatusLine(strings.TrimSuffix(line, "\r")); err != nil {
		return nil, err
	}
	for {
		line, rest, _ = strings.Cut(rest, "\n")
		line = strings.TrimSuffix(line, "\r")
		if line == "" {
			return res, nil
		}
		if line[0] == ' ' || line[0] == '\t' {
			if !p.lenient || len(res.header) == 0 {
				return nil, parseError("HPE_UNEXPECTED_SPACE", "Unexpected whitespace after header value")
			}
			last := &res.header[len(res.header)-1]
			last.value += fromLatin1(strings.TrimRight(line, " \t"))
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok || !isToken(name) {
			return nil, parseError("HPE_INVALID_HEADER_TOKEN", "Invalid header token")
		}
		value = strings.Trim(value, " \t")
		if !p.lenient && !isWireValue(value) {
			return nil, parseError("HPE_INVALID_HEADER_TOKEN", "Invalid header value char")
		}
		if len(res.header) == maxHeaderLines {
			return nil, parseError("HPE_HEADER_OVERFLOW", "Header overflow")
		}
		res.header = append(res.header, headerField{lowerName(name), fromLatin1(value)})
	}
}

// maxHeaderLines is where Node stops reading header lines (maxHeadersCount).
const maxHeaderLines = 2000

func isWireValue(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7F {
			return false
		}
	}
	return true
}

func (res *outgoingResponse) parseStatusLine(s string) error {
	version, rest, _ := strings.Cut(s, " ")
	switch version {
	case "HTTP/1.1":
		res.minor = 1
	case "HTTP/1.0":
	default:
		return parseError("HPE_INVALID_VERSION", "Invalid HTTP version")
	}
	digits, _, _ := strings.Cut(rest, " ")
	status, err := strconv.ParseUint(digits, 10, 16)
	if err != nil || len(digits) != 3 || status < 100 {
		return parseError("HPE_INVALID_STATUS", "Invalid status code")
	}
	res.status = int(status)
	return nil
}

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

// hasListToken tells whether a comma-separated header value contains a token in any case.
func hasListToken(list, token string) bool {
	for list != "" {
		var item string
		item, list, _ = strings.Cut(list, ",")
		if strings.EqualFold(strings.TrimSpace(item), token) {
			return true
		}
	}
	return false
}
