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
	reason string
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
			if start == 0 && bytes.Count(line, []byte(" ")) == 1 { // the line ends in the status
				return nil, parseError("HPE_INVALID_STATUS", "Invalid response status")
			}
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
	digits, reason, _ := strings.Cut(rest, " ")
	status, err := strconv.ParseUint(digits, 10, 16)
	if err != nil || len(digits) != 3 || status < 100 {
		return parseError("HPE_INVALID_STATUS", "Invalid status code")
	}
	res.status, res.reason = int(status), fromLatin1(reason)
	return nil
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
