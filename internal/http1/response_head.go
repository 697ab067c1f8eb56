package http1

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// says is what a header says about the message itself.
type says struct {
	connection string // the first
	length     string // likewise
	coded      bool
	dated      bool // or not to be dated
}

// fields returns the header lines that the handler has set, in the order to send
// them in, and keeps what they say.
func (r *response) fields() []Field {
	r.says.dated = r.look.Dateless
	if fields := r.look.Fields; fields != nil {
		for _, f := range fields {
			r.says.note(f)
		}
		return fields
	}
	h := r.header
	if len(h) == 0 {
		return nil
	}
	_, dated := h["Date"]
	r.says = says{first(h["Connection"]), first(h["Content-Length"]), len(h["Transfer-Encoding"]) > 0, dated || r.look.Dateless}
	return ordered(h, r.look.Names)
}

func (s *says) note(f Field) {
	switch {
	case isName(f.Name, "Connection") && s.connection == "":
		s.connection = f.Value
	case isName(f.Name, "Content-Length") && s.length == "":
		s.length = f.Value
	case isName(f.Name, "Transfer-Encoding"):
		s.coded = true
	case isName(f.Name, "Date"):
		s.dated = true
	}
}

// isName tells whether a header is the named one, whatever the case.
func isName(name, key string) bool {
	return len(name) == len(key) && (name == key || strings.EqualFold(name, key))
}

// ordered returns the lines of a header: what has been named, in its order and
// spelling, and the rest. What is said of length and connection comes with
// complete, unless it has been named.
func ordered(h http.Header, names []string) []Field {
	var store [16]string
	done := store[:0]
	fields := make([]Field, 0, len(h)+2)
	for _, name := range names {
		key, values := lookUp(h, name)
		if len(values) == 0 || slices.Contains(done, key) {
			continue
		}
		done = append(done, key)
		for _, v := range values {
			fields = append(fields, Field{name, v})
		}
	}
	if len(done) < len(h) {
		fields = sorted(fields, h, done)
	}
	return fields
}

// sorted appends the lines of a header that are not done, by name, but for those about the message.
func sorted(fields []Field, h http.Header, done []string) []Field {
	keys := make([]string, 0, len(h))
	for key := range h {
		switch key {
		case "Connection", "Content-Length", "Transfer-Encoding":
			continue
		}
		if !slices.Contains(done, key) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for _, key := range keys {
		for _, v := range h[key] {
			fields = append(fields, Field{key, v})
		}
	}
	return fields
}

// lookUp finds a header that may be spelled as net/http, Node or the flow does.
func lookUp(h http.Header, name string) (key string, values []string) {
	if values, ok := h[name]; ok {
		return name, values
	}
	key = canonicalKey(name)
	if values, ok := h[key]; ok {
		return key, values
	}
	switch key {
	case "Etag":
		key = "ETag"
	case "Www-Authenticate":
		key = "WWW-Authenticate"
	}
	return key, h[key]
}

// settle draws the conclusions from what the header says about the message itself.
func (r *response) settle() {
	x := r.x
	if x.conn.server.closing.Load() || r.says.connection != "" && hasWord(r.says.connection, "close") {
		x.close = true
	}
	switch {
	case !bodyAllowed(r.status):
	case r.says.coded:
		r.streams = true
	case r.says.length != "":
		r.length = parseLength(r.says.length)
	}
}

// appendHeader appends the lines as far as they are known now, and the date.
func (r *response) appendHeader(dst []byte, fields []Field) []byte {
	for _, f := range fields {
		switch {
		case isName(f.Name, "Connection"):
			r.named = true
		case isName(f.Name, "Content-Length"):
			dst = r.appendLength(dst, f.Name)
			continue
		case isName(f.Name, "Transfer-Encoding"):
			if r.streams && !r.chunked && r.x.request.ProtoAtLeast(1, 1) {
				r.chunked = true
				dst = appendField(dst, f.Name, "chunked")
			}
			continue
		}
		dst = appendField(dst, f.Name, f.Value)
	}
	if !r.says.dated {
		dst = append(append(append(dst, "Date: "...), r.x.conn.server.clock.date()...), newline...)
	}
	return dst
}

// appendLength appends the length under the name it has been given, if there is to be one.
func (r *response) appendLength(dst []byte, name string) []byte {
	switch {
	case r.lengthy:
	case r.length >= 0:
		r.lengthy = true
		return append(strconv.AppendInt(append(append(dst, name...), ": "...), r.length, 10), newline...)
	case r.look.Empty && r.status == http.StatusNoContent && r.says.length == "0":
		r.lengthy = true
		return appendField(dst, name, "0")
	}
	return dst
}

// complete ends the header: what becomes of the connection, and how the body's end is found.
func (r *response) complete() {
	if r.sent {
		return
	}
	r.sent = true
	x := r.x
	head := x.request.Method == http.MethodHead
	open := bodyAllowed(r.status) && r.length < 0 && !r.chunked && !head
	if open && !x.request.ProtoAtLeast(1, 1) {
		x.close, open = true, false // the end of the connection is the body's
	}
	out := x.conn.out
	if x.body.unwelcome() {
		x.close = true
	}
	if !r.named {
		out = append(out, r.connection()...)
	}
	switch {
	case open:
		r.chunked = true
		out = append(out, "Transfer-Encoding: chunked\r\n"...)
	case r.length >= 0 && !r.lengthy:
		out = append(strconv.AppendInt(append(out, "Content-Length: "...), r.length, 10), newline...)
	}
	x.conn.out = append(out, newline...)
	r.chunked = r.chunked && !head
	if body := r.body; len(body) > 0 {
		r.body = nil
		r.err = r.add(body)
	}
}

// connection is what Node says of the connection. Clients that are told to expect
// five seconds get more here, which they need not know.
func (r *response) connection() string {
	if own := r.says.connection; own != "" && !hasWord(own, "keep-alive") {
		return string(appendField(nil, "Connection", own))
	}
	if r.x.close {
		return "Connection: close\r\n"
	}
	return "Connection: keep-alive\r\nKeep-Alive: timeout=5\r\n"
}

// appendField appends a header line. A name that cannot be one is left out, and
// line ends in a value become blanks.
func appendField(dst []byte, name, value string) []byte {
	if !httpguts.ValidHeaderFieldName(name) {
		return dst
	}
	dst = append(append(dst, name...), ": "...)
	at := len(dst)
	dst = append(dst, value...)
	if strings.IndexByte(value, '\r') >= 0 || strings.IndexByte(value, '\n') >= 0 {
		for i, c := range dst[at:] {
			if c == '\r' || c == '\n' {
				dst[at+i] = ' '
			}
		}
	}
	return append(dst, newline...)
}

// appendStatus appends a status line without its end. Node's answers are HTTP/1.1,
// whatever the client speaks.
func appendStatus(dst []byte, status int, reason string) []byte {
	dst = strconv.AppendInt(append(dst, "HTTP/1.1 "...), int64(status), 10)
	if reason == "" || strings.ContainsAny(reason, "\r\n") {
		reason = StatusText(status)
	}
	if reason == "" {
		reason = "unknown"
	}
	return append(append(dst, ' '), reason...)
}

// StatusText is Node's phrase for a status, "" if it has none.
func StatusText(status int) string {
	switch status {
	case http.StatusRequestEntityTooLarge:
		return "Payload Too Large"
	case http.StatusRequestURITooLong:
		return "URI Too Long"
	case http.StatusRequestedRangeNotSatisfiable:
		return "Range Not Satisfiable"
	case http.StatusTeapot:
		return "I'm a Teapot"
	case 509:
		return "Bandwidth Limit Exceeded"
	}
	return http.StatusText(status)
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}
