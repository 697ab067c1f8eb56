package wire

import (
	"bytes"
	"math"
)

// verdict is what a request's head says to this package.
type verdict struct {
	refused bool
	chunked bool
	length  int64 // of the body, if it is not chunked
	hosts   int
	upgrade bool // to another protocol
	escapes bool // the path has a % that begins no escape
}

// judge reads a whole head. It refuses what Node's parser (llhttp) refuses and
// net/http takes; the rest of what is malformed net/http refuses itself.
func judge(head []byte) verdict {
	line, rest := cutLine(head)
	method := bytes.IndexByte(line, ' ')
	version := bytes.LastIndexByte(line, ' ')
	if method < 1 || method == version {
		return verdict{refused: true}
	}
	if v := string(line[version+1:]); v != "HTTP/1.1" && v != "HTTP/1.0" {
		return verdict{refused: true}
	}
	v := verdict{length: -1, escapes: straysIn(line[method+1 : version])}
	for {
		line, rest = cutLine(rest)
		if len(line) == 0 {
			break
		}
		colon := bytes.IndexByte(line, ':')
		if colon < 1 || line[0] == ' ' || line[0] == '\t' { // no continuation lines: RFC 9112, 5.2
			return verdict{refused: true}
		}
		name, value := line[:colon], bytes.Trim(line[colon+1:], " \t")
		switch {
		case sameName(name, "Host"):
			v.hosts++
		case sameName(name, "Upgrade"):
			v.upgrade = true
		case sameName(name, "Content-Length"):
			n := parseLength(value)
			if v.length >= 0 || n < 0 {
				return verdict{refused: true}
			}
			v.length = n
		case sameName(name, "Transfer-Encoding"):
			if v.chunked || !endsChunked(value) {
				return verdict{refused: true}
			}
			v.chunked = true
		}
	}
	// Two lengths are how requests are smuggled past whoever believes the other one.
	v.refused = v.chunked && v.length >= 0
	return v
}

func cutLine(b []byte) (line, rest []byte) {
	end := bytes.IndexByte(b, '\n')
	return b[:end-1], b[end+1:]
}

func parseLength(b []byte) int64 {
	if len(b) == 0 {
		return -1
	}
	n := int64(0)
	for _, c := range b {
		if c < '0' || c > '9' || n > (math.MaxInt64-9)/10 {
			return -1
		}
		n = n*10 + int64(c-'0')
	}
	return n
}

func endsChunked(value []byte) bool {
	last := value[bytes.LastIndexByte(value, ',')+1:]
	return sameName(bytes.Trim(last, " \t"), "chunked")
}

// straysIn tells whether the path of a target has a % that begins no escape.
func straysIn(target []byte) bool {
	for i, c := range target {
		switch {
		case c == '?':
			return false
		case c == '%' && !escapeAt(target, i):
			return true
		}
	}
	return false
}

func escapeAt(b []byte, i int) bool {
	return i+2 < len(b) && unhex(b[i+1]) >= 0 && unhex(b[i+2]) >= 0
}

// mend returns the head as net/http takes it: stray percent signs escaped, and of
// several Host lines the first, which is Node's.
func mend(head []byte, v verdict) (mended []byte, target string) {
	line, rest := cutLine(head)
	if v.escapes {
		from, to := bytes.IndexByte(line, ' ')+1, bytes.LastIndexByte(line, ' ')
		target = string(line[from:to])
		mended = append(mended, line[:from]...)
		path := true
		for i := from; i < to; i++ {
			mended = append(mended, line[i])
			path = path && line[i] != '?'
			if path && line[i] == '%' && !escapeAt(line[:to], i) {
				mended = append(mended, "25"...)
			}
		}
		mended = append(mended, line[to:]...)
	} else {
		mended = append(mended, line...)
	}
	mended = append(mended, "\r\n"...)
	hosts := 0
	for len(rest) > 0 {
		line, rest = cutLine(rest)
		if hasName(line, "Host") {
			if hosts++; hosts > 1 {
				continue
			}
		}
		mended = append(append(mended, line...), "\r\n"...)
	}
	return mended, target
}

// hasName tells whether a header line has a name.
func hasName(line []byte, name string) bool {
	return len(line) > len(name) && line[len(name)] == ':' && sameName(line[:len(name)], name)
}

func sameName(b []byte, name string) bool {
	if len(b) != len(name) {
		return false
	}
	for i := range b {
		if lower(b[i]) != lower(name[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
