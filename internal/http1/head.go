package http1

import (
	"math"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/http/httpguts"
)

const newline = "\r\n"

// blank is what requests are made from: a context can be given to a request only
// by copying one.
var blank = new(http.Request)

// begin reads a head and makes an exchange of it. What it refuses is what Node's
// parser (llhttp) refuses, and what net/http does: a handler sees no request that
// either of them would not have let through, except for what Node takes and
// net/http does not: a stray percent sign in a path, and several Host lines.
func (c *conn) begin(head []byte) (*Exchange, error) {
	x := &Exchange{conn: c, head: string(head[:len(head)-len(newline)])}
	x.request = *blank.WithContext((*requestContext)(x)) // which is inlined, and its copy stays on the stack
	r := &x.request
	line, fields := cutLine(x.head)
	if !isText(head) || !x.readLine(line) {
		return nil, &fault{http.StatusBadRequest}
	}
	f, ok := x.readFields(fields)
	if !ok || !f.consistent() {
		return nil, &fault{http.StatusBadRequest}
	}
	if err := x.locate(f); err != nil {
		return nil, err
	}
	r.RemoteAddr, r.TLS = c.remote, c.tls
	x.close = f.closes || !r.ProtoAtLeast(1, 1) && (!f.keeps || f.codings > 0) // RFC 9112, 6.1: chunks in HTTP/1.0 end the connection
	r.Close = x.close
	x.res.begin(x)
	return x, x.frame(f)
}

// readLine reads the request line.
func (x *Exchange) readLine(line string) bool {
	r := &x.request
	method, rest, ok := strings.Cut(line, " ")
	target, version, ok2 := strings.Cut(rest, " ")
	if !ok || !ok2 || !httpguts.ValidHeaderFieldName(method) {
		return false
	}
	switch version {
	case "HTTP/1.1":
		r.Proto, r.ProtoMajor, r.ProtoMinor = "HTTP/1.1", 1, 1
	case "HTTP/1.0":
		r.Proto, r.ProtoMajor, r.ProtoMinor = "HTTP/1.0", 1, 0
	default:
		return false
	}
	r.Method, r.RequestURI = method, target
	return true
}

// fields is what the header lines say about the message itself.
type fields struct {
	host    string
	hosts   int
	length  int64 // -1: not given
	lengths int
	codings int
	chunked bool
	closes  bool
	keeps   bool
	expect  string
}

// consistent tells whether there is one way only to read the message's length:
// two are how requests are smuggled past whoever believes the other one (RFC 9112, 6.3).
func (f *fields) consistent() bool {
	switch {
	case f.lengths > 1, f.codings > 1, f.lengths > 0 && f.codings > 0:
		return false
	case f.lengths > 0 && f.length < 0, f.codings > 0 && !f.chunked:
		return false
	}
	return true
}

// readFields reads the header lines into the request. Whether a name has come before
// is seen by the header not growing: to ask first would be a second look-up for each
// line. Where one has, which is rare, all are read again with that look-up.
func (x *Exchange) readFields(lines string) (f fields, ok bool) {
	n := strings.Count(lines, "\n")
	h, values := make(http.Header, n), x.few[:]
	if n > len(values) {
		values = make([]string, n)
	}
	x.request.Header = h
	f, again, ok := readInto(h, values, lines, false)
	if again {
		clear(h)
		f, _, ok = readInto(h, values, lines, true)
	}
	return f, ok
}

// readInto reads header lines into h, whose values it cuts from the given memory. again
// tells that a name has come twice, which takes the look-up.
func readInto(h http.Header, values []string, lines string, lookUp bool) (f fields, again, ok bool) {
	f.length = -1
	for i := 0; lines != ""; i++ {
		var line string
		line, lines = cutLine(lines)
		key, value, ok := cutField(line)
		if !ok {
			return f, false, false
		}
		if f.note(key, value) {
			continue
		}
		if lookUp && h[key] != nil {
			h[key] = append(h[key], value)
			continue
		}
		size := len(h)
		values[i] = value
		h[key] = values[i : i+1 : i+1]
		if len(h) == size {
			return f, true, true
		}
	}
	return f, false, true
}

// note keeps what a line says about the message. Lines that are not for handlers, as in net/http, are taken.
func (f *fields) note(key, value string) (taken bool) {
	switch key {
	case "Host":
		if f.hosts++; f.hosts == 1 { // Node's is the first
			f.host = value
		}
		return true
	case "Transfer-Encoding":
		f.codings++
		f.chunked = strings.EqualFold(value, "chunked") // a coding besides it is nobody's to undo
		return true
	case "Content-Length":
		f.lengths++
		f.length = parseLength(value)
	case "Connection":
		f.closes = f.closes || hasWord(value, "close")
		f.keeps = f.keeps || hasWord(value, "keep-alive")
	case "Expect":
		f.expect = value
	}
	return false
}

// locate finds out what the request is for.
func (x *Exchange) locate(f fields) error {
	r := &x.request
	u := &x.url
	if !parsePlain(r.RequestURI, u) {
		var err error
		if u, err = parseTarget(r.Method, r.RequestURI); err != nil {
			return &fault{http.StatusBadRequest}
		}
	}
	if r.ProtoAtLeast(1, 1) && f.hosts == 0 && r.Method != http.MethodConnect || !httpguts.ValidHostHeader(f.host) {
		return &fault{http.StatusBadRequest}
	}
	r.URL, r.Host = u, f.host
	if u.Host != "" {
		r.Host = u.Host
	}
	return nil
}

// frame finds out where the body ends.
func (x *Exchange) frame(f fields) error {
	r := &x.request
	x.body.x = x
	switch {
	case f.codings > 0:
		r.TransferEncoding, r.ContentLength, r.Body = chunkedCoding, -1, &x.body
		x.body.state = atSize
	case f.length > 0:
		r.ContentLength, r.Body = f.length, &x.body
		x.body.state, x.body.left = inLength, f.length
	default:
		r.Body, x.bodyDone = http.NoBody, true
	}
	switch {
	case f.expect == "":
	case !strings.EqualFold(f.expect, "100-continue"):
		return &fault{http.StatusExpectationFailed}
	case r.ProtoAtLeast(1, 1):
		x.body.awaited = r.Body != http.NoBody
	}
	return nil
}

var chunkedCoding = []string{"chunked"}

// cutLine cuts a line and its CRLF off s.
func cutLine(s string) (line, rest string) {
	end := strings.IndexByte(s, '\n')
	return s[:end-1], s[end+1:]
}

func trimBlanks(s string) string {
	for s != "" && (s[0] == ' ' || s[0] == '\t') {
		s = s[1:]
	}
	for s != "" && (s[len(s)-1] == ' ' || s[len(s)-1] == '\t') {
		s = s[:len(s)-1]
	}
	return s
}

func parseLength(s string) int64 {
	if s == "" {
		return -1
	}
	n := int64(0)
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c < '0' || c > '9' || n > (math.MaxInt64-9)/10 {
			return -1
		}
		n = n*10 + int64(c-'0')
	}
	return n
}

// hasWord tells whether a list has a word, whatever the case.
func hasWord(list, word string) bool {
	for item := range strings.SplitSeq(list, ",") {
		if strings.EqualFold(trimBlanks(item), word) {
			return true
		}
	}
	return false
}

// parseTarget reads a request target as net/http does. A percent sign that begins
// no escape stands for itself, as Node leaves it to the application.
func parseTarget(method, target string) (*url.URL, error) {
	if method == http.MethodConnect && !strings.HasPrefix(target, "/") { // host:port alone
		u, err := url.ParseRequestURI("http://" + target)
		if err == nil {
			u.Scheme = ""
		}
		return u, err
	}
	return url.ParseRequestURI(escapeStrays(target))
}

// parsePlain reads a target with nothing in its path that would need to be
// decoded or encoded, which is most of them. Others it leaves to parseTarget.
func parsePlain(target string, u *url.URL) bool {
	if target == "" || target[0] != '/' || len(target) > 1 && target[1] == '/' {
		return false
	}
	for i := 0; i < len(target); i++ {
		c := target[i]
		switch {
		case plainPath[c]:
		case c == '?':
			query := target[i+1:]
			for j := 0; j < len(query); j++ {
				if query[j] <= ' ' || query[j] >= 0x7f {
					return false
				}
			}
			u.Path, u.RawQuery, u.ForceQuery = target[:i], query, query == ""
			return true
		default:
			return false
		}
	}
	u.Path = target
	return true
}

var plainPath = func() (plain [256]bool) {
	for c := range 256 {
		plain[c] = c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || strings.IndexByte("-_.~/$&+,:;=@", byte(c)) >= 0
	}
	return plain
}()

func escapeStrays(target string) string {
	path := target
	if i := strings.IndexByte(target, '?'); i >= 0 {
		path = target[:i]
	}
	var b strings.Builder
	from := 0
	for i := 0; i < len(path); i++ {
		if path[i] == '%' && (i+2 >= len(path) || unhex(path[i+1]) < 0 || unhex(path[i+2]) < 0) {
			b.WriteString(target[from:i])
			b.WriteString("%25")
			from = i + 1
		}
	}
	if from == 0 {
		return target
	}
	b.WriteString(target[from:])
	return b.String()
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
